"""Signatures and MACs, by AWS's names of the algorithms.

Source: AWS KMS Developer Guide, "Key spec reference" (padding, salt lengths, message types).
"""

from __future__ import annotations

import functools
import hmac
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from fake_kms.crypto import ed25519ph, post_quantum

__all__ = ["BadSignature", "mac", "mac_matches", "sign", "verify"]

_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


class BadSignature(Exception):  # noqa: N818 - a verdict on the signature
    """The signature is not that of this message under this key."""


def sign(private: Any, algorithm: str, message: bytes, message_type: str) -> bytes:
    """Sign a message (RAW), a digest of it (DIGEST) or an ML-DSA mu (EXTERNAL_MU). Raises: Unavailable."""
    if algorithm.startswith(("RSASSA", "ECDSA")):
        signature: bytes = private.sign(message, *_scheme(algorithm, message_type))
    elif algorithm == "ED25519_PH_SHA_512":
        signature = ed25519ph.sign(private.private_bytes_raw(), message)
    elif message_type == "EXTERNAL_MU":
        signature = post_quantum.sign_mu(private, message)
    else:
        signature = private.sign(message)
    return signature


def verify(private: Any, algorithm: str, message: bytes, message_type: str, signature: bytes) -> None:
    """Verify a signature under the public half of a key. Raises: BadSignature; Unavailable.

    PSS salts have exactly the length of the hash, as KMS makes them. Assumed: KMS refuses any other.
    """
    public = private.public_key()
    try:
        if algorithm.startswith(("RSASSA", "ECDSA")):
            public.verify(signature, message, *_scheme(algorithm, message_type))
        elif algorithm == "ED25519_PH_SHA_512":
            if not ed25519ph.verify(public.public_bytes_raw(), message, signature):
                raise BadSignature
        elif message_type == "EXTERNAL_MU":
            post_quantum.verify_mu(public, signature, message)
        else:
            public.verify(signature, message)
    except (InvalidSignature, ValueError):
        raise BadSignature from None


@functools.cache
def _scheme(algorithm: str, message_type: str) -> tuple[Any, ...]:
    chosen = _HASHES[algorithm[-3:]]
    hashing: Any = utils.Prehashed(chosen) if message_type == "DIGEST" else chosen
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(hashing),)
    if algorithm.startswith("RSASSA_PSS"):
        return padding.PSS(padding.MGF1(chosen), salt_length=chosen.digest_size), hashing
    return padding.PKCS1v15(), hashing


def mac(secret: bytes, algorithm: str, message: bytes) -> bytes:
    """Make an HMAC (RFC 2104) with the hash that the algorithm names."""
    return hmac.digest(secret, message, f"sha{algorithm.removeprefix('HMAC_SHA_')}")


def mac_matches(secret: bytes, algorithm: str, message: bytes, candidate: bytes) -> bool:
    """Return whether a MAC is that of the message."""
    return hmac.compare_digest(mac(secret, algorithm, message), candidate)
