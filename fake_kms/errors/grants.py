"""Grants: who may hold one, what it may allow, and finding it again."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "grant_constraint_too_large",
    "grant_constraint_unfit",
    "grant_filter_not_found",
    "grant_has_two_constraints",
    "grant_has_two_retirers",
    "grant_needs_one_grantee",
    "grant_not_found",
    "grant_operations_unfit",
    "grant_quota",
    "invalid_grant_id",
    "invalid_grant_token",
    "invalid_principal",
    "invalid_principal_arn",
    "invalid_principal_id",
    "only_create_grant",
    "retirement_needs_one_form",
    "retirer_not_found",
    "retirer_required",
    "service_filter_for_services",
    "service_grant_incomplete",
    "two_grantee_filters",
]

_RECORDED = "docs/aws/recorded.md#grants"

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


@template("InvalidArnException", rank=Rank.RECORDED, source=_RECORDED)
def invalid_principal(arn: str) -> str:
    """Refuse a principal that does not exist."""
    return f"ARN does not refer to a valid principal: {arn}"


@template("InvalidArnException", rank=Rank.RECORDED, source=f"{_RECORDED}, for the session of a role with its path")
def invalid_principal_arn(arn: str) -> str:
    """Refuse an ARN that does not have the form of a principal's."""
    return f"ARN is not valid: {arn}"


@template("InvalidArnException", rank=Rank.RECORDED, source=f"{_RECORDED}, for GranteePrincipal")
def invalid_principal_id(member: str) -> str:
    """Refuse a grant to a principal that is named by something else than an ARN, and does not exist."""
    return f"{member} does not refer to a valid principal."


# ListGrants by a principal that is named by something else than an ARN, and does not exist.
grant_filter_not_found = answer(
    "InvalidArnException", "Input does not refer to a valid principal", rank=Rank.RECORDED, source=_RECORDED
)


@template("NotFoundException", rank=Rank.RECORDED, source=_RECORDED)
def retirer_not_found(name: str) -> str:
    """Refuse ListRetirableGrants of a principal that is named by something else than an ARN, and does not exist."""
    return f"Retiring principal {name} could not be found"


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


@template(
    "ValidationException",
    rank=Rank.RECORDED,
    source=f"{_RECORDED}, for HMAC keys; docs/aws/evidence.md#grants, for asymmetric keys",
)
def grant_operations_unfit(unfit: str, kind: str, key_usage: str, valid: str) -> str:
    """Refuse operations that the key cannot do; `kind` is "a symmetric" or "an asymmetric"."""
    return (
        f"Operations [{unfit}] are not supported when creating a grant for {kind} KMS key with key usage {key_usage}. "
        f"Valid operations are [{valid}]"
    )


# An encryption context constraint on a key whose operations take no encryption context.
grant_constraint_unfit = answer(
    "ValidationException",
    "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
    rank=Rank.RECORDED,
    source=_RECORDED,
)

# EncryptionContextEquals together with EncryptionContextSubset.
grant_has_two_constraints = answer(
    "ValidationException",
    "More than one constraint supplied",
    rank=Rank.ASSUMED,
    source='Developer Guide, "Grants", for the rule',
)


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


@template("ValidationException", rank=Rank.ASSUMED, source="API_ListGrants, for the rule; API_ListRetirableGrants")
def service_filter_for_services(member: str) -> str:
    """Refuse a filter by service principal to a caller that is no service."""
    return f"{member} can be used only by AWS services."


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
