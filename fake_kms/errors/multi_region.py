"""Multi-Region keys: primary, replicas, Regions."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "invalid_replica_region",
    "no_replica_in_region",
    "not_multi_region",
    "not_primary",
    "not_primary_to_update",
    "other_partition",
    "replica_beside_primary",
    "replica_exists",
    "replica_key",
]

_RECORDED = "docs/aws/recorded.md#multi-region-keys"


@template("UnsupportedOperationException", rank=Rank.RECORDED, source=_RECORDED)
def not_primary(key_arn: str) -> str:
    """Refuse to replicate a replica."""
    return f"{key_arn} is not a multi-region primary key."


@template("KMSInvalidStateException", rank=Rank.RECORDED, source=_RECORDED)
def not_primary_to_update(key_arn: str) -> str:
    """Refuse to change the primary Region by way of a replica."""
    return f"{key_arn} is not a multi-Region primary key."


@template(
    "UnsupportedOperationException",
    rank=Rank.ASSUMED,
    source="docs/aws/evidence.md#multi-region-keys, for the text of ReplicateKey; API_ReplicateKey, for the code; "
    "API_UpdatePrimaryRegion, for the code",
)
def not_multi_region(key_arn: str) -> str:
    """Refuse what only multi-Region keys do."""
    return f"{key_arn} is not a multi-region key."


@template("UnsupportedOperationException", rank=Rank.RECORDED, source="docs/aws/recorded.md#key-rotation")
def replica_key(key_arn: str, operation: str) -> str:
    """Refuse what replicas leave to their primary."""
    return f"{key_arn} is a multi-region replica key which is not valid for {operation}."


# A second replica in a Region.
replica_exists = answer(
    "AlreadyExistsException",
    "You can create only one replica of each primary key in each AWS Region.",
    rank=Rank.RECORDED,
    source=_RECORDED,
)


@template("ValidationException", rank=Rank.RECORDED, source=_RECORDED)
def replica_beside_primary(region: str) -> str:
    """Refuse a replica in the Region of the primary key."""
    return f"{region} cannot have a replica because it contains the primary."


# A Region of another partition.
other_partition = answer(
    "ValidationException",
    "The replica key Region must be in the same AWS partition as the primary key Region.",
    rank=Rank.RECORDED,
    source=_RECORDED,
)


@template("ValidationException", rank=Rank.RECORDED, source=_RECORDED)
def invalid_replica_region(region: str) -> str:
    """Refuse a Region that does not exist."""
    return f"Region {region} is not a valid Region or multi-Region keys are not supported in Region {region}."


@template("ValidationException", rank=Rank.RECORDED, source=_RECORDED)
def no_replica_in_region(key_id: str) -> str:
    """Refuse a new primary Region where there is no replica."""
    return f"{key_id} does not have a replica key in the specified Region."
