"""Grants: who may hold one, what it may allow, and finding it again."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "grant_constraint_too_large",
    "grant_constraint_unfit",
    "grant_has_two_retirers",
    "grant_needs_one_grantee",
    "grant_not_found",
    "grant_operations_unfit",
    "grant_quota",
    "invalid_grant_id",
    "invalid_grant_token",
    "invalid_principal",
    "key_arn_required",
    "only_create_grant",
    "retirement_needs_one_form",
    "retirer_required",
    "service_grant_incomplete",
    "two_grantee_filters",
]

# A grant id that does not have the form of one.
invalid_grant_id = answer(
    "InvalidGrantIdException",
    rank=Rank.EMULATOR,
    source="API_RevokeGrant, for the code; LocalStack, without a text",
)


@template("NotFoundException", rank=Rank.EMULATOR, source="API_RevokeGrant, for the code; moto, for the text")
def grant_not_found(grant_id: str) -> str:
    """Answer that the key has no such grant."""
    return f"Grant ID {grant_id} not found"


# A grant token that AWS has not returned.
invalid_grant_token = answer("InvalidGrantTokenException", rank=Rank.ASSUMED, source="API_CreateGrant, for the code")


@template("InvalidArnException", rank=Rank.ASSUMED, source="contradicted by docs/aws/recorded.md#grants")
def key_arn_required(given: str) -> str:
    """Refuse RetireGrant with a key id in place of a key ARN."""
    return f"Invalid ARN {given}"


@template(
    "InvalidArnException",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#grants; "
    "contradicted by docs/aws/recorded.md#grants, for unique ids and for session ARNs with the path of the role",
)
def invalid_principal(arn: str) -> str:
    """Refuse a grant to a principal that does not exist."""
    return f"ARN does not refer to a valid principal: {arn}"


only_create_grant = answer(
    "ValidationException",
    "Grants must not contain only the CreateGrant operation.",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#grants",
)

# Neither or both kinds of grantee.
grant_needs_one_grantee = answer(
    "ValidationException",
    "Exactly one of GranteePrincipal and GranteeServicePrincipal must be specified.",
    rank=Rank.ASSUMED,
    source="API_CreateGrant, for the rule",
)

# Both kinds of retiring principal.
grant_has_two_retirers = answer(
    "ValidationException",
    "Only one of RetiringPrincipal and RetiringServicePrincipal can be specified.",
    rank=Rank.ASSUMED,
    source="API_CreateGrant, for the rule",
)

# A grant to a service without a retiring principal or without SourceArn.
service_grant_incomplete = answer(
    "ValidationException",
    "GranteeServicePrincipal requires a retiring principal and a SourceArn constraint.",
    rank=Rank.ASSUMED,
    source="API_CreateGrant, for the rule",
)


@template("ValidationException", rank=Rank.ASSUMED, source="contradicted by docs/aws/recorded.md#grants")
def grant_operations_unfit(unfit: list[str], key_arn: str) -> str:
    """Refuse operations that the key cannot do."""
    return f"Grant operations {', '.join(unfit)} are not valid for {key_arn}."


@template("ValidationException", rank=Rank.ASSUMED, source="contradicted by docs/aws/recorded.md#grants")
def grant_constraint_unfit(key_arn: str) -> str:
    """Refuse an encryption context constraint on a key whose operations take no encryption context."""
    return f"Encryption context constraints are not valid for {key_arn}."


# A constraint of more than 8 pairs or 384 characters.
grant_constraint_too_large = answer(
    "ValidationException",
    "Encryption context constraints hold at most 8 pairs of up to 384 characters each.",
    rank=Rank.ASSUMED,
    source="API_GrantConstraints, for the limits",
)


@template(
    "LimitExceededException",
    rank=Rank.ASSUMED,
    source="API_CreateGrant, for the code; docs/aws/errors.md#limitexceededexception, for that of aliases",
)
def grant_quota(quota: int, usage: int) -> str:
    """Refuse one more grant on a key."""
    return f"Grants per key quota for this account in this region is {quota}, current usage is {usage}."


# ListGrants by both kinds of grantee.
two_grantee_filters = answer(
    "ValidationException",
    "Only one of GranteePrincipal and GranteeServicePrincipal can be specified.",
    rank=Rank.ASSUMED,
    source="API_ListGrants, for the rule",
)

# ListRetirableGrants without a retiring principal, or with both kinds.
retirer_required = answer(
    "ValidationException",
    "Exactly one of RetiringPrincipal and RetiringServicePrincipal must be specified.",
    rank=Rank.ASSUMED,
    source="API_ListRetirableGrants, for the rule",
)

# RetireGrant with neither or both forms.
retirement_needs_one_form = answer(
    "ValidationException",
    "Grant token OR (grant ID, key ID) must be specified",
    rank=Rank.EMULATOR,
    source="LocalStack",
)
