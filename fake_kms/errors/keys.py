"""Creating, describing and deleting keys: what the members of a request say together, tags, quotas."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "duplicate_tag_keys",
    "invalid_tag",
    "key_quota",
    "key_spec_not_in_region",
    "key_usage_incompatible",
    "key_usage_required",
    "pending_window",
    "reserved_tag",
    "too_many_tags",
    "two_key_specs",
]

key_usage_required = answer(
    "ValidationException",
    "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#createkey",
)


@template(
    "ValidationException",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#createkey",
)
def key_usage_incompatible(key_usage: str, key_spec: str) -> str:
    """Refuse a usage that the key spec does not have."""
    return f"KeyUsage {key_usage} is not compatible with KeySpec {key_spec}"


# KeySpec beside CustomerMasterKeySpec.
two_key_specs = answer(
    "ValidationException",
    "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
    rank=Rank.EMULATOR,
    source="local-kms",
)


@template(
    "UnsupportedOperationException",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#createkey-describekey",
)
def key_spec_not_in_region(key_spec: str) -> str:
    """Refuse SM2 outside the China Regions."""
    return f"KeySpec {key_spec} is not supported in this Region"


@template(
    "LimitExceededException",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#limitexceededexception, of 2016",
)
def key_quota(quota: int, usage: int) -> str:
    """Refuse one more key in the account and Region."""
    return f"Key quota for this account in this region is {quota} but the current usage is {usage}."


# A waiting period outside 7 to 30 days.
pending_window = answer(
    "ValidationException",
    "PendingWindowInDays must be between 7 and 30",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#validationexception",
)

too_many_tags = answer(
    "TagException",
    "Too many tags",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#tagexception; LocalStack snapshots",
)

reserved_tag = answer(
    "TagException",
    "Tags beginning with aws: are reserved",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#tagexception; LocalStack snapshots",
)

# A tag with a character that tags do not have.
invalid_tag = answer("TagException", "Invalid tag", rank=Rank.ASSUMED, source="API_Tag")

duplicate_tag_keys = answer(
    "TagException",
    "Duplicate tag keys",
    rank=Rank.RECORDED,
    source="docs/aws/settled.md#as-assumed; LocalStack snapshots",
)
