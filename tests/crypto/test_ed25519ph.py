"""Ed25519ph against RFC 8032, the arithmetic against `cryptography`, and strictness."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_kms.crypto.fallback import ed25519ph

# RFC 8032, section 7.3.
SEED = bytes.fromhex("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42")
PUBLIC = bytes.fromhex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")
SIGNATURE = bytes.fromhex(
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
)
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493


def little(number):
    return number.to_bytes(32, "little")


def test_it_signs_as_the_rfc_does():
    assert ed25519ph.sign(SEED, b"abc") == SIGNATURE
    assert ed25519ph.verify(PUBLIC, b"abc", SIGNATURE) is True


def test_pure_ed25519_is_another_scheme():
    assert ed25519ph.verify(PUBLIC, b"abc", Ed25519PrivateKey.from_private_bytes(SEED).sign(b"abc")) is False


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_was_signed_verifies(seed, message):
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    signature = ed25519ph.sign(seed, message)

    assert ed25519ph.verify(public, message, signature) is True
    assert ed25519ph.verify(public, message + b"!", signature) is False
    assert ed25519ph.verify(PUBLIC, message, signature) is (public == PUBLIC)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 511), st.sampled_from(["public", "signature"]))
def test_a_changed_bit_is_noticed(bit, part):
    parts = {"public": bytearray(PUBLIC), "signature": bytearray(SIGNATURE)}
    changed = parts[part]
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8

    assert ed25519ph.verify(bytes(parts["public"]), b"abc", bytes(parts["signature"])) is False


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=40) | st.binary(min_size=32, max_size=32) | st.just(PUBLIC),
    st.binary(max_size=80) | st.just(b"abc"),
    st.binary(max_size=80) | st.binary(min_size=64, max_size=64),
)
def test_verify_answers_any_bytes(public, message, signature):
    # Under a public key of small order, such as 32 zeros, a few signatures hold that nobody made.
    assert ed25519ph.verify(public, message, signature) in {False, public != PUBLIC}


# Under the neutral element as the public key, the empty signature (neutral element, 0) holds for every message. That
# makes visible, one at a time, what a lenient verifier would take too.
@pytest.mark.parametrize(
    ("public", "commitment", "answer", "valid"),
    [
        pytest.param(1, 1, 0, True, id="canonical"),
        pytest.param(1, 1, ORDER, False, id="scalar not reduced"),
        pytest.param(P + 1, 1, 0, False, id="public key not reduced"),
        pytest.param(1 + (1 << 255), 1, 0, False, id="public key is minus zero"),
        pytest.param(1, P + 1, 0, False, id="commitment not reduced"),
        pytest.param(1, 1 + (1 << 255), 0, False, id="commitment is minus zero"),
        pytest.param(2, 1, 0, False, id="public key not on the curve"),
    ],
)
def test_only_the_one_encoding_verifies(public, commitment, answer, valid):
    assert ed25519ph.verify(little(public), b"any", little(commitment) + little(answer)) is valid


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_32_bytes(length):
    with pytest.raises(ValueError):
        ed25519ph.sign(bytes(length), b"abc")
