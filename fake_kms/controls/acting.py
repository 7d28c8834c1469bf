"""What `kms.acting_as` returns: a block within which unregistered callers are a principal."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import ContextDecorator
from typing import TYPE_CHECKING, Any, TypeVar

from fake_kms.misuse import place_of_caller

if TYPE_CHECKING:
    from types import TracebackType

    from fake_kms.controls.principal import Principal
    from fake_kms.controls.registry import Registry

__all__ = ["ActingAs"]

F = TypeVar("F", bound=Callable[..., Any])


class ActingAs(ContextDecorator):
    """A `with` block, or the decorator of a function, within which a principal calls.

    One that was thrown away without either did nothing, and the test would go on as administrator: the registry hears
    of it, and refuses the next request that it was meant for.
    """

    def __init__(self, registry: Registry, principal: Principal) -> None:
        self._registry = registry
        self._principal = principal
        self._entries: list[object] = []
        self._used = False
        self._place = place_of_caller()

    def __repr__(self) -> str:
        return f"<acting_as({self._principal!r}), for a `with` block>"

    def __call__(self, func: F) -> F:
        """Decorate a function. Raises: TypeError for a coroutine function."""
        if inspect.iscoroutinefunction(func):
            raise TypeError("acting_as decorates no coroutine function: write `with kms.acting_as(...):` inside it")
        self._used = True
        return super().__call__(func)

    def __enter__(self) -> Principal:
        self._used = True
        self._entries.append(self._registry.begin_acting(self._principal))
        return self._principal

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._registry.end_acting(self._entries.pop())

    def __del__(self) -> None:
        if not self._used:
            self._registry.refuse_next(
                f"acting_as({self._principal!r}) at {self._place} was called without `with`, so nobody acted: "
                "write `with kms.acting_as(...):` around the calls"
            )
