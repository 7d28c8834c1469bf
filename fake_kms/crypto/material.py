"""Key material, apart from the KMS key that it belongs to.

Symmetric and HMAC material is bytes. The material of asymmetric keys is a private key, generated on first use, so that
CreateKey never waits for it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from fake_kms import crypto
from fake_kms.entropy import derive

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from fake_kms.crypto.pool import RsaLease
    from fake_kms.entropy import Entropy
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["KeyGenerator", "Material", "derive_material_id"]

_IDENTIFIER_LENGTH = 32


class Material:
    """One key material. Its secret never shows in `repr`.

    `identifier` is the KeyMaterialId as 32 bytes, empty for keys other than symmetric ones. `secret` is the bytes of
    symmetric and HMAC keys, empty for asymmetric ones. Those have `private`, or `generate`, which returns it.
    """

    __slots__ = ("_cipher", "_generate", "_private", "identifier", "secret")

    def __init__(
        self,
        identifier: bytes = b"",
        secret: bytes = b"",
        private: Any = None,
        generate: Callable[[], Any] | None = None,
    ) -> None:
        self.identifier = identifier
        self.secret = secret
        self._private = private
        self._generate = generate
        self._cipher: AESGCM | None = None

    def __repr__(self) -> str:
        return f"<Material {self.hex_id or 'of an asymmetric or HMAC key'}>"

    @property
    def hex_id(self) -> str:
        """The identifier as AWS prints it: 64 lower-case hex digits, or nothing."""
        return self.identifier.hex()

    @property
    def cipher(self) -> AESGCM:
        """The cipher of a symmetric key, set up once."""
        if self._cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            self._cipher = AESGCM(self.secret)
        return self._cipher

    @property
    def private(self) -> Any:
        """The private key of an asymmetric key, generated on first use. Raises: Unavailable."""
        if self._private is None and self._generate is not None:
            self._private, self._generate = self._generate(), None
        return self._private


def derive_material_id(key_id: str, secret: bytes) -> bytes:
    """Return the KeyMaterialId, as 32 bytes, of imported key material; material that is generated has a random one.

    The same bytes in the same key (or its replicas) have the same id; in two keys they have two. Source:
    API_ImportKeyMaterial, KeyMaterialId ("based on the KMS key ID and the imported key material").
    """
    return hashlib.sha256(b"fake-kms material\0" + key_id.encode() + b"\0" + secret).digest()


class KeyGenerator:
    """Generate key material and private keys.

    With a seed, the same label gives the same key, whatever else is generated in between.
    """

    def __init__(self, entropy: Entropy, rsa: RsaLease) -> None:
        self._entropy = entropy
        self._rsa = rsa

    def generate_material(self, spec: KeySpec, key_id: str, number: int) -> Material:
        """Generate material for a key; `number` counts its materials from 0."""
        label = ("material", key_id, number, spec.name)
        if spec.asymmetric:
            return Material(generate=lambda: self.generate_private_key(spec, *label))
        if spec.symmetric:
            random = self._bytes(spec.size + _IDENTIFIER_LENGTH, label)
            return Material(random[spec.size :], random[: spec.size])
        return Material(secret=self._bytes(spec.size, label))

    def generate_private_key(self, spec: KeySpec, *label: object) -> Any:
        """Generate a private key. Raises: Unavailable where the installed `cryptography` lacks the algorithm."""
        if spec.kind == "rsa" and self._entropy.seed is None:
            return self._rsa.lease(spec.size * 8)
        return crypto.private_keys.from_seed(spec, self._bytes(crypto.private_keys.SEED_LENGTH, label))

    def _bytes(self, count: int, label: tuple[object, ...]) -> bytes:
        if self._entropy.seed is None:
            return self._entropy.bytes(count)
        return derive(self._entropy.seed, " ".join(map(str, label)), count)
