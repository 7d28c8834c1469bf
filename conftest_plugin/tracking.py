"""The fakes that are open during a test: their requests are in its failure report, and none is left open."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_kms import Event, FakeKms

__all__ = ["Tracking"]

_SHOWN_EVENTS = 20
_OF_WIDER_SCOPES = (
    "A fixture of a wider scope asks for fake_kms_class, fake_kms_module, fake_kms_package or fake_kms_session instead."
)


class Tracking:
    """Follows the fakes of one pytest run. `on_open` is called with each that opens."""

    def __init__(self, on_open: Callable[[], None]) -> None:
        from fake_kms._api import life

        self._on_open = on_open
        self._listeners = life.LISTENERS
        self._fixtures: list[pytest.FixtureDef[object]] = []  # those that are being set up, the innermost last
        self._origins: dict[FakeKms, str] = {}  # what opened each fake
        self._of_fixtures: list[FakeKms] = []  # of fixtures of a wider scope than a test's
        self._first_events: dict[FakeKms, int] = {}  # of each fake of this test: how many events it had before
        self._of_test: list[FakeKms] = []
        self._runs_a_test = False
        self._listeners.append(self._opened)

    def _opened(self, fake: FakeKms) -> None:
        self._on_open()
        self._first_events[fake] = 0
        if fake in self._of_fixtures:  # it has been stopped and started again
            return
        self._origins[fake] = f"the fixture {self._fixtures[-1].argname}" if self._fixtures else str(fake.started_at)
        wider = not self._runs_a_test or any(fixture.scope != "function" for fixture in self._fixtures)
        (self._of_fixtures if wider else self._of_test).append(fake)

    def pytest_unconfigure(self) -> None:
        """Stop following."""
        self._listeners.remove(self._opened)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Note which fixture a fake belongs to that opens now."""
        __tracebackhide__ = True  # a fixture's exception passes through here
        self._fixtures.append(fixturedef)
        try:
            return (yield)
        finally:
            self._fixtures.pop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Begin a test."""
        self._of_fixtures = [fake for fake in self._of_fixtures if fake.is_open]
        self._first_events = {fake: len(fake.journal) for fake in self._of_fixtures}
        self._origins = {fake: self._origins[fake] for fake in self._of_fixtures}
        self._of_test = []
        self._runs_a_test = True
        try:
            return (yield)
        finally:
            self._runs_a_test = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """Close the fakes that a test has left open, and let it fail. Raises: pytest.fail.Exception."""
        __tracebackhide__ = True
        try:
            result = yield
        finally:
            left = [fake for fake in self._of_test if fake.is_open]
            for fake in left:
                fake.stop()
        if left:
            places = ", ".join(str(fake.started_at) for fake in left)
            pytest.fail(
                f"this test has left a FakeKms open, started at {places}. It is closed now: use the fixture fake_kms, "
                "`with fake_kms():`, or call stop().",
                pytrace=False,
            )
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the requests of the test to its failure report, with their outcomes."""
        report = yield
        if report.failed:
            report.sections.extend(self._sections())
            if "ScopeMismatch" in str(report.longrepr) and "fixture fake_kms " in str(report.longrepr):
                report.sections.append(("fake_kms", _OF_WIDER_SCOPES))
        return report

    def _sections(self) -> list[tuple[str, str]]:
        asked = [(fake, fake.journal[first:]) for fake, first in self._first_events.items()]
        asked = [(fake, events) for fake, events in asked if events]
        title = "fake_kms: requests of this test"
        return [
            (title if len(asked) == 1 else f"{title} in the fake of {self._origins[fake]}", _described(events))
            for fake, events in asked
        ]


def _described(events: list[Event]) -> str:
    shown = events[-_SHOWN_EVENTS:]
    omitted = len(events) - len(shown)
    lines = [f"... {omitted} earlier requests"] if omitted else []
    return "\n".join([*lines, *map(_line, shown)])


def _line(event: Event) -> str:
    """Return an event as text, with its explanation if policies and grants refused it."""
    refused_by_policies = event.error_code == "AccessDeniedException" and event.decisions
    return event.explain() if refused_by_policies else str(event)
