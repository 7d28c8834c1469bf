"""The public package: its names are loaded when they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fake_kms import xks


def test_the_names_of_the_package():
    assert set(xks.__all__) <= set(dir(xks))
    assert {getattr(xks, name).__name__ for name in xks.__all__} == set(xks.__all__)


def test_there_are_no_other_names():
    with pytest.raises(AttributeError, match=r"module 'fake_kms\.xks' has no attribute 'HttpXksProxy'"):
        xks.HttpXksProxy  # noqa: B018


def test_a_fake_loads_no_server():
    code = (
        "import sys, fake_kms; fake_kms.FakeKms().start();"
        "print([name for name in ('http.server', 'fake_kms.xks.server', 'fake_kms.xks.local') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
