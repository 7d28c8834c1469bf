"""AES-GCM, and the exception for what does not decrypt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["BadCiphertext", "open_gcm"]


class BadCiphertext(Exception):  # noqa: N818 - operations translate it
    """The bytes are not a ciphertext of this key and context. On purpose it does not say which."""


def open_gcm(cipher: AESGCM, iv: bytes, sealed: bytes, additional: bytes) -> bytes:
    """Decrypt with AES-GCM; the last 16 bytes are the tag. Raises: BadCiphertext."""
    try:
        return cipher.decrypt(iv, sealed, additional)
    except _refusals():
        raise BadCiphertext from None


def _refusals() -> tuple[type[Exception], ...]:
    # Imported when something is refused: an import, even the hundredth, costs half a microsecond.
    from cryptography.exceptions import InvalidTag

    return InvalidTag, ValueError
