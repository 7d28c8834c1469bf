"""Where randomness comes from."""

from __future__ import annotations

import os

import pytest

from fake_kms.entropy import SystemEntropy


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_a_forked_process_does_not_repeat_its_parents_bytes():
    entropy = SystemEntropy()
    entropy.bytes(16)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, entropy.bytes(16))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        of_the_child = pipe.read()

    assert len(of_the_child) == 16
    assert of_the_child != entropy.bytes(16)


def test_no_bytes_are_given_twice_however_many_are_asked_for():
    entropy = SystemEntropy()
    given = [entropy.bytes(count) for count in (1000, 3000, 1000, 5000, 0, 96)]

    assert [len(part) for part in given] == [1000, 3000, 1000, 5000, 0, 96]
    pieces = [part[at : at + 16] for part in given for at in range(0, len(part) - 15, 16)]
    assert len(set(pieces)) == len(pieces)
