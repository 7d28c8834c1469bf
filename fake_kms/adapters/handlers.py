"""The handlers of KMS requests in this process, and the patches that are in place while there is one.

Each open fake is a handler; the innermost one answers. The first handler puts the patches in place, the last takes
them out again, in whatever order they are removed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fake_kms.wire import HttpRequest, HttpResponse

__all__ = ["Handler", "Undo", "current", "push", "remove", "replace_method", "require"]

Undo = Callable[[], None]


class Handler(Protocol):
    """Whatever answers KMS requests."""

    @property
    def region(self) -> str:
        """The Region of its clients, which exists for it whether AWS has it or not."""
        ...

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        ...


_lock = threading.RLock()
_handlers: list[Handler] = []
_undo: list[Undo] = []


def push(handler: Handler, patches: Iterable[Callable[[], Undo]] = ()) -> None:
    """Make a handler the innermost one. If it is the first, the patches are put in place."""
    with _lock:
        if not _handlers:
            try:
                _undo.extend(patch() for patch in patches)  # extended one by one: what is in place is undone below
            except BaseException:
                _undo_patches()
                raise
        _handlers.append(handler)


def remove(handler: Handler) -> None:
    """Remove a handler. If it was the last, the patches are undone."""
    with _lock:
        _handlers.remove(handler)
        if not _handlers:
            _undo_patches()


def _undo_patches() -> None:
    while _undo:
        _undo.pop()()


def current() -> Handler | None:
    """Return the innermost handler, or None."""
    try:
        return _handlers[-1]
    except IndexError:
        return None


def require() -> Handler:
    """Return the innermost handler. Raises: RuntimeError if there is none."""
    handler = current()
    if handler is None:
        raise RuntimeError("no fake_kms is open: open one with the fixture, the decorator or `with fake_kms():`")
    return handler


def replace_method(owner: type, name: str, make: Callable[[Any], Any]) -> Undo:
    """Replace a method of a class by `make(method)`. Output: a function that restores the method.

    If other code has replaced it again in the meantime (a mock that is closed later), the replacement made here stays
    beneath that one. So every replacement must call the original when there is no handler.
    """
    original = getattr(owner, name)
    replacement = make(original)
    setattr(owner, name, replacement)

    def undo() -> None:
        if owner.__dict__.get(name) is replacement:
            setattr(owner, name, original)

    return undo
