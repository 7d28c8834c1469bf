"""The RSA keys that come with the package: valid, all different, and read when they are needed."""

from __future__ import annotations

import builtins
import math
from pathlib import Path

import pytest
from generate_rsa_keys import COUNTS

from fake_kms.crypto import rsa_keys

FILE = Path(rsa_keys.__file__).with_suffix(".txt")
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("bits", COUNTS)
def test_the_numbers_are_primes_that_make_a_key_of_the_size(bits):
    for p, q in rsa_keys.ready_made(bits):
        assert (p * q).bit_length() == bits
        for prime in (p, q):
            assert prime.bit_length() == bits // 2
            assert math.gcd(rsa_keys.EXPONENT, prime - 1) == 1
            assert pow(2, prime - 1, prime) == 1  # Fermat's test: nothing that is not a prime stands there by chance


@pytest.mark.parametrize("bits", COUNTS)
def test_cryptography_finds_the_key_of_two_primes_valid(bits):
    numbers = rsa_keys.from_primes(*rsa_keys.ready_made(bits)[0]).private_numbers()

    assert numbers.private_key().private_numbers() == numbers
    assert numbers.public_numbers.e == 65537


def test_no_two_keys_have_a_prime_in_common():
    primes = [prime for bits in COUNTS for pair in rsa_keys.ready_made(bits) for prime in pair]

    assert len(set(primes)) == len(primes) == 2 * sum(COUNTS.values())


def test_how_many_there_are_is_what_readme_says():
    assert {bits: len(rsa_keys.ready_made(bits)) for bits in COUNTS} == COUNTS
    assert f"{COUNTS[2048]} of 2048 bits, {COUNTS[3072]} of 3072, {COUNTS[4096]} of 4096" in README.read_text("utf-8")


def test_of_another_size_there_is_none():
    assert rsa_keys.ready_made(204) == rsa_keys.ready_made(1024) == []


def test_the_file_says_what_they_are_for():
    first, *_ = FILE.read_text(encoding="ascii").splitlines()

    assert first.startswith("# RSA keys for tests only. They are not secret: everybody who has this package has them.")


def test_they_are_found_in_a_test_that_has_replaced_open(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr(builtins, "open", refuse)

    assert len(rsa_keys.ready_made(4096)) == COUNTS[4096]


def test_a_generated_key_has_the_size_and_the_exponent():
    key = rsa_keys.generate(2048)

    assert (key.key_size, key.public_key().public_numbers().e) == (2048, rsa_keys.EXPONENT)
