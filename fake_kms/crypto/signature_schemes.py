"""Signatures and MACs, by AWS's names of the algorithms.

Source: Developer Guide, "Key spec reference", for padding, salt lengths and message types. An external mu needs version
49 of `cryptography`, see docs/aws/crypto.md#what-cryptography-offers.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from fake_kms.crypto.fallback import ed25519ph
from fake_kms.crypto.private_keys import Unavailable

__all__ = ["BadSignature", "mac", "mac_matches", "sign", "verify"]

_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


class BadSignature(Exception):  # noqa: N818 - operations translate it
    """The signature is not that of this message under this key."""


def sign(private: Any, algorithm: str, message: bytes, message_type: str) -> bytes:
    """Sign a message (RAW), a digest of it (DIGEST) or an ML-DSA mu (EXTERNAL_MU). Raises: Unavailable."""
    return _scheme(algorithm, message_type).sign(private, message)


def verify(private: Any, algorithm: str, message: bytes, message_type: str, signature: bytes) -> None:
    """Verify a signature under the public half of a key. Raises: BadSignature; Unavailable.

    PSS salts have exactly the length of the hash, as in the signatures of KMS. Assumed: KMS refuses any other.
    """
    try:
        _scheme(algorithm, message_type).verify(private.public_key(), signature, message)
    except (InvalidSignature, ValueError):
        raise BadSignature from None


class _Scheme(NamedTuple):
    """How an algorithm signs a message with a private key, and verifies a signature and message with a public key."""

    sign: Callable[[Any, bytes], bytes]
    verify: Callable[[Any, bytes, bytes], None]


@functools.cache
def _scheme(algorithm: str, message_type: str) -> _Scheme:
    if algorithm == "ED25519_PH_SHA_512":
        return _Scheme(_sign_prehashed, _verify_prehashed)
    if message_type == "EXTERNAL_MU":
        return _Scheme(_sign_mu, _verify_mu)
    options = _options(algorithm, message_type)
    return _Scheme(
        lambda private, message: private.sign(message, *options),
        lambda public, signature, message: public.verify(signature, message, *options),
    )


def _options(algorithm: str, message_type: str) -> tuple[Any, ...]:
    if not algorithm.startswith(("RSASSA", "ECDSA")):
        return ()
    chosen = _HASHES[algorithm[-3:]]
    hashing: Any = utils.Prehashed(chosen) if message_type == "DIGEST" else chosen
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(hashing),)
    if algorithm.startswith("RSASSA_PSS"):
        return padding.PSS(padding.MGF1(chosen), salt_length=chosen.digest_size), hashing
    return padding.PKCS1v15(), hashing


def _sign_prehashed(private: Any, message: bytes) -> bytes:
    return ed25519ph.sign(private.private_bytes_raw(), message)


def _verify_prehashed(public: Any, signature: bytes, message: bytes) -> None:
    if not ed25519ph.verify(public.public_bytes_raw(), message, signature):
        raise BadSignature


def _sign_mu(private: Any, mu: bytes) -> bytes:
    if not hasattr(private, "sign_mu"):
        raise Unavailable("MessageType EXTERNAL_MU needs cryptography 49 or newer.")
    signature: bytes = private.sign_mu(mu)
    return signature


def _verify_mu(public: Any, signature: bytes, mu: bytes) -> None:
    if not hasattr(public, "verify_mu"):
        raise Unavailable("MessageType EXTERNAL_MU needs cryptography 49 or newer.")
    public.verify_mu(signature, mu)


def mac(secret: bytes, algorithm: str, message: bytes) -> bytes:
    """Return the HMAC (RFC 2104) of a message, with the hash that the algorithm names."""
    return hmac.digest(secret, message, f"sha{algorithm.removeprefix('HMAC_SHA_')}")


def mac_matches(secret: bytes, algorithm: str, message: bytes, candidate: bytes) -> bool:
    """Return whether a MAC is that of the message."""
    return hmac.compare_digest(mac(secret, algorithm, message), candidate)
