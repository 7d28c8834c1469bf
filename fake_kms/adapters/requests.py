"""requests: code that signs a KMS request itself is answered, through the `responses` library.

`responses` is loaded only when `requests` is. Requests to anything but KMS go on as they would have, to a mock
of somebody else's included.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import active
from fake_kms.adapters.botocore import header_text, read_body, to_http_request
from fake_kms.adapters.recognise import is_kms

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from responses import RequestsMock

__all__ = ["patch", "prepare"]

_EVERYTHING = re.compile(".*")  # what is KMS's has been told before


def patch() -> Callable[[], None]:
    """Answer KMS in `requests`; the answer takes the patch out again.

    A mock of `responses` that is opened later stands above ours; so KMS is answered inside every such mock, too.
    """
    import responses
    from requests.adapters import HTTPAdapter

    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
        mock.add_callback(method, _EVERYTHING, callback=_answer, content_type=None)
    answering = mock._on_request  # noqa: SLF001 - what `unbound_on_send` binds, without its own HTTPAdapter
    undo_mocks = active.replace(
        responses.RequestsMock, "_on_request", lambda original: _before(original, mock, answering)
    )
    undo_adapter = active.replace(HTTPAdapter, "send", lambda original: _before(original, mock, answering))

    def undo() -> None:
        undo_adapter()
        undo_mocks()

    return undo


def _before(original: Callable[..., Response], mock: RequestsMock, answering: Callable[..., Response]) -> Any:
    """Answer KMS before `original` sees it: HTTPAdapter.send, or a mock's way of answering."""

    def send(*args: Any, **kwargs: Any) -> Response:
        # Of the adapter: (adapter, request, stream, …); of a mock: (mock, adapter, request).
        adapter, request = args[-2:] if type(args[0]) is type(mock) else args[:2]
        if active.innermost() is None or args[0] is mock or not _is_kms(request):
            return original(*args, **kwargs)
        request.body = read_body(request.body)  # a file is read once
        try:
            return answering(adapter, request, **kwargs)
        finally:
            mock.calls.reset()  # `responses` would keep every request, plaintexts and all

    return send


def prepare(request: PreparedRequest) -> Any:
    """Turn a request of the library into ours; None if it is not KMS's."""
    return to_http_request(request.method or "", request.url or "", request.headers, request.body)


def _is_kms(request: PreparedRequest) -> bool:
    target, authorization = (request.headers.get(name, "") for name in ("X-Amz-Target", "Authorization"))
    return is_kms(request.url or "", header_text(target), header_text(authorization))


def _answer(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
    response = active.answer(prepare(request))
    return response.status, response.headers, response.body
