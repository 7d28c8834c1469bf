"""Which key a ciphertext belongs to: from the identifier of a key material to the key that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.crypto.material import Material
    from fake_kms.store.key import Key

__all__ = ["Materials"]


class Materials:
    """The key materials that ciphertexts name, by Region; related multi-Region keys share theirs."""

    def __init__(self) -> None:
        self._keys: dict[str, dict[bytes, Key]] = {}

    def add(self, key: Key, material: Material) -> None:
        """Let ciphertexts that name this material find the key, in every Region that has it, from any account."""
        if key.spec.symmetric:
            for related in key.related_keys:
                self._keys.setdefault(related.region, {})[material.identifier] = related

    def remove(self, key: Key) -> None:
        """Forget the materials of a key in its Region."""
        here = self._keys.get(key.region, {})
        for version in key.materials.versions:
            here.pop(version.material.identifier, None)

    def find(self, region: str, identifier: bytes) -> tuple[Key, Material] | None:
        """Return the key and the material that a ciphertext names."""
        here = self._keys.get(region)
        key = here.get(identifier) if here else None
        version = key.materials.named(identifier) if key else None
        return (key, version.material) if key and version else None
