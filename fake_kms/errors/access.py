"""Denials: the caller may not do what the request asks for.

The sentence says on what: the resource, or as much of it as AWS reveals. Source: docs/aws/authorization.md#denials.
"""

from __future__ import annotations

from typing import NamedTuple

from fake_kms.errors.answer import Answer, Choice, Rank, Row, template

__all__ = [
    "access_denied",
    "access_denied_across_accounts",
    "access_denied_by_ciphertext",
    "access_denied_by_ciphertext_across_accounts",
    "access_denied_to_foreign_key",
    "access_denied_to_tag",
]

_CODE = "AccessDeniedException"


class _Known(NamedTuple):
    """How a denial is known."""

    rank: Rank
    source: str


# The kind of policy that AWS blames -> the end of the sentence. A policy has an ARN if it is a managed one.
_CLAUSES = {
    "DENIED_BY_KEY_POLICY": "with an explicit deny in a resource-based policy",
    "DENIED_BY_IDENTITY_POLICY": "with an explicit deny in an identity-based policy",
    "DENIED_BY_MANAGED_POLICY": "with an explicit deny in an identity-based policy: {policy}",
    "DENIED_BY_BOUNDARY": "with an explicit deny in a permissions boundary",
    "DENIED_BY_MANAGED_BOUNDARY": "with an explicit deny in a permissions boundary: {policy}",
    "DENIED_BY_SESSION_POLICY": "with an explicit deny in a session policy",
    "NOT_ALLOWED_BY_KEY_POLICY": "because no resource-based policy allows the {action} action",
    "NOT_ALLOWED_BY_IDENTITY_POLICY": "because no identity-based policy allows the {action} action",
    "NOT_ALLOWED_BY_BOUNDARY": "because no permissions boundary allows the {action} action",
    "NOT_ALLOWED_BY_SESSION_POLICY": "because no session policy allows the {action} action",
}
_OF_THE_KEY = frozenset({"DENIED_BY_KEY_POLICY", "NOT_ALLOWED_BY_KEY_POLICY"})

_IN_THE_GUIDE = _Known(Rank.DOCUMENTED, 'IAM User Guide, "Access denied error messages"')
_ON_RESOURCE = {
    "DENIED_BY_KEY_POLICY": _Known(Rank.RECORDED, "docs/aws/evidence.md#authorization"),
    "DENIED_BY_IDENTITY_POLICY": _Known(Rank.RECORDED, "docs/aws/recorded.md#policies-and-aws-managed-keys"),
    "DENIED_BY_MANAGED_POLICY": _Known(Rank.RECORDED, "docs/aws/evidence.md#authorization, for ListAliases"),
    "DENIED_BY_BOUNDARY": _IN_THE_GUIDE,
    "DENIED_BY_MANAGED_BOUNDARY": _IN_THE_GUIDE,
    "DENIED_BY_SESSION_POLICY": _Known(Rank.RECORDED, "docs/aws/recorded.md#grants"),
    "NOT_ALLOWED_BY_KEY_POLICY": _Known(Rank.RECORDED, "docs/aws/recorded.md#key-rotation"),
    "NOT_ALLOWED_BY_IDENTITY_POLICY": _Known(Rank.RECORDED, "docs/aws/recorded.md#grants"),
    "NOT_ALLOWED_BY_BOUNDARY": _Known(Rank.RECORDED, "docs/aws/evidence.md#grants"),
    "NOT_ALLOWED_BY_SESSION_POLICY": _Known(Rank.RECORDED, "docs/aws/recorded.md#grants"),
}
_FOREIGN = _Known(Rank.RECORDED, "docs/aws/recorded.md#grants")
_CIPHERTEXT = _Known(Rank.RECORDED, "docs/aws/evidence.md#authorization-from-documentation-and-quoted-answers")
_TAG = _Known(Rank.RECORDED, "docs/aws/evidence.md#createkey-describekey")


def _denials(on: str, known: dict[str, _Known], source: str = "") -> Choice[[str, str, str, str]]:
    """Return the denials of the caller's own policies, and those of the key policy if `known` has them.

    Input: `on` the words between the action and the reason; `known` how the denials are known that are not assumed,
    `source` what the others are taken from.
    """
    otherwise = _Known(Rank.ASSUMED, source)
    kinds = [kind for kind in _CLAUSES if kind in known or kind not in _OF_THE_KEY]
    return Choice({kind: _denial(on, _CLAUSES[kind], known.get(kind, otherwise)) for kind in kinds})


def _denial(on: str, clause: str, known: _Known) -> Answer[[str, str, str, str]]:
    def text(user: str, action: str, resource: str, policy: str) -> str:
        where, because = on.format(resource=resource), clause.format(action=action, policy=policy)
        return f"User: {user} is not authorized to perform: {action}{where} {because}"

    return Answer(Row(_CODE, known.rank, known.source, field="Message"), text)


access_denied = _denials(" on resource: {resource}", _ON_RESOURCE)

# The caller's own policies, for a key of another account.
access_denied_to_foreign_key = _denials(
    " on this resource",
    {"NOT_ALLOWED_BY_IDENTITY_POLICY": _FOREIGN, "NOT_ALLOWED_BY_SESSION_POLICY": _FOREIGN},
    f"{_FOREIGN.source}, for policies that do not allow",
)

# The caller's own policies, for a key that only the ciphertext names.
access_denied_by_ciphertext = _denials(
    " on the resource associated with this ciphertext",
    {"NOT_ALLOWED_BY_IDENTITY_POLICY": _CIPHERTEXT, "NOT_ALLOWED_BY_BOUNDARY": _CIPHERTEXT},
    f"{_CIPHERTEXT.source}, for policies that do not allow",
)

# kms:TagResource for a key that does not exist yet.
access_denied_to_tag = _denials(
    "", {"NOT_ALLOWED_BY_IDENTITY_POLICY": _TAG}, f"{_TAG.source}, for policies that do not allow"
)

_UNREACHABLE = (
    "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based "
    "policy explicitly denies access"
)


@template(_CODE, rank=Rank.RECORDED, source="docs/aws/authorization.md#denials, D", field="Message")
def access_denied_across_accounts(user: str, action: str) -> str:
    """Refuse a caller of another account without saying whether the key exists."""
    return f"User: {user} is not authorized to perform: {action} on this resource {_UNREACHABLE}"


@template(_CODE, rank=_CIPHERTEXT.rank, source=_CIPHERTEXT.source, field="Message")
def access_denied_by_ciphertext_across_accounts(user: str, action: str) -> str:
    """Refuse a caller of another account whose request names no key, without saying whether it exists."""
    what = "on the resource associated with this ciphertext"
    return f"User: {user} is not authorized to perform: {action} {what} {_UNREACHABLE}"
