"""Policies as documents and denials in AWS's words, for the tests that need them.

Source: docs/aws/authorization.md#denials.
"""

from __future__ import annotations

import json

ACCOUNT, OTHER = "123456789012", "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}:"
ROOT, ADMIN = f"{IAM}root", f"{IAM}user/admin"

NOT_BY_KEY_POLICY = "because no resource-based policy allows the {action} action"
NOT_BY_IDENTITY = "because no identity-based policy allows the {action} action"
NOT_BY_BOUNDARY = "because no permissions boundary allows the {action} action"
NOT_BY_SESSION = "because no session policy allows the {action} action"
DENIED_BY_KEY_POLICY = "with an explicit deny in a resource-based policy"
DENIED_BY_IDENTITY = "with an explicit deny in an identity-based policy"
DENIED_BY_BOUNDARY = "with an explicit deny in a permissions boundary"
DENIED_BY_SESSION = "with an explicit deny in a session policy"


def allow(action="kms:*", resource="*", *, to=None, **more):
    """Return an Allow statement; `to` (an ARN, an account, a list of them) makes it one of a key policy."""
    principal = {} if to is None else {"Principal": {"AWS": to}}
    return {"Effect": "Allow", **principal, "Action": action, "Resource": resource, **more}


def deny(action="kms:*", resource="*", *, to=None, **more):
    """Return a Deny statement; see `allow`."""
    return {**allow(action, resource, to=to, **more), "Effect": "Deny"}


ALL = allow()


def policy(*statements, **more):
    """Return a policy document."""
    return {"Version": "2012-10-17", **more, "Statement": list(statements)}


def key_policy(*statements, **more):
    """Return the text of a key policy."""
    return json.dumps(policy(*statements, **more))


def denied(actor, action, resource, clause=NOT_BY_IDENTITY):
    """Return AWS's message for a denial; `actor` is a principal or its ARN, `resource` a key's metadata or an ARN."""
    who, what = getattr(actor, "arn", actor), resource if isinstance(resource, str) else resource["Arn"]
    because = clause.format(action=f"kms:{action}")
    return f"User: {who} is not authorized to perform: kms:{action} on resource: {what} {because}"


def denied_elsewhere(actor, action, clause=NOT_BY_IDENTITY):
    """Return AWS's message for a denial by the caller's own policies that is about a key of another account."""
    because = clause.format(action=f"kms:{action}")
    who = getattr(actor, "arn", actor)
    return f"User: {who} is not authorized to perform: kms:{action} on this resource {because}"


def denied_by_ciphertext(actor, action, clause=NOT_BY_IDENTITY):
    """Return AWS's message for a denial by the caller's own policies that is about the key of a ciphertext."""
    return denied_elsewhere(actor, action, clause).replace(
        "on this resource", "on the resource associated with this ciphertext"
    )


def denied_to_tag(actor, clause=NOT_BY_IDENTITY):
    """Return AWS's message for a denial to tag a key that does not exist yet."""
    return denied_elsewhere(actor, "TagResource", clause).replace(" on this resource", "")


def across(actor, action):
    """Return AWS's message for a denial that does not reveal whether a key of another account exists."""
    return (
        f"User: {getattr(actor, 'arn', actor)} is not authorized to perform: kms:{action} on this resource because the "
        "resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy "
        "explicitly denies access"
    )


def across_by_ciphertext(actor, action):
    """Return the same message where only a ciphertext names the key."""
    return across(actor, action).replace("on this resource", "on the resource associated with this ciphertext")
