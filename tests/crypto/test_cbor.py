"""The subset of CBOR that attestation documents need."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_kms.crypto import cbor
from fake_kms.crypto.cbor import BadCbor, Tag

SCALARS = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=99)
KEYS = st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=30) | st.text(max_size=30)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=10
)
# RFC 8949, appendix A: what is written in one way only.
EXAMPLES = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1903e8", 1000),
    ("1a000f4240", 1000000),
    ("1b000000e8d4a51000", 1000000000000),
    ("1bffffffffffffffff", 2**64 - 1),
    ("20", -1),
    ("3822", -35),
    ("3903e7", -1000),
    ("3bffffffffffffffff", -(2**64)),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("40", b""),
    ("4401020304", b"\1\2\3\4"),
    ("60", ""),
    ("62c3bc", "ü"),
    ("64f0908591", "\U00010151"),
    ("80", []),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", list(range(1, 26))),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]
READ_ONLY = [
    ("d28301f6f4", Tag(18, [1, None, False])),
    ("c11a514b67b0", Tag(1, 1363896240)),
    ("5f42010243030405ff", b"\1\2\3\4\5"),
    ("7f657374726561646d696e67ff", "streaming"),
    ("9fff", []),
    ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
    ("83018202039f0405ff", [1, [2, 3], [4, 5]]),
    ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ("1800", 0),
    ("590001ff", b"\xff"),
    ("5fff", b""),
    ("81" * 16 + "00", [[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]),
]
REFUSED = [
    "",
    "0000",  # two items
    "18",
    "1b00",
    "1c",  # reserved lengths
    "5d",
    "1f",  # an endless integer, tag
    "3f",
    "df00",
    "ff",  # a break alone
    "81ff",
    "9f",
    "9f01",
    "bf01ff",  # a key without value
    "a101",
    "a2010101",
    "a201010102",  # a key twice
    "a1f401",  # keys of other types
    "a1f601",
    "a18001",
    "a1c10101",
    "f7",  # undefined, other simple values, floats
    "e0",
    "f814",
    "f90014",
    "fa00000014",
    "fb0000000000000014",
    "61ff",  # not UTF-8
    "62c3",
    "7f61c361bcff",  # a character split between pieces
    "5f6161ff",  # pieces of another type, endless ones, none at the end
    "7f4161ff",
    "5f5f4101ffff",
    "5f4101",
    "5bffffffffffffffff00",  # huge lengths
    "7b7fffffffffffffff00",
    "9bffffffffffffffff00",
    "bbffffffffffffffff0000",
    "81" * 17 + "00",
    "81" * 100000,
    "d2" * 100000 + "00",
    "9f" * 100000,
    "a100" * 100000,
]


@pytest.mark.parametrize(("octets", "value"), EXAMPLES + READ_ONLY)
def test_an_item_is_read(octets, value):
    read = cbor.decode(bytes.fromhex(octets))

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("octets", "value"), EXAMPLES)
def test_an_item_is_written(octets, value):
    assert cbor.encode(value).hex() == octets


@pytest.mark.parametrize("octets", REFUSED, ids=lambda octets: octets[:20])
def test_another_item_is_refused(octets):
    with pytest.raises(BadCbor):
        cbor.decode(bytes.fromhex(octets))


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1, 1.5, {1, 2}, ..., [1.5]], ids=str)
def test_a_value_without_form_is_refused(value):
    with pytest.raises(BadCbor):
        cbor.encode(value)


@settings(deadline=None)
@given(VALUES)
def test_what_was_written_is_read(value):
    assert repr(cbor.decode(cbor.encode(value))) == repr(value)


@settings(deadline=None)
@given(VALUES, st.data())
def test_what_was_cut_short_is_refused(value, data):
    written = cbor.encode(value)

    with pytest.raises(BadCbor):
        cbor.decode(written[: data.draw(st.integers(0, len(written) - 1))])


@settings(deadline=None)
@given(st.binary(max_size=200) | st.lists(st.sampled_from(b"\x81\x9f\xbf\x5f\x7f\xd2\xff\x00\x61\x41\xf6")).map(bytes))
def test_reading_never_fails_otherwise(garbage):
    with contextlib.suppress(BadCbor):
        cbor.decode(garbage)
