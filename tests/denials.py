"""How AWS words a denial (authorization facts, section 4), for the tests that assert one."""

from __future__ import annotations

NOT_BY_IDENTITY = "because no identity-based policy allows the {action} action"
NOT_BY_KEY_POLICY = "because no resource-based policy allows the {action} action"


def denied(actor, action, resource, clause=NOT_BY_IDENTITY):
    """Word a denial; `actor` is an actor or an ARN, `resource` a key's metadata or an ARN."""
    who, what = getattr(actor, "arn", actor), resource if isinstance(resource, str) else resource["Arn"]
    because = clause.format(action=f"kms:{action}")
    return f"User: {who} is not authorized to perform: kms:{action} on resource: {what} {because}"


def across(actor, action):
    """Word a denial that does not tell whether a key of another account exists."""
    return (
        f"User: {getattr(actor, 'arn', actor)} is not authorized to perform: kms:{action} on this resource because the "
        "resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy "
        "explicitly denies access"
    )
