"""moto: S3, DynamoDB and the rest are moto's, KMS is ours, however the two are nested or imported.

moto answers in a `before-send` handler of botocore, before the HTTP layer is reached, and for `requests` in a
callback; both are methods of its BotocoreStubber. While a fake is open they step aside for KMS. moto's own
services that use moto's KMS internally (EBS, RDS, SES, CloudFormation) go on doing so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fake_kms.adapters import active
from fake_kms.adapters.botocore import to_http_request
from fake_kms.adapters.requests import prepare

__all__ = ["patch"]


def patch() -> Callable[[], None]:
    """Let moto step aside for KMS; the answer takes the patch out again."""
    from moto.core.botocore_stubber import BotocoreStubber

    def make_call(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(stubber: BotocoreStubber, event_name: str, request: Any, **kwargs: Any) -> Any:
            door = active.innermost()
            if door and to_http_request(request.method, request.url, request.headers, request.body):
                return None  # botocore goes on to its HTTP layer, where the fake answers
            return original(stubber, event_name, request, **kwargs)

        return call

    def make_process(original: Callable[..., Any]) -> Callable[..., Any]:
        def process(stubber: BotocoreStubber, request: Any) -> Any:
            door, prepared = active.innermost(), prepare(request)
            if door is None or prepared is None:
                return original(stubber, request)
            response = door.handle(prepared)
            return response.status, response.headers, response.body

        return process

    undo_call = active.replace(BotocoreStubber, "__call__", make_call)
    undo_process = active.replace(BotocoreStubber, "process_prepared_request", make_process)

    def undo() -> None:
        undo_process()
        undo_call()

    return undo
