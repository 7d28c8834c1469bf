"""What the journal shows of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_kms.tables.model import Operation

__all__ = ["redact"]


def redact(operation: Operation, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the request with sizes in place of blobs, and without the values of sensitive members."""
    secret = operation.secrets.intersection(request)
    if not secret:
        return request
    shown = dict(request)
    for name in secret:
        shown[name] = _placeholder(shown[name])
    return shown


def _placeholder(value: Any) -> str:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else "<redacted>"
