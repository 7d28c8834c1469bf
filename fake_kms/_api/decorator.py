"""The decorator: a new fake around each call of a function, or each test of a class."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import unittest

__all__ = ["decorate"]

_Make = Callable[[], AbstractContextManager[object]]


def decorate(target: Any, make: _Make) -> Any:
    """Return a function, or a class of tests, that runs with a new fake.

    Raises: TypeError for anything else.
    """
    if isinstance(target, type):
        unittest = sys.modules.get("unittest")  # a TestCase cannot exist before it is imported
        if unittest is not None and issubclass(target, unittest.TestCase):
            return _decorate_test_case(target, make)
        return _decorate_test_class(target, make)
    if isinstance(target, staticmethod):
        return staticmethod(decorate(target.__func__, make))
    if inspect.isfunction(target) or inspect.ismethod(target):
        return _decorate_function(target, make)
    raise TypeError(f"@fake_kms decorates functions and classes of tests, not {target!r}")


def _decorate_function(target: Any, make: _Make) -> Any:
    if inspect.iscoroutinefunction(target):

        @functools.wraps(target)
        async def with_fake_async(*args: Any, **kwargs: Any) -> Any:
            with make():
                return await target(*args, **kwargs)

        return with_fake_async
    if inspect.isgeneratorfunction(target):

        @functools.wraps(target)
        def with_fake_while_generating(*args: Any, **kwargs: Any) -> Any:
            with make():
                yield from target(*args, **kwargs)

        return with_fake_while_generating
    if inspect.isasyncgenfunction(target):

        @functools.wraps(target)
        async def with_fake_while_generating_async(*args: Any, **kwargs: Any) -> Any:
            with make():
                async for item in target(*args, **kwargs):
                    yield item

        return with_fake_while_generating_async

    @functools.wraps(target)
    def with_fake(*args: Any, **kwargs: Any) -> Any:
        with make():
            return target(*args, **kwargs)

    return with_fake


def _decorate_test_case(target: type[unittest.TestCase], make: _Make) -> type[unittest.TestCase]:
    # `run` surrounds setUp, the test and tearDown, in unittest and in pytest alike.
    original = target.run

    @functools.wraps(original)
    def run(self: unittest.TestCase, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        with make():
            return original(self, result)

    target.run = run  # type: ignore[method-assign]
    return target


def _decorate_test_class(target: type, make: _Make) -> type:
    # pytest calls setup_method before and teardown_method after each test of a plain class.
    set_up = getattr(target, "setup_method", None)
    tear_down = getattr(target, "teardown_method", None)

    def setup_method(self: Any, method: Any) -> None:
        with ExitStack() as opened:
            opened.enter_context(make())
            _call_hook(set_up, self, method)
            vars(self).setdefault("_fakes_kms", []).append(opened.pop_all())

    def teardown_method(self: Any, method: Any) -> None:
        with self._fakes_kms.pop():  # a decorated class may derive from another one
            _call_hook(tear_down, self, method)

    target.setup_method = setup_method  # type: ignore[attr-defined]
    target.teardown_method = teardown_method  # type: ignore[attr-defined]
    return target


def _call_hook(hook: Callable[..., Any] | None, instance: Any, method: Any) -> None:
    # pytest allows these hooks to omit the parameter `method`.
    if hook is not None:
        hook(*(instance, method)[: len(inspect.signature(hook).parameters)])
