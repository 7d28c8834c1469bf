"""JSON 1.1 as AWS speaks it: from an HTTP request to typed values, and back.

Source: AWS JSON 1.1 protocol; api_semantics section 1.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import math
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, NamedTuple

from fake_kms import errors

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.tables.model import Operation, Shape

__all__ = ["TARGET", "HttpRequest", "HttpResponse", "decode", "encode", "encode_error", "redact"]

TARGET = "TrentService"
_CONTENT_TYPE = "application/x-amz-json-1.1"
_MAX_INT = 2**31 - 1
_MAX_TIMESTAMP = 253_402_300_799  # the last second of the year 9999


class HttpRequest(NamedTuple):
    """An HTTP request; names of headers are lower-case.

    `target` and `authorization` are the two headers that say whose request it is, empty where it has none.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    target: str
    authorization: str

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.url} {self.target}, {len(self.body)} bytes)"


class HttpResponse(NamedTuple):
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"HttpResponse({self.status}, {len(self.body)} bytes)"


# --- decoding ------------------------------------------------------------------------------------------------


def decode(operation: Operation, body: bytes) -> dict[str, Any]:
    """Read a request body: blobs become bytes, timestamps seconds since 1970.

    Members the model does not know are passed over, and null counts as absent. Raises: KmsError
    SerializationException for whatever is not JSON or has the wrong JSON type.
    """
    try:
        raw = _read_json(body.decode()) if body else {}
    except (ValueError, RecursionError):
        raise errors.serialization() from None
    try:
        decoded: dict[str, Any] = _structure(operation.input, raw)
    except RecursionError:
        raise errors.serialization() from None
    return decoded


def _read_json(text: str) -> Any:
    # What clients send is one value without space around it; the rest is for the slower way to judge.
    try:
        value, end = _JSON.scan_once(text, 0)  # type: ignore[attr-defined]
    except StopIteration:
        return _JSON.decode(text)
    return value if end == len(text) else _JSON.decode(text)


def _structure(shape: Shape, raw: Any) -> dict[str, Any]:
    if type(raw) is not dict:
        raise errors.serialization()
    members = _member_decoders(shape)
    out = {}
    for name, value in raw.items():
        if name in members and value is not None:
            decode_member, member = members[name]
            out[name] = decode_member(member, value)
    return out


@functools.cache
def _member_decoders(shape: Shape) -> dict[str, tuple[Callable[[Shape, Any], Any], Shape]]:
    return {name: (_DECODERS[member.kind], member) for name, member in shape.members.items()}


def _list(shape: Shape, raw: Any) -> list[Any]:
    if type(raw) is not list or shape.element is None:
        raise errors.serialization()
    decode_element = _DECODERS[shape.element.kind]
    return [None if item is None else decode_element(shape.element, item) for item in raw]


def _map(shape: Shape, raw: Any) -> dict[str, Any]:
    if type(raw) is not dict or shape.value is None:
        raise errors.serialization()
    decode_value = _DECODERS[shape.value.kind]
    return {_string(shape, name): decode_value(shape.value, value) for name, value in raw.items()}


def _string(_: Shape, raw: Any) -> str:
    if type(raw) is not str:
        raise errors.serialization()
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:  # half a surrogate pair is no text
            raise errors.serialization() from None
    return raw


def _integer(_: Shape, raw: Any) -> int:
    if type(raw) is not int or abs(raw) > _MAX_INT:
        raise errors.serialization()
    return raw


def _boolean(_: Shape, raw: Any) -> bool:
    if type(raw) is not bool:
        raise errors.serialization()
    return raw


def _blob(shape: Shape, raw: Any) -> bytes:
    text = _string(shape, raw)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise errors.serialization() from None


def _timestamp(_: Shape, raw: Any) -> float:
    if type(raw) not in {int, float} or not math.isfinite(raw) or not 0 <= raw <= _MAX_TIMESTAMP:
        raise errors.serialization()
    return float(raw)


_DECODERS: dict[str, Callable[[Shape, Any], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}


# --- encoding ------------------------------------------------------------------------------------------------


def encode(output: Mapping[str, Any] | None, request_id: str, now: float) -> HttpResponse:
    """Write an answer: members in alphabetical order; None (no output shape) is an empty body."""
    body = b"" if output is None else _WRITER.encode(output).encode()
    return HttpResponse(200, _headers(body, request_id, now), body)


def encode_error(error: KmsError, request_id: str, now: float) -> HttpResponse:
    """Write a refusal; where AWS sends no message there is no such member."""
    content = {"__type": error.code}
    if error.message is not None:
        content[error.field] = error.message
    body = _WRITER.encode(content).encode()
    return HttpResponse(error.status, _headers(body, request_id, now), body)


def _base64(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode()


_JSON = json.JSONDecoder()
_WRITER = json.JSONEncoder(separators=(",", ":"), sort_keys=True, default=_base64)


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


def redact(operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the request without what must not leave the fake: blobs and sensitive members become their sizes."""
    secrets = operation.secrets
    return {name: _size(value) if name in secrets else value for name, value in request.items()}


def _size(value: Any) -> str:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else "<redacted>"
