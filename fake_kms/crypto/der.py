"""The part of DER that the formats here need."""

from __future__ import annotations

__all__ = ["from_ber", "tlv"]

_SHORT_FORM = 0x80
_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_END_OF_CONTENTS = b"\0\0"
_DEEPEST = 50  # no key is nested as deep


def tlv(tag: int, body: bytes) -> bytes:
    """Return tag, length and value; lengths below 128 in the short form."""
    length = len(body)
    if length < _SHORT_FORM:
        return bytes((tag, length)) + body
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT_FORM | len(octets))) + octets + body


def from_ber(ber: bytes) -> bytes:
    """Return one BER value as DER: definite lengths, as short as they can be; tags of one byte. Raises: ValueError."""
    der, end = _from_ber(ber, 0, 0)
    if end != len(ber):
        raise ValueError("there is more than one value")
    return der


def _from_ber(ber: bytes, start: int, depth: int) -> tuple[bytes, int]:
    try:
        tag, length = ber[start], ber[start + 1]
    except IndexError:
        raise ValueError("the value ends early") from None
    if tag & _LONG_TAG == _LONG_TAG:
        raise ValueError("the tag has several bytes")
    if depth > _DEEPEST:
        raise ValueError("it is nested too deep")
    start += 2
    if length == _SHORT_FORM:
        return _indefinite(tag, ber, start, depth)
    if length > _SHORT_FORM:
        octets = length - _SHORT_FORM
        length, start = int.from_bytes(ber[start : start + octets], "big"), start + octets
    end = start + length
    if end > len(ber):
        raise ValueError("the value ends early")
    if not tag & _CONSTRUCTED:
        return tlv(tag, ber[start:end]), end
    body = b""
    while start < end:
        item, start = _from_ber(ber, start, depth + 1)
        body += item
    return tlv(tag, body), end


def _indefinite(tag: int, ber: bytes, start: int, depth: int) -> tuple[bytes, int]:
    body = b""
    while ber[start : start + 2] != _END_OF_CONTENTS:
        item, start = _from_ber(ber, start, depth + 1)
        body += item
    return tlv(tag, body), start + 2
