"""Whether a grant covers a request, and whether one grant is at least as strict as another.

Source: API_CreateGrant; API_GrantConstraints; Developer Guide, "Grants in AWS KMS".
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fake_kms.grant_terms import GrantConstraints
from fake_kms.policy.must_allow import MustAllow
from fake_kms.policy.principal_element import must_allow_for_grantee

if TYPE_CHECKING:
    from fake_kms.grant_terms import GrantTerms
    from fake_kms.policy.request import Request

__all__ = ["at_least_as_strict", "grant_matches", "must_allow_for_grant", "why_not"]

_WITHOUT_CONTEXT = frozenset({"CreateGrant", "DescribeKey", "RetireGrant"})
_UNCONSTRAINED = GrantConstraints()
_Pairs = frozenset[tuple[str, str]]


def grant_matches(grant: GrantTerms, request: Request) -> bool:
    """Whether a grant covers a request. The caller's own policies are not considered."""
    if request.grant_operation not in grant.operations:
        return False
    if must_allow_for_grantee(grant.grantee, request.principal) is None:
        return False
    constraints = grant.constraints
    return constraints is None or (_meets_context(constraints, request) and _meets_source(constraints, request))


def must_allow_for_grant(grant: GrantTerms, request: Request) -> MustAllow | None:
    """Return which of the caller's own policies must allow, too; None when the caller is not the grantee.

    Across accounts a grant is enough only if the caller's own account has issued it. Source:
    docs/aws/recorded.md#grants.
    """
    must_allow = must_allow_for_grantee(grant.grantee, request.principal)
    if must_allow is None or not request.across_accounts or grant.issuing_account == request.principal.account:
        return must_allow
    return MustAllow.ALL


def why_not(grant: GrantTerms, request: Request) -> str:
    """Return why a grant does not cover a request; empty when it does."""
    if request.grant_operation is None:
        return f"operation: no grant can authorize {request.action} here"
    if request.grant_operation not in grant.operations:
        return f"operation: {request.grant_operation} is not among {', '.join(sorted(set(grant.operations)))}"
    if must_allow_for_grantee(grant.grantee, request.principal) is None:
        return f"principal: {request.principal.arn} is not the grantee {grant.grantee}"
    return "" if grant.constraints is None else _why_not_constraints(grant.constraints, request)


def at_least_as_strict(child: GrantConstraints | None, parent: GrantConstraints | None) -> bool:
    """Whether the constraints of a grant that a grantee creates are at least as strict as its own grant's.

    EncryptionContextSubset may gain pairs or become EncryptionContextEquals; EncryptionContextEquals must be the same.
    Source: Developer Guide, "Granting CreateGrant".
    """
    child, parent = child or _UNCONSTRAINED, parent or _UNCONSTRAINED
    equals = parent.encryption_context_equals
    if equals is not None:
        child_equals = child.encryption_context_equals
        if child_equals is None or _pairs(child_equals) != _pairs(equals):
            return False
    subset = _pairs(parent.encryption_context_subset)
    child_pairs = (_pairs(child.encryption_context_equals), _pairs(child.encryption_context_subset))
    if not any(subset <= pairs for pairs in child_pairs):
        return False
    return parent.source_arn in {None, child.source_arn}


def _pairs(context: Mapping[str, str] | None) -> _Pairs:
    """Return the pairs of an encryption context, their names in lower case, as grants compare them."""
    return _lowered(tuple(context.items())) if context else frozenset()


@functools.lru_cache(maxsize=4096)
def _lowered(pairs: tuple[tuple[str, str], ...]) -> _Pairs:
    return frozenset((name.lower(), value) for name, value in pairs)


def _meets_source(constraints: GrantConstraints, request: Request) -> bool:
    # Assumed: the ARNs are compared as texts; a grant with a wildcard in SourceArn would settle it.
    return constraints.source_arn in {None, request.source_arn} or request.grant_operation == "RetireGrant"


def _meets_context(constraints: GrantConstraints, request: Request) -> bool:
    # No grant has both constraints: CreateGrant refuses them.
    equals, subset = constraints.encryption_context_equals, constraints.encryption_context_subset
    if equals is None and subset is None:
        return True
    if request.encryption_context is None or request.grant_operation in _WITHOUT_CONTEXT:
        return True
    actual = _pairs(request.encryption_context)
    return (equals is None or _pairs(equals) == actual) and (subset is None or _pairs(subset) <= actual)


def _why_not_constraints(constraints: GrantConstraints, request: Request) -> str:
    if not _meets_source(constraints, request):
        return f"constraint SourceArn: expected {constraints.source_arn}, actual {request.source_arn or '(absent)'}"
    return "" if _meets_context(constraints, request) else _why_not_context(constraints, request)


def _why_not_context(constraints: GrantConstraints, request: Request) -> str:
    equals, subset = constraints.encryption_context_equals, constraints.encryption_context_subset
    pairs = (("Equals", equals), ("Subset", subset))
    expected = [f"{kind} {dict(context)}" for kind, context in pairs if context is not None]
    actual = dict(request.encryption_context or {}) or "(absent)"
    return f"constraint EncryptionContext: expected {' and '.join(expected)}, actual {actual}"
