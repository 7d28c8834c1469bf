"""One Region of one account: its keys and aliases, with every index over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import arns
from fake_kms.controls.clusters import Clusters
from fake_kms.crypto.material import KeyGenerator
from fake_kms.crypto.pool import RsaLease
from fake_kms.store.alias import AWS_MANAGED_ALIASES, Alias
from fake_kms.store.import_tokens import ImportTokens
from fake_kms.store.pages import Listing
from fake_kms.store.schedule import Schedule
from fake_kms.xks.routes import XksRoutes

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_kms.crypto.material import Material
    from fake_kms.entropy import Entropy
    from fake_kms.store.grant import StoredGrant
    from fake_kms.store.key import Key
    from fake_kms.store.key_store import CustomKeyStore

__all__ = ["Region", "Store"]

# How long creating a replica, changing the primary Region and connecting a key store take under eventual
# consistency, in seconds. Assumed: AWS says "a few seconds" to minutes.
REPLICATION_DELAY = 10
_NO_GRANTS: Listing[StoredGrant] = Listing()


class Region:
    """What one account has in one Region."""

    def __init__(self, account: str, name: str) -> None:
        self.account = account
        self.name = name
        self.partition = arns.partition_of(name)
        self.keys: Listing[Key] = Listing()
        self.aliases: Listing[Alias] = Listing()
        self.aliases_of_key: dict[str, Listing[Alias]] = {}
        self.customer_keys = 0
        self.key_stores: Listing[CustomKeyStore] = Listing()
        for alias_name in AWS_MANAGED_ALIASES:
            self.aliases.add(alias_name, Alias(alias_name, self.alias_arn(alias_name)))

    def key_arn(self, key_id: str) -> str:
        """Name a key of this Region."""
        return arns.key_arn(self.name, self.account, key_id)

    def alias_arn(self, alias_name: str) -> str:
        """Name an alias of this Region."""
        return arns.alias_arn(self.name, self.account, alias_name)

    def add_key(self, key: Key) -> None:
        """Put a new key into the Region."""
        self.keys.add(key.key_id, key)
        if not key.aws_managed:
            self.customer_keys += 1

    def remove_key(self, key: Key) -> None:
        """Delete a key with its aliases."""
        for alias in list(self.aliases_of_key.get(key.key_id, ())):
            self.remove_alias(alias)
        self.aliases_of_key.pop(key.key_id, None)
        self.keys.remove(key.key_id)
        if not key.aws_managed:
            self.customer_keys -= 1

    def point_alias(self, alias: Alias, key: Key, now: float) -> None:
        """Make an alias refer to a key, whether it is new or referred to another one before."""
        if alias.name not in self.aliases:
            self.aliases.add(alias.name, alias)
        self._unlink(alias)
        alias.key, alias.updated = key, now
        alias.created = now if alias.created is None else alias.created
        self.aliases_of_key.setdefault(key.key_id, Listing()).add(alias.name, alias)

    def remove_alias(self, alias: Alias) -> None:
        """Delete an alias; its key stays."""
        self._unlink(alias)
        self.aliases.remove(alias.name)

    def _unlink(self, alias: Alias) -> None:
        if alias.key is None:
            return
        # An emptied listing stays: markers into it must not meet positions that are given out anew.
        self.aliases_of_key[alias.key.key_id].remove(alias.name)


class Store:
    """All accounts and Regions of one fake, what is due in them, and what they are made from."""

    def __init__(self, entropy: Entropy, quotas: dict[str, int], grant_delay: float = 0) -> None:
        self.entropy = entropy
        self.grant_delay = grant_delay
        self.replication_delay = REPLICATION_DELAY if grant_delay else 0
        self.rsa = RsaLease()
        self.makers = KeyGenerator(entropy, self.rsa)
        self.quotas = quotas
        self.schedule = Schedule()
        self.import_tokens = ImportTokens(self.makers, entropy)
        self.clusters = Clusters()
        self.xks = XksRoutes()
        self._regions: dict[tuple[str, str], Region] = {}
        self._grants: dict[str, Listing[StoredGrant]] = {}
        self._by_token: dict[str, StoredGrant] = {}
        self._retirable: dict[tuple[str, str], Listing[StoredGrant]] = {}
        self.knows_principal: Callable[[str], bool] = lambda _: True
        self.on_service_event: Callable[[str, str, str, float], None] = lambda *_: None
        self._by_material: dict[str, dict[bytes, Key]] = {}

    def region(self, account: str, name: str) -> Region:
        """Return a Region of an account; it comes into being when first asked for."""
        region = self._regions.get((account, name))
        if region is None:
            region = self._regions[account, name] = Region(account, name)
        return region

    def known_region(self, account: str, name: str) -> Region | None:
        """Return a Region of an account if anybody has used it."""
        return self._regions.get((account, name))

    def regions(self) -> list[Region]:
        """Return every Region that anybody has used."""
        return list(self._regions.values())

    def add_key(self, key: Key) -> None:
        """Put a new key into its Region, where ciphertexts find it from now on."""
        self.region(key.account, key.region).add_key(key)
        if key.multi_region_key is not None:
            key.multi_region_key.keys[key.region] = key
        for version in key.materials.versions:
            self.add_material(key, version.material)

    def remove_key(self, key: Key) -> None:
        """Delete a key, its aliases and its material: what was encrypted under it stays encrypted."""
        here = self._by_material.get(key.region, {})
        for version in key.materials.versions:
            here.pop(version.material.identifier, None)
        if key.multi_region_key is not None:
            del key.multi_region_key.keys[key.region]
        for grant in list(self.grants_of(key.arn)):
            self.remove_grant(grant)
        if key.custom_key_store is not None:
            key.custom_key_store.remove(key)
        self.region(key.account, key.region).remove_key(key)

    def add_material(self, key: Key, material: Material) -> None:
        """Let ciphertexts that name this material find the key, in every Region that has it, from any account."""
        if key.spec.kind == "symmetric":
            for related in key.multi_region_key.keys.values() if key.multi_region_key else (key,):
                self._by_material.setdefault(related.region, {})[material.identifier] = related

    def note(self, operation: str, key: Key, when: float) -> None:
        """Tell of something that happened to a key by itself."""
        self.on_service_event(operation, key.region, key.arn, when)

    def add_grant(self, grant: StoredGrant) -> None:
        """Put a new grant on its key."""
        self._grants.setdefault(grant.key_arn, Listing()).add(grant.grant_id, grant)
        if grant.retiring is not None:
            self._retirable.setdefault((grant.region, grant.retiring), Listing()).add(grant.grant_id, grant)

    def remove_grant(self, grant: StoredGrant) -> None:
        """Take a grant and its tokens away."""
        self._grants[grant.key_arn].remove(grant.grant_id)
        if grant.retiring is not None:
            self._retirable[grant.region, grant.retiring].remove(grant.grant_id)
        for token in grant.tokens:
            del self._by_token[token]

    def grants_of(self, key_arn: str) -> Listing[StoredGrant]:
        """Return the grants of a key; do not change the answer."""
        return self._grants.get(key_arn, _NO_GRANTS)

    def has_grants(self, key_arn: str) -> bool:
        """Return whether a key has any grants."""
        return key_arn in self._grants and len(self._grants[key_arn]) > 0

    def retirable_by(self, region: str, principal: str) -> Listing[StoredGrant]:
        """Return the grants in a Region that a principal may retire; do not change the answer."""
        return self._retirable.get((region, principal), _NO_GRANTS)

    def key_of_arn(self, key_arn: str) -> Key | None:
        """Find a key of any account and Region by its ARN."""
        arn = arns.parse_arn(key_arn)
        home = self._regions.get((arn.account, arn.region)) if arn else None
        return home.keys.get(arn.resource.removeprefix("key/")) if arn and home else None

    def add_token(self, grant: StoredGrant, token: str) -> None:
        """Let a token stand for a grant."""
        grant.tokens.append(token)
        self._by_token[token] = grant

    def grant_of_token(self, token: str) -> StoredGrant | None:
        """Find the grant that a token stands for."""
        return self._by_token.get(token)

    def find_material(self, region: str, identifier: bytes) -> tuple[Key, Material] | None:
        """Find the key and material that a ciphertext names."""
        here = self._by_material.get(region)
        key = here.get(identifier) if here else None
        version = key.materials.named(identifier) if key else None
        return (key, version.material) if key and version else None
