"""The pytest skin: the fixture `fake_kms`, its marker, its options, and a report section on failure.

Loaded by every pytest run, so it imports nothing heavy; a fake comes into being when a test asks for one.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from fake_kms.options import OPTIONS

if TYPE_CHECKING:
    from fake_kms import FakeKms
    from fake_kms.controls.journal import Event

__all__ = ["fake_kms"]

_OPENED: pytest.StashKey[FakeKms] = pytest.StashKey()
_SHOWN_EVENTS = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every option of a fake in the ini file and on the command line."""
    group = parser.getgroup("fake_kms", "fake_kms: AWS KMS for your tests")
    for name, option in OPTIONS.items():
        parser.addini(f"fake_kms_{name}", option.help)
        flag: dict[str, Any] = {"action": "store_const", "const": "true"} if option.default is False else {}
        group.addoption(f"--fake-kms-{name.replace('_', '-')}", dest=f"fake_kms_{name}", help=option.help, **flag)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"fake_kms({', '.join(f'{name}=' for name in OPTIONS)}): run the test with a fake KMS of these options.",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Return a marked test its fake, whether it names the fixture or not."""
    names = getattr(item, "fixturenames", None)
    if names is not None and "fake_kms" not in names and item.get_closest_marker("fake_kms"):
        names.insert(0, "fake_kms")  # before autouse fixtures, which may use KMS


@pytest.fixture
def fake_kms(request: pytest.FixtureRequest) -> Generator[FakeKms, None, None]:
    """Open a fake KMS for one test: a `FakeKms`, with the options of the marker, the command line, the ini file."""
    from fake_kms import FakeKms

    options = _configured(request.config)
    for marker in reversed([*request.node.iter_markers("fake_kms")]):  # a test's own beats its class's
        if marker.args:
            raise TypeError(f"@pytest.mark.fake_kms takes keywords only: {', '.join(OPTIONS)}")
        options |= marker.kwargs
    with FakeKms(**options) as kms:
        request.node.stash[_OPENED] = kms
        yield kms


def _configured(config: pytest.Config) -> dict[str, Any]:
    options = {}
    for name, option in OPTIONS.items():
        text = config.getoption(f"fake_kms_{name}") or config.getini(f"fake_kms_{name}")
        if text:
            try:
                options[name] = option.read(text)
            except (ValueError, OSError) as error:
                raise pytest.UsageError(f"fake_kms_{name}: cannot read {text!r}: {error}") from None
    return options


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],  # noqa: ARG001 - pytest calls hooks by name
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show in a failure report what the test asked KMS and what it was answered."""
    report = yield
    kms = item.stash.get(_OPENED, None)
    if report.failed and kms is not None and len(kms.journal):
        events = kms.journal[-_SHOWN_EVENTS:]
        left_out = len(kms.journal) - len(events)
        lines = [f"... {left_out} earlier requests"] if left_out else []
        report.sections.append(("fake_kms: requests of this test", "\n".join([*lines, *map(_told, events)])))
    return report


def _told(event: Event) -> str:
    """Tell an event; with its explanation where policies and grants refused it."""
    refused_by_policies = event.error_code == "AccessDeniedException" and event.decisions
    return event.explain() if refused_by_policies else str(event)
