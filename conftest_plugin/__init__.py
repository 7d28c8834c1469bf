"""The pytest plugin: the fixture `fake_kms` and its wider kin, their marker, their options, the guard, the report.

Every pytest run loads it, so it imports nothing heavy; a fake is made when a test needs one.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from conftest_plugin import options
from conftest_plugin.guarding import Guarding
from conftest_plugin.scopes import put_fakes_first
from conftest_plugin.tracking import Tracking
from fake_kms._api.options import OPTIONS

if TYPE_CHECKING:
    from fake_kms import FakeKms
    from fake_kms._api.decorator import DecoratedFunction

__all__ = ["fake_kms", "fake_kms_class", "fake_kms_module", "fake_kms_package", "fake_kms_session"]

_GUARDING: pytest.StashKey[Guarding] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add every option of a fake, and those of the run, to the configuration file and the command line."""
    options.declare(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and what runs around each test."""
    config.addinivalue_line(
        "markers",
        f"fake_kms({', '.join(f'{name}=' for name in OPTIONS)}): run the test with a fake KMS of these options.",
    )
    config.addinivalue_line("markers", "real_kms: let the test call the KMS of a real account.")
    options.configure(config)
    settings = options.settings(config)
    guarding = config.stash[_GUARDING] = Guarding(settings["guard"], frozenset(settings["guard_allow"]))
    config.pluginmanager.register(guarding, "fake_kms_guarding")
    config.pluginmanager.register(Tracking(guarding.turn_on), "fake_kms_tracking")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget the options of this run."""
    options.unconfigure(config)


@pytest.hookimpl(trylast=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Let a test set up its fakes before its other fixtures, and turn the guard on."""
    _prepare(item)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Do the same for the marks that tests have been given meanwhile."""
    for item in items:
        _prepare(item)


def _prepare(item: pytest.Item) -> None:
    wanted, settings = [], options.settings(item.config)
    marked = item.get_closest_marker("fake_kms") is not None or _decorated(item) is not None
    if marked or (settings["autouse"] and item.get_closest_marker("real_kms") is None):
        wanted.append("fake_kms")
    uses_fake_kms = "fake_kms" in getattr(item, "fixturenames", ()) or bool(wanted)
    if uses_fake_kms and settings["scope"] == "session":
        wanted.append("fake_kms_session")
    put_fakes_first(item, wanted)
    if any(name.startswith("fake_kms") for name in getattr(item, "fixturenames", ())) or _is_decorated(item):
        item.config.stash[_GUARDING].turn_on()


@pytest.fixture
def fake_kms(request: pytest.FixtureRequest) -> Generator[FakeKms, None, None]:
    """Open a fake KMS for one test: a `FakeKms`, with the options of the marker, the command line, the ini file.

    With `fake_kms_scope = session` it is that of the whole run, and what the test has changed is rolled back after it;
    a test with options of its own, or in the fake of its module or class, has a fake of its own.
    """
    marked, decorated = options.marked(request.node), _decorated(request.node)
    wider = {"fake_kms_class", "fake_kms_module", "fake_kms_package"}.intersection(request.fixturenames)
    of_the_run = options.settings(request.config)["scope"] == "session" and not marked and not wider
    if of_the_run and decorated is None:
        kms: FakeKms = request.getfixturevalue("fake_kms_session")
        with kms.rolled_back():
            yield kms
    elif decorated is None:
        with _new_fake(**marked) as kms:
            yield kms
    else:
        with _new_fake(**{**marked, **decorated.options}) as kms:
            decorated.opened = kms
            try:
                yield kms
            finally:
                decorated.opened = None


@pytest.fixture(scope="class")
def fake_kms_class(request: pytest.FixtureRequest) -> Generator[FakeKms, None, None]:
    """Open a fake KMS for the tests of one class."""
    with _new_fake(**options.marked(request.node)) as kms:
        yield kms


@pytest.fixture(scope="module")
def fake_kms_module(request: pytest.FixtureRequest) -> Generator[FakeKms, None, None]:
    """Open a fake KMS for the tests of one module."""
    with _new_fake(**options.marked(request.node)) as kms:
        yield kms


@pytest.fixture(scope="package")
def fake_kms_package(request: pytest.FixtureRequest) -> Generator[FakeKms, None, None]:
    """Open a fake KMS for the tests of one package."""
    with _new_fake(**options.marked(request.node)) as kms:
        yield kms


@pytest.fixture(scope="session")
def fake_kms_session(request: pytest.FixtureRequest) -> Generator[FakeKms, None, None]:
    """Open a fake KMS for the whole run."""
    with _new_fake(**options.marked(request.node)) as kms:
        yield kms


def _new_fake(**keywords: Any) -> FakeKms:
    from fake_kms import FakeKms

    return FakeKms(**keywords)


def _decorated(item: pytest.Item) -> DecoratedFunction | None:
    """Return what a test function was decorated with by `@fake_kms`."""
    decorator = sys.modules.get("fake_kms._api.decorator")  # it decorates nothing before it is imported
    return decorator.decorated_function(getattr(item, "function", None)) if decorator is not None else None


def _is_decorated(item: pytest.Item) -> bool:
    decorator = sys.modules.get("fake_kms._api.decorator")
    return decorator is not None and decorator.is_decorated(getattr(item, "function", None))
