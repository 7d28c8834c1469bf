"""AWS managed keys are created with their first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.operations._rotation_dates import rotate_every_year

if TYPE_CHECKING:
    from fake_kms.operations import Call, FoundKey

__all__ = ["keep_managed_keys"]


def keep_managed_keys(call: Call) -> None:
    """Store the AWS managed keys that this request is the first to use."""
    for found in call.found:
        if found.alias_name is not None and found.key.aws_managed:
            _keep(call, found, found.alias_name)


def _keep(call: Call, found: FoundKey, alias_name: str) -> None:
    key, region = found.key, call.store.region(found.key.account, found.key.region)
    alias = region.find_alias(alias_name)
    if alias is not None and alias.key is None:
        call.store.add_key(key)
        region.point_alias(alias, key, call.now)
        rotate_every_year(call.tools, key)
