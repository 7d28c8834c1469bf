"""requests: code that signs a KMS request itself is answered, through the `responses` library.

`responses` is loaded with the first such request. Requests to anything but KMS go on as they would have, to a mock
of somebody else's included.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import active
from fake_kms.adapters.botocore import read_body, to_http_request
from fake_kms.adapters.kms_requests import is_kms, whose

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter
    from responses import RequestsMock

__all__ = ["patch", "patch_mocks", "prepare"]

_EVERYTHING = re.compile(".*")  # what is KMS's has been told before


def patch() -> Callable[[], None]:
    """Answer KMS in `requests`; the answer takes the patch out again."""
    from requests.adapters import HTTPAdapter

    return active.replace(HTTPAdapter, "send", lambda original: _before(original, _adapter_and_request))


def patch_mocks() -> Callable[[], None]:
    """Answer KMS inside mocks of `responses` too: one that is opened later stands above our HTTPAdapter.send."""
    from responses import RequestsMock

    return active.replace(RequestsMock, "_on_request", lambda original: _before(original, _inside_mock))


def _adapter_and_request(*args: Any) -> tuple[HTTPAdapter, PreparedRequest] | None:
    return args[0], args[1]


def _inside_mock(*args: Any) -> tuple[HTTPAdapter, PreparedRequest] | None:
    mock, adapter, request = args[:3]
    return None if mock is _answering_mock() else (adapter, request)


def _before(original: Callable[..., Response], find: Callable[..., Any]) -> Any:
    """Answer KMS before `original` sees it."""

    def send(*args: Any, **kwargs: Any) -> Response:
        found = find(*args) if active.innermost() is not None else None
        if found is None or not _is_kms(found[1]):
            return original(*args, **kwargs)
        adapter, request = found
        request.body = read_body(request.body)  # a file is read once
        mock = _answering_mock()
        try:
            return mock._on_request(adapter, request, **kwargs)  # noqa: SLF001 - as its own HTTPAdapter.send does
        finally:
            mock.calls.reset()  # `responses` would keep every request, plaintexts and all

    return send


@functools.cache
def _answering_mock() -> RequestsMock:
    import responses

    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
        mock.add_callback(method, _EVERYTHING, callback=_answer, content_type=None)
    return mock


def prepare(request: PreparedRequest) -> Any:
    """Turn a request of the library into ours; None if it is not KMS's."""
    return to_http_request(request.method or "", request.url or "", request.headers, request.body)


def _is_kms(request: PreparedRequest) -> bool:
    return is_kms(request.url or "", *whose(request.headers))


def _answer(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
    response = active.answer(prepare(request))
    return response.status, response.headers, response.body
