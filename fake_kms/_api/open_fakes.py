"""The open fakes of a process, and what each is for the adapters, which are loaded when a fake is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms._api.fake import FakeKms
    from fake_kms.service import Service
    from fake_kms.wire import HttpRequest, HttpResponse

__all__ = ["FakeHandler", "current", "stop_all"]


class FakeHandler:
    """A fake as the adapters see it: what answers requests."""

    def __init__(self, fake: FakeKms, open_service: Callable[[], Service]) -> None:
        self.fake = fake
        self._open_service = open_service

    @property
    def region(self) -> str:
        """The Region of the fake's clients."""
        return self.fake.region

    @property
    def is_open(self) -> bool:
        """Whether the fake answers now."""
        return self.fake.is_open

    @property
    def keeps_credentials(self) -> bool:
        """Whether the credentials of the environment and the profile stay in use."""
        return self.fake.options.keep_credentials

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request. Raises: RuntimeError if the fake is closed, and no other one is open."""
        try:
            service = self._open_service()
        except RuntimeError:
            # Another thread may have closed it since it was found to be the innermost.
            from fake_kms.adapters import handlers

            successor = handlers.current()
            if successor is None or successor is self:
                raise
            return successor.handle(request)
        return service.handle(request)


def stop_all() -> list[FakeKms]:
    """Close every open fake of the process, the innermost first, and return them."""
    from fake_kms.adapters import handlers

    fakes = [handler.fake for handler in reversed(handlers.present()) if isinstance(handler, FakeHandler)]
    for fake in fakes:
        fake.stop()
    return fakes


def current() -> FakeKms:
    """Return the innermost open fake, e.g. inside a decorated function. Raises: RuntimeError if none is open."""
    from fake_kms.adapters import handlers

    handler = handlers.require()
    if isinstance(handler, FakeHandler):
        return handler.fake
    raise RuntimeError(handler)  # what refuses KMS in the setUpClass of a decorated class
