"""Rotation, automatic and on demand."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = ["no_material_pending_rotation", "on_demand_rotations_exhausted", "rotation_conflict"]


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
