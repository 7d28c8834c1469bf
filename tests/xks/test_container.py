"""The container of a proxy's answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.xks.container import pack, unpack
from fake_kms.xks.protocol import Encrypted

ENCRYPTED = st.builds(
    Encrypted,
    st.binary(min_size=1, max_size=300),
    st.binary(max_size=20),
    st.one_of(st.binary(min_size=12, max_size=12), st.binary(min_size=16, max_size=16)),
    st.binary(min_size=16, max_size=16),
)
ALLOWED = Encrypted(b"c", b"", bytes(12), bytes(16))


@given(ENCRYPTED)
def test_what_was_packed_unpacks(encrypted):
    packed = pack(encrypted)

    assert encrypted == unpack(packed)
    assert len(packed) == 2 + sum(map(len, encrypted))


@given(st.one_of(st.binary(max_size=100), st.binary(max_size=80).map(lambda rest: b"\2ab\x0c" + rest)))
def test_unpacking_never_fails_otherwise(garbage):
    try:
        encrypted = unpack(garbage)
    except BadCiphertext:
        return
    assert garbage == pack(encrypted)


@given(ENCRYPTED, st.data())
def test_a_container_cut_short_is_noticed_or_holds_less_ciphertext(encrypted, data):
    packed = pack(encrypted)
    kept = data.draw(st.integers(0, len(packed) - 1))
    if kept <= len(packed) - len(encrypted.ciphertext):
        with pytest.raises(BadCiphertext):
            unpack(packed[:kept])
    else:
        assert encrypted.ciphertext.startswith(unpack(packed[:kept]).ciphertext)


@pytest.mark.parametrize(
    "change",
    [
        {"ciphertext": b""},
        {"ciphertext": bytes(4301)},
        {"metadata": bytes(21)},
        {"metadata": bytes(256)},
        {"iv": bytes(13)},
        {"tag": bytes(15)},
    ],
)
def test_lengths_that_the_api_does_not_allow_are_not_packed(change):
    with pytest.raises(ValueError, match="the proxy API does not allow these lengths"):
        pack(ALLOWED._replace(**change))


@pytest.mark.parametrize("packed", [b"", bytes([21]) + bytes(22) + b"\x0c" + bytes(29), b"\0\x0d" + bytes(30)])
def test_lengths_that_the_api_does_not_allow_are_not_unpacked(packed):
    with pytest.raises(BadCiphertext):
        unpack(packed)


def test_the_layout():
    assert pack(Encrypted(b"cc", b"mm", b"i" * 12, b"t" * 16)) == b"\2mm\x0c" + b"i" * 12 + b"t" * 16 + b"cc"
