"""The decorator: a new fake around each call of a function; on classes, see `decorated_classes`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Any

from fake_kms._api.decorated_classes import decorate_class, is_fixture
from fake_kms._api.fake import FakeKms

__all__ = ["DecoratedFunction", "decorate", "decorated_function", "is_decorated"]

_ATTRIBUTE = "__fake_kms__"
_Make = Callable[[], AbstractContextManager[FakeKms]]


def decorate(target: Any, options: Mapping[str, Any]) -> Any:
    """Return a callable, or a class of tests, that runs with new fakes of these options.

    Raises: TypeError for anything else; RuntimeError for a class of pytest's tests without the pytest plugin.
    """
    if isinstance(target, type):
        return decorate_class(target, options)
    if isinstance(target, staticmethod | classmethod):
        return type(target)(decorate(target.__func__, options))
    if is_fixture(target):
        raise TypeError("put @fake_kms below @pytest.fixture, so that it decorates the function and not the fixture")
    if not callable(target):
        raise TypeError(
            f"@fake_kms decorates functions and classes of tests, not {target!r}; "
            "options are keywords, as in @fake_kms(region='eu-west-1')"
        )
    decorated = DecoratedFunction(options)
    wrapper = _wrapper(target, decorated.open)
    # The attributes of a function are its marks and the like; those of another callable object are its own.
    functools.update_wrapper(wrapper, target, updated=("__dict__",) if inspect.isroutine(target) else ())
    decorated.function = wrapper
    vars(wrapper)[_ATTRIBUTE] = decorated
    return wrapper


def decorated_function(function: Any) -> DecoratedFunction | None:
    """Return what a function was decorated with, also below other decorators; None if it was not.

    Below Hypothesis' `@given` each example has a fake of its own: that is none of the whole test.
    """
    while function is not None and not hasattr(function, "hypothesis"):
        found = getattr(function, _ATTRIBUTE, None)
        if isinstance(found, DecoratedFunction) and found.function is function:
            return found
        function = getattr(function, "__wrapped__", None)
    return None


def is_decorated(function: Any) -> bool:
    """Return whether `@fake_kms` is among the decorators of a function, also below Hypothesis' `@given`."""
    below_given = getattr(getattr(function, "hypothesis", None), "inner_test", None)
    return decorated_function(function) is not None or decorated_function(below_given) is not None


class DecoratedFunction:
    """A function with new fakes of these options at each call.

    The pytest plugin may open the fake of a test before, so that the test's fixtures have it: `opened`.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.function: Callable[..., Any] | None = None
        self.opened: FakeKms | None = None

    def open(self) -> AbstractContextManager[FakeKms]:
        """Open the fake of a call."""
        return FakeKms(**self.options) if self.opened is None else nullcontext(self.opened)


def _wrapper(target: Callable[..., Any], make: _Make) -> Callable[..., Any]:
    """Return a function of the same kind, so that whoever calls it awaits or iterates it within the fake."""
    for is_of_kind, wrap in (
        (inspect.iscoroutinefunction, _coroutine_function),
        (inspect.isgeneratorfunction, _generator_function),
        (inspect.isasyncgenfunction, _async_generator_function),
    ):
        if is_of_kind(target) or is_of_kind(type(target).__call__):
            return wrap(target, make)
    return _function(target, make)


def _function(target: Callable[..., Any], make: _Make) -> Callable[..., Any]:
    def with_fake(*args: Any, **kwargs: Any) -> Any:
        with make():
            return target(*args, **kwargs)

    return with_fake


def _coroutine_function(target: Callable[..., Any], make: _Make) -> Callable[..., Any]:
    async def with_fake(*args: Any, **kwargs: Any) -> Any:
        with make():
            return await target(*args, **kwargs)

    return with_fake


def _generator_function(target: Callable[..., Any], make: _Make) -> Callable[..., Any]:
    def with_fake(*args: Any, **kwargs: Any) -> Any:
        with make():
            return (yield from target(*args, **kwargs))

    return with_fake


def _async_generator_function(target: Callable[..., Any], make: _Make) -> Callable[..., Any]:
    async def with_fake(*args: Any, **kwargs: Any) -> Any:
        # What `yield from` does in a generator.
        with make():
            async with aclosing(target(*args, **kwargs)) as generator:
                step = generator.asend(None)
                while True:
                    try:
                        item = await step
                    except StopAsyncIteration:
                        return
                    try:
                        step = generator.asend((yield item))
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # noqa: BLE001 - the generator decides
                        step = generator.athrow(error)

    return with_fake
