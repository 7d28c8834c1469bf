"""Key material: made in one place, kept apart from the key it belongs to.

Symmetric and HMAC material is bytes. The material of asymmetric keys is a private key that is made when it is
first used: CreateKey never waits for it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fake_kms.crypto import post_quantum, seeded_rsa
from fake_kms.crypto.primitives import sha256
from fake_kms.entropy import derive

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_kms.crypto.pool import RsaLease
    from fake_kms.entropy import Entropy
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["CURVES", "KeyGenerator", "Material", "Unavailable", "identify"]

CURVES: dict[str, type[ec.EllipticCurve]] = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}
_ORDERS = {
    "ECC_NIST_P256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ECC_NIST_P384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    "ECC_NIST_P521": (1 << 521) - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
    "ECC_SECG_P256K1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
}

Unavailable = post_quantum.Unavailable
_IDENTIFIER = 32


class Material:
    """One key material. Its secret never shows in `repr`.

    `identifier` is the KeyMaterialId as 32 bytes, empty for keys other than symmetric ones. `secret` is the bytes
    of symmetric and HMAC keys, empty for asymmetric ones.
    """

    __slots__ = ("_cipher", "_make", "_private", "identifier", "secret")

    def __init__(
        self, identifier: bytes = b"", secret: bytes = b"", private: Any = None, make: Callable[[], Any] | None = None
    ) -> None:
        self.identifier = identifier
        self.secret = secret
        self._private = private
        self._make = make
        self._cipher: AESGCM | None = None

    def __repr__(self) -> str:
        return f"<Material {self.hex_id or 'of an asymmetric or HMAC key'}>"

    @property
    def hex_id(self) -> str:
        """The identifier as AWS prints it: 64 lower-case hex digits, or nothing."""
        return self.identifier.hex()

    @property
    def cipher(self) -> AESGCM:
        """The material of a symmetric key as a cipher, set up once."""
        if self._cipher is None:
            self._cipher = AESGCM(self.secret)
        return self._cipher

    @property
    def private(self) -> Any:
        """The private key of an asymmetric key, made on first use. Raises: Unavailable."""
        if self._private is None and self._make is not None:
            self._private, self._make = self._make(), None
        return self._private


def identify(key_id: str, secret: bytes) -> bytes:
    """Name an imported material by the key it belongs to and its bytes; what is made here has a name of its own.

    The same bytes in the same key (or its replicas) have the same name; in two keys they have two. Source:
    ImportKeyMaterial, KeyMaterialId ("based on the KMS key ID and the imported key material").
    """
    return sha256(b"fake-kms material\0" + key_id.encode() + b"\0" + secret)


class KeyGenerator:
    """The only maker of keys. With a seed, the same label gives the same key, whatever else happened in between."""

    def __init__(self, entropy: Entropy, rsa: RsaLease) -> None:
        self._entropy = entropy
        self._rsa = rsa

    def material(self, spec: KeySpec, key_id: str, number: int) -> Material:
        """Make new material for a key; `number` counts its materials from 0."""
        label = f"material {key_id} {number} {spec.name}"
        if spec.asymmetric:
            return Material(make=lambda: self.private_key(spec, label))
        if spec.kind == "hmac":
            return Material(secret=self._bytes(label, spec.size))
        made = self._bytes(label, spec.size + _IDENTIFIER)
        return Material(made[spec.size :], made[: spec.size])

    def private_key(self, spec: KeySpec, label: str) -> Any:
        """Make a private key. Raises: Unavailable where the installed `cryptography` lacks the algorithm."""
        seeded = self._entropy.seed is not None
        seed = self._bytes(label, 64)
        if spec.kind == "rsa":
            return seeded_rsa.private_key(seed, spec.size * 8) if seeded else self._rsa.borrow(spec.size * 8)
        return _FROM_SEED[spec.kind](spec.name, seed)

    def check(self, spec: KeySpec) -> None:
        """Tell before a key exists whether its material can be made. Raises: Unavailable."""
        if spec.kind in {"ml_dsa", "sm2"}:
            _try(spec.kind, spec.name)

    def _bytes(self, label: str, count: int) -> bytes:
        if self._entropy.seed is None:
            return self._entropy.bytes(count)
        return derive(self._entropy.seed, label, count)


@functools.cache
def _try(kind: str, name: str) -> None:
    # Raises anew each time; what works is found out once per process.
    _FROM_SEED[kind](name, bytes(64))


def _ecc_key(name: str, seed: bytes) -> Any:
    wide = int.from_bytes(derive(seed, "scalar", 80), "big")
    return ec.derive_private_key(1 + wide % (_ORDERS[name] - 1), CURVES[name]())


def _ed25519_key(_: str, seed: bytes) -> Any:
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed[:32])


def _ml_dsa_key(name: str, seed: bytes) -> Any:
    return post_quantum.ml_dsa_key(name, seed[:32])


def _ml_kem_key(name: str, seed: bytes) -> Any:
    return post_quantum.ml_kem_key(int(name.removeprefix("ML_KEM_")), seed)


def _sm2_key(name: str, _: bytes) -> Any:
    raise Unavailable(f"fake_kms has no {name}: there is no well-kept library of it for Python.")


# A private key from 64 random bytes, by kind of key spec. RSA is not among them: there random keys are borrowed.
_FROM_SEED: dict[str, Callable[[str, bytes], Any]] = {
    "ecc": _ecc_key,
    "ed25519": _ed25519_key,
    "ml_dsa": _ml_dsa_key,
    "ml_kem": _ml_kem_key,
    "sm2": _sm2_key,
}
