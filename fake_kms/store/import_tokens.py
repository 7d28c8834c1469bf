"""Import tokens: in AWS's layout and length; a fake takes only those that it has issued.

A token is a ciphertext in AWS's legacy form under a key of the fake's own. It holds what it stands for, so it cannot
be forged, changed, or used for another key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from fake_kms.crypto import ciphertext
from fake_kms.crypto.material import Material, derive_material_id
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.tables.imports import TOKEN_PLAINTEXT_LENGTHS
from fake_kms.tables.key_specs import KEY_SPECS

if TYPE_CHECKING:
    from fake_kms.crypto.material import KeyGenerator
    from fake_kms.entropy import Entropy

__all__ = ["ImportTokens", "Terms"]


class Terms(NamedTuple):
    """What an import token stands for; `valid_to` in seconds since 1970."""

    key_arn: str
    algorithm: str
    wrapping_spec: str
    valid_to: float


class ImportTokens:
    """The import tokens of one fake, and the RSA keys that material is wrapped with: one per wrapping key spec."""

    def __init__(self, key_generator: KeyGenerator, entropy: Entropy) -> None:
        self._key_generator = key_generator
        self._entropy = entropy
        self._sealing: Material | None = None
        self._private: dict[str, Any] = {}

    def wrapping_key(self, wrapping_spec: str) -> Any:
        """Return the private key whose public half wraps material; generated when it is first needed."""
        private = self._private.get(wrapping_spec)
        if private is None:
            private = self._key_generator.generate_private_key(
                KEY_SPECS[wrapping_spec], f"wrapping key {wrapping_spec}"
            )
            self._private[wrapping_spec] = private
        return private

    def issue(self, terms: Terms) -> bytes:
        """Write a token."""
        plaintext = json.dumps(terms).encode().ljust(TOKEN_PLAINTEXT_LENGTHS[terms.wrapping_spec])
        return ciphertext.frame(ciphertext.encrypt_legacy(self._sealing_material(), plaintext, self._entropy))

    def read(self, token: bytes) -> Terms:
        """Read a token. Raises: BadCiphertext unless this fake has issued it."""
        sealing = self._sealing_material()
        sealed = ciphertext.parse(token)
        if sealed.material_id != sealing.identifier:
            raise BadCiphertext
        return Terms(*json.loads(ciphertext.decrypt(sealed, sealing, None)))

    def _sealing_material(self) -> Material:
        if self._sealing is None:
            secret = self._entropy.bytes(32)
            self._sealing = Material(derive_material_id("import tokens", secret), secret)
        return self._sealing
