"""Where randomness comes from."""

from __future__ import annotations

import re

from fake_kms.entropy import RequestIds, SeededEntropy, SystemEntropy

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_the_system_never_repeats_itself():
    entropy = SystemEntropy()
    given = [entropy.bytes(count) for count in (16, 1000, 0, 16)]

    assert [len(part) for part in given] == [16, 1000, 0, 16]
    assert given[0] != given[3]
    assert entropy.seed is None


def test_a_seed_repeats_itself():
    first, second, other = SeededEntropy(1), SeededEntropy(1), SeededEntropy("1")

    assert [first.bytes(40), first.bytes(40)] == [second.bytes(40), second.bytes(40)]
    assert first.bytes(40) != other.bytes(40)
    assert first.bytes(16) != first.bytes(16)


def test_request_ids_are_different_uuids():
    ids = RequestIds(SystemEntropy())
    given = {ids.next() for _ in range(1000)}

    assert len(given) == 1000
    assert all(UUID.fullmatch(request_id) for request_id in given)
