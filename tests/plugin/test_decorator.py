"""The decorator on functions and other callables, alone and in pytest runs of its own."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import pickle
import unittest.mock  # noqa: F401 - pytester forgets modules that its runs load first
from importlib.util import find_spec

import boto3
import pytest

from fake_kms import current, fake_kms

ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider")


def create():
    """Create a key, and count the keys."""
    kms = boto3.client("kms")
    kms.create_key()
    return len(kms.list_keys()["Keys"])


class Callable:
    def __call__(self, word):
        return f"{word} {create()}"


class AsyncCallable:
    async def __call__(self, word):
        return f"{word} {create()}"


class Methods:
    def method(self, word):
        return f"{word} {create()}"

    @fake_kms
    @staticmethod
    def static(word):
        return f"{word} {create()}"

    @staticmethod
    @fake_kms
    def static_above(word):
        return f"{word} {create()}"

    @fake_kms
    @classmethod
    def of_class(cls, word):
        return f"{cls.__name__} {word} {create()}"

    @classmethod
    @fake_kms
    def of_class_above(cls, word):
        return f"{cls.__name__} {word} {create()}"

    bound_later = fake_kms(functools.partialmethod(method, "partial")._make_unbound_method())


def plain(word):
    return f"{word} {create()}"


class TestCallables:
    @pytest.mark.parametrize(
        "target",
        [plain, lambda word: f"{word} {create()}", Callable(), Methods().method, functools.lru_cache(plain)],
    )
    def test_each_call_has_a_new_fake(self, target):
        decorated = fake_kms(target)
        assert [decorated("a"), decorated(word="b")] == ["a 1", "b 1"]
        assert list(inspect.signature(decorated).parameters) == ["word"]
        with pytest.raises(RuntimeError, match="no fake_kms is open"):
            current()

    def test_a_partial_function(self):
        decorated = fake_kms(functools.partial(plain, "a"))
        assert [decorated(), decorated()] == ["a 1", "a 1"]

    def test_methods(self):
        for holder in (Methods, Methods()):
            assert holder.static("a") == holder.static_above("a") == "a 1"
            assert holder.of_class("a") == holder.of_class_above("a") == "Methods a 1"
        assert Methods().bound_later() == "partial 1"

    def test_the_innermost_of_two_decorators_counts(self):
        @fake_kms(region="eu-west-1")
        @fake_kms(region="eu-north-1")
        def region():
            return current().region

        assert region() == "eu-north-1"

    def test_functions_are_what_they_were(self):
        def documented(a: int, /, b: str = "b", *, c: bool) -> list[str]:
            """Do something."""

        decorated = fake_kms(documented)
        assert inspect.signature(decorated) == inspect.signature(documented)
        assert (decorated.__name__, decorated.__doc__) == ("documented", "Do something.")
        assert pickle.loads(pickle.dumps(decorated_globally))("a") == "a 1"  # noqa: S301

    @pytest.mark.parametrize("target", [1, "eu-west-1", property(plain)])
    def test_what_cannot_be_decorated(self, target):
        with pytest.raises(TypeError) as error:
            fake_kms(target)
        assert str(error.value) == (
            f"@fake_kms decorates functions and classes of tests, not {target!r}; "
            "options are keywords, as in @fake_kms(region='eu-west-1')"
        )

    def test_a_fixture_cannot_be_decorated(self):
        with pytest.raises(TypeError) as error:
            fake_kms(pytest.fixture(lambda: 1))
        assert str(error.value) == (
            "put @fake_kms below @pytest.fixture, so that it decorates the function and not the fixture"
        )

    def test_nor_one_of_older_versions_of_pytest(self):
        def fixture():
            pass

        fixture._pytestfixturefunction = object()
        with pytest.raises(TypeError, match=r"^put @fake_kms below @pytest\.fixture"):
            fake_kms(fixture)


@fake_kms
def decorated_globally(word):
    return plain(word)


async def coroutine_function(word):
    await asyncio.sleep(0)
    return f"{word} {create()}"


class TestCoroutines:
    @pytest.mark.parametrize(
        "target", [coroutine_function, functools.partial(coroutine_function), AsyncCallable(), AsyncCallable().__call__]
    )
    def test_the_fake_is_open_until_the_end(self, target):
        decorated = fake_kms(target)
        assert inspect.iscoroutinefunction(decorated)
        assert [asyncio.run(decorated("a")), asyncio.run(decorated("b"))] == ["a 1", "b 1"]


class TestGenerators:
    def test_the_fake_is_open_until_the_end(self):
        @fake_kms
        def generated():
            received = yield create()
            try:
                yield received, create()
            except KeyError:
                yield create()
            return "returned"

        generator = generated()
        assert next(generator) == 1
        assert generator.send("sent") == ("sent", 2)
        assert generator.throw(KeyError()) == 3
        with pytest.raises(StopIteration, match="returned"):
            next(generator)
        assert next(generated()) == 1

    def test_the_fake_of_an_async_generator_is_open_until_the_end(self):
        @fake_kms
        async def generated():
            received = yield create()
            try:
                yield received, create()
            except KeyError:
                yield create()

        async def story():
            generator = generated()
            yield await anext(generator)
            yield await generator.asend("sent")
            yield await generator.athrow(KeyError())
            with pytest.raises(StopAsyncIteration):
                await anext(generator)

        async def told():
            return [item async for item in story()]

        assert asyncio.run(told()) == [1, ("sent", 2), 3]

    def test_closing_one_closes_the_decorated_one_within_the_fake(self):
        closed = []

        @fake_kms
        async def generated():
            try:
                yield create()
            finally:
                closed.append(create())

        async def story():
            generator = generated()
            await anext(generator)
            await generator.aclose()
            with pytest.raises(RuntimeError, match="no fake_kms is open"):
                current()

        asyncio.run(story())
        assert closed == [2]

    def test_context_managers(self):
        @contextlib.contextmanager
        @fake_kms
        def opened():
            with pytest.raises(KeyError):
                yield create()

        @contextlib.asynccontextmanager
        @fake_kms
        async def opened_async():
            with pytest.raises(KeyError):
                yield create()

        async def story():
            async with opened_async() as count:
                assert (count, create()) == (1, 2)
                raise KeyError

        with opened() as count:
            assert (count, create()) == (1, 2)
            raise KeyError
        asyncio.run(story())


COUNT = """
    import boto3, functools, pytest
    from fake_kms import current, fake_kms

    def create():
        kms = boto3.client("kms")
        kms.create_key()
        return len(kms.list_keys()["Keys"])
"""


@pytest.fixture
def run(pytester):
    """Run a module of tests, and compare the counts of outcomes."""

    def run(source, **outcomes):
        pytester.makepyfile(COUNT + source)
        result = pytester.runpytest(*ARGUMENTS)
        result.assert_outcomes(**outcomes)
        return result

    return run


def test_fixtures_marks_and_parameters(run):
    run(
        """
    @pytest.fixture
    @fake_kms(region="eu-west-1")
    def returned():
        return create(), current().region

    @pytest.fixture
    @fake_kms(region="eu-west-1")
    def open_until_teardown(tmp_path):
        yield create()
        assert create() == 3

    @pytest.fixture(scope="module")
    @fake_kms(region="eu-north-1")
    def for_the_module():
        yield current()

    def test_returned(returned):
        assert returned == (1, "eu-west-1")
        with pytest.raises(RuntimeError):
            current()

    @pytest.mark.parametrize("times", [1, 2])
    def test_open_until_teardown(times, open_until_teardown):
        assert (open_until_teardown, create()) == (1, 2)

    @pytest.mark.parametrize("times", [1, 2])
    def test_for_the_module(times, for_the_module):
        assert (for_the_module.region, create()) == ("eu-north-1", times)

    @fake_kms
    @pytest.mark.parametrize("above", [1, 2])
    def test_parameters(above, tmp_path):
        assert create() == 1

    @pytest.mark.parametrize("below", [1, 2])
    @pytest.mark.usefixtures("tmp_path")
    @fake_kms
    def test_parameters_below(below, request):
        assert create() == 1 and "tmp_path" in request.fixturenames

    def check(number, tmp_path):
        assert (create(), tmp_path.exists()) == (number, True)

    test_partial = fake_kms(functools.partial(check, 1))
    """,
        passed=10,
    )


def test_a_fixture_below_is_refused_with_the_line_to_write(run):
    result = run(
        """
    @fake_kms
    @pytest.fixture
    def decorated():
        return create()
    """,
        errors=1,
    )
    result.stdout.fnmatch_lines(["E   TypeError: put @fake_kms below @pytest.fixture, so that it decorates *"])


def test_patches(run):
    run(
        """
    from unittest import mock

    @mock.patch("os.getpid", return_value=1)
    @fake_kms
    @mock.patch("os.getppid", return_value=2)
    def test_it(getppid, getpid, tmp_path):
        assert (getpid(), getppid(), create()) == (1, 2, 1)
    """,
        passed=1,
    )


def test_hypothesis(run):
    run(
        """
    from hypothesis import given, settings, strategies

    counts = {"above": [], "below": [], "class": []}

    @fake_kms
    @settings(max_examples=3, database=None)
    @given(strategies.integers())
    def test_above(number):
        counts["above"].append(create())

    @settings(max_examples=3, database=None)
    @given(number=strategies.integers())
    @fake_kms
    def test_below(number, pytestconfig):
        counts["below"].append(create())

    @fake_kms
    class TestClass:
        @settings(max_examples=3, database=None)
        @given(number=strategies.integers())
        def test_it(self, number):
            counts["class"].append(create())

    def test_counts():
        assert counts == {"above": [1, 2, 3], "below": [1, 1, 1], "class": [1, 2, 3]}
    """,
        passed=4,
    )


ASYNC_TESTS = """
    @pytest.fixture
    @fake_kms
    async def opened():
        yield create()
        assert create() == 3

    @fake_kms
    async def test_decorated(tmp_path):
        assert create() == 1

    async def test_fixture(opened):
        assert (opened, create()) == (1, 2)

    @fake_kms
    class TestClass:
        async def test_it(self):
            assert create() == 1
        async def test_other(self):
            assert create() == 1
"""


@pytest.mark.skipif(not find_spec("pytest_asyncio"), reason="pytest-asyncio is not installed")
def test_pytest_asyncio(pytester, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS")
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(COUNT + ASYNC_TESTS)
    # Not in this process, where older versions leave an event loop open.
    pytester.runpytest_subprocess(*ARGUMENTS).assert_outcomes(passed=4)


@pytest.mark.skipif(not find_spec("anyio"), reason="anyio is not installed")
def test_anyio(run):
    source = """
    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend():
        return "asyncio"
    """
    run(source + ASYNC_TESTS, passed=4)
