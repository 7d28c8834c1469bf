"""Private keys from a seed, and what older versions of `cryptography` lack."""

from __future__ import annotations

import sys

import pytest
from cryptography.hazmat.primitives import asymmetric as cryptography_asymmetric
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fake_kms.crypto import asymmetric, private_keys, signature_schemes
from fake_kms.crypto.fallback import ml_kem
from fake_kms.crypto.private_keys import Unavailable
from fake_kms.tables.key_specs import KEY_SPECS

SEED = bytes(range(64))
MU = "MessageType EXTERNAL_MU needs cryptography 49 or newer."


def remove(monkeypatch, module):
    """Make a module of `cryptography` as absent as in older versions, imported before or not."""
    monkeypatch.setitem(sys.modules, f"{cryptography_asymmetric.__name__}.{module}", None)
    monkeypatch.delattr(cryptography_asymmetric, module, raising=False)


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519", "ML_KEM_512"])
def test_a_seed_determines_the_key(spec):
    first, second, another = (private_keys.from_seed(KEY_SPECS[spec], seed) for seed in (SEED, SEED, bytes(64)))

    assert asymmetric.private_der(first) == asymmetric.private_der(second) != asymmetric.private_der(another)


@pytest.mark.parametrize("generate", [private_keys.check_available, lambda spec: private_keys.from_seed(spec, SEED)])
def test_sm2_is_unavailable(generate):
    with pytest.raises(Unavailable, match=r"^fake_kms has no SM2: there is no well-kept library of it for Python\.$"):
        generate(KEY_SPECS["SM2"])


def test_ml_dsa_is_unavailable_in_an_older_cryptography(monkeypatch):
    remove(monkeypatch, "mldsa")
    text = r"^ML_DSA_44 needs cryptography 48 or newer with an OpenSSL that has ML-DSA\.$"

    with pytest.raises(Unavailable, match=text):
        private_keys.from_seed(KEY_SPECS["ML_DSA_44"], SEED)


def test_ml_kem_falls_back_in_an_older_cryptography(monkeypatch):
    remove(monkeypatch, "mlkem")
    private = private_keys.from_seed(KEY_SPECS["ML_KEM_768"], SEED)

    assert isinstance(private, ml_kem.PrivateKey)
    assert (private.level, private.seed) == (768, SEED)


def test_an_external_mu_is_unavailable_to_keys_that_cannot_sign_it():
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))  # as the ML-DSA keys of cryptography 48

    with pytest.raises(Unavailable, match=f"^{MU}$"):
        signature_schemes.sign(private, "ML_DSA_SHAKE_256", bytes(64), "EXTERNAL_MU")
    with pytest.raises(Unavailable, match=f"^{MU}$"):
        signature_schemes.verify(private, "ML_DSA_SHAKE_256", bytes(64), "EXTERNAL_MU", b"signature")
