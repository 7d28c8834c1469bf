"""The handlers of KMS requests in this process, and the patches that are in place while there is one.

Each open fake is a handler; the innermost one answers. The first handler or guard puts the patches in place, the last
takes them out again, in whatever order they end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fake_kms.wire import HttpRequest, HttpResponse

__all__ = ["Handler", "Undo", "current", "hold", "present", "push", "remove", "replace_method", "require"]

Undo = Callable[[], None]


class Handler(Protocol):
    """Whatever answers KMS requests."""

    @property
    def region(self) -> str:
        """The Region of its clients, which exists for it whether AWS has it or not."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether it still answers."""
        ...

    @property
    def keeps_credentials(self) -> bool:
        """Whether the credentials of the environment and the profile stay in use."""
        ...

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        ...


_lock = threading.RLock()
_handlers: list[Handler] = []
_holders = 0
_undo: list[Undo] = []
_replacements: dict[int, tuple[Any, Any]] = {}  # by its id: each replacement, and what it replaced


def hold(patches: Iterable[Callable[[], Undo]]) -> Undo:
    """Keep the patches in place. Output: a function that lets go of them; the last one to do so undoes them."""
    global _holders  # noqa: PLW0603 - the patches are the process's
    with _lock:
        if not _holders:
            try:
                _undo.extend(patch() for patch in patches)  # extended one by one: what is in place is undone below
            except BaseException:
                _undo_patches()
                raise
        _holders += 1
    return _let_go


def _let_go() -> None:
    global _holders  # noqa: PLW0603 - the patches are the process's
    with _lock:
        _holders -= 1
        if not _holders:
            _undo_patches()


def push(handler: Handler, patches: Iterable[Callable[[], Undo]] = ()) -> None:
    """Make a handler the innermost one, with the patches in place."""
    with _lock:
        hold(patches)
        _handlers.append(handler)


def remove(handler: Handler) -> None:
    """Remove a handler."""
    with _lock:
        if handler in _handlers:
            _handlers.remove(handler)
            _let_go()


def _undo_patches() -> None:
    while _undo:
        _undo.pop()()


def current() -> Handler | None:
    """Return the innermost handler, or None."""
    try:
        return _handlers[-1]
    except IndexError:
        return None


def present() -> list[Handler]:
    """Return all handlers, the innermost last."""
    return [*_handlers]


def require() -> Handler:
    """Return the innermost handler. Raises: RuntimeError if there is none."""
    handler = current()
    if handler is None:
        raise RuntimeError("no fake_kms is open: open one with the fixture, the decorator or `with fake_kms():`")
    return handler


def replace_method(owner: Any, name: str, make: Callable[[Any], Any]) -> Undo:
    """Replace a method of a class, or a function of a module, by `make(original)`. Output: a function that restores it.

    If other code has replaced it again in the meantime (a mock that is closed later), the replacement made here stays
    beneath that one. So every replacement must call the original when there is no handler and no guard. When the other
    code has put it back by then, it is used again: however often that happens, there is one layer.
    """
    present = getattr(owner, name)
    if id(present) in _replacements:
        replacement, original = _replacements[id(present)]
    else:
        original, replacement = present, make(present)
        _replacements[id(replacement)] = replacement, original
        setattr(owner, name, replacement)

    def undo() -> None:
        if owner.__dict__.get(name) is replacement:
            setattr(owner, name, original)
            _replacements.pop(id(replacement), None)

    return undo
