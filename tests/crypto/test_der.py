"""DER, and BER as DER."""

from __future__ import annotations

import pytest

from fake_kms.crypto import der

LONG = b"x" * 200


@pytest.mark.parametrize(
    ("ber", "expected"),
    [
        ("3000", "3000"),
        ("3080 0000", "3000"),
        ("3003 020101", "3003 020101"),
        ("3080 020101 0000", "3003 020101"),
        ("3080 3080 020101 0000 0500 0000", "3007 3003 020101 0500"),
        ("308103 020101", "3003 020101"),
        ("3005 02820001 01", "3003 020101"),
    ],
)
def test_ber_as_der(ber, expected):
    assert der.from_ber(bytes.fromhex(ber)) == bytes.fromhex(expected)


def test_long_values():
    assert der.from_ber(b"\x30\x80" + der.tlv(4, LONG) + b"\0\0") == der.tlv(0x30, der.tlv(4, LONG))


@pytest.mark.parametrize("ber", ["", "30", "3080", "3080 020101", "3005 020101", "0282", "3000 00", "3f8101 00", "ff"])
def test_what_is_no_ber(ber):
    with pytest.raises(ValueError, match=r"ends early|more than one|several bytes"):
        der.from_ber(bytes.fromhex(ber))


def test_depth_is_bounded():
    with pytest.raises(ValueError, match="too deep"):
        der.from_ber(b"\x30\x80" * 5000)
