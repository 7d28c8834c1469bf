"""The journal: every request, answered or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from fake_kms.clock import from_epoch
from fake_kms.tables.permissions import PERMISSIONS

if TYPE_CHECKING:
    from fake_kms.policy.decide import Decision

__all__ = ["Event", "Journal"]


# What happens without a request.
_BY_ITSELF = frozenset(
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


class Event(NamedTuple):
    """One request that reached the fake.

    `input` is the request without blobs and secrets; `error_code` is None where the request was answered, and
    `error_message` where AWS sends none. `key_arns` are the keys that were found for it. `decisions` are what the
    authorizer decided and why, one for each resource it was asked about.
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
        if not self.decisions:
            return f"{self}\n  The request was answered before anybody asked whether the caller may."
        return "\n".join([str(self), *(decision.explain() for decision in self.decisions)])

    def __str__(self) -> str:
        outcome = self.error_code or (f"raised {self.raised}" if self.raised else "ok")
        if self.error_message:
            outcome += f": {self.error_message}"
        context = self.input.get("EncryptionContext")
        if self.error_code == "InvalidCiphertextException" and context is not None:
            outcome += f" (under the encryption context {context})"
        return f"{self.operation} {' '.join(self.key_arns) or '-'} by {self.principal or 'nobody'} -> {outcome}"


class Journal:
    """The events of one fake, oldest first."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(self, event: Event) -> None:
        """Write one event down."""
        self._events.append(event)

    def __repr__(self) -> str:
        return f"<Journal of {len(self._events)} events>"

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        return self._events[index]

    def events(
        self,
        operation: str | None = None,
        *,
        key: str | None = None,
        error: str | None = None,
        succeeded: bool | None = None,
    ) -> list[Event]:
        """Find events: by operation name, by key (its id or ARN), by error code, by outcome.

        What is not said does not restrict. Output: the events, oldest first. Raises: ValueError for an operation that
        is none, so that a slip of the pen does not read as "never happened".
        """
        if operation is not None and operation not in PERMISSIONS and operation not in _BY_ITSELF:
            raise ValueError(f"KMS has no operation {operation!r}")
        return [
            event
            for event in self._events
            if (operation is None or event.operation == operation)
            and (key is None or any(arn == key or arn.endswith(f"/{key}") for arn in event.key_arns))
            and (error is None or event.error_code == error)
            and (succeeded is None or event.succeeded is succeeded)
        ]

    def clear(self) -> None:
        """Forget all events."""
        self._events.clear()
