"""The decorator on classes of tests: a new fake for each test, from before its fixtures to after its teardown.

Under pytest the plugin opens it, asked by the marker `fake_kms`; under unittest it is open during `run`. What runs once
for a class has no fake: using KMS there is refused.
"""

from __future__ import annotations

import functools
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

from fake_kms._api.fake import FakeKms
from fake_kms.adapters import handlers

if TYPE_CHECKING:
    from fake_kms.wire import HttpRequest

__all__ = ["decorate_class", "is_fixture"]

_OPTIONS = "_fake_kms_options"  # of a decorated class, without those of its bases
_IS_OPEN = "_fake_kms_is_open"  # of a TestCase while it runs
# What runs once for a class: what runs for each test instead.
_CLASS_HOOKS = {
    "setUpClass": "setUp",
    "tearDownClass": "tearDown",
    "setup_class": "setup_method",
    "teardown_class": "teardown_method",
}


def decorate_class(target: type, options: Mapping[str, Any]) -> type:
    """Return the class, whose tests, nested classes and subclasses run with a new fake for each test.

    `options` are added to those of a decorated class that it derives from, and win over them.
    Raises: RuntimeError if its tests are pytest's and the plugin is not loaded.
    """
    own = {**options, **vars(target).get(_OPTIONS, {})}  # the innermost of several decorators wins, as on functions
    setattr(target, _OPTIONS, own)
    _mark(target, own)
    _prepare(target)
    _prepare_subclasses(target)
    for nested in _nested_classes(target):
        decorate_class(nested, options)
    return target


def is_fixture(target: Any) -> bool:
    """Whether something is what @pytest.fixture returns: an object since pytest 8.4, a function before."""
    is_function = "_pytestfixturefunction" in getattr(target, "__dict__", ())
    return is_function or type(target).__name__ == "FixtureFunctionDefinition"


def _nested_classes(target: type) -> list[type]:
    """Return the classes that are defined in the body of a class, without those that it merely refers to."""
    return [
        value
        for name, value in vars(target).items()
        if isinstance(value, type)
        and (value.__module__, value.__qualname__) == (target.__module__, f"{target.__qualname__}.{name}")
    ]


def _mark(target: type, options: Mapping[str, Any]) -> None:
    pytest = sys.modules.get("pytest")  # its tests cannot run before it is imported
    if pytest is None:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pytest.PytestUnknownMarkWarning)
            mark = pytest.mark.fake_kms
    except (pytest.PytestUnknownMarkWarning, pytest.fail.Exception):
        if _is_test_case(target):
            return
        raise RuntimeError(
            "@fake_kms on a class needs the pytest plugin of fake-kms, which is not loaded: "
            "run pytest with `-p fake_kms`"
        ) from None
    mark.with_args(**options)(target)


def _prepare_subclasses(target: type) -> None:
    own = vars(target).get("__init_subclass__")

    def prepare(cls: type, **kwargs: Any) -> None:
        if own is None:
            super(target, cls).__init_subclass__(**kwargs)  # type: ignore[arg-type]
        else:
            own.__get__(None, cls)(**kwargs)
        _prepare(cls)

    target.__init_subclass__ = classmethod(prepare)  # type: ignore[arg-type,assignment]


def _prepare(cls: type) -> None:
    """Replace what unittest and pytest call in a decorated class or its subclass, unless it is replaced already."""
    for name in _CLASS_HOOKS:
        method = _to_replace(cls, name)
        if method is not None and method.__module__ != "unittest.case":  # whose hooks do nothing
            setattr(cls, name, _without_fake(name, method))
    for name in ("run", "debug") if _is_test_case(cls) else ():
        method = _to_replace(cls, name)
        if method is not None:
            # Not a function: moto's decorator wraps those of a class, and tests share what a wrapped `run` surrounds.
            setattr(cls, name, functools.partialmethod(_with_fake, method))


def _is_test_case(cls: type) -> bool:
    unittest = sys.modules.get("unittest")  # a TestCase cannot exist before it is imported
    return unittest is not None and issubclass(cls, unittest.TestCase)


def _to_replace(cls: type, name: str) -> Any:
    method = inspect.getattr_static(cls, name, None)
    function = getattr(method, "__func__", method)
    if not isinstance(function, FunctionType) or is_fixture(function):
        return None
    return None if function.__globals__ is globals() else method  # it is replaced already


def _with_fake(test: Any, method: Any, *args: Any, **kwargs: Any) -> Any:
    # A replaced method may call that of its superclass, and for a test of pytest the plugin has opened the fake.
    if getattr(test, _IS_OPEN, False) or any(map(_is_marked, [*args, *kwargs.values()])):
        return method(test, *args, **kwargs)
    with FakeKms(**_options(type(test))):
        setattr(test, _IS_OPEN, True)
        try:
            return method(test, *args, **kwargs)
        finally:
            delattr(test, _IS_OPEN)


def _options(cls: type) -> dict[str, Any]:
    return {name: value for base in reversed(cls.__mro__) for name, value in vars(base).get(_OPTIONS, {}).items()}


def _is_marked(result: Any) -> bool:
    # pytest passes its item in place of unittest's TestResult.
    closest = getattr(result, "get_closest_marker", None)
    return closest is not None and closest("fake_kms") is not None


def _without_fake(name: str, method: Any) -> Any:
    @functools.wraps(method)
    def without_fake(cls: type) -> None:
        function: Callable[..., None] = method.__get__(None, cls)
        # pytest passes the class to a function that takes it.
        takes_class = not inspect.ismethod(function) and inspect.signature(function).parameters
        with _kms_refused(cls, name):
            function(cls) if takes_class else function()

    return classmethod(without_fake)


class _NoFake:
    """What handles KMS requests in a hook that runs once for a class: each is an error that says what to write."""

    is_open = True
    keeps_credentials = False

    def __init__(self, cls: type, name: str, region: str) -> None:
        self.region = region
        self._message = (
            f"{cls.__qualname__}.{name} uses KMS, but with @fake_kms each test has a fake of its own, and none is open "
            f"here. Do it in {_CLASS_HOOKS[name]}; or, to share one fake among the tests, remove @fake_kms from the "
            "class, begin its set-up with `cls.kms = FakeKms().start()` and end its teardown with `cls.kms.stop()`"
        )

    def __str__(self) -> str:
        return self._message

    def handle(self, request: HttpRequest) -> NoReturn:  # noqa: ARG002 - whatever it is
        """Refuse a request."""
        raise RuntimeError(self._message)


@contextmanager
def _kms_refused(cls: type, name: str) -> Iterator[None]:
    """Refuse KMS requests in a hook that runs once for a class, unless a fake is open around the class."""
    if handlers.current() is not None:
        yield
        return
    from fake_kms import adapters
    from fake_kms.adapters.environment import configured

    found = configured()
    uninstall = adapters.install(_NoFake(cls, name, found.region), None, found)
    try:
        yield
    finally:
        uninstall()
