"""Imported key material: unwrap it, and read what is inside.

Source: Developer Guide, "Importing key material"; RFC 5649; docs/aws/crypto.md#imported-key-material.
"""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from fake_kms.crypto import der
from fake_kms.crypto.asymmetric import rsa_decrypt
from fake_kms.crypto.material import Material, derive_material_id
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.crypto.private_keys import CURVES
from fake_kms.tables.imports import IMPORTS

__all__ = ["fits", "read_material", "unwrap"]

_ED25519 = "ECC_NIST_EDWARDS25519"

_AES_KEY_LENGTHS = {16, 24, 32}
_SHORTEST_KEY_WRAP = 16


def fits(private: Any, algorithm: str, wrapped: bytes) -> bool:
    """Whether wrapped material is as long as the wrapping makes it.

    Assumed: this is what AWS calls the size of the encrypted key.
    """
    under_key: int = len(wrapped) - private.key_size // 8
    return under_key >= _SHORTEST_KEY_WRAP if algorithm.startswith("RSA_AES_KEY_WRAP") else under_key == 0


def unwrap(private: Any, algorithm: str, wrapped: bytes) -> bytes:
    """Unwrap key material: RSA OAEP, or an AES key in RSA OAEP followed by the material under it.

    Raises: BadCiphertext.
    """
    if not algorithm.startswith("RSA_AES_KEY_WRAP"):
        return rsa_decrypt(private, algorithm, wrapped)
    size = private.key_size // 8
    aes_key = rsa_decrypt(private, algorithm.replace("RSA_AES_KEY_WRAP", "RSAES_OAEP"), wrapped[:size])
    if len(aes_key) not in _AES_KEY_LENGTHS:
        raise BadCiphertext
    try:
        return keywrap.aes_key_unwrap_with_padding(aes_key, wrapped[size:])
    except (keywrap.InvalidUnwrap, ValueError):
        raise BadCiphertext from None


def read_material(spec_name: str, key_id: str, raw: bytes) -> Material:
    """Read unwrapped bytes as the material of a key. Raises: BadCiphertext for another length, kind or curve.

    The id of a private key is derived from its numbers, so that another encoding of it is the same material.
    Source: docs/aws/recorded.md#imported-key-material, for lengths and encodings. Assumed: kind and curve alike.
    """
    rule = IMPORTS[spec_name]
    if rule.longest:
        if not rule.shortest <= len(raw) <= rule.longest:
            raise BadCiphertext
        return Material(derive_material_id(key_id, raw), raw)
    encoded = _as_der(raw)
    if spec_name == _ED25519 and encoded != raw:  # BER, which AWS does not take here; older cryptography would
        raise BadCiphertext
    private = _private_key(encoded)
    return Material(derive_material_id(key_id, _identity(spec_name, private)), private=private)


def _as_der(raw: bytes) -> bytes:
    try:
        return der.from_ber(raw)
    except ValueError:
        raise BadCiphertext from None


def _private_key(raw: bytes) -> Any:
    try:
        return serialization.load_der_private_key(raw, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadCiphertext from None


def _identity(spec_name: str, private: Any) -> bytes:
    if isinstance(private, rsa.RSAPrivateKey) and spec_name == f"RSA_{private.key_size}":
        numbers = private.private_numbers()
        return f"{numbers.public_numbers.n} {numbers.d}".encode()
    if isinstance(private, ec.EllipticCurvePrivateKey) and _is_on(spec_name, private):
        return str(private.private_numbers().private_value).encode()
    if isinstance(private, ed25519.Ed25519PrivateKey) and spec_name == _ED25519:
        return private.private_bytes_raw()
    raise BadCiphertext


def _is_on(spec_name: str, private: ec.EllipticCurvePrivateKey) -> bool:
    curve = CURVES.get(spec_name)
    return curve is not None and isinstance(private.curve, curve)
