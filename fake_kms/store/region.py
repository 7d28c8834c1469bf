"""One Region of one account: its keys, aliases and custom key stores, with every index over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import arns
from fake_kms.store.alias import Alias
from fake_kms.store.pages import Listing, SortedListing
from fake_kms.tables.managed_keys import MANAGED_KEYS, UNUSED_ALIASES

if TYPE_CHECKING:
    from fake_kms.store.key import Key
    from fake_kms.store.key_store import CustomKeyStore

__all__ = ["Region"]


class Region:
    """What one account has in one Region."""

    def __init__(self, account: str, name: str) -> None:
        self.account = account
        self.name = name
        self.partition = arns.partition_of(name)
        self.keys: SortedListing[Key] = SortedListing()
        self.aliases: SortedListing[Alias] = SortedListing()
        self.aliases_of_key: dict[str, SortedListing[Alias]] = {}
        self.customer_keys = 0
        self.key_stores: Listing[CustomKeyStore] = Listing()
        for alias_name in UNUSED_ALIASES:
            self.aliases.add(alias_name, Alias(alias_name, self.alias_arn(alias_name)))

    def key_arn(self, key_id: str) -> str:
        """Return the ARN of a key of this Region."""
        return arns.key_arn(self.name, self.account, key_id)

    def alias_arn(self, alias_name: str) -> str:
        """Return the ARN of an alias of this Region."""
        return arns.alias_arn(self.name, self.account, alias_name)

    def find_alias(self, alias_name: str) -> Alias | None:
        """Return an alias, also one of AWS's own that is listed only when it is used.

        Assumed: such an alias stands for its key as if its service had been used before, since a test has no service
        that would create it.
        """
        alias = self.aliases.get(alias_name)
        if (
            alias is None
            and alias_name.removeprefix("alias/aws/") in MANAGED_KEYS
            and alias_name.startswith("alias/aws/")
        ):
            return Alias(alias_name, self.alias_arn(alias_name))
        return alias

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
        self.aliases_of_key.setdefault(key.key_id, SortedListing()).add(alias.name, alias)

    def remove_alias(self, alias: Alias) -> None:
        """Delete an alias; its key stays."""
        self._unlink(alias)
        self.aliases.remove(alias.name)

    def _unlink(self, alias: Alias) -> None:
        if alias.key is not None:
            self.aliases_of_key[alias.key.key_id].remove(alias.name)
