"""Multi-Region keys: primary, replicas, Regions."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = ["no_replica_in_region", "not_primary", "other_partition", "replica_exists"]

_RECORDED = "docs/aws/recorded.md#multi-region-keys"


@template(
    "UnsupportedOperationException",
    rank=Rank.RECORDED,
    source=f"{_RECORDED}, for ReplicateKey of a replica; contradicted by {_RECORDED}, for UpdatePrimaryRegion; "
    "contradicted by docs/aws/recorded.md#key-rotation, for EnableKeyRotation and RotateKeyOnDemand; "
    "contradicted by docs/aws/recorded.md#imported-key-material, for ImportKeyMaterial; "
    "contradicted by docs/aws/evidence.md#multi-region-keys, for ReplicateKey of a single-Region key",
)
def not_primary(key_arn: str) -> str:
    """Refuse what only a primary key does."""
    return f"{key_arn} is not a multi-region primary key."


# A second replica in a Region, or one beside the primary key.
replica_exists = answer(
    "AlreadyExistsException",
    "You can create only one replica of each primary key in each AWS Region.",
    rank=Rank.RECORDED,
    source=f"{_RECORDED}; contradicted by {_RECORDED}, for the Region of the primary key",
)


@template("UnsupportedOperationException", rank=Rank.ASSUMED, source=f"contradicted by {_RECORDED}")
def other_partition(region: str) -> str:
    """Refuse a Region of another partition."""
    return f"{region} is not in the partition of the primary key."


@template("NotFoundException", rank=Rank.ASSUMED, source=f"contradicted by {_RECORDED}")
def no_replica_in_region(key_id: str, region: str) -> str:
    """Refuse a new primary Region where there is no replica."""
    return f"Key '{key_id}' has no replica key in {region}"
