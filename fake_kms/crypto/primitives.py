"""The few symmetric primitives everything else is built from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["BadCiphertext", "open_gcm", "sha256"]


class BadCiphertext(Exception):  # noqa: N818 - a verdict, not a failure of ours
    """The bytes are no ciphertext of this key, or not for this context. Says nothing more on purpose."""


def sha256(data: bytes) -> bytes:
    """Hash with SHA-256."""
    return hashlib.sha256(data).digest()


def open_gcm(cipher: AESGCM, iv: bytes, sealed: bytes, additional: bytes) -> bytes:
    """Decrypt with AES-GCM; the 16-byte tag stands at the end. Raises: BadCiphertext."""
    try:
        return cipher.decrypt(iv, sealed, additional)
    except (InvalidTag, ValueError):
        raise BadCiphertext from None
