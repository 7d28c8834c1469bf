"""`FakeKms`: a fake KMS that can be opened and closed, as context manager, decorator, or by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar, overload

from fake_kms.clock import Clock
from fake_kms.options import Options, checked

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from fake_kms.adapters.xks import Xks
    from fake_kms.controls.clusters import Clusters
    from fake_kms.controls.journal import Event, Journal
    from fake_kms.controls.principals import Principal, Principals
    from fake_kms.policy.decide import Decision
    from fake_kms.service import Service
    from fake_kms.wire import HttpRequest, HttpResponse

__all__ = ["FakeKms", "current", "fake_kms"]

F = TypeVar("F", bound=Callable[..., Any])


class FakeKms:
    """A fake KMS. While it is open, every KMS request of the process is answered by it.

    Options: see `fake_kms.options`. A fake is opened once and closed once; two fakes share nothing.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        self._given = options
        self._options = checked(options)
        self.clock = Clock()
        self._service: Service | None = None
        self._principals: Principals | None = None
        self._undo: Callable[[], None] | None = None
        self._closed = False

    def __repr__(self) -> str:
        if self._closed:
            state = "closed"
        elif self._service is None:
            state = "not opened"
        else:
            state = f"open, {len(self.journal)} requests"
        return (
            f"<FakeKms {self._options['region'] or 'of the configured Region'} {self._options['account_id']}, {state}>"
        )

    # --- opening and closing ---------------------------------------------------------------------------------

    def start(self) -> Self:
        """Open the fake. Raises: RuntimeError if it has been opened before."""
        if self._service is not None:
            was = "closed" if self._closed else "open"
            raise RuntimeError(f"this FakeKms is {was} already and is opened only once: make a new FakeKms()")
        from fake_kms import adapters
        from fake_kms.adapters.environment import configured

        asked, found = self._options["region"], configured()
        self._options["region"] = asked or found.region
        self._service = self._new_service()
        self._undo = adapters.install(self, asked, found)
        return self

    def stop(self) -> None:
        """Close the fake; what it held is still there to look at. Raises: RuntimeError if it is not open."""
        if self._undo is None:
            was = "closed already" if self._closed else "not open yet"
            raise RuntimeError(f"this FakeKms is {was}: call stop() once, after start()")
        self._closed = True
        undo, self._undo = self._undo, None
        undo()
        self._open_or_closed_service().close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __call__(self, target: F) -> F:
        """Decorate a function, an async function, a `unittest.TestCase` or a class of tests.

        Each call of the function, each test of the class, gets a fake of its own with these options. Raises:
        TypeError for anything else.
        """
        from fake_kms.decorating import decorate

        decorated: F = decorate(target, lambda: FakeKms(**self._given))
        return decorated

    # --- use -------------------------------------------------------------------------------------------------

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one HTTP request: the one door, which every adapter ends in."""
        return self._open_service().handle(request)

    def client(self, region_name: str | None = None, **config: Any) -> Any:
        """Return a boto3 client of KMS, ready for use.

        Making one costs 30 to 100 ms, so it is made once per process and given again; it answers from whatever
        fake is open, and raises RuntimeError when none is, so that it never reaches AWS.
        Input: `region_name`, this fake's Region where not said; `config` as for `boto3.client`.
        """
        self._open_service()
        from fake_kms.adapters.clients import kms_client

        return kms_client(region_name or self._options["region"], config)

    @property
    def journal(self) -> Journal:
        """Every request that reached this fake; still readable when it is closed."""
        return self._open_or_closed_service().journal

    @property
    def region(self) -> str:
        """The Region of this fake's clients: the one asked for, else the one that was configured when it opened."""
        if self._options["region"] is None:
            raise RuntimeError(
                "this FakeKms is not open yet, and no region was asked for: it will be the configured one"
            )
        region: str = self._options["region"]
        return region

    @property
    def account_id(self) -> str:
        """The account of callers whose access key nobody registered."""
        account: str = self._options["account_id"]
        return account

    @property
    def principals(self) -> Principals:
        """Who may call this fake: register users, roles, account roots and services here."""
        self._open_or_closed_service()
        assert self._principals is not None  # noqa: S101 - made with the service
        return self._principals

    @property
    def clusters(self) -> Clusters:
        """The CloudHSM clusters that custom key stores may have; while there are none, any id will do."""
        return self._open_or_closed_service().tools.clusters

    @property
    def xks(self) -> Xks:
        """The external key store proxies: which object or URL answers for which XksProxyUriEndpoint."""
        from fake_kms.adapters.xks import Xks

        return Xks(self._open_or_closed_service().tools.xks)

    def acting_as(self, actor: Principal) -> AbstractContextManager[Principal]:
        """Let every client whose credentials nobody registered call as this principal, for the `with` block."""
        return self.principals.acting_as(actor)

    def explain(self, event: Event | None = None) -> str:
        """Return what was decided about a request and why: of an event, by default the last that was refused.

        Raises: LookupError when nothing was refused.
        """
        if event is None:
            refused = self.journal.events(succeeded=False)
            if not refused:
                raise LookupError("no request was refused; name the event to explain")
            event = refused[-1]
        return event.explain()

    def simulate(
        self,
        principal: Principal,
        action: str,
        key: str | None = None,
        *,
        encryption_context: Mapping[str, str] | None = None,
        context: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Decision:
        """Return whether a principal may, without making a call.

        Input: `action` with or without `kms:`; `key` by id, ARN or alias, None for actions without a key;
        `encryption_context` and further condition keys in `context`. Output: a Decision with `allowed`, `because` and
        `explain()`. Raises: ValueError for an unknown action, LookupError for a key that does not exist.
        """
        from fake_kms.adapters.clients import user_agent
        from fake_kms.service.simulate import Question, simulate

        service = self._open_service()
        question = Question(
            principal=principal,
            action=action,
            key=key,
            region=self.region,
            user_agent=user_agent(),
            encryption_context=encryption_context or {},
            context=context or {},
        )
        return simulate(service.tools, service.now(), question)

    def reset(self) -> None:
        """Forget all keys, aliases, principals and events, as if just opened; the clock stays where it is."""
        self._open_service().close()
        self._service = self._new_service()

    def _new_service(self) -> Service:
        from fake_kms.adapters import find_foreign_identity, knows_foreign_principal
        from fake_kms.adapters.clients import kms_client
        from fake_kms.controls.principals import Principals
        from fake_kms.entropy import SeededEntropy, SystemEntropy
        from fake_kms.service import Service

        seed = self._options["seed"]
        self._principals = Principals(
            account=self.account_id,
            region=self.region,
            # A stream of its own: who is registered does not change which keys a seed makes.
            entropy=None if seed is None else SeededEntropy(("principals", seed)),
            look_up=find_foreign_identity,
            known_elsewhere=knows_foreign_principal,
            make_client=kms_client,
        )
        return Service(
            clock=self.clock,
            entropy=SystemEntropy() if seed is None else SeededEntropy(seed),
            principals=self._principals,
            strict_identity=self._options["strict_identity"],
            verify_signatures=self._options["verify_signatures"],
            consistency=self._options["consistency"],
            quotas=self._options["quotas"],
            attestation_roots=self._options["attestation_roots"],
            check_answers=self._options["check_answers"],
        )

    def _open_service(self) -> Service:
        if self._closed:
            raise RuntimeError("this FakeKms is closed: open a new one to make requests")
        return self._open_or_closed_service()

    def _open_or_closed_service(self) -> Service:
        if self._service is None:
            raise RuntimeError("this FakeKms is not open yet: use it in `with`, or call start()")
        return self._service


@overload
def fake_kms(target: F, /) -> F: ...
@overload
def fake_kms(**options: Unpack[Options]) -> FakeKms: ...
def fake_kms(target: Any = None, /, **options: Unpack[Options]) -> Any:
    """Make a fake KMS, for a `with` block or as a decorator with or without options."""
    fake = FakeKms(**options)
    return fake if target is None else fake(target)


def current() -> FakeKms:
    """Return the innermost open fake, e.g. inside a decorated function. Raises: RuntimeError when none is open."""
    from fake_kms.adapters.active import innermost

    door = innermost()
    if door is None:
        raise RuntimeError("no fake_kms is open: open one with the fixture, the decorator or `with fake_kms():`")
    assert isinstance(door, FakeKms)  # noqa: S101 - only fakes are ever opened
    return door
