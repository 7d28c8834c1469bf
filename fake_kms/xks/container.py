"""The container that keeps the proxy's answer to encrypt in a CiphertextBlob.

    u8 length | ciphertext metadata | u8 length | IV | tag (16) | the proxy's ciphertext

Assumed: all of it, as AWS has not published its own container and no sample is known.
"""

from __future__ import annotations

from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.xks.protocol import IV_SIZES, MAX_PLAINTEXT, METADATA_SIZES, TAG_SIZES, Encrypted

__all__ = ["pack", "unpack"]

_TAG_SIZE = 16


def pack(encrypted: Encrypted) -> bytes:
    """Write a container. Raises: ValueError for lengths that the API does not allow."""
    if not _is_well_formed(encrypted):
        raise ValueError("the proxy API does not allow these lengths")
    ciphertext, metadata, iv, tag = encrypted
    return bytes((len(metadata),)) + metadata + bytes((len(iv),)) + iv + tag + ciphertext


def unpack(packed: bytes) -> Encrypted:
    """Read a container. Raises: BadCiphertext."""
    metadata, rest = _read_short(packed)
    iv, rest = _read_short(rest)
    encrypted = Encrypted(rest[_TAG_SIZE:], metadata, iv, rest[:_TAG_SIZE])
    if not _is_well_formed(encrypted):
        raise BadCiphertext
    return encrypted


def _read_short(data: bytes) -> tuple[bytes, bytes]:
    # A length beyond the end leaves nothing for the tag, which is not well-formed.
    end = 1 + (data[0] if data else 0)
    return data[1:end], data[end:]


def _is_well_formed(encrypted: Encrypted) -> bool:
    return (
        len(encrypted.metadata) in METADATA_SIZES
        and len(encrypted.iv) in IV_SIZES
        and len(encrypted.tag) in TAG_SIZES
        and 1 <= len(encrypted.ciphertext) <= MAX_PLAINTEXT
    )
