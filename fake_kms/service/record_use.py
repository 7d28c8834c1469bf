"""When a key was last used, for GetKeyLastUsage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.store.key import Use

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["record_use"]


def record_use(call: Call) -> None:
    """Note on each key of a cryptographic operation that it was used."""
    if call.declaration.is_cryptographic:
        use = Use(call.operation, call.now, call.request_id)
        for found in call.found:
            found.key.last_use = use
