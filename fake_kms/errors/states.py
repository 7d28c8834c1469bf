"""What the state of a key, or its origin, refuses."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, template

__all__ = [
    "creating",
    "disabled",
    "not_pending_deletion",
    "origin",
    "pending_deletion",
    "pending_import",
    "pending_replica_deletion",
    "unavailable",
    "updating",
]

_STATE = "KMSInvalidStateException"


@template("DisabledException", rank=Rank.RECORDED, source="docs/aws/recorded.md#sign-verify")
def disabled(key_arn: str) -> str:
    """Refuse to use a disabled key."""
    return f"{key_arn} is disabled."


@template(_STATE, rank=Rank.RECORDED, source="docs/aws/recorded.md#getpublickey-derivesharedsecret")
def pending_deletion(key_arn: str) -> str:
    """Refuse to use a key that waits for its deletion."""
    return f"{key_arn} is pending deletion."


@template(_STATE, rank=Rank.RECORDED, source="docs/aws/recorded.md#multi-region-keys")
def pending_replica_deletion(key_arn: str) -> str:
    """Refuse to use a primary key that waits for the deletion of its replicas."""
    return f"{key_arn} is pending replica deletion."


@template(_STATE, rank=Rank.DOCUMENTED, source="docs/aws/api_semantics.md#as-documented, footnote 4")
def not_pending_deletion(key_arn: str) -> str:
    """Refuse to cancel a deletion that is not scheduled."""
    return f"{key_arn} is not pending deletion."


@template(_STATE, rank=Rank.RECORDED, source="docs/aws/recorded.md#getpublickey-derivesharedsecret")
def pending_import(key_arn: str) -> str:
    """Refuse to use a key without key material."""
    return f"{key_arn} is pending import."


@template(
    _STATE,
    rank=Rank.DOCUMENTED,
    source="docs/aws/api_semantics.md#as-documented, footnote 11",
)
def unavailable(key_arn: str) -> str:
    """Refuse to use a key whose AWS CloudHSM key store is not connected."""
    return f"{key_arn} is unavailable."


@template(_STATE, rank=Rank.DOCUMENTED, source="docs/aws/api_semantics.md#as-documented, footnote 14")
def creating(key_arn: str) -> str:
    """Refuse to use a replica that is not ready yet."""
    return f"{key_arn} is creating."


@template(_STATE, rank=Rank.DOCUMENTED, source="docs/aws/api_semantics.md#as-documented, footnote 15")
def updating(key_arn: str) -> str:
    """Refuse to change a key whose primary Region is changing."""
    return f"{key_arn} is updating."


@template("UnsupportedOperationException", rank=Rank.RECORDED, source="docs/aws/recorded.md#imported-key-material")
def origin(key_arn: str, origin_of_key: str) -> str:
    """Refuse an operation that keys of this origin do not have."""
    return f"{key_arn} origin is {origin_of_key} which is not valid for this operation."
