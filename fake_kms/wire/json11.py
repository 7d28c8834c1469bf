"""AWS JSON 1.1: from a request's body to typed values, and from values to a response.

Source: Smithy, "AWS JSON 1.1 protocol"; docs/aws/api_semantics.md#wire-format.
"""

from __future__ import annotations

import base64
import binascii
import functools
import sys
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.wire import _fastjson
from fake_kms.wire.http import HttpResponse

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.tables.model import Operation, Shape

__all__ = ["TARGET", "decode", "encode", "encode_error"]

TARGET = "TrentService"
_CONTENT_TYPE = "application/x-amz-json-1.1"
_MAX_INT = 2**31 - 1
_MAX_TIMESTAMP = 253_402_300_799  # the last second of the year 9999

Decoder = Callable[[Any], Any]

_from_base64: Callable[[str], bytes]
if sys.version_info >= (3, 11):
    _from_base64 = functools.partial(binascii.a2b_base64, strict_mode=True)  # what b64decode calls
else:
    _from_base64 = functools.partial(base64.b64decode, validate=True)


def decode(operation: Operation, body: bytes) -> dict[str, Any]:
    """Read a request body: blobs become bytes, timestamps seconds since 1970.

    Members that the model does not have are left out, and null counts as absent. Raises: KmsError
    SerializationException for anything that is not JSON or has the wrong JSON type.
    """
    try:
        decoded: dict[str, Any] = _decoder(operation.input)(_fastjson.read(body.decode()))
    except (ValueError, RecursionError):
        raise errors.serialization() from None
    return decoded


@functools.cache
def _decoder(shape: Shape) -> Decoder:
    # Built once per shape, with the decoders of its members inside.
    build = _BUILDERS.get(shape.kind)
    return _SCALARS[shape.kind] if build is None else build(shape)


def _structure(shape: Shape) -> Decoder:
    members = {name: _decoder(member) for name, member in shape.members.items()}

    def decode_structure(raw: Any) -> dict[str, Any]:
        if type(raw) is not dict:
            raise errors.serialization()
        decoded = {}
        for name, value in raw.items():
            if value is not None and name in members:
                decoded[name] = members[name](value)
        return decoded

    return decode_structure


def _list(shape: Shape) -> Decoder:
    assert shape.element is not None  # noqa: S101 - the model has one for every list
    decode_element = _decoder(shape.element)

    def decode_list(raw: Any) -> list[Any]:
        if type(raw) is not list:
            raise errors.serialization()
        return [None if item is None else decode_element(item) for item in raw]

    return decode_list


def _map(shape: Shape) -> Decoder:
    assert shape.value is not None  # noqa: S101 - the model has one for every map
    decode_value = _decoder(shape.value)

    def decode_map(raw: Any) -> dict[str, Any]:
        if type(raw) is not dict:
            raise errors.serialization()
        for name, value in raw.items():
            raw[_string(name)] = decode_value(value)
        return raw

    return decode_map


def _string(raw: Any) -> str:
    if type(raw) is not str:
        raise _wrong_scalar(raw, "a String")
    if not raw.isascii():
        raw.encode()  # raises ValueError for half of a surrogate pair
    return raw


def _integer(raw: Any) -> int:
    if type(raw) is not int or abs(raw) > _MAX_INT:
        raise _wrong_scalar(raw, "an Integer")
    return raw


def _wrong_scalar(raw: Any, kind: str) -> KmsError:
    if type(raw) is list:
        return errors.list_unexpected()
    token = _TOKENS.get((type(raw), kind))
    return errors.serialization() if token is None else errors.not_convertible(token, kind)


def _boolean(raw: Any) -> bool:
    if type(raw) is not bool:
        raise errors.serialization()
    return raw


def _blob(raw: Any) -> bytes:
    if type(raw) is not str:
        raise errors.serialization()
    return _from_base64(raw)


def _timestamp(raw: Any) -> float:
    if type(raw) not in {int, float} or not 0 <= raw <= _MAX_TIMESTAMP:  # NaN fails this comparison too
        raise errors.serialization()
    return float(raw)


# What the value is and what is expected -> how AWS names the value.
_TOKENS: dict[tuple[type, str], str] = {
    (int, "a String"): "NUMBER_VALUE",
    (float, "a String"): "NUMBER_VALUE",
    (str, "an Integer"): "STRING_VALUE",
}
_SCALARS: dict[str, Decoder] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}
_BUILDERS: dict[str, Callable[[Shape], Decoder]] = {"structure": _structure, "list": _list, "map": _map}


def encode(output: Mapping[str, Any] | None, request_id: str, now: float) -> HttpResponse:
    """Write a response, members in alphabetical order; None, for operations without output, is an empty body."""
    body = b"" if output is None else _write(output).encode()
    return HttpResponse(200, _headers(body, request_id, now), body)


def encode_error(error: KmsError, request_id: str, now: float) -> HttpResponse:
    """Write an error response; errors that AWS sends without a message have no such member."""
    content = {"__type": error.code}
    if error.message is not None:
        content[error.field] = error.message
    body = _write(content).encode()
    return HttpResponse(error.status, _headers(body, request_id, now), body)


def _base64(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode()


_write = _fastjson.writer(_base64)


def _headers(body: bytes, request_id: str, now: float) -> dict[str, str]:
    return {
        "x-amzn-RequestId": request_id,
        "Cache-Control": "no-cache, no-store, must-revalidate, private",
        "Expires": "0",
        "Pragma": "no-cache",
        "Date": _date(int(now)),
        "Content-Type": _CONTENT_TYPE,
        "Content-Length": str(len(body)),
    }


@functools.lru_cache(maxsize=4)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
