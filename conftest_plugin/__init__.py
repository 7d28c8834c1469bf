"""The pytest plugin: the fixture `fake_kms`, its marker, its options, and a report section on failure.

Every pytest run loads it, so it imports nothing heavy; a fake is made when a test needs one.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from conftest_plugin import options
from fake_kms._api.options import OPTIONS

if TYPE_CHECKING:
    from fake_kms import Event, FakeKms

__all__ = ["fake_kms"]

_OPENED: pytest.StashKey[FakeKms] = pytest.StashKey()
_SHOWN_EVENTS = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add every option of a fake to the ini file and the command line."""
    options.declare(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and read the options of this run."""
    config.addinivalue_line(
        "markers",
        f"fake_kms({', '.join(f'{name}=' for name in OPTIONS)}): run the test with a fake KMS of these options.",
    )
    options.configure(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget the options of this run."""
    options.unconfigure(config)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a marked test the fixture, whether it names it or not."""
    names = getattr(item, "fixturenames", None)
    if names is not None and "fake_kms" not in names and item.get_closest_marker("fake_kms"):
        # Before autouse fixtures, which may use KMS. A list of its own: all parameter sets of a function share theirs.
        item.fixturenames = ["fake_kms", *names]  # type: ignore[attr-defined]


@pytest.fixture
def fake_kms(request: pytest.FixtureRequest) -> Generator[FakeKms, None, None]:
    """Open a fake KMS for one test: a `FakeKms`, with the options of the marker, the command line, the ini file."""
    from fake_kms import FakeKms

    with FakeKms(**options.marked(request.node)) as kms:
        request.node.stash[_OPENED] = kms
        yield kms


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],  # noqa: ARG001 - pytest calls hooks by name
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the requests of the test to its failure report, with their outcomes."""
    report = yield
    kms = item.stash.get(_OPENED, None)
    if report.failed and kms is not None and len(kms.journal):
        events = kms.journal[-_SHOWN_EVENTS:]
        omitted = len(kms.journal) - len(events)
        lines = [f"... {omitted} earlier requests"] if omitted else []
        report.sections.append(("fake_kms: requests of this test", "\n".join([*lines, *map(_described, events)])))
    return report


def _described(event: Event) -> str:
    """Return an event as text, with its explanation if policies and grants refused it."""
    refused_by_policies = event.error_code == "AccessDeniedException" and event.decisions
    return event.explain() if refused_by_policies else str(event)
