"""botocore: every client of the process, whenever and wherever it was made.

The HTTP layer is replaced on its class, so clients made before are reached too. Requests of other services are sent
as usual, unless the guard refuses them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import guard, handlers, moto_mock
from fake_kms.adapters.kms_requests import is_kms, kms_headers, unknown_region
from fake_kms.wire import HttpRequest

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

    from fake_kms.adapters.handlers import Undo

__all__ = ["ANSWERED_BY", "patch", "patch_endpoints", "read_body", "to_http_request"]

# The attribute of a prepared request that names the handler which answers it, where that is not the innermost one.
ANSWERED_BY = "fake_kms"


def patch() -> Undo:
    """Answer KMS in botocore's HTTP layer. Output: a function that undoes it."""
    from botocore.httpsession import URLLib3Session

    from fake_kms.adapters.answers import Answer

    def make(original: Callable[..., AWSResponse]) -> Callable[..., AWSResponse]:
        def send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
            handler = vars(request).get(ANSWERED_BY) or handlers.current()
            kms_request = None
            if handler is not None:
                kms_request = to_http_request(request.method, request.url, request.headers, request.body)
            if handler is None or kms_request is None:
                _check(request, handler)
                return original(session, request)
            _refuse_unknown_host(request.url, handler)
            return Answer(request.url, handler.handle(kms_request))

        return send

    return handlers.replace_method(URLLib3Session, "send", make)


def patch_endpoints() -> Undo:
    """Refuse requests before they are signed, which may fetch credentials. Output: a function that undoes it."""
    from botocore.endpoint import Endpoint

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def make_request(endpoint: Endpoint, operation_model: Any, request_dict: Any) -> Any:
            if handlers.current() is None and not moto_mock.is_open():
                guard.check(request_dict["url"], *kms_headers(request_dict["headers"]))
            return original(endpoint, operation_model, request_dict)

        return make_request

    return handlers.replace_method(Endpoint, "make_request", make)


def _check(request: AWSPreparedRequest, handler: handlers.Handler | None) -> None:
    """Refuse what would reach a real account, or look for credentials in the network. Raises: RealAwsError."""
    guard.check(request.url, *kms_headers(request.headers))
    if handler is not None and not handler.keeps_credentials:
        guard.refuse_credential_sources(request.url)


def _refuse_unknown_host(url: str, handler: handlers.Handler) -> None:
    """Raise EndpointConnectionError for the host of a Region that does not exist, as without a fake.

    Assumed: a Region exists if the installed botocore lists it, or if it is the fake's own.
    """
    region = unknown_region(url)
    if region is None or region == handler.region:
        return
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url=url)


def to_http_request(method: str, url: str, headers: Any, body: Any) -> HttpRequest | None:
    """Convert a client library's request. Output: None if it is not for KMS."""
    target, authorization = kms_headers(headers)
    if not is_kms(url, target, authorization):
        return None
    return HttpRequest(method, url, headers, read_body(body), target, authorization)


def read_body(body: Any) -> bytes:
    """Return a request body of any kind that client libraries take: bytes, text, a file, or pieces."""
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
