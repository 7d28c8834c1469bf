"""Asymmetric keys apart from signing: RSA encryption, key agreement, encapsulation, and encodings of keys.

Source: Developer Guide, "Key spec reference"; docs/aws/crypto.md#asymmetric-keys;
docs/aws/crypto.md#macs-random-bytes-key-agreement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from fake_kms.crypto.der import tlv
from fake_kms.crypto.fallback import ml_kem
from fake_kms.crypto.primitives import BadCiphertext

if TYPE_CHECKING:
    from fake_kms.entropy import Entropy

__all__ = [
    "BadPublicKey",
    "agree",
    "decapsulate",
    "encapsulate",
    "longest_plaintext",
    "private_der",
    "public_der",
    "rsa_decrypt",
    "rsa_encrypt",
]

_OAEP_HASHES: dict[str, hashes.HashAlgorithm] = {
    "RSAES_OAEP_SHA_1": hashes.SHA1(),  # noqa: S303 - AWS's algorithm
    "RSAES_OAEP_SHA_256": hashes.SHA256(),
}

_VERSION = b"\x02\x01\x00"  # of a PKCS#8: INTEGER 0


class BadPublicKey(Exception):  # noqa: N818 - operations translate it
    """The bytes are not a public key, or it is on another curve."""


def longest_plaintext(algorithm: str, modulus_size: int) -> int:
    """Return how many bytes RSA with OAEP encrypts at most; `modulus_size` is in bytes."""
    return modulus_size - 2 * _OAEP_HASHES[algorithm].digest_size - 2


def rsa_encrypt(private: Any, algorithm: str, plaintext: bytes) -> bytes:
    """Encrypt with RSA OAEP: MGF1 with the same hash, without a label."""
    ciphertext: bytes = private.public_key().encrypt(plaintext, _oaep(algorithm))
    return ciphertext


def rsa_decrypt(private: Any, algorithm: str, ciphertext: bytes) -> bytes:
    """Decrypt with RSA OAEP. Raises: BadCiphertext."""
    try:
        plaintext: bytes = private.decrypt(ciphertext, _oaep(algorithm))
    except ValueError:
        raise BadCiphertext from None
    return plaintext


def _oaep(algorithm: str) -> padding.OAEP:
    chosen = _OAEP_HASHES[algorithm]
    return padding.OAEP(padding.MGF1(chosen), chosen, None)


def agree(private: Any, peer: bytes) -> bytes:
    """Derive the raw ECDH secret with a peer's public key (DER SPKI): the x-coordinate in the field's length.

    Raises: BadPublicKey.
    """
    try:
        public = serialization.load_der_public_key(peer)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadPublicKey from None
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != private.curve.name:
        raise BadPublicKey
    secret: bytes = private.exchange(ec.ECDH(), public)
    return secret


def encapsulate(private: Any, entropy: Entropy) -> tuple[bytes, bytes]:
    """Generate a shared secret for an ML-KEM key; return the secret and its ciphertext."""
    public = private.public_key()
    if isinstance(public, ml_kem.PublicKey):
        return public.encapsulate(entropy.bytes(32))
    secret, ciphertext = public.encapsulate()
    return secret, ciphertext


def decapsulate(private: Any, ciphertext: bytes) -> bytes:
    """Recover the shared secret; a wrong ciphertext of the right length results in another secret (FIPS 203).

    Raises: BadCiphertext for a wrong length.
    """
    try:
        secret: bytes = private.decapsulate(ciphertext)
    except ValueError:
        raise BadCiphertext from None
    return secret


def public_der(private: Any) -> bytes:
    """Encode the public half as DER SubjectPublicKeyInfo."""
    public = private.public_key()
    if isinstance(public, ml_kem.PublicKey):
        return public.public_bytes_der()
    der: bytes = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return der


def private_der(private: Any) -> bytes:
    """Encode a private key as DER PKCS#8; ML-KEM in seed form, elliptic curves with the curve named twice.

    Source: docs/aws/recorded.md#encrypt-decrypt-data-keys.
    """
    if isinstance(private, ml_kem.PrivateKey):
        return private.private_bytes_der()
    der = _encoded(private, serialization.PrivateFormat.PKCS8)
    return _with_inner_parameters(private, der) if isinstance(private, ec.EllipticCurvePrivateKey) else der


def _encoded(private: Any, form: serialization.PrivateFormat) -> bytes:
    der: bytes = private.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    return der


def _with_inner_parameters(private: Any, der: bytes) -> bytes:
    # `cryptography` leaves the parameters out of the ECPrivateKey inside a PKCS#8, not out of one that stands alone.
    start = der.index(_VERSION) + len(_VERSION)
    algorithm = der[start : start + 2 + der[start + 1]]
    inner = _encoded(private, serialization.PrivateFormat.TraditionalOpenSSL)
    return tlv(0x30, _VERSION + algorithm + tlv(0x04, inner))
