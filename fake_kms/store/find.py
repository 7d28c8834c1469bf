"""Finding a key by key id, key ARN, alias name or alias ARN.

Source: docs/aws/api_semantics.md#key-identifiers-and-lookup, for the order and the texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fake_kms import arns, errors

if TYPE_CHECKING:
    from fake_kms.store.alias import Alias
    from fake_kms.store.key import Key
    from fake_kms.store.region import Region
    from fake_kms.store.store import Store

__all__ = ["Found", "KeyInAnotherAccount", "find_alias", "find_key", "is_alias", "keys_named"]


class Found(NamedTuple):
    """A key, and the alias that a request names it by (None for key ids and key ARNs)."""

    key: Key
    alias_name: str | None = None


class KeyInAnotherAccount(Exception):  # noqa: N818 - a verdict; the caller words the error
    """The ARN is of another account, where no such key exists or none that this operation may reach."""


def is_alias(identifier: str) -> bool:
    """Return whether an identifier is an alias name or alias ARN."""
    if identifier.startswith("arn:"):
        arn = arns.parse_arn(identifier)
        return arn is not None and arn.service == "kms" and arn.resource.startswith("alias/")
    return identifier.startswith("alias/")


def find_key(store: Store, region: Region, identifier: str, now: float, *, cross_account: bool) -> Found:
    """Find the key an identifier names, seen from a Region of the caller's account.

    Behind an alias of AWS's own that nobody has used yet is an AWS managed key created `now`, which is not stored.

    Raises: KmsError NotFoundException; KeyInAnotherAccount for ARNs of other accounts.
    """
    key = region.keys.get(identifier)
    if key is not None:
        return Found(key)
    if identifier.startswith("arn:"):
        return _by_arn(store, region, identifier, now, cross_account=cross_account)
    if identifier.startswith("alias/"):
        return _by_alias(store, region, identifier, now)
    if arns.is_key_id(identifier):
        raise errors.key_not_found(region.key_arn(identifier))
    raise errors.invalid_key_id(identifier)


def find_alias(region: Region, alias_name: str) -> Alias:
    """Find an alias of a Region. Raises: KmsError NotFoundException."""
    alias = region.find_alias(alias_name)
    if alias is None:
        raise errors.alias_not_found(region.alias_arn(alias_name))
    return alias


def _by_arn(store: Store, region: Region, identifier: str, now: float, *, cross_account: bool) -> Found:
    arn = arns.parse_arn(identifier)
    if arn is None or arn.service != "kms" or arn.partition != region.partition:
        raise errors.invalid_arn(identifier)
    if arn.region != region.name:
        raise errors.invalid_arn(arn.region)
    kind, _, name = arn.resource.partition("/")
    if kind not in {"key", "alias"}:
        raise errors.invalid_arn(identifier)
    if arn.account != region.account:
        return _across_accounts(store, arn, cross_account=cross_account)
    if kind == "alias":
        return _by_alias(store, region, arn.resource, now)
    if not arns.is_key_id(name):
        raise errors.invalid_key_id_in_arn(name)
    key = region.keys.get(name)
    if key is None:
        raise errors.key_not_found(identifier)
    return Found(key)


def _across_accounts(store: Store, arn: arns.Arn, *, cross_account: bool) -> Found:
    home = store.find_region(arn.account, arn.region)
    if home is None or not cross_account:
        raise KeyInAnotherAccount
    alias = home.aliases.get(arn.resource)
    key = alias.key if alias else home.keys.get(arn.resource.removeprefix("key/"))
    if key is None:
        raise KeyInAnotherAccount
    return Found(key, alias.name if alias else None)


def _by_alias(store: Store, region: Region, alias_name: str, now: float) -> Found:
    alias = find_alias(region, alias_name)
    return Found(alias.key or store.managed_keys.behind(region, alias, now), alias.name)


def keys_named(store: Store, identifier: str) -> set[str]:
    """Return the ARNs of the keys, in every account and Region, that have this id, ARN, alias name or alias ARN."""
    found = {region.keys.get(identifier) for region in store.regions()}
    for region in store.regions():
        alias = region.aliases.get(identifier.rpartition(":")[2])
        if alias is not None and identifier in {alias.name, alias.arn}:
            found.add(alias.key)
    found.add(store.key_of_arn(identifier))
    return {key.arn for key in found if key is not None}
