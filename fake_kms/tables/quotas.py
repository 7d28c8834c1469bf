"""Resource quotas of AWS KMS.

Source: Developer Guide, "Resource quotas"; docs/aws/api_semantics.md#timing-limits-multi-region-keys. Each is a
keyword of `quotas=`. `docs/generate_tables.py` renders them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypedDict

from fake_kms.misuse import suggestion

__all__ = ["QUOTAS", "RESOURCE_QUOTAS", "Quota", "Quotas", "quotas_with"]


class Quota(NamedTuple):
    """What AWS allows by default, and what is counted."""

    default: int
    counts: str


RESOURCE_QUOTAS: dict[str, Quota] = {
    "keys": Quota(100_000, "customer managed keys per account and Region"),
    "aliases_per_key": Quota(50, "aliases per customer managed key"),
    "grants_per_key": Quota(50_000, "grants per customer managed key"),
    "custom_key_stores": Quota(10, "custom key stores per account and Region"),
    "on_demand_rotations": Quota(25, "rotations on demand per KMS key"),
    "policy_bytes": Quota(32_768, "length of a key policy in bytes"),
    "tags_per_key": Quota(50, "tags per KMS key"),
    # Assumed: the XKS proxy API's limit of additional data
    "encryption_context_bytes": Quota(8_192, "length of a serialized encryption context in bytes, at most 65,535"),
}

QUOTAS: dict[str, int] = {name: quota.default for name, quota in RESOURCE_QUOTAS.items()}


class Quotas(TypedDict, total=False):
    """The quotas that `quotas=` may change: each a whole number from 0 on."""

    keys: int
    aliases_per_key: int
    grants_per_key: int
    custom_key_stores: int
    on_demand_rotations: int
    policy_bytes: int
    tags_per_key: int
    encryption_context_bytes: int


_LONGEST_CONTEXT = 65_535  # lengths in a serialized encryption context have two bytes


def quotas_with(changes: Quotas | Mapping[str, Any] | None) -> dict[str, int]:
    """Return the quotas with some of them changed.

    Raises: TypeError for a quota that does not exist; ValueError for what is not a dictionary, for a number that a
    quota cannot have, and for a longer encryption context than can be encoded.
    """
    if changes is None:
        return {**QUOTAS}
    if not isinstance(changes, Mapping):
        raise ValueError(f"quotas is a dictionary such as {{'keys': 5}}, not {changes!r}")  # noqa: TRY004 - as for options
    for name, number in changes.items():
        if name not in QUOTAS:
            hint = suggestion(name, QUOTAS) or "."
            raise TypeError(f"there is no quota {name!r}{hint} There are {', '.join(QUOTAS)}.")
        if type(number) is not int or number < 0:
            raise ValueError(f"the quota {name} is a whole number from 0 on, not {number!r}")
    quotas = {**QUOTAS, **changes}
    if quotas["encryption_context_bytes"] > _LONGEST_CONTEXT:
        raise ValueError(f"the quota encryption_context_bytes is at most {_LONGEST_CONTEXT}")
    return quotas
