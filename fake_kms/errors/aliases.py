"""Aliases: their names, their targets, their quota."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "alias_across_accounts",
    "alias_characters",
    "alias_exists",
    "alias_of_alias",
    "alias_prefix",
    "alias_quota",
    "alias_type_change",
    "reserved_alias",
]

# An alias name without `alias/`.
alias_prefix = answer(
    "ValidationException",
    'Alias must start with the prefix "alias/". '
    "Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#aliases; LocalStack snapshots",
)


@template("ValidationException", rank=Rank.RECORDED, source="docs/aws/errors.md#validationexception")
def alias_characters(alias_name: str) -> str:
    """Refuse an alias name with characters that the service does not take."""
    return f"{alias_name} contains invalid characters for an alias"


# The names that AWS keeps for itself. Assumed: the code, which the source does not quote.
reserved_alias = answer(
    "NotAuthorizedException",
    "The alias name for a customer managed CMK cannot begin with alias/aws/.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#other-public-native-evidence",
)

# An alias as the target of an alias.
alias_of_alias = answer(
    "ValidationException",
    "Aliases must refer to keys. Not aliases",
    rank=Rank.DOCUMENTED,
    source="docs/aws/evidence.md#aliases",
)

# A key of another account as the target of an alias. Assumed: the code, which the source does not quote.
alias_across_accounts = answer(
    "ValidationException",
    "This operation cannot be called cross account",
    rank=Rank.DOCUMENTED,
    source="docs/aws/evidence.md#aliases",
)


@template("AlreadyExistsException", rank=Rank.RECORDED, source="docs/aws/errors.md#alreadyexistsexception")
def alias_exists(alias_arn: str) -> str:
    """Refuse a second alias of the same name."""
    return f"An alias with the name {alias_arn} already exists"


@template("LimitExceededException", rank=Rank.RECORDED, source="docs/aws/errors.md#limitexceededexception")
def alias_quota(quota: int, usage: int) -> str:
    """Refuse one more alias on a key."""
    return f"Aliases per key quota for this account in this region is {quota}, current usage is {usage}."


@template("ValidationException", rank=Rank.ASSUMED, source="contradicted by docs/aws/evidence.md#aliases; local-kms")
def alias_type_change(alias_name: str, was: str, would_be: str) -> str:
    """Refuse to point an alias at a key of another usage."""
    return (
        f"Alias {alias_name} cannot be changed from a CMK with key usage {was} to a CMK with key usage {would_be}. "
        "The key usage of the current CMK and the new CMK must be the same."
    )
