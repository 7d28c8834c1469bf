"""Looking up: keys, aliases, policies and pages that a request names."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "alias_not_found",
    "aliases_not_supported",
    "ciphertext_key_not_accessible",
    "invalid_arn",
    "invalid_key_id",
    "invalid_key_id_in_arn",
    "invalid_marker",
    "key_not_found",
    "no_such_policy",
]


@template("NotFoundException", rank=Rank.RECORDED, source="docs/aws/recorded.md#general")
def key_not_found(key_arn: str) -> str:
    """Answer that a well-formed key id names nothing."""
    return f"Key '{key_arn}' does not exist"


@template("NotFoundException", rank=Rank.RECORDED, source="docs/aws/evidence.md#aliases")
def invalid_key_id(key_id: str) -> str:
    """Answer that a bare key id does not have the form of one."""
    return f"Invalid keyId '{key_id}'"


@template("NotFoundException", rank=Rank.RECORDED, source="docs/aws/errors.md#notfoundexception; floci")
def invalid_key_id_in_arn(key_id: str) -> str:
    """Answer that the key id inside an ARN does not have the form of one."""
    return f"Invalid keyId {key_id}"


@template(
    "NotFoundException",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#other-public-native-evidence, for an ARN of another Region",
)
def invalid_arn(region_or_arn: str) -> str:
    """Answer that an ARN is of another Region.

    Assumed: an ARN of another partition or service, or without six parts, is answered alike, with the whole ARN in
    place of the Region.
    """
    return f"Invalid arn {region_or_arn}"


@template("NotFoundException", rank=Rank.RECORDED, source="docs/aws/evidence.md#aliases")
def alias_not_found(alias_arn: str) -> str:
    """Answer that an alias names nothing."""
    return f"Alias {alias_arn} is not found."


# An alias where only a key id or key ARN is taken.
aliases_not_supported = answer(
    "InvalidArnException",
    "Key Aliases are not supported for this operation.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#multi-region-keys",
)

no_such_policy = answer(
    "NotFoundException",
    "No such policy exists",
    rank=Rank.EMULATOR,
    source="LocalStack; moto",
)

# A ciphertext whose key is unknown here.
ciphertext_key_not_accessible = answer(
    "AccessDeniedException",
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are "
    "not allowed to access.",
    rank=Rank.RECORDED,
    source="docs/aws/authorization.md#denials, E",
    field="Message",
)

# A marker that no listing has returned.
invalid_marker = answer("InvalidMarkerException", rank=Rank.RECORDED, source="docs/aws/recorded.md#key-rotation")
