"""requests: KMS requests that code signs itself are answered too, through the `responses` library.

`responses` is loaded with the first such request. Requests to anything but KMS are sent as usual, also to a mock of
another library.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import handlers
from fake_kms.adapters.botocore import read_body, to_http_request
from fake_kms.adapters.kms_requests import is_kms, kms_headers

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter
    from responses import RequestsMock

    from fake_kms.adapters.handlers import Undo

__all__ = ["patch", "patch_mocks", "to_kms_request"]

_EVERYTHING = re.compile(".*")  # only KMS requests are passed to the mock


def patch() -> Undo:
    """Answer KMS in `requests`. Output: a function that undoes it."""
    from requests.adapters import HTTPAdapter

    return handlers.replace_method(HTTPAdapter, "send", lambda original: _before(original, _adapter_and_request))


def patch_mocks() -> Undo:
    """Answer KMS inside mocks of `responses` too: one that is opened later replaces HTTPAdapter.send again."""
    from responses import RequestsMock

    return handlers.replace_method(RequestsMock, "_on_request", lambda original: _before(original, _inside_mock))


def _adapter_and_request(
    adapter: HTTPAdapter, request: PreparedRequest, *_: Any, **__: Any
) -> tuple[HTTPAdapter, PreparedRequest]:
    return adapter, request


def _inside_mock(
    mock: RequestsMock, adapter: HTTPAdapter, request: PreparedRequest, *_: Any, **__: Any
) -> tuple[HTTPAdapter, PreparedRequest] | None:
    return None if mock is _answering_mock() else (adapter, request)


def _before(original: Callable[..., Response], find: Callable[..., Any]) -> Any:
    """Return a function that answers KMS requests and passes all others to `original`."""

    def send(*args: Any, **kwargs: Any) -> Response:
        found = find(*args, **kwargs) if handlers.current() is not None else None
        if found is None or not _is_kms(found[1]):
            return original(*args, **kwargs)
        adapter, request = found
        request.body = read_body(request.body)  # a file is read once
        mock = _answering_mock()
        kwargs.pop("request", None)  # an adapter may pass it by name
        try:
            return mock._on_request(adapter, request, **kwargs)  # noqa: SLF001 - as its own HTTPAdapter.send does
        finally:
            mock.calls.reset()  # `responses` would keep every request, plaintexts included

    return send


@functools.cache
def _answering_mock() -> RequestsMock:
    import responses

    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
        mock.add_callback(method, _EVERYTHING, callback=_answer, content_type=None)
    return mock


def to_kms_request(request: PreparedRequest) -> Any:
    """Convert a request of the library. Output: None if it is not for KMS."""
    return to_http_request(request.method or "", request.url or "", request.headers, request.body)


def _is_kms(request: PreparedRequest) -> bool:
    return is_kms(request.url or "", *kms_headers(request.headers))


def _answer(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
    response = handlers.require().handle(to_kms_request(request))
    return response.status, response.headers, response.body
