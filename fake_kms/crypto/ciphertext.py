"""The symmetric CiphertextBlob in AWS's layout and length.

    01 02 KK 00 78 | material id (32) | 01 | nonce (16) | u32 length | CMS EncryptedData (AES-256-GCM)

KK is 02 for Encrypt and ReEncrypt, 03 for data keys. The content holds 11 bytes more than the plaintext, and
the tag. Header and encryption context are authenticated. The meaning of the 11 bytes is not public, so
here they are seven zeros and the plaintext's length. Source: docs/aws/crypto.md#layout, from 23 real blobs;
docs/aws/crypto.md#length; docs/aws/recorded.md#general, for the material id.

What CMS writes around a content of some length is kept: without that a Decrypt costs 1.24 instead of 1.13 times
botocore's floor (benchmarks/). A test compares it with DER that is written tag by tag.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from fake_kms.crypto.context import canonical
from fake_kms.crypto.der import tlv
from fake_kms.crypto.primitives import BadCiphertext, open_gcm

if TYPE_CHECKING:
    from fake_kms.crypto.material import Material
    from fake_kms.entropy import Entropy

__all__ = [
    "BY_DATA_KEY",
    "BY_ENCRYPT",
    "Sealed",
    "additional_data",
    "decrypt",
    "encrypt",
    "encrypt_legacy",
    "frame",
    "parse",
]

BY_ENCRYPT = 2
BY_DATA_KEY = 3

_START = {kind: bytes((1, 2, kind, 0, 0x78)) for kind in (BY_ENCRYPT, BY_DATA_KEY)}
_INNER = 11
_IV = 12
_LEAST_CONTENT = _INNER + 16
_HEADER = 54
_LEGACY_HEADER = 37
_ENCRYPTED_DATA = bytes.fromhex("06092a864886f70d010706")
_DATA = bytes.fromhex("06092a864886f70d010701")
_AES256_GCM = bytes.fromhex("060960864801650304012e")


class Sealed(NamedTuple):
    """The parts of a blob. Keys in an external key store have the external key's encryption of the content in it."""

    material_id: bytes
    header: bytes
    iv: bytes
    content: bytes


def encrypt(
    material: Material, plaintext: bytes, context: Mapping[str, str] | None, kind: int, entropy: Entropy
) -> Sealed:
    """Encrypt under one key material; `frame` writes the blob.

    AWS derives a key per blob from the material and the nonce. Here the nonce is authenticated only, and the
    material itself is the key: a fresh cipher for every blob would double the cost of the call, and the IV alone
    keeps the encryptions of one test apart.
    """
    random = entropy.bytes(28)
    header, iv = _START[kind] + material.identifier + b"\1" + random[:16], random[16:]
    inner = len(plaintext).to_bytes(_INNER, "big") + plaintext
    return Sealed(material.identifier, header, iv, material.cipher.encrypt(iv, inner, header + canonical(context)))


def encrypt_legacy(material: Material, plaintext: bytes, entropy: Entropy) -> Sealed:
    """Encrypt in AWS's older form, without nonce, which import tokens still have."""
    header, iv = b"\1\1\2\0\x78" + material.identifier, entropy.bytes(12)
    inner = len(plaintext).to_bytes(_INNER, "big") + plaintext
    return Sealed(material.identifier, header, iv, material.cipher.encrypt(iv, inner, header + canonical(None)))


def frame(sealed: Sealed) -> bytes:
    """Write a blob."""
    _, header, iv, content = sealed
    before, between = _frame(len(content))
    return b"".join((header, before, iv, between, content))


def decrypt(sealed: Sealed, material: Material, context: Mapping[str, str] | None) -> bytes:
    """Decrypt the content of a blob. Raises: BadCiphertext for other material or context, or a changed bit."""
    return open_gcm(material.cipher, sealed.iv, sealed.content, sealed.header + canonical(context))[_INNER:]


def additional_data(sealed: Sealed, context: Mapping[str, str] | None) -> bytes:
    """Return what an external key authenticates besides the content: a hash of the header and the context."""
    return hashlib.sha256(sealed.header + canonical(context)).digest()


def parse(blob: bytes) -> Sealed:
    """Read a blob that is exactly in AWS's form, or in its legacy form (version 01, without nonce).

    Raises: BadCiphertext.
    """
    if blob[:3] in {b"\1\2\2", b"\1\2\3"} and blob[37:38] == b"\1":
        header_end = _HEADER
    elif blob[:3] in {b"\1\1\2", b"\1\1\3"}:
        header_end = _LEGACY_HEADER
    else:
        raise BadCiphertext
    rest = blob[header_end:]
    frame = _frame_that_fills(len(rest))
    if frame is None or blob[3:5] != b"\0\x78":
        raise BadCiphertext
    before, between = frame
    iv_end = len(before) + _IV
    content_start = iv_end + len(between)
    if not rest.startswith(before) or rest[iv_end:content_start] != between:
        raise BadCiphertext
    return Sealed(blob[5:37], blob[:header_end], rest[len(before) : iv_end], rest[content_start:])


@functools.lru_cache(maxsize=256)
def _frame(length: int) -> tuple[bytes, bytes]:
    # The bytes before the IV, and between the IV and the content, depend only on the content's length.
    iv, content = b"\0" * _IV, bytes(length)
    algorithm = tlv(0x30, _AES256_GCM + tlv(0x30, tlv(0x04, iv) + b"\x02\x01\x10"))
    info = tlv(0x30, _DATA + algorithm + tlv(0x80, content))
    cms = tlv(0x30, _ENCRYPTED_DATA + tlv(0xA0, tlv(0x30, b"\x02\x01\x00" + info)))
    iv_at = cms.index(_AES256_GCM) + len(_AES256_GCM) + 4
    return len(cms).to_bytes(4, "big") + cms[:iv_at], cms[iv_at + _IV : len(cms) - length]


@functools.lru_cache(maxsize=256)
def _frame_that_fills(total: int) -> tuple[bytes, bytes] | None:
    # A frame never shrinks when its content grows, so the largest possible frame gives the first length to try.
    for length in range(max(_LEAST_CONTENT, total - _around(total)), total):
        if length + _around(length) >= total:
            return _frame(length) if length + _around(length) == total else None
    return None


def _around(length: int) -> int:
    before, between = _frame(length)
    return len(before) + _IV + len(between)
