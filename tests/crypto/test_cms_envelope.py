"""CiphertextForRecipient, apart from everything else."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_kms.crypto import cms_envelope
from fake_kms.entropy import SeededEntropy, SystemEntropy

ENTROPY = SystemEntropy()
# Where the parts lie, for RSA-2048 and 32 bytes of plaintext.
IDENTIFIER = slice(33, 65)
ENCRYPTED_KEY = slice(131, 387)
IV = slice(415, 431)
CONTENT = slice(-58, -10)


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def other_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def blob(key):
    return cms_envelope.seal_envelope(key.public_key(), bytes(range(32)), ENTROPY)


def spki(public_key):
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_the_form_is_that_of_aws(key):
    blob = cms_envelope.seal_envelope(key.public_key(), bytes(32), SeededEntropy(1))

    key_id = hashlib.sha256(spki(key.public_key())).digest()
    expected = [
        "3080 06092a864886f70d010703 a080 3080 020102 3182016b 30820167 020102 8020",
        key_id.hex(),
        "303c 06092a864886f70d010107 302f a00f 300d 06096086480165030402010500",
        "a11c 301a 06092a864886f70d010108 300d 06096086480165030402010500 04820100",
        blob[ENCRYPTED_KEY].hex(),
        "3080 06092a864886f70d010701 301d 060960864801650304012a 0410",
        SeededEntropy(1).bytes(48)[32:].hex(),
        "a080 0430",
        blob[CONTENT].hex(),
        "0000 0000 0000 0000 0000",
    ]
    assert blob.hex() == "".join(expected).replace(" ", "")


@pytest.mark.parametrize(
    ("plaintext", "length"), [(0, 461), (1, 461), (15, 461), (16, 477), (32, 493), (64, 525), (1217, 1679)]
)
def test_the_length_is_that_of_aws(key, plaintext, length):
    assert len(cms_envelope.seal_envelope(key.public_key(), bytes(plaintext), ENTROPY)) == length


@pytest.mark.parametrize("size", [0, 1, 16, 32, 111, 112, 128, 1217, 4096, 70000])
def test_openssl_opens_it(key, tmp_path, size):
    plaintext = ENTROPY.bytes(size)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "blob").write_bytes(cms_envelope.seal_envelope(key.public_key(), plaintext, ENTROPY))

    opened = subprocess.run(
        ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "blob", "-inkey", "key.pem"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )

    assert opened.stdout == plaintext


@settings(deadline=None)
@given(plaintext=st.binary(max_size=5000))
def test_what_was_sealed_opens(key, plaintext):
    assert (
        cms_envelope.open_envelope(key, cms_envelope.seal_envelope(key.public_key(), plaintext, ENTROPY)) == plaintext
    )


def test_a_longer_key_serves():
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)

    assert (
        cms_envelope.open_envelope(key, cms_envelope.seal_envelope(key.public_key(), b"secret", ENTROPY)) == b"secret"
    )


def test_another_key_does_not_open_it(blob, other_key):
    with pytest.raises(ValueError):
        cms_envelope.open_envelope(other_key, blob)


def test_no_two_are_alike(key, blob):
    assert cms_envelope.seal_envelope(key.public_key(), bytes(range(32)), ENTROPY) != blob


def test_the_content_key_and_the_iv_come_from_entropy(key):
    first, second = (cms_envelope.seal_envelope(key.public_key(), b"secret", SeededEntropy(7)) for _ in range(2))

    assert first[ENCRYPTED_KEY.stop :] == second[ENCRYPTED_KEY.stop :]
    assert first[ENCRYPTED_KEY] != second[ENCRYPTED_KEY]


def test_a_changed_byte_is_noticed_or_in_what_is_not_authenticated(key, blob):
    everywhere = range(len(blob))
    loose = {position for part in (IDENTIFIER, IV, CONTENT) for position in everywhere[part]}
    for position in set(everywhere) - loose:
        changed = bytearray(blob)
        changed[position] ^= 0x20
        with pytest.raises(ValueError):
            cms_envelope.open_envelope(key, bytes(changed))


@settings(deadline=None)
@given(garbage=st.binary(max_size=600), keep=st.integers(0, 493), cut=st.integers(0, 493))
def test_opening_never_fails_otherwise(key, blob, garbage, keep, cut):
    with contextlib.suppress(ValueError):
        cms_envelope.open_envelope(key, blob[:keep] + garbage + blob[cut:])


@pytest.mark.parametrize("content", [b"", b"x", bytes(15), bytes(16), bytes(32)])
def test_a_content_without_padding_is_refused(key, content):
    blob = cms_envelope._write(bytes(32), key.public_key().encrypt(bytes(32), cms_envelope._oaep()), bytes(16), content)

    with pytest.raises(ValueError):
        cms_envelope.open_envelope(key, blob)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_content_key_of_another_size_is_refused(key, size):
    blob = cms_envelope._write(
        bytes(32), key.public_key().encrypt(bytes(size), cms_envelope._oaep()), bytes(16), bytes(16)
    )

    with pytest.raises(ValueError, match="256 bits"):
        cms_envelope.open_envelope(key, blob)


def test_the_public_key_is_read(key):
    assert cms_envelope.load_public_key(spki(key.public_key())) == key.public_key()


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"key",
        spki(ec.generate_private_key(ec.SECP384R1()).public_key()),
        spki(rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()),  # noqa: S505 - to be refused
        bytes.fromhex("300a300506032a030403010000"),
    ],
    ids=["empty", "garbage", "elliptic", "short", "unknown algorithm"],
)
def test_another_public_key_is_refused(der):
    with pytest.raises(ValueError):
        cms_envelope.load_public_key(der)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_reading_a_public_key_never_fails_otherwise(garbage):
    with pytest.raises(ValueError):
        cms_envelope.load_public_key(garbage)
