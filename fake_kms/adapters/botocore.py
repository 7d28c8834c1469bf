"""botocore: every client of the process, whenever and wherever it was made.

The HTTP layer is replaced on its class, so clients made before are reached too. Requests of other services go on
as they would have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import active
from fake_kms.adapters.kms_requests import is_kms, whose
from fake_kms.wire import HttpRequest

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

__all__ = ["patch", "read_body", "to_http_request"]


def patch() -> Callable[[], None]:
    """Answer KMS in botocore's HTTP layer; the answer takes the patch out again."""
    from botocore.httpsession import URLLib3Session

    from fake_kms.adapters.answers import Answer

    def make(original: Callable[..., AWSResponse]) -> Callable[..., AWSResponse]:
        def send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            door = active.innermost()
            prepared = to_http_request(request.method, request.url, request.headers, request.body) if door else None
            if door is None or prepared is None:
                return original(session, request)
            return Answer(request.url, door.handle(prepared))

        return send

    return active.replace(URLLib3Session, "send", make)


def to_http_request(method: str, url: str, headers: Any, body: Any) -> HttpRequest | None:
    """Turn a client library's request into ours; None if it is not KMS's."""
    target, authorization = whose(headers)
    if not is_kms(url, target, authorization):
        return None
    return HttpRequest(method, url, headers, read_body(body), target, authorization)


def read_body(body: Any) -> bytes:
    """Read a request body of any kind that client libraries take: bytes, text, a file, or pieces."""
    if type(body) is bytes:
        return body
    if body is None:
        return b""
    if isinstance(body, bytearray | memoryview | bytes):
        return bytes(body)
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return read_body(body.read())
    return b"".join(read_body(piece) for piece in body)
