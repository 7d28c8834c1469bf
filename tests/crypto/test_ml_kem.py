"""ML-KEM against other implementations: kyber-py, and `cryptography` where it has ML-KEM."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from kyber_py.ml_kem import ML_KEM_512, ML_KEM_768, ML_KEM_1024

from fake_kms.crypto.fallback.ml_kem import PrivateKey

SEED = bytes(range(64))
M = bytes(range(100, 132))
# Level, raw public key, SubjectPublicKeyInfo, ciphertext: FIPS 203, table 3, and RFC 9935.
LENGTHS = [(512, 800, 822, 768), (768, 1184, 1206, 1088), (1024, 1568, 1590, 1568)]


class KyberPy:
    """A key pair of kyber-py."""

    def __init__(self, kem, seed):
        self.kem = kem
        self.raw, self.private = kem.key_derive(seed)

    def encapsulate(self):
        return self.kem.encaps(self.raw)

    def decapsulate(self, ciphertext):
        return self.kem.decaps(self.private, ciphertext)


class Cryptography:
    """A key pair of `cryptography`."""

    def __init__(self, kind, seed):
        self.private = kind.from_seed_bytes(seed)
        self.public = self.private.public_key()
        self.raw = self.public.public_bytes_raw()

    def encapsulate(self):
        return self.public.encapsulate()

    def decapsulate(self, ciphertext):
        return self.private.decapsulate(ciphertext)


def of_cryptography():
    """Give the classes of `cryptography` by level; none in versions and builds without ML-KEM."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mlkem

        mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes(64))
    except (ImportError, UnsupportedAlgorithm):
        return {}
    return {768: mlkem.MLKEM768PrivateKey, 1024: mlkem.MLKEM1024PrivateKey}


IN_CRYPTOGRAPHY = of_cryptography()
PEERS = [
    *((512, KyberPy, ML_KEM_512), (768, KyberPy, ML_KEM_768), (1024, KyberPy, ML_KEM_1024)),
    *((level, Cryptography, kind) for level, kind in IN_CRYPTOGRAPHY.items()),
]


@pytest.mark.parametrize(("level", "library", "kind"), PEERS)
@settings(max_examples=3, deadline=None)
@given(seed=st.binary(min_size=64, max_size=64), m=st.binary(min_size=32, max_size=32), where=st.integers(0, 767))
def test_it_agrees_with_another_implementation(level, library, kind, seed, m, where):
    own, other = PrivateKey(level, seed), library(kind, seed)
    shared, ciphertext = own.public_key().encapsulate(m)
    forged = bytearray(ciphertext)
    forged[where] ^= 1

    assert other.raw == own.public_key().public_bytes_raw()
    assert other.decapsulate(ciphertext) == shared
    assert other.decapsulate(bytes(forged)) == own.decapsulate(bytes(forged)) != shared
    shared, ciphertext = other.encapsulate()
    assert own.decapsulate(ciphertext) == shared


if IN_CRYPTOGRAPHY:

    @pytest.mark.parametrize("level", IN_CRYPTOGRAPHY)
    def test_the_der_forms_are_those_of_cryptography(level):
        own, other = PrivateKey(level, SEED), IN_CRYPTOGRAPHY[level].from_seed_bytes(SEED)
        private_der, public_der = own.private_bytes_der(), own.public_key().public_bytes_der()

        assert other.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) == private_der
        assert other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == public_der
        assert load_der_private_key(private_der, None).private_bytes_raw() == SEED
        assert load_der_public_key(public_der).public_bytes_raw() == own.public_key().public_bytes_raw()


def test_level_512_gives_the_known_answer_of_kyber_py():
    private = PrivateKey(512, SEED)
    shared, ciphertext = private.public_key().encapsulate(M)
    forged = bytes([ciphertext[0] ^ 1]) + ciphertext[1:]

    assert (
        hashlib.sha256(private.public_key().public_bytes_raw()).hexdigest()
        == "3ae268dccc5456ac0d0f9b39257dc48fe081383b97c400512d712b739762daee"
    )
    assert hashlib.sha256(ciphertext).hexdigest() == "9596d0c11b16c7cf90bb1efd90595bdcb2aa9c17614ea9ffb6c416002bdf6d2f"
    assert shared.hex() == "3a607cff6eafff95c45dcfb474aba90719265620a28c465f3f6ffe39d5dc5f18"
    assert private.decapsulate(forged).hex() == "3cd6d191751c337ddc40dc3e2fb9cdc1570ddea75b5497a6be8dcca3ca1d7d7c"


@pytest.mark.parametrize(("level", "raw", "spki", "ciphertext"), LENGTHS)
def test_lengths(level, raw, spki, ciphertext):
    private = PrivateKey(level, SEED)
    public = private.public_key()

    assert [len(part) for part in public.encapsulate(M)] == [32, ciphertext]
    assert (len(public.public_bytes_raw()), len(public.public_bytes_der())) == (raw, spki)
    assert len(private.private_bytes_der()) == 86


@pytest.mark.parametrize(("level", "last"), [(512, 1), (768, 2), (1024, 3)])
def test_the_der_forms_name_the_level_and_end_with_the_key(level, last):
    private = PrivateKey(level, SEED)
    algorithm = bytes.fromhex("300b0609608648016503040400")[:-1] + bytes([last])

    assert private.private_bytes_der() == bytes.fromhex("3054020100") + algorithm + bytes.fromhex("04428040") + SEED
    der, raw = private.public_key().public_bytes_der(), private.public_key().public_bytes_raw()
    assert der[4:17] == algorithm
    assert der[21:] == b"\0" + raw


@pytest.mark.parametrize(("level", "ciphertext"), [(row[0], row[3]) for row in LENGTHS])
def test_a_forged_ciphertext_is_rejected_without_a_word(level, ciphertext):
    private = PrivateKey(level, SEED)
    rejected = private.decapsulate(bytes(ciphertext))

    assert len(rejected) == 32
    assert rejected == private.decapsulate(bytes(ciphertext))
    assert rejected == hashlib.shake_256(SEED[32:] + bytes(ciphertext)).digest(32)


@pytest.mark.parametrize(("level", "ciphertext"), [(row[0], row[3]) for row in LENGTHS])
@pytest.mark.parametrize("difference", [-1, 1])
def test_a_ciphertext_of_another_length_is_refused(level, ciphertext, difference):
    with pytest.raises(ValueError, match=rf"^An ML-KEM-{level} ciphertext has {ciphertext} bytes\.$"):
        PrivateKey(level, SEED).decapsulate(bytes(ciphertext + difference))


@pytest.mark.parametrize(("level", "seed"), [(512, SEED[1:]), (768, SEED + b"\0"), (256, SEED)])
def test_another_level_or_seed_is_refused(level, seed):
    with pytest.raises(ValueError, match=r"^ML-KEM has the levels 512, 768 and 1024, and a seed of 64 bytes\.$"):
        PrivateKey(level, seed)


@pytest.mark.parametrize("m", [b"", M[1:], M + b"\0"])
def test_encapsulation_takes_32_bytes(m):
    with pytest.raises(ValueError, match=r"^ML-KEM encapsulates 32 random bytes\.$"):
        PrivateKey(512, SEED).public_key().encapsulate(m)


def test_repr_shows_no_secret():
    shown = repr(PrivateKey(512, b"\xab" * 32 + b"secret!!" * 4))

    assert "secret" not in shown
    assert "\\xab" not in shown
