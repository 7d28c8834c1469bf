"""The journal: every request that reached a fake, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from fake_kms.clock import from_epoch
from fake_kms.tables.permissions import PERMISSIONS

if TYPE_CHECKING:
    from fake_kms.policy.decision import Decision

__all__ = ["Event", "Journal"]

# What AWS does without a request.
_SERVICE_EVENTS = frozenset(
    {
        "CustomKeyStoreConnected",
        "CustomKeyStoreDisconnected",
        "CustomKeyStoreFailed",
        "DeleteExpiredKeyMaterial",
        "DeleteKey",
        "ExpireImportToken",
        "PropagateGrant",
        "RotateKey",
        "SynchronizeMultiRegionKey",
    }
)


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


class Journal:
    """The events of one fake, oldest first.

    An event is made when it is first read, as most never are: to make one costs 1.2 % of what botocore itself costs.
    """

    def __init__(self) -> None:
        self._entries: list[Event | tuple[Any, ...]] = []

    def add(self, event: Event) -> None:
        """Append an event."""
        self._entries.append(event)

    def add_fields(self, *fields: Any) -> None:
        """Append an event, given as its fields in their order."""
        self._entries.append(fields)

    def __repr__(self) -> str:
        return f"<Journal of {len(self)} events>"

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Event]:
        position = 0
        while position < len(self):  # it may grow meanwhile, as any list
            yield self._read(position)
            position += 1

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self._read(position) for position in range(len(self))[index]]
        return self._read(index)

    def _read(self, position: int) -> Event:
        entry = self._entries[position]
        if not isinstance(entry, Event):
            entry = self._entries[position] = Event(*entry)
        return entry

    def events(
        self,
        operation: str | None = None,
        *,
        key: str | None = None,
        error: str | None = None,
        succeeded: bool | None = None,
    ) -> list[Event]:
        """Return the events, oldest first, that fit all of these: operation, key (its id or ARN), error code, outcome.

        Raises: ValueError for an operation that KMS does not have, so that a typing error does not read as "never
        happened".
        """
        if operation is not None and operation not in PERMISSIONS and operation not in _SERVICE_EVENTS:
            raise ValueError(f"KMS has no operation {operation!r}")
        return [
            event
            for event in self
            if (operation is None or event.operation == operation)
            and (key is None or any(arn == key or arn.endswith(f"/{key}") for arn in event.key_arns))
            and (error is None or event.error_code == error)
            and (succeeded is None or event.succeeded is succeeded)
        ]

    def clear(self) -> None:
        """Delete all events."""
        self._entries.clear()
