"""The fakes that are open in this process, and the patches that stand while there is one.

The innermost open fake answers. The first to open patches, the last to close takes the patches out again, in
whatever order they close.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from fake_kms.wire import HttpRequest, HttpResponse

__all__ = ["Door", "answer", "close", "innermost", "is_open", "open_", "replace"]


class Door(Protocol):
    """What answers requests."""

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        ...


Undo = Callable[[], None]

_lock = threading.RLock()
_open: list[Door] = []
_undo: list[Undo] = []


def open_(door: Door, patches: tuple[Callable[[], Undo], ...]) -> None:
    """Let a door answer from now on; the patches are made if it is the first."""
    with _lock:
        if not _open:
            try:
                _undo.extend(patch() for patch in patches)  # one after the other: what was made is undone below
            except BaseException:
                _take_out()
                raise
        _open.append(door)


def close(door: Door) -> None:
    """Let a door answer no more; the patches are taken out if it was the last."""
    with _lock:
        _open.remove(door)
        if not _open:
            _take_out()


def _take_out() -> None:
    while _undo:
        _undo.pop()()


def is_open(door: Door) -> bool:
    """Return whether a door is open."""
    return door in _open


def innermost() -> Door | None:
    """Return the door that answers now, if any is open."""
    try:
        return _open[-1]
    except IndexError:
        return None


def answer(request: HttpRequest) -> HttpResponse:
    """Let the innermost door answer. Raises: RuntimeError when none is open."""
    door = innermost()
    if door is None:
        raise RuntimeError("no fake_kms is open: open one with the fixture, the decorator or `with fake_kms():`")
    return door.handle(request)


def replace(owner: type, name: str, make: Callable[[Any], Any]) -> Undo:
    """Replace a method of a class by what `make` makes of it; the answer puts the method back.

    Where somebody has put another replacement on top in the meantime (a mock that closes later), ours stays
    below it; so every replacement must pass everything on when no door is open.
    """
    original = getattr(owner, name)
    ours = make(original)
    setattr(owner, name, ours)

    def undo() -> None:
        if owner.__dict__.get(name) is ours:
            setattr(owner, name, original)

    return undo
