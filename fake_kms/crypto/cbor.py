"""The part of CBOR (RFC 8949) that attestation documents are written in.

Integers, byte and text strings, arrays, maps, tags, false, true and null; lengths definite or not. Floats,
`undefined` and the other simple values are refused, as are repeated map keys and keys that are not integers or
strings. A longer head than needed is well-formed and accepted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["BadCbor", "Tag", "decode", "encode"]

_SIMPLE: dict[int, bool | None] = {0xF4: False, 0xF5: True, 0xF6: None}
_KEY_TYPES = {int, str, bytes}
_DEPTH = 16


class BadCbor(Exception):  # noqa: N818 - a verdict on the bytes
    """The bytes are not one item of this part of CBOR, or the value has no form in it."""


class Tag(NamedTuple):
    """A tagged item."""

    number: int
    value: object


def decode(data: bytes) -> object:
    """Read one item and nothing after it: int, bytes, str, list, dict, `Tag`, bool or None.

    An item may be nested 16 levels deep; a length beyond the end of the data is refused before anything is allocated.

    Raises: BadCbor, and nothing else, whatever the bytes.
    """
    reader = _Reader(data)
    try:
        value = reader.item(0)
    except UnicodeDecodeError as error:
        raise BadCbor("a text string is not UTF-8") from error
    if reader.at != len(data):
        raise BadCbor("bytes after the item")
    return value


def encode(value: object) -> bytes:
    """Write a value with the shortest heads and definite lengths, maps in their own order.

    Input: int from -2^64 to 2^64-1, bytes, str, list or tuple, dict, bool, None. Raises: BadCbor for other values.
    """
    match value:
        case None | bool():
            return b"\xf6" if value is None else b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            text = value.encode()
            return _head(3, len(text)) + text
        case list() | tuple():
            return _head(4, len(value)) + b"".join(map(encode, value))
        case dict():
            return _head(5, len(value)) + b"".join(map(encode, itertools.chain.from_iterable(value.items())))
    raise BadCbor(f"{type(value).__name__} has no form")


def _head(major: int, argument: int) -> bytes:
    if argument < 24:  # noqa: PLR2004 - RFC 8949, section 3: smaller ones are part of the first byte
        return bytes((major << 5 | argument,))
    for power in range(4):
        if argument < 1 << (8 << power):
            return bytes((major << 5 | 24 + power,)) + argument.to_bytes(1 << power, "big")
    raise BadCbor("an integer beyond 64 bits")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def item(self, depth: int) -> object:
        if depth > _DEPTH:
            raise BadCbor("nested too deeply")
        first = self._take(1)[0]
        if first in _SIMPLE:
            return _SIMPLE[first]
        match first >> 5, self._argument(first & 31):
            case (0 | 1) as major, int(argument):
                return -1 - argument if major else argument
            case 2, length:
                return b"".join(self._chunks(2, length))
            case 3, length:
                return "".join(chunk.decode() for chunk in self._chunks(3, length))
            case 4, length:
                return list(self._items(length, depth + 1))
            case 5, length:
                return self._map(length, depth + 1)
            case 6, int(argument):
                return Tag(argument, self.item(depth + 1))
        raise BadCbor(f"no item here starts with {first:#04x}")

    def _take(self, count: int) -> bytes:
        start, self.at = self.at, self.at + count
        if self.at > len(self._data):
            raise BadCbor("it ends too early")
        return self._data[start : self.at]

    def _argument(self, information: int) -> int | None:
        # None is an indefinite length; 28 to 30 are reserved.
        if information in {28, 29, 30}:
            raise BadCbor("a reserved length")
        if information in {24, 25, 26, 27}:
            return int.from_bytes(self._take(1 << information - 24), "big")
        return None if information == 31 else information  # noqa: PLR2004

    def _chunks(self, major: int, length: int | None) -> Iterator[bytes]:
        if length is not None:
            yield self._take(length)
        while length is None and not self._break():
            first = self._take(1)[0]
            size = self._argument(first & 31)
            if first >> 5 != major or size is None:
                raise BadCbor("a piece of a string is something else")
            yield self._take(size)

    def _items(self, count: int | None, depth: int) -> Iterator[object]:
        for _ in itertools.count() if count is None else range(count):
            if count is None and self._break():
                return
            yield self.item(depth)

    def _map(self, count: int | None, depth: int) -> dict[object, object]:
        found: dict[object, object] = {}
        for key in self._items(count, depth):
            if type(key) not in _KEY_TYPES or key in found:
                raise BadCbor("a map key is there twice, or neither an integer nor a string")
            found[key] = self.item(depth)
        return found

    def _break(self) -> bool:
        here = self._data.startswith(b"\xff", self.at)
        self.at += here
        return here
