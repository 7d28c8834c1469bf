"""The garbage collector is as it was once a fake is open."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from fake_kms import FakeKms, adapters
from fake_kms._api import collector


@pytest.fixture(autouse=True)
def _enabled_again():
    yield
    gc.enable()


def test_it_is_paused_within_the_block_and_enabled_afterwards():
    with collector.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_stays_disabled_where_it_was():
    gc.disable()
    with FakeKms():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_it_is_enabled_while_a_fake_is_open():
    with FakeKms():
        assert gc.isenabled()


def test_it_is_enabled_again_when_a_fake_fails_to_open(monkeypatch):
    def fail(*_, **__):
        raise ImportError("no such library")

    monkeypatch.setattr(adapters.environment, "supply", fail)
    with pytest.raises(ImportError, match=r"^no such library$"):
        FakeKms().start()
    assert gc.isenabled()


PROGRAM = """
import gc
from fake_kms import FakeKms
{before}
with FakeKms():
    young = len(gc.get_objects(generation=0)) + len(gc.get_objects(generation=1))
    print(gc.isenabled(), young < 5000, gc.get_freeze_count() > 1000)
"""


@pytest.mark.parametrize("before", ["", "gc.freeze()"])
def test_what_the_first_fake_loads_is_old_at_once_and_what_is_frozen_stays_so(before):
    program = PROGRAM.format(before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    enabled, old, frozen = done.stdout.split()
    assert (enabled, frozen) == ("True", str(bool(before)))
    assert before or old == "True"
