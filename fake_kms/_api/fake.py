"""The fake KMS that a user holds: opened and closed as context manager, decorator, or by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, overload

from fake_kms._api import collector
from fake_kms._api.open_fakes import FakeHandler
from fake_kms._api.options import Options, defaults
from fake_kms.clock import Clock, instant, to_epoch

if TYPE_CHECKING:
    from types import TracebackType

    from mypy_boto3_kms import KMSClient
    from typing_extensions import Self, Unpack

    from fake_kms._api.options import OptionKeywords
    from fake_kms.adapters.clients import Clients
    from fake_kms.controls.clusters import Clusters
    from fake_kms.controls.journal import Event, Journal
    from fake_kms.controls.principal import Principal
    from fake_kms.controls.principals import Principals
    from fake_kms.policy.decision import Decision
    from fake_kms.service import Service
    from fake_kms.xks import Xks

__all__ = ["FakeKms", "fake_kms"]

F = TypeVar("F", bound=Callable[..., Any])


class FakeKms:
    """A fake KMS. While it is open, it answers every KMS request of the process.

    The keywords are the fields of `fake_kms.Options`; inside pytest, those that are not named are as its ini file and
    its command line say. Two fakes share nothing; one that is opened again begins afresh.
    """

    def __init__(self, **options: Unpack[OptionKeywords]) -> None:
        self._keywords = options
        self.options = Options.of(options)
        self._configured = [name for name in defaults() if name not in options]
        self.clock = self._new_clock()
        self._region = self.options.region
        self._service: Service | None = None
        self._principals: Principals | None = None
        self._clients: Clients | None = None
        self._uninstall: Callable[[], None] | None = None
        self._opening = threading.Lock()
        self._in_use: Service | None = None  # the one that `rolled_back` will return to
        self._handler = FakeHandler(self, self._open_service)
        self.started_at: str | None = None

    def __repr__(self) -> str:
        if self._service is None:
            state = "not opened"
        else:
            state = f"open, {len(self.journal)} requests" if self.is_open else "closed"
        configured = f"; configured in pytest: {', '.join(self._configured)}" if self._configured else ""
        return f"<FakeKms {self._region or 'of the configured Region'} {self.account_id}, {state}{configured}>"

    # --- opening and closing ---------------------------------------------------------------------------------

    def start(self) -> Self:
        """Open the fake; one that was closed begins afresh, with the same options.

        In a notebook, the fake that was started in a cell before is closed, so that a cell can be run again.
        Raises: RuntimeError if it is open.
        """
        from fake_kms._api import life

        life.close_what_a_cell_started()
        with self._opening:
            self._open()
        life.note_start(self)
        return self

    def _open(self) -> None:
        if self.is_open:
            raise RuntimeError(f"this FakeKms is open already, started at {self.started_at}: call stop() first")
        with collector.paused():
            from fake_kms import adapters
            from fake_kms._api import life
            from fake_kms.adapters.clients import Clients
            from fake_kms.adapters.environment import configured
            from fake_kms.misuse import place_of_caller

            if self._service is not None:
                self.clock = self._new_clock()
            found = configured()
            self._region = self.options.region or found.region
            self._clients = Clients(self._handler)
            self._service = self._new_service()
            self.started_at = place_of_caller()
            self._uninstall = adapters.install(
                self._handler, self.options.region, found, keep_credentials=self.options.keep_credentials
            )
        for listener in life.LISTENERS[-1:]:
            listener(self)

    def stop(self) -> None:
        """Close the fake; its journal can still be read. Raises: RuntimeError if it is not open."""
        if self._uninstall is None:
            was = "not open yet" if self._service is None else "closed already"
            raise RuntimeError(f"this FakeKms is {was}: call stop() once, after start()")
        self._uninstall()  # can be repeated, where it was interrupted
        self._uninstall = None
        self._open_or_closed_service().close()

    @property
    def is_open(self) -> bool:
        """Whether the fake answers requests now."""
        return self._uninstall is not None

    def __enter__(self) -> Self:
        with self._opening:
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_open:  # the block may have closed it
            self.stop()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_open:
            self.stop()

    def __call__(self, target: F) -> F:
        """Decorate a callable of any kind, a `unittest.TestCase` or a class of pytest's tests.

        Each call of the function, each test of the class, gets a fake of its own with these options. Raises:
        TypeError for anything else.
        """
        from fake_kms._api.decorator import decorate

        decorated: F = decorate(target, self._keywords)
        return decorated

    # --- use -------------------------------------------------------------------------------------------------

    def client(self, region_name: str | None = None, **config: Any) -> KMSClient:
        """Return a boto3 client of KMS, ready for use. It talks to this fake, also inside another one.

        There is one for each Region and configuration; what is registered or set on it is gone with the fake. When the
        fake is closed, its requests raise RuntimeError, so that they never reach AWS.
        Its type is that of `mypy_boto3_kms`, where those stubs are installed.
        Input: `region_name`, by default this fake's Region; `config` as for `boto3.client`.
        """
        self._open_service()
        from fake_kms.misuse import check_client

        check_client(region_name, config)
        return self._make_client(region_name or self.region, config)

    def _make_client(self, region: str, config: dict[str, Any]) -> KMSClient:
        assert self._clients is not None  # noqa: S101 - made when the fake opens
        client: KMSClient = self._clients.get(region, config)
        return client

    @property
    def journal(self) -> Journal:
        """Every request that reached this fake; still readable when it is closed."""
        return self._open_or_closed_service().journal

    @property
    def region(self) -> str:
        """The Region of this fake's clients: that of its options, else the one that was configured when it opened."""
        if self._region is None:
            raise RuntimeError(
                "this FakeKms is not open yet, and no region was asked for: it will be the configured one"
            )
        return self._region

    @property
    def account_id(self) -> str:
        """The account of callers whose access key is not registered."""
        return self.options.account_id

    @property
    def principals(self) -> Principals:
        """The registered users, roles, account roots and services."""
        self._open_or_closed_service()
        assert self._principals is not None  # noqa: S101 - made with the service
        return self._principals

    @property
    def clusters(self) -> Clusters:
        """The CloudHSM clusters for custom key stores; while none is registered, any cluster id is accepted."""
        return self._open_or_closed_service().tools.clusters

    @property
    def xks(self) -> Xks:
        """The external key store proxies: which object or URL answers for which XksProxyUriEndpoint."""
        from fake_kms.xks import Xks

        return Xks(self._open_or_closed_service().tools.xks)

    def acting_as(self, principal: Principal) -> AbstractContextManager[Principal]:
        """Within the `with` block, every client whose credentials are not registered calls as this principal."""
        return self.principals.acting_as(principal)

    def explain(self, event: Event | None = None) -> str:
        """Return what was decided about a request and why: by default, about the last that was refused.

        Raises: LookupError if no request was refused, TypeError for what is no event.
        """
        from fake_kms.controls.journal import Event

        if event is None:
            event = next((event for event in reversed(self.journal[:]) if event.error_code is not None), None)
        if event is None:
            raise LookupError("no request was refused; name the event to explain")
        if not isinstance(event, Event):
            raise TypeError(f"explain takes an event of kms.journal, or nothing, not {event!r}")
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
        """Return the decision about a principal and an action, without making a request.

        Input: `action` with or without `kms:`; `key` by id, ARN or alias, None for actions without a key;
        `context` has further condition keys. Raises: ValueError for an unknown action, LookupError for a key that does
        not exist.
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
        """Delete all keys, aliases, principals and events, as in a fake just opened; the clock keeps its time."""
        service = self._open_service()
        if service is not self._in_use:
            service.close()
        self._service = self._new_service()

    @contextmanager
    def rolled_back(self) -> Iterator[Self]:
        """Within the `with` block the fake changes as usual; after it, it is as it was before.

        That holds for keys, aliases, grants, key stores, principals, clusters, proxies, the journal and the clock.
        """
        from fake_kms._api.rollback import remember
        from fake_kms.adapters.clients import Clients

        service = self._open_service()
        names = ("clock", "_service", "_principals", "_clients", "_in_use")
        before = {name: getattr(self, name) for name in names}
        with service.lock:  # no request changes anything meanwhile
            put_back = remember([service, self._principals, self.clock])
        self._clients, self._in_use = Clients(self._handler), service
        try:
            yield self
        finally:
            if self._service is not service and self._service is not None:
                self._service.close()
            with service.lock:
                put_back()
            for name, value in before.items():
                setattr(self, name, value)

    def _new_clock(self) -> Clock:
        now = self.options.now
        return Clock() if now is None else Clock(to_epoch(instant(now)))

    def _new_service(self) -> Service:
        from fake_kms.adapters import moto_iam
        from fake_kms.controls.principals import Principals
        from fake_kms.controls.registry import Registry
        from fake_kms.entropy import SeededEntropy, SystemEntropy
        from fake_kms.service import Service
        from fake_kms.service.rename_principals import rename_principals

        options, seed = self.options, self.options.seed
        registry = Registry(
            account=self.account_id,
            region=self.region,
            # A stream of its own: registering principals does not change which keys a seed makes.
            entropy=SystemEntropy() if seed is None else SeededEntropy(("principals", seed)),
            make_client=self._make_client,
            look_up=moto_iam.find_identity,
            known_elsewhere=moto_iam.knows,
            now=self.clock.epoch,
            rename=lambda rename: rename_principals(self._open_service().tools.store, rename),
        )
        self._principals = Principals(registry)
        return Service(
            clock=self.clock,
            entropy=SystemEntropy() if seed is None else SeededEntropy(seed),
            principals=registry,
            strict_identity=options.strict_identity,
            verify_signatures=options.verify_signatures,
            consistency=options.consistency,
            quotas=options.quotas,
            attestation_roots=options.attestation_roots,
            check_answers=options.check_answers,
        )

    def _open_service(self) -> Service:
        if self._uninstall is None and self._service is not None:
            raise RuntimeError("this FakeKms is closed: open a new one to make requests")
        return self._service or self._open_or_closed_service()

    def _open_or_closed_service(self) -> Service:
        if self._service is None:
            raise RuntimeError("this FakeKms is not open yet: use it in `with`, or call start()")
        return self._service


@overload
def fake_kms(target: F, /) -> F: ...
@overload
def fake_kms(**options: Unpack[OptionKeywords]) -> FakeKms: ...
def fake_kms(target: Any = None, /, **options: Unpack[OptionKeywords]) -> Any:
    """Return a fake KMS, for a `with` block or as a decorator with options; or decorate `target`."""
    fake = FakeKms(**options)
    return fake if target is None else fake(target)
