"""The last stage, whatever became of the request: an event in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.wire.redaction import redact

if TYPE_CHECKING:
    from fake_kms.controls.journal import Log
    from fake_kms.operations import Call

__all__ = ["note"]


def note(log: Log, call: Call) -> None:
    """Write down what was requested and what came of it."""
    caller = getattr(call, "caller", None)  # a request may be refused before its caller is known
    refusal = call.refusal
    log.add(
        call.operation,
        call.request_id,
        call.now,
        caller.access_key_id if caller else None,
        caller.arn if caller else None,
        caller.region if caller else None,
        tuple([found.key.arn for found in call.found]),
        redact(call.model, call.input) if call.input else {},
        refusal.code if refusal else None,
        refusal.message if refusal else None,
        tuple(call.decisions),
        None if call.raised is None else type(call.raised).__name__,
    )
