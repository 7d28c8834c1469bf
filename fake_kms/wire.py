"""JSON 1.1 as AWS speaks it: from an HTTP request to typed values, and back.

Source: AWS JSON 1.1 protocol; api_semantics section 1.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import sys
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, NamedTuple

from fake_kms import errors

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.tables.model import Operation, Shape

__all__ = ["TARGET", "HttpRequest", "HttpResponse", "decode", "encode", "encode_error", "header_text", "redact"]

TARGET = "TrentService"
_CONTENT_TYPE = "application/x-amz-json-1.1"
_MAX_INT = 2**31 - 1
_MAX_TIMESTAMP = 253_402_300_799  # the last second of the year 9999


class HttpRequest(NamedTuple):
    """An HTTP request.

    `headers` are a client library's own: names are found in lower case, values are text or bytes. `target` and
    `authorization` are the two headers that say whose request it is, empty where it has none.
    """

    method: str
    url: str
    headers: Mapping[str, str | bytes]
    body: bytes
    target: str
    authorization: str

    def header(self, name: str) -> str | None:
        """Return a header by its name in lower case; None where there is none."""
        value = self.headers.get(name)
        return None if value is None else header_text(value)

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.url} {self.target}, {len(self.body)} bytes)"


class HttpResponse(NamedTuple):
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"HttpResponse({self.status}, {len(self.body)} bytes)"


def header_text(value: str | bytes) -> str:
    """Return a header's value as text, whatever a client library keeps it as."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


# --- decoding ------------------------------------------------------------------------------------------------


Decoder = Callable[[Any], Any]

_from_base64: Callable[[str], bytes]
if sys.version_info >= (3, 11):
    _from_base64 = functools.partial(binascii.a2b_base64, strict_mode=True)  # what the other one calls
else:
    _from_base64 = functools.partial(base64.b64decode, validate=True)


def decode(operation: Operation, body: bytes) -> dict[str, Any]:
    """Read a request body: blobs become bytes, timestamps seconds since 1970.

    Members the model does not know are passed over, and null counts as absent. Raises: KmsError
    SerializationException for whatever is not JSON or has the wrong JSON type.
    """
    try:
        decoded: dict[str, Any] = _decoder(operation.input)(_read_json(body) if body else {})
    except (ValueError, RecursionError):
        raise errors.serialization() from None
    return decoded


def _read_json(body: bytes) -> Any:
    # What clients send is one value without space around it; the rest is for the slower way to judge.
    text = body.decode()
    try:
        value, end = _JSON.scan_once(text, 0)  # type: ignore[attr-defined]
    except StopIteration:
        return _JSON.decode(text)
    return value if end == len(text) else _JSON.decode(text)


@functools.cache
def _decoder(shape: Shape) -> Decoder:
    # Made once per shape, with the decoders of what is inside it at hand.
    make = _MAKERS.get(shape.kind)
    return _SCALARS[shape.kind] if make is None else make(shape)


def _structure(shape: Shape) -> Decoder:
    members = {name: _decoder(member) for name, member in shape.members.items()}

    def decode_structure(raw: Any) -> dict[str, Any]:
        if type(raw) is not dict:
            raise errors.serialization()
        out = {}
        for name, value in raw.items():
            if value is not None and name in members:
                out[name] = members[name](value)
        return out

    return decode_structure


def _list(shape: Shape) -> Decoder:
    assert shape.element is not None  # noqa: S101 - the model says so of every list
    decode_element = _decoder(shape.element)

    def decode_list(raw: Any) -> list[Any]:
        if type(raw) is not list:
            raise errors.serialization()
        return [None if item is None else decode_element(item) for item in raw]

    return decode_list


def _map(shape: Shape) -> Decoder:
    assert shape.value is not None  # noqa: S101 - the model says so of every map
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
        raise errors.serialization()
    if not raw.isascii():
        raw.encode()  # half a surrogate pair is no text, and a ValueError
    return raw


def _integer(raw: Any) -> int:
    if type(raw) is not int or abs(raw) > _MAX_INT:
        raise errors.serialization()
    return raw


def _boolean(raw: Any) -> bool:
    if type(raw) is not bool:
        raise errors.serialization()
    return raw


def _blob(raw: Any) -> bytes:
    if type(raw) is not str:
        raise errors.serialization()
    return _from_base64(raw)


def _timestamp(raw: Any) -> float:
    if type(raw) not in {int, float} or not 0 <= raw <= _MAX_TIMESTAMP:  # what is no number is not between them either
        raise errors.serialization()
    return float(raw)


_SCALARS: dict[str, Decoder] = {
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}
_MAKERS: dict[str, Callable[[Shape], Decoder]] = {"structure": _structure, "list": _list, "map": _map}


# --- encoding ------------------------------------------------------------------------------------------------


def encode(output: Mapping[str, Any] | None, request_id: str, now: float) -> HttpResponse:
    """Write an answer: members in alphabetical order; None (no output shape) is an empty body."""
    body = b"" if output is None else _write_json(output).encode()
    return HttpResponse(200, _headers(body, request_id, now), body)


def encode_error(error: KmsError, request_id: str, now: float) -> HttpResponse:
    """Write a refusal; where AWS sends no message there is no such member."""
    content = {"__type": error.code}
    if error.message is not None:
        content[error.field] = error.message
    body = _write_json(content).encode()
    return HttpResponse(error.status, _headers(body, request_id, now), body)


def _base64(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode()


def _writer() -> Callable[[Any], str]:
    # JSONEncoder.encode makes an encoder in C anew for every text; where Python has one, it is made once.
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(separators=(",", ":"), sort_keys=True, default=_base64).encode
    write = make(None, _base64, json.encoder.encode_basestring_ascii, None, ":", ",", True, False, False)
    return lambda value: "".join(write(value, 0))


_JSON = json.JSONDecoder()
_write_json = _writer()


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


def redact(operation: Operation, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the request without what must not leave the fake: blobs and sensitive members become their sizes."""
    secret = operation.secrets.intersection(request)
    if not secret:
        return request
    told = dict(request)
    for name in secret:
        told[name] = _size(told[name])
    return told


def _size(value: Any) -> str:
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else "<redacted>"
