"""Denials: the caller may not do what the request asks for."""

from __future__ import annotations

from fake_kms.errors.answer import Answer, Choice, Rank, Row, template

__all__ = ["access_denied", "access_denied_across_accounts"]

_CODE = "AccessDeniedException"


def _denial(clause: str, rank: Rank, source: str) -> Answer[[str, str, str]]:
    def text(user: str, action: str, resource: str) -> str:
        because = clause.format(action=action)
        return f"User: {user} is not authorized to perform: {action} on resource: {resource} {because}"

    return Answer(Row(_CODE, rank, source, field="Message"), text)


# By the kind of policy that AWS blames. Source: docs/aws/authorization.md#denials.
access_denied = Choice(
    {
        "DENIED_BY_KEY_POLICY": _denial(
            "with an explicit deny in a resource-based policy",
            Rank.RECORDED,
            "docs/aws/evidence.md#authorization",
        ),
        "DENIED_BY_IDENTITY_POLICY": _denial(
            "with an explicit deny in an identity-based policy",
            Rank.RECORDED,
            "docs/aws/recorded.md#policies-and-aws-managed-keys, for inline policies; "
            "contradicted by docs/aws/evidence.md#authorization, for managed policies",
        ),
        "DENIED_BY_BOUNDARY": _denial(
            "with an explicit deny in a permissions boundary",
            Rank.DOCUMENTED,
            'IAM User Guide, "Access denied error messages"',
        ),
        "DENIED_BY_SESSION_POLICY": _denial(
            "with an explicit deny in a session policy",
            Rank.RECORDED,
            "docs/aws/recorded.md#grants",
        ),
        "NOT_ALLOWED_BY_KEY_POLICY": _denial(
            "because no resource-based policy allows the {action} action",
            Rank.RECORDED,
            "docs/aws/recorded.md#key-rotation",
        ),
        "NOT_ALLOWED_BY_IDENTITY_POLICY": _denial(
            "because no identity-based policy allows the {action} action",
            Rank.RECORDED,
            "docs/aws/recorded.md#grants; contradicted by docs/aws/recorded.md#grants, for callers of another account; "
            "contradicted by docs/aws/evidence.md#createkey-describekey, for kms:TagResource in CreateKey",
        ),
        "NOT_ALLOWED_BY_BOUNDARY": _denial(
            "because no permissions boundary allows the {action} action",
            Rank.RECORDED,
            "docs/aws/evidence.md#grants",
        ),
        "NOT_ALLOWED_BY_SESSION_POLICY": _denial(
            "because no session policy allows the {action} action",
            Rank.RECORDED,
            "docs/aws/recorded.md#grants; contradicted by docs/aws/recorded.md#grants, for callers of another account",
        ),
    }
)


@template(_CODE, rank=Rank.RECORDED, source="docs/aws/authorization.md#denials, D", field="Message")
def access_denied_across_accounts(user: str, action: str) -> str:
    """Refuse a caller of another account without saying whether the key exists."""
    return (
        f"User: {user} is not authorized to perform: {action} on this resource because the resource does not exist in "
        "this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
    )
