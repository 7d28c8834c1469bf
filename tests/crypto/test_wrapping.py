"""Unwrapping of imported key material: what is not wrapped as the algorithm says is a bad ciphertext."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric import rsa

from fake_kms.crypto.asymmetric import rsa_encrypt
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.crypto.wrapping import unwrap

MATERIAL = b"key material of any length"
AES_KEY = bytes(range(32))
WRAPPED = keywrap.aes_key_wrap_with_padding(AES_KEY, MATERIAL)


@pytest.fixture(scope="module")
def private():
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("name", ["SHA_1", "SHA_256"])
def test_it_unwraps_what_was_wrapped(private, name):
    oaep = f"RSAES_OAEP_{name}"

    assert unwrap(private, oaep, rsa_encrypt(private, oaep, MATERIAL)) == MATERIAL
    assert unwrap(private, f"RSA_AES_KEY_WRAP_{name}", rsa_encrypt(private, oaep, AES_KEY) + WRAPPED) == MATERIAL


def test_the_hash_is_the_one_of_the_algorithm(private):
    with pytest.raises(BadCiphertext):
        unwrap(private, "RSA_AES_KEY_WRAP_SHA_1", rsa_encrypt(private, "RSAES_OAEP_SHA_256", AES_KEY) + WRAPPED)


@pytest.mark.parametrize("length", [0, 20, 33])
def test_an_aes_key_of_another_length(private, length):
    with pytest.raises(BadCiphertext):
        unwrap(private, "RSA_AES_KEY_WRAP_SHA_256", rsa_encrypt(private, "RSAES_OAEP_SHA_256", bytes(length)) + WRAPPED)


@pytest.mark.parametrize("wrapped", [WRAPPED[:-1] + bytes([WRAPPED[-1] ^ 1]), WRAPPED[:-3], b""])
def test_a_changed_wrapping(private, wrapped):
    with pytest.raises(BadCiphertext):
        unwrap(private, "RSA_AES_KEY_WRAP_SHA_256", rsa_encrypt(private, "RSAES_OAEP_SHA_256", AES_KEY) + wrapped)
