"""Key material: made in one place, kept apart from the key it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fake_kms.crypto.primitives import sha256
from fake_kms.entropy import derive

if TYPE_CHECKING:
    from fake_kms.entropy import Entropy
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["Material", "generate", "identify"]


@dataclass(slots=True)
class Material:
    """One key material. Its secret never shows in `repr`."""

    identifier: bytes
    secret: bytes = field(repr=False)
    _cipher: AESGCM | None = field(default=None, repr=False)

    @property
    def cipher(self) -> AESGCM:
        """The material of a symmetric key as a cipher, set up once."""
        if self._cipher is None:
            self._cipher = AESGCM(self.secret)
        return self._cipher

    @property
    def hex_id(self) -> str:
        """The identifier as AWS prints it: 64 lower-case hex digits."""
        return self.identifier.hex()


def identify(key_id: str, secret: bytes) -> bytes:
    """Name a material by the key it belongs to and its bytes.

    The same bytes in the same key (or its replicas) have the same name; in two keys they have two. Source:
    ImportKeyMaterial, KeyMaterialId ("based on the KMS key ID and the imported key material").
    """
    return sha256(b"fake-kms material\0" + key_id.encode() + b"\0" + secret)


def generate(spec: KeySpec, key_id: str, number: int, entropy: Entropy) -> Material:
    """Make new material for a key; `number` counts its materials from 0.

    With a seed the same key id and number give the same material, whatever else happened in between.
    """
    if entropy.seed is None:
        secret = entropy.bytes(spec.size)
    else:
        secret = derive(entropy.seed, f"material {key_id} {number} {spec.name}", spec.size)
    return Material(identify(key_id, secret), secret)
