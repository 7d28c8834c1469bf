"""requests: code that signs a KMS request itself is answered, through the `responses` library.

`responses` is loaded only when `requests` is. Requests to anything but KMS go on as they would have, to a mock
of somebody else's included.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import active
from fake_kms.adapters.botocore import to_http_request

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.adapters import HTTPAdapter

__all__ = ["patch", "prepare"]

_EVERYTHING = re.compile(".*")  # what is KMS's has been told before


def patch() -> Callable[[], None]:
    """Answer KMS in `requests`; the answer takes the patch out again."""
    import responses
    from requests.adapters import HTTPAdapter

    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"):
        mock.add_callback(method, _EVERYTHING, callback=_answer, content_type=None)
    mocked = mock.unbound_on_send()

    def make(original: Callable[..., Response]) -> Callable[..., Response]:
        def send(adapter: HTTPAdapter, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
            if active.innermost() is None or prepare(request) is None:
                return original(adapter, request, *args, **kwargs)
            try:
                return mocked(adapter, request, *args, **kwargs)
            finally:
                mock.calls.reset()  # `responses` would keep every request, plaintexts and all

        return send

    return active.replace(HTTPAdapter, "send", make)


def prepare(request: PreparedRequest) -> Any:
    """Turn a request of the library into ours; None if it is not KMS's."""
    return to_http_request(request.method or "", request.url or "", request.headers, request.body)


def _answer(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
    response = active.answer(prepare(request))
    return response.status, response.headers, response.body
