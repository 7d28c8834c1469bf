"""Resource quotas of AWS KMS.

Source: Developer Guide, "Resource quotas"; docs/aws/api_semantics.md#timing-limits-multi-region-keys. Each is a
keyword of `quotas=`.
"""

from __future__ import annotations

__all__ = ["QUOTAS", "quotas_with"]

QUOTAS: dict[str, int] = {
    "keys": 100_000,  # customer managed keys per account and Region
    "aliases_per_key": 50,
    "grants_per_key": 50_000,
    "custom_key_stores": 10,  # per account and Region
    "on_demand_rotations": 25,  # per key
    "policy_bytes": 32_768,
    "tags_per_key": 50,
    "encryption_context_bytes": 8_192,  # Assumed: the XKS proxy API's limit of additional data
}

_LONGEST_CONTEXT = 65_535  # lengths in a serialized encryption context have two bytes


def quotas_with(changes: dict[str, int] | None) -> dict[str, int]:
    """Return the quotas with some of them changed.

    Raises: TypeError for a quota that does not exist; ValueError for a longer encryption context than can be encoded.
    """
    unknown = set(changes or ()) - set(QUOTAS)
    if unknown:
        raise TypeError(f"no such quota: {', '.join(sorted(unknown))}; there are {', '.join(QUOTAS)}")
    quotas = {**QUOTAS, **(changes or {})}
    if quotas["encryption_context_bytes"] > _LONGEST_CONTEXT:
        raise ValueError(f"the quota encryption_context_bytes is at most {_LONGEST_CONTEXT}")
    return quotas
