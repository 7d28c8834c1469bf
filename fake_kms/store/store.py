"""The resources of one fake: every account and Region, its grants and key materials, and what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import arns
from fake_kms.store.grants import Grants
from fake_kms.store.materials import Materials
from fake_kms.store.region import Region
from fake_kms.store.schedule import Schedule

if TYPE_CHECKING:
    from fake_kms.store.import_tokens import ImportTokens
    from fake_kms.store.key import Key
    from fake_kms.store.key_store import CustomKeyStore
    from fake_kms.store.managed_keys import ManagedKeys

__all__ = ["Store"]


class Store:
    """All that one fake holds. Looking something up never changes it."""

    def __init__(self, import_tokens: ImportTokens, managed_keys: ManagedKeys) -> None:
        self.grants = Grants()
        self.materials = Materials()
        self.schedule = Schedule()
        self.import_tokens = import_tokens
        self.managed_keys = managed_keys
        self._regions: dict[tuple[str, str], Region] = {}
        self._empty: Region | None = None

    def region(self, account: str, name: str) -> Region:
        """Return a Region of an account; one that holds nothing yet is kept as soon as something comes into it."""
        region = self._regions.get((account, name))
        if region is not None:
            return region
        empty = self._empty  # the last one is likely to be the next one
        if empty is None or empty.account != account or empty.name != name:
            empty = self._empty = Region(account, name)
        return empty

    def regions(self) -> list[Region]:
        """Return every Region that holds something."""
        return list(self._regions.values())

    def find_region(self, account: str, name: str) -> Region | None:
        """Return a Region of an account if it holds something."""
        return self._regions.get((account, name))

    def add_key(self, key: Key) -> None:
        """Put a new key into its Region, where ciphertexts find it from now on."""
        self._kept(key.account, key.region).add_key(key)
        if key.multi_region_key is not None:
            key.multi_region_key.keys[key.region] = key
        for version in key.materials.versions:
            self.materials.add(key, version.material)

    def remove_key(self, key: Key) -> None:
        """Delete a key, its aliases, its grants and its material: what was encrypted under it stays encrypted."""
        self.materials.remove(key)
        if key.multi_region_key is not None:
            del key.multi_region_key.keys[key.region]
        for grant in list(self.grants.of_key(key.arn)):
            self.grants.remove(grant)
        if key.custom_key_store is not None:
            key.custom_key_store.remove(key)
        self.region(key.account, key.region).remove_key(key)

    def add_key_store(self, key_store: CustomKeyStore) -> None:
        """Put a new custom key store into its Region."""
        self._kept(key_store.account, key_store.region).key_stores.add(key_store.store_id, key_store)

    def key_of_arn(self, key_arn: str) -> Key | None:
        """Return the key of an ARN, in whatever account and Region it is."""
        arn = arns.parse_arn(key_arn)
        home = self._regions.get((arn.account, arn.region)) if arn else None
        return home.keys.get(arn.resource.removeprefix("key/")) if arn and home else None

    def _kept(self, account: str, name: str) -> Region:
        region = self._regions.get((account, name))
        if region is None:
            region = self._regions[account, name] = self.region(account, name)
        return region
