"""The encryption context as additional authenticated data."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["canonical", "canonical_length"]


def canonical(context: Mapping[str, str] | None) -> bytes:
    """Serialize an encryption context so that two different ones never result in the same bytes.

    Pairs are sorted by key, and every key and value carries its length, so `{"ab": "c"}` and `{"a": "bc"}`
    differ. An empty context is the same as none. Source: AWS Encryption SDK, its serialization.
    """
    if not context:
        return b"\0\0"
    parts = [len(context).to_bytes(2, "big")]
    for key in sorted(context):  # by code point, which is the order of the bytes in UTF-8 too
        for text in (key, context[key]):
            data = text.encode()
            parts += (len(data).to_bytes(2, "big"), data)
    return b"".join(parts)


def canonical_length(context: Mapping[str, str]) -> int:
    """Return the length of `canonical` without building it."""
    length = 2
    for key, value in context.items():
        length += 4 + len(key.encode()) + len(value.encode())
    return length
