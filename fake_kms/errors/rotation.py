"""Rotation, automatic and on demand."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "all_material_symmetric_only",
    "material_not_in_replicas",
    "no_material_pending_rotation",
    "on_demand_rotations_exhausted",
    "rotation_conflict",
]


@template(
    "LimitExceededException",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#limitexceededexception; LocalStack snapshots",
)
def on_demand_rotations_exhausted(key_arn: str) -> str:
    """Refuse one more rotation on demand."""
    return (
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
        f"performed for this key: {key_arn}"
    )


# A rotation on demand next to an automatic one.
rotation_conflict = answer(
    "ConflictException",
    "The request was rejected because an automatic rotation of this key is currently in progress or scheduled to "
    "begin within the next 20 minutes.",
    rank=Rank.ASSUMED,
    source="API_RotateKeyOnDemand, for the code; botocore, for the text, which documents the code",
)


@template("KMSInvalidStateException", rank=Rank.RECORDED, source="docs/aws/recorded.md#imported-key-material")
def no_material_pending_rotation(key_arn: str) -> str:
    """Refuse to rotate imported material when none is waiting."""
    return f"No available key material pending rotation for the key: {key_arn}."


# Material that waits for its rotation, and is not in the Region of every replica.
material_not_in_replicas = answer(
    "KMSInvalidStateException",
    "Cannot perform key material rotation: Key material has not been imported for replicas of the Multi-Region key.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#imported-key-material",
)

# IncludeKeyMaterial for other than symmetric keys.
all_material_symmetric_only = answer(
    "ValidationException",
    "Input parameter includeKeyMaterial can only be used with symmetric keys.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#key-rotation",
)
