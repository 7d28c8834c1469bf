"""The part of DER that the formats here need."""

from __future__ import annotations

__all__ = ["tlv"]

_SHORT_FORM = 0x80


def tlv(tag: int, body: bytes) -> bytes:
    """Return tag, length and value; lengths below 128 in the short form."""
    length = len(body)
    if length < _SHORT_FORM:
        return bytes((tag, length)) + body
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT_FORM | len(octets))) + octets + body
