"""The guard in a pytest run: on from the first collected test that uses a fake."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_kms.adapters.guard import Guard

__all__ = ["Guarding"]

_ADVICE = (
    "Ask for the fake: the fixture `fake_kms`, `@pytest.mark.fake_kms` or `@fake_kms` for a test, `fake_kms_module` or "
    "`fake_kms_session` for a fixture of a wider scope. If it is meant for the real account, mark the test "
    "`@pytest.mark.real_kms`, or set `fake_kms_guard = off`."
)


class Guarding:
    """Turns the guard on, and off for the tests that are marked `real_kms`.

    Input: `mode` is on, off or strict; `allowed` are the AWS services that a strict guard lets through.
    """

    def __init__(self, mode: str, allowed: frozenset[str]) -> None:
        self._mode = mode
        self._allowed = allowed
        self._entered = ExitStack()
        self.is_on = False

    def turn_on(self) -> None:
        """Refuse from now on what would reach a real account, if the configuration does not say otherwise."""
        if self.is_on:
            return
        self.is_on = True
        from fake_kms.adapters import guarded
        from fake_kms.adapters.guard import use

        if self._mode == "off":
            self._entered.enter_context(use(self._let_through()))
        else:
            self._entered.enter_context(guarded(self._rules()))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let a test that is marked `real_kms` through, with its fixtures."""
        if item.get_closest_marker("real_kms") is None:
            return (yield)
        from fake_kms.adapters.guard import use

        with use(self._let_through()):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Let a wider fixture be torn down as it was set up, in whichever test that happens."""
        __tracebackhide__ = True
        if not self.is_on or self._mode == "off" or fixturedef.scope == "function":
            return (yield)
        from fake_kms.adapters.guard import is_on, use

        entered = ExitStack()
        rules = self._rules() if is_on() else self._let_through()
        fixturedef.addfinalizer(entered.close)  # the last to be called
        try:
            return (yield)
        finally:
            fixturedef.addfinalizer(lambda: entered.enter_context(use(rules)))  # the first

    def _rules(self) -> Guard:
        from fake_kms.adapters.guard import Guard

        return Guard(True, self._mode == "strict", self._allowed, _present_test, _ADVICE)

    @staticmethod
    def _let_through() -> Guard:
        from fake_kms.adapters.guard import Guard

        return Guard(kms=False)

    def pytest_unconfigure(self) -> None:
        """Turn the guard off."""
        self._entered.close()


def _present_test() -> str:
    test = os.environ.get("PYTEST_CURRENT_TEST")
    return f" in {test}" if test else ""
