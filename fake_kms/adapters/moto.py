"""moto beside the fake: KMS is the fake's, S3, DynamoDB and the rest are moto's, however they are nested or imported.

moto answers in a `before-send` handler of botocore, before the HTTP layer is reached, and for `requests` in a
callback; both are methods of its BotocoreStubber. While a fake is open, they leave KMS to it. moto's own services
that use moto's KMS internally (EBS, RDS, SES, CloudFormation) go on doing so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import handlers
from fake_kms.adapters.kms_requests import is_kms, kms_headers
from fake_kms.adapters.requests import to_kms_request

if TYPE_CHECKING:
    from fake_kms.adapters.handlers import Undo

__all__ = ["patch"]


def patch() -> Undo:
    """Let moto leave KMS to the fake. Output: a function that undoes it."""
    from moto.core.botocore_stubber import BotocoreStubber

    undo_call = handlers.replace_method(BotocoreStubber, "__call__", _leave_to_the_http_layer)
    undo_process = handlers.replace_method(BotocoreStubber, "process_prepared_request", _answer_in_moto)

    def undo() -> None:
        undo_process()
        undo_call()

    return undo


def _leave_to_the_http_layer(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(stubber: Any, event_name: str, request: Any, **kwargs: Any) -> Any:
        if handlers.current() and is_kms(request.url, *kms_headers(request.headers)):
            return None  # botocore goes on to its HTTP layer, where the fake answers
        return original(stubber, event_name, request, **kwargs)

    return call


def _answer_in_moto(original: Callable[..., Any]) -> Callable[..., Any]:
    def process(stubber: Any, request: Any) -> Any:
        handler, kms_request = handlers.current(), to_kms_request(request)
        if handler is None or kms_request is None:
            return original(stubber, request)
        response = handler.handle(kms_request)
        return response.status, response.headers, response.body

    return process
