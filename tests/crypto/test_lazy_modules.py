"""What a first request with a symmetric key loads of `cryptography`: nothing."""

from __future__ import annotations

import subprocess
import sys

import cryptography
import pytest

from fake_kms import crypto


def run(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_creating_a_symmetric_key_loads_nothing():
    run("""
import sys
from fake_kms import FakeKms
with FakeKms() as fake:
    fake.client().create_key()
    assert "cryptography" not in sys.modules
""")


@pytest.mark.skipif(
    int(cryptography.__version__.split(".")[0]) < 43, reason="this cryptography loads all its kinds of keys at once"
)
def test_the_modules_are_loaded_when_they_are_used():
    run("""
import sys
from fake_kms import FakeKms
with FakeKms() as fake:
    kms = fake.client()
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"x")
    assert "cryptography.hazmat.primitives.asymmetric.rsa" not in sys.modules
    signer = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.sign(KeyId=signer, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
""")


@pytest.mark.parametrize("name", crypto.__all__)
def test_each_is_a_module(name):
    assert getattr(crypto, name).__name__ == f"fake_kms.crypto.{name}"


def test_there_are_no_others():
    with pytest.raises(AttributeError, match=r"^module 'fake_kms\.crypto' has no attribute 'symmetric'$"):
        crypto.symmetric  # noqa: B018
