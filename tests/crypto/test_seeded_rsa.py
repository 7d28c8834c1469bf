"""RSA from a seed: one key of 2048 bits, as the search takes a while."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from fake_kms.crypto.fallback import seeded_rsa

SEED = b"seed 5"


@pytest.fixture(scope="module")
def key():
    return seeded_rsa.private_key(SEED, 2048)


def der(key):
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_the_same_seed_gives_the_same_key(key):
    seeded_rsa.private_key.cache_clear()

    assert der(seeded_rsa.private_key(SEED, 2048)) == der(key)


def test_the_key_of_a_seed_stays_what_it_is(key):
    modulus = key.public_key().public_numbers().n.to_bytes(256, "big")

    assert hashlib.sha256(modulus).hexdigest() == "645797f5bf1cf52c841d691d012ceae5ad699d15f0c1d53ca1074070bc21f50a"


def test_another_seed_gives_another_key(key):
    assert seeded_rsa.private_key(b"seed 7", 2048).public_key() != key.public_key()


def test_a_key_is_made_once(key):
    assert seeded_rsa.private_key(SEED, 2048) is seeded_rsa.private_key(SEED, 2048)


def test_its_numbers(key):
    numbers = key.private_numbers()

    assert (key.key_size, numbers.public_numbers.e) == (2048, 65537)
    assert (numbers.p >> 1022, numbers.q >> 1022) == (3, 3)


def test_cryptography_finds_it_valid(key):
    assert load_der_private_key(der(key), None).private_numbers() == key.private_numbers()


if shutil.which("openssl"):

    def test_openssl_finds_it_valid(key):
        command = ["openssl", "rsa", "-check", "-noout", "-inform", "DER"]
        checked = subprocess.run(command, input=der(key), capture_output=True, check=True)

        assert b"RSA key ok" in checked.stdout + checked.stderr


def test_it_signs(key):
    signature = key.sign(b"message", padding.PKCS1v15(), hashes.SHA256())

    key.public_key().verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, b"another", padding.PKCS1v15(), hashes.SHA256())


@given(st.integers(6, 1 << 15).map(lambda half: 2 * half + 1))
def test_the_rounds_agree_with_trial_division(number):
    divisible = any(number % divisor == 0 for divisor in range(3, int(number**0.5) + 1, 2))

    assert all(seeded_rsa._passes(number, base) for base in seeded_rsa._BASES) is not divisible


# Composites that pass the first round, the first two, and so on (OEIS A014233).
@pytest.mark.parametrize(("number", "rounds"), [(2047, 1), (1373653, 2), (25326001, 3), (3215031751, 4)])
def test_every_round_counts(number, rounds):
    answers = [seeded_rsa._passes(number, base) for base in seeded_rsa._BASES]

    assert answers[:rounds] == [True] * rounds
    assert not all(answers)


def test_the_sieve_leaves_what_no_small_prime_divides():
    start = (3 << 62) + 12345
    survivors = set(seeded_rsa._survivors(start))

    for offset in range(200):
        divisible = any((start - 2 * offset) % prime == 0 for prime in seeded_rsa._small_primes())
        assert (offset in survivors) is not divisible
