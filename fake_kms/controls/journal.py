"""The journal: every request that reached a fake, and what became of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from fake_kms import arns, errors
from fake_kms.clock import from_epoch
from fake_kms.controls.principal import Principal, Role
from fake_kms.controls.registry import sessions_of
from fake_kms.errors.answer import Answer
from fake_kms.misuse import check_flag, check_region, check_text, suggestion
from fake_kms.tables import model
from fake_kms.tables.operation_names import SERVICE_EVENTS
from fake_kms.tables.permissions import PERMISSIONS
from fake_kms.tables.undeclared_errors import UNDECLARED, UNDECLARED_EVERYWHERE

if TYPE_CHECKING:
    from fake_kms.policy.decision import Decision
    from fake_kms.tables.operation_names import OperationName, ServiceEventName

__all__ = ["Event", "Journal", "Log"]

# The request members that name a key or an alias.
_KEY_MEMBERS = ("KeyId", "SourceKeyId", "DestinationKeyId", "TargetKeyId", "AliasName")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Event:
    """One request that reached the fake, or one thing that AWS does without a request.

    `input` is the request without blobs and secrets. `error_code` is the error that the request was refused with,
    None if it was not; `error_message` is None where AWS sends none. `key_arns` are the keys that were found for it.
    `decisions` are the authorizer's, one for each resource. `raised` is the name of the exception where there was no
    answer, because the fake or an external key store proxy of the test raised something that is no KMS error.
    """

    operation: str
    request_id: str
    epoch: float
    access_key_id: str | None
    principal: str | None
    region: str | None
    key_arns: tuple[str, ...]
    input: Mapping[str, Any]
    error_code: str | None = None
    error_message: str | None = None
    decisions: tuple[Decision, ...] = ()
    raised: str | None = None

    def __repr__(self) -> str:
        return f"<Event {self}>"

    @property
    def time(self) -> datetime:
        """When it happened, in UTC."""
        return from_epoch(self.epoch)

    @property
    def key_arn(self) -> str | None:
        """The first key that was found for it, or None."""
        return self.key_arns[0] if self.key_arns else None

    @property
    def succeeded(self) -> bool:
        """Whether the request was answered and not refused."""
        return self.error_code is None and self.raised is None

    def explain(self) -> str:
        """Return what was decided about the caller and why, in lines for people."""
        if self.decisions:
            return "\n".join([str(self), *(decision.explain() for decision in self.decisions)])
        if self.raised is not None:
            return f"{self}\n  {self.raised} was raised before anybody asked whether the caller may."
        return f"{self}\n  The request was answered before anybody asked whether the caller may."

    def __str__(self) -> str:
        return f"{self.operation} {' '.join(self.key_arns) or '-'} by {self.principal or 'nobody'} -> {self._outcome()}"

    def _outcome(self) -> str:
        if self.raised is not None:
            return f"raised {self.raised}"
        outcome = "ok" if self.error_code is None else self.error_code
        if self.error_message:
            outcome += f": {self.error_message}"
        context = self.input.get("EncryptionContext")
        if self.error_code == "InvalidCiphertextException" and context is not None:
            outcome += f" (under the encryption context {context})"
        return outcome


class Log:
    """What the fake notes, oldest first: an event, or the fields of one in their order.

    An event is made when it is first read, as most never are: to make one costs 1.2 % of what botocore itself costs.
    """

    def __init__(self) -> None:
        self.entries: list[Event | tuple[Any, ...]] = []

    def add(self, *fields: Any) -> None:
        """Append an event, given as its fields in their order."""
        self.entries.append(fields)

    def read(self, position: int) -> Event:
        """Return the event at a position, made of its fields where that has not been done. Raises: IndexError."""
        entry = self.entries[position]
        if not isinstance(entry, Event):
            entry = self.entries[position] = Event(*entry)
        return entry


class Journal:
    """The events of one fake, oldest first."""

    def __init__(self, log: Log, find_keys: Callable[[str], Collection[str]]) -> None:
        """Make a journal; `find_keys` tells the ARNs of the keys that an id, ARN or alias name stands for."""
        self._log = log
        self._find_keys = find_keys

    def __repr__(self) -> str:
        return f"<Journal of {len(self)} events>"

    def __len__(self) -> int:
        return len(self._log.entries)

    def __iter__(self) -> Iterator[Event]:
        position = 0
        while position < len(self):  # it may grow meanwhile, as any list
            yield self._log.read(position)
            position += 1

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self._log.read(position) for position in range(len(self))[index]]
        return self._log.read(index)

    def events(
        self,
        operation: OperationName | ServiceEventName | None = None,
        *,
        key: str | None = None,
        error: str | None = None,
        succeeded: bool | None = None,
        principal: Principal | str | None = None,
        region: str | None = None,
    ) -> list[Event]:
        """Return the events, oldest first, that fit all of these.

        Input: `key` an id, ARN, alias name or alias ARN: the events of the key that it stands for now, and the
        requests that named it so. `error` an error code. `principal` the caller, as `kms.principals` made it, or its
        ARN; a role, or its ARN, stands for all its sessions. `region` the Region that was called.
        Raises: ValueError for an operation or error code that KMS does not have, and for what names no key, principal
        or Region, so that a typing error does not read as "never happened".
        """
        self._check(operation, error, succeeded, region)
        calls = None if principal is None else self._calls(principal)
        concerns = None if key is None else self._concerns(key)
        return [
            event
            for event in self
            if (operation is None or event.operation == operation)
            and (concerns is None or concerns(event))
            and (error is None or event.error_code == error)
            and (succeeded is None or event.succeeded is succeeded)
            and (calls is None or calls(event.principal or ""))
            and (region is None or event.region == region)
        ]

    def _check(self, operation: str | None, error: str | None, succeeded: bool | None, region: str | None) -> None:
        if operation is not None:
            name = check_text("an operation", operation, "Decrypt")
            if name not in PERMISSIONS and name not in SERVICE_EVENTS:
                raise ValueError(f"KMS has no operation {name!r}{suggestion(name, PERMISSIONS)}")
        if error is not None:
            code = check_text("error", error, "AccessDeniedException")
            known = _error_codes()
            if code not in known and all(event.error_code != code for event in self):
                raise ValueError(f"KMS has no error {code!r}{suggestion(code, known)}")
        if succeeded is not None:
            check_flag("succeeded", succeeded)
        check_region("region", region)

    def _calls(self, principal: Principal | str) -> Callable[[str], bool]:
        """Return whether a name in an event is that of a principal."""
        if isinstance(principal, Role):
            return _begins_with(sessions_of(principal.role_arn))
        name = principal.arn if isinstance(principal, Principal) else check_text("principal", principal, "arn:…")
        if ":role/" in name:
            return _begins_with(sessions_of(name))
        if not name.startswith("arn:") and "." not in name and all(event.principal != name for event in self):
            raise ValueError(f"principal is what kms.principals made, or an ARN, not {name!r}")
        return name.__eq__

    def _concerns(self, key: str) -> Callable[[Event], bool]:
        """Return whether an event is about a key. Raises: ValueError for what cannot name any."""
        found = frozenset(self._find_keys(check_text("key", key, "alias/app")))

        def concerns(event: Event) -> bool:
            return any(arn in found or arn == key or arn.endswith(f"/{key}") for arn in event.key_arns) or any(
                event.input.get(member) == key for member in _KEY_MEMBERS
            )

        possible = found or arns.is_key_id(key) or (arns.parse_arn(key) is not None and ":key/" in key)
        if not possible and not any(concerns(event) for event in self):
            raise ValueError(f"{key!r} names no key: say its id or ARN, or an alias that exists or was named before")
        return concerns

    def clear(self) -> None:
        """Delete all events."""
        self._log.entries.clear()


def _begins_with(start: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(start)


@functools.cache
def _error_codes() -> frozenset[str]:
    """Return the codes of KMS's errors: those of the model, and those that the model does not declare."""
    declared = {code for operation in model.load().values() for code in operation.errors}
    answered = {answer.row.code for answer in vars(errors).values() if isinstance(answer, Answer)}
    return frozenset(declared.union(answered, UNDECLARED_EVERYWHERE, *UNDECLARED.values()))
