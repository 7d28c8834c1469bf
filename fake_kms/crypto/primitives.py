"""The few symmetric primitives everything else is built from."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["BadCiphertext", "derive_key", "open_gcm", "seal_gcm", "sha256"]


class BadCiphertext(Exception):  # noqa: N818 - a verdict, not a failure of ours
    """The bytes are no ciphertext of this key, or not for this context. Says nothing more on purpose."""


def sha256(data: bytes) -> bytes:
    """Hash with SHA-256."""
    return hashlib.sha256(data).digest()


def derive_key(secret: bytes, nonce: bytes) -> bytes:
    """Derive the 256-bit key of one ciphertext: SP 800-108 in counter mode with HMAC-SHA256.

    AWS derives a fresh key from the backing key and a random 128-bit nonce for every encryption
    (docs.aws, "AWS KMS cryptographic details"), so no two ciphertexts share a GCM key.
    """
    return hmac.digest(secret, b"\0\0\0\1fake-kms\0" + nonce + b"\0\0\1\0", "sha256")


def seal_gcm(key: bytes, iv: bytes, plaintext: bytes, additional: bytes) -> bytes:
    """Encrypt with AES-256-GCM; the 16-byte tag stands at the end."""
    return AESGCM(key).encrypt(iv, plaintext, additional)


def open_gcm(key: bytes, iv: bytes, sealed: bytes, additional: bytes) -> bytes:
    """Decrypt with AES-256-GCM. Raises: BadCiphertext."""
    try:
        return AESGCM(key).decrypt(iv, sealed, additional)
    except (InvalidTag, ValueError):
        raise BadCiphertext from None
