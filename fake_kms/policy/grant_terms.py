"""Grants: whom they let do what, under which constraints.

Source: CreateGrant and GrantConstraints in the API Reference; Developer Guide, "Grants in AWS KMS".
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_kms.policy.principal_element import limits_of_name

if TYPE_CHECKING:
    from fake_kms.policy.request import Request

__all__ = ["Grant", "at_least_as_strict", "grant_matches", "why_not"]

_WITHOUT_CONTEXT = frozenset({"CreateGrant", "DescribeKey", "RetireGrant"})
_Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant, as far as it authorizes: `grantee` is an ARN, an account's root ARN or a service principal."""

    grant_id: str
    grantee: str
    operations: frozenset[str]
    encryption_context_equals: Mapping[str, str] | None = None
    encryption_context_subset: Mapping[str, str] | None = None
    source_arn: str | None = None

    @property
    def label(self) -> str:
        """Name the grant."""
        return f"grant {self.grant_id}"


def grant_matches(grant: Grant, request: Request) -> bool:
    """Return whether a grant covers a request. Whether the caller's own policies limit it is not asked here."""
    return (
        request.grant_operation in grant.operations
        and limits_of_name(grant.grantee, request.principal) is not None
        and _meets_context(grant, request)
        and _meets_source(grant, request)
    )


def why_not(grant: Grant, request: Request) -> str:
    """Return why a grant does not cover a request; empty when it does."""
    if request.grant_operation is None:
        return f"operation: no grant can authorize {request.action} here"
    if request.grant_operation not in grant.operations:
        return f"operation: {request.grant_operation} is not among {', '.join(sorted(grant.operations))}"
    if limits_of_name(grant.grantee, request.principal) is None:
        return f"principal: {request.principal.arn} is not the grantee {grant.grantee}"
    if not _meets_source(grant, request):
        return f"constraint SourceArn: expected {grant.source_arn}, actual {request.source_arn or '(absent)'}"
    return "" if _meets_context(grant, request) else _why_not_context(grant, request)


def at_least_as_strict(child: Mapping[str, Any] | None, parent: Mapping[str, Any] | None) -> bool:
    """Return whether a grant made by a grantee is constrained at least as its own grant.

    Input: the `Constraints` members of CreateGrant: EncryptionContextSubset, EncryptionContextEquals, SourceArn.
    A subset may gain pairs or become Equals; Equals must be the same. Source: Developer Guide, "Granting CreateGrant".
    """
    child, parent = child or {}, parent or {}
    child_equals, parent_equals = child.get("EncryptionContextEquals"), parent.get("EncryptionContextEquals")
    if parent_equals is not None and (child_equals is None or _pairs(child_equals) != _pairs(parent_equals)):
        return False
    parent_subset = _pairs(parent.get("EncryptionContextSubset"))
    if parent_subset and not _holds_all(child, parent_subset):
        return False
    return parent.get("SourceArn") in {None, child.get("SourceArn")}


def _holds_all(constraints: Mapping[str, Any], wanted: _Pairs) -> bool:
    names = ("EncryptionContextEquals", "EncryptionContextSubset")
    return any(wanted <= _pairs(constraints.get(name)) for name in names)


def _pairs(context: Mapping[str, str] | None) -> _Pairs:
    """Return the pairs of an encryption context: names without letter case, values with it."""
    return _lowered(tuple(context.items())) if context else frozenset()


@functools.lru_cache(maxsize=4096)
def _lowered(pairs: tuple[tuple[str, str], ...]) -> _Pairs:
    return frozenset((name.lower(), value) for name, value in pairs)


def _meets_source(grant: Grant, request: Request) -> bool:
    # Assumed: that the ARNs are compared as texts; a grant with a wildcard in SourceArn would tell.
    return grant.source_arn in {None, request.source_arn} or request.grant_operation == "RetireGrant"


def _meets_context(grant: Grant, request: Request) -> bool:
    # Assumed: that both constraints at once must both hold.
    equals, subset = grant.encryption_context_equals, grant.encryption_context_subset
    if equals is None and subset is None:
        return True
    if request.encryption_context is None or request.grant_operation in _WITHOUT_CONTEXT:
        return True
    actual = _pairs(request.encryption_context)
    return (equals is None or _pairs(equals) == actual) and (subset is None or _pairs(subset) <= actual)


def _why_not_context(grant: Grant, request: Request) -> str:
    expected = [
        f"{kind} {dict(constraint)}"
        for kind, constraint in (
            ("Equals", grant.encryption_context_equals),
            ("Subset", grant.encryption_context_subset),
        )
        if constraint is not None
    ]
    actual = dict(request.encryption_context or {}) or "(absent)"
    return f"constraint EncryptionContext: expected {' and '.join(expected)}, actual {actual}"
