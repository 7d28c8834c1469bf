"""Aliases: friendly names of keys.

Order of the checks: constraints, prefix, characters, reserved names, target key, its state, existing alias,
quota. Source: docs/aws/api_semantics.md#createalias, where a part is inferred.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fake_kms import arns, errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._pages import page_of
from fake_kms.store.alias import Alias
from fake_kms.store.find import find_alias, is_alias
from fake_kms.store.pages import SortedListing

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []

# The model lets a colon through, the service does not (terraform #12891).
_ALIAS_NAME = re.compile(r"alias/[a-zA-Z0-9/_-]+", re.ASCII)
_TARGET = KeyUse(member="TargetKeyId")


def _check_name(call: Call) -> None:
    alias_name = call.input["AliasName"]
    if not alias_name.startswith("alias/"):
        raise errors.alias_prefix()
    if not _ALIAS_NAME.fullmatch(alias_name):
        raise errors.alias_characters(alias_name)
    if alias_name.startswith("alias/aws/"):
        raise errors.reserved_alias()


def _check_target(call: Call) -> None:
    target = call.input["TargetKeyId"]
    if is_alias(target):
        raise errors.alias_of_alias()
    arn = arns.parse_arn(target)
    if arn is not None and arn.region == call.region.name and arn.account != call.region.account:
        raise errors.alias_across_accounts()


def _check_create(call: Call) -> None:
    _check_name(call)
    _check_target(call)


def _check_update(call: Call) -> None:
    _check_existing(call)
    _check_target(call)


def _check_new(call: Call) -> None:
    alias_arn = call.region.alias_arn(call.input["AliasName"])
    if call.input["AliasName"] in call.region.aliases:
        raise errors.alias_exists(alias_arn)
    _check_quota(call)


def _check_quota(call: Call) -> None:
    quota = call.settings.quotas["aliases_per_key"]
    usage = len(call.region.aliases_of_key.get(call.found[0].key.key_id, ()))
    if usage >= quota:
        raise errors.alias_quota(quota, usage)


@operation("CreateAlias", _TARGET, check_request=_check_create, after_key_checks=_check_new, changes=True)
def create_alias(call: Call) -> None:
    """Add an alias to a customer managed key. Raises: AlreadyExistsException. Source: API_CreateAlias."""
    alias_name = call.input["AliasName"]
    alias = Alias(alias_name, call.region.alias_arn(alias_name))
    call.region.point_alias(alias, call.key, call.now)


def _check_existing(call: Call) -> None:
    _check_name(call)
    find_alias(call.region, call.input["AliasName"])


def _check_same_kind(call: Call) -> None:
    alias = find_alias(call.region, call.input["AliasName"])
    was, would_be = alias.key, call.key
    if was is None or was is would_be:
        return
    if was.usage != would_be.usage or was.spec.asymmetric != would_be.spec.asymmetric:
        raise errors.alias_type_change(alias.arn, was.usage, would_be.usage)
    _check_quota(call)


@operation("UpdateAlias", _TARGET, check_request=_check_update, after_key_checks=_check_same_kind, changes=True)
def update_alias(call: Call) -> None:
    """Point an alias at another key of the same type and usage. Source: API_UpdateAlias."""
    call.region.point_alias(find_alias(call.region, call.input["AliasName"]), call.key, call.now)


@operation("DeleteAlias", check_request=_check_existing, changes=True)
def delete_alias(call: Call) -> None:
    """Delete an alias; its key stays, in whatever state. Source: API_DeleteAlias."""
    call.region.remove_alias(find_alias(call.region, call.input["AliasName"]))


@operation("ListAliases", KeyUse())
def list_aliases(call: Call) -> Output:
    """List the account's aliases in the Region, or those of one key; 50 a page, at most 100.

    AWS's own aliases are there from the start, without TargetKeyId until they are first used.
    Source: API_ListAliases.
    """
    listing, scope = call.region.aliases, ""
    if call.found:
        listing, scope = call.region.aliases_of_key.get(call.key.key_id) or SortedListing(), call.key.key_id
    output = page_of(call, "Aliases", listing, _entry, scope)
    return output | {"AliasCount": len(output["Aliases"])}


def _entry(alias: Alias) -> dict[str, Any]:
    entry: dict[str, Any] = {"AliasArn": alias.arn, "AliasName": alias.name}
    if alias.key is not None:
        entry |= {
            "CreationDate": alias.created,
            "LastUpdatedDate": alias.updated,
            "TargetKeyId": alias.key.key_id,
        }
    return entry
