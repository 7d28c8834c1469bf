"""The way of a request: recognized first, then through the stages, in AWS's order.

An operation goes through every stage that has something to do for it, and no body can leave one out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from fake_kms import errors, wire
from fake_kms.controls.journal import Event, Journal
from fake_kms.crypto.attestation import default_authority, load_root
from fake_kms.entropy import RequestIds
from fake_kms.errors import KmsError
from fake_kms.operations import DECLARATIONS, Call
from fake_kms.operations.rotation import rotate_every_year
from fake_kms.service.authorize import authorize
from fake_kms.service.check_constraints import check_constraints as _check_constraints
from fake_kms.service.check_key_policy import check_key_policy as _check_key_policy
from fake_kms.service.check_keys import check_keys as _check_fitness
from fake_kms.service.exchange import Exchange
from fake_kms.service.find_keys import find_keys as _find_keys
from fake_kms.service.identify import identify as _identify
from fake_kms.service.recipient import read_attestation as _read_attestation
from fake_kms.service.recipient import seal_for_recipient as _seal_for_recipient
from fake_kms.service.signatures import verify_signature
from fake_kms.store.key import Use
from fake_kms.store.managed import keep_managed_key
from fake_kms.store.region import Store
from fake_kms.tables import model
from fake_kms.tables.permissions import CRYPTOGRAPHIC
from fake_kms.tables.quotas import quotas_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_kms.clock import Now
    from fake_kms.controls.principals import Principals
    from fake_kms.entropy import Entropy
    from fake_kms.operations import Declaration
    from fake_kms.policy.decide import Decision
    from fake_kms.policy.identity import Identity
    from fake_kms.tables.model import Operation
    from fake_kms.wire import HttpRequest, HttpResponse

__all__ = ["STAGES", "Service", "Stage", "Way"]


def recognize(exchange: Exchange) -> None:
    """Return the operation by the request's target. Raises: KmsError UnknownOperationException."""
    target, ways = exchange.request.target, exchange.service.ways
    if target not in ways:
        ways[target] = _find_way(exchange)
    exchange.way = ways[target]
    exchange.name = exchange.way.name


def _find_way(exchange: Exchange) -> Way:
    prefix, _, name = exchange.request.target.partition(".")
    operation = model.load().get(name)
    if operation is None or prefix != wire.TARGET:
        raise errors.unknown_operation()
    exchange.name = name
    declaration = DECLARATIONS.get(name)
    if declaration is None:
        raise errors.unbuilt_operation(name)
    stages = tuple([stage.run for stage in STAGES if stage.concerns(operation, declaration)])
    return Way(name, operation, declaration, stages)


def decode(exchange: Exchange) -> None:
    """Read the body. Raises: KmsError SerializationException."""
    exchange.input = wire.decode(exchange.way.model, exchange.request.body)


def identify(exchange: Exchange) -> None:
    """Return who calls. Raises: KmsError."""
    service = exchange.service
    exchange.caller = _identify(exchange.request, service.principals, strict=service.strict_identity)
    if service.verify_signatures:
        verify_signature(exchange.request, exchange.caller, service.principals, service.clock.system_epoch())


def check_constraints(exchange: Exchange) -> None:
    """Check the request against the model. Raises: KmsError ValidationException."""
    limit = exchange.service.store.quotas["encryption_context_bytes"]
    _check_constraints(exchange.way.model, exchange.input, limit)


def read_recipient(exchange: Exchange) -> None:
    """Read and verify a recipient's attestation document. Raises: KmsError ValidationException."""
    if "Recipient" in exchange.input:
        roots = exchange.service.attestation_roots()
        exchange.attestation = _read_attestation(exchange.input["Recipient"], roots, exchange.now)


def find_keys(exchange: Exchange) -> None:
    """Set up the call and find its keys. Raises: KmsError."""
    caller, store = exchange.caller, exchange.service.store
    assert caller is not None  # noqa: S101 - `identify` stands before
    exchange.call = call = Call(
        exchange.name,
        exchange.input,
        caller,
        store.region(caller.account, caller.region),
        store,
        exchange.now,
        exchange.request_id,
        [],
    )
    declaration = exchange.way.declaration
    if declaration.check_request is not None:
        declaration.check_request(call)
    _find_keys(call, declaration)


def check_keys(exchange: Exchange) -> None:
    """Check usage, state and algorithm, and what AWS checks for this operation alone. Raises: KmsError."""
    _check_fitness(exchange.call, exchange.way.declaration)


def check_key_policy(exchange: Exchange) -> None:
    """Check the key policy that the request brings, if any. Raises: KmsError."""
    _check_key_policy(exchange.call)


def perform(exchange: Exchange) -> None:
    """Run the body; a dry run ends before a change, and after everything else. Raises: KmsError."""
    dry_run = exchange.input.get("DryRun")
    if dry_run and exchange.way.declaration.changes:
        raise errors.dry_run()
    exchange.output = exchange.way.declaration.body(exchange.call)
    if dry_run:
        raise errors.dry_run()


def record_use(exchange: Exchange) -> None:
    """Note on each key that it was used."""
    use = Use(exchange.name, exchange.now, exchange.request_id)
    for found in exchange.call.found:
        found.key.last_use = use


def keep_managed_keys(exchange: Exchange) -> None:
    """Let the AWS managed keys that this request has used first be there from now on."""
    call = exchange.call
    for found in call.found:
        if found.alias_name is not None and found.key.aws_managed:
            region = call.store.region(found.key.account, found.key.region)
            alias = region.aliases.get(found.alias_name)
            kept = keep_managed_key(call.store, region, alias, call.now) if alias else None
            if kept is not None:
                rotate_every_year(call.store, kept)


def seal_for_recipient(exchange: Exchange) -> None:
    """Seal what is in clear for the recipient, if there is one."""
    if exchange.attestation is not None and exchange.output is not None:
        _seal_for_recipient(exchange.name, exchange.output, exchange.attestation, exchange.service.entropy)


Concerns = Callable[["Operation", "Declaration"], bool]


def _every_one(_: Operation, __: Declaration) -> bool:
    return True


def _having(member: str) -> Concerns:
    return lambda operation, _: member in operation.input.members


class Stage(NamedTuple):
    """One stage, and which operations it has something to do for."""

    run: Callable[[Exchange], None]
    concerns: Concerns = _every_one


STAGES: tuple[Stage, ...] = (
    Stage(decode),
    Stage(identify),
    Stage(check_constraints),
    Stage(read_recipient, _having("Recipient")),
    Stage(find_keys),
    Stage(authorize),
    Stage(check_keys),
    Stage(check_key_policy, _having("Policy")),
    Stage(perform),
    Stage(record_use, lambda operation, _: operation.name in CRYPTOGRAPHIC),
    Stage(keep_managed_keys, lambda _, declaration: declaration.permission.accepts_alias),
    Stage(seal_for_recipient, _having("Recipient")),
)


class Way(NamedTuple):
    """An operation, and the stages that its requests go through."""

    name: str
    model: Operation
    declaration: Declaration
    stages: tuple[Callable[[Exchange], None], ...]


# How long a new grant works with its token only, in seconds. Source: Developer Guide, "Grant tokens": usually less
# than five minutes.
GRANT_DELAYS = {"immediate": 0, "eventual": 300}


class Service:
    """One fake KMS, without any input or output of its own."""

    def __init__(
        self,
        *,
        clock: Now,
        entropy: Entropy,
        principals: Principals,
        quotas: dict[str, int] | None = None,
        strict_identity: bool = False,
        verify_signatures: bool = False,
        consistency: str = "immediate",
        attestation_roots: Sequence[bytes] | None = None,
    ) -> None:
        self.clock = clock
        self.entropy = entropy
        self.principals = principals
        self.strict_identity = strict_identity
        self.verify_signatures = verify_signatures
        self.store = Store(entropy, quotas_with(quotas), grant_delay=GRANT_DELAYS[consistency])
        if strict_identity:
            self.store.knows_principal = principals.knows
        self.journal = Journal()
        self._request_ids = RequestIds(entropy)
        self.constant_decisions: dict[tuple[Identity, str | None, str, str], Decision] = {}
        self.store.on_service_event = self._note_service_event
        self.ways: dict[str, Way] = {}
        self._attestation_roots = None if attestation_roots is None else [load_root(root) for root in attestation_roots]
        self._lock = threading.RLock()

    def attestation_roots(self) -> list[bytes]:
        """Return the roots that attestation documents must descend from: the helper's own where nothing was said."""
        if self._attestation_roots is None:
            self._attestation_roots = [default_authority().root]
        return self._attestation_roots

    def close(self) -> None:
        """Return back what was borrowed from the process."""
        self.store.rsa.end()

    def now(self) -> float:
        """Return the present instant in whole milliseconds, as KMS dates everything."""
        return round(self.clock.epoch() * 1000) / 1000

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request; requests of several threads come one after the other.

        Only what AWS would answer is an answer. A mistake in the fake surfaces as itself.
        """
        with self._lock:
            now = self.now()
            self.store.schedule.run_due(now)
            exchange = Exchange(self, request, self._request_ids.next(), now)
            refusal = None
            try:
                recognize(exchange)
                for run in exchange.way.stages:
                    run(exchange)
            except KmsError as error:
                refusal = error
            finally:  # also when a mistake, or an external key store of the user's, raised something else
                self.journal.add(_event(exchange, refusal))
            if refusal is not None:
                return wire.encode_error(refusal, exchange.request_id, now)
            return wire.encode(exchange.output, exchange.request_id, now)

    def _note_service_event(self, operation: str, region: str, resource: str, when: float) -> None:
        # What AWS does by itself is in the journal too; CloudTrail has such events for keys.
        self.journal.add(Event(operation, "", when, None, "AWS Internal", region, (resource,), {}))


def _event(exchange: Exchange, refusal: KmsError | None) -> Event:
    caller, call = exchange.caller, getattr(exchange, "call", None)  # refused before there was one
    return Event(
        exchange.name,
        exchange.request_id,
        exchange.now,
        caller.access_key_id if caller else None,
        caller.arn if caller else None,
        caller.region if caller else None,
        tuple([found.key.arn for found in call.found]) if call else (),
        wire.redact(exchange.way.model, exchange.input) if exchange.input else {},
        refusal.code if refusal else None,
        refusal.message if refusal else None,
        tuple(exchange.decisions),
    )
