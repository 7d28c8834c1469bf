"""The decision: whether a principal may do this, given these policies and grants.

Source: Developer Guide, "Policy evaluation", "Default key policy", "Allowing users in other accounts"; IAM User
Guide, "Policy evaluation logic" with its table of principals in resource-based policies.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from fake_kms.policy.grant_terms import Grant, grant_matches
from fake_kms.policy.policies import KEY_POLICY, Policies, statements_on, title_of
from fake_kms.policy.principal_element import ALL_LIMITS, BOUNDARY, IDENTITY, NO_LIMITS, SESSION, limits_of_name
from fake_kms.policy.request import IamPrincipal, Request
from fake_kms.policy.trace import Finding, findings

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy

__all__ = ["Decision", "Finding", "Grant", "IamPrincipal", "Outcome", "Policies", "Request", "decide"]


class Outcome(str, Enum):
    """Allowed, or the one kind of policy that AWS's message blames."""

    ALLOWED = "ALLOWED"
    DENIED_BY_KEY_POLICY = "DENIED_BY_KEY_POLICY"
    DENIED_BY_IDENTITY_POLICY = "DENIED_BY_IDENTITY_POLICY"
    DENIED_BY_BOUNDARY = "DENIED_BY_BOUNDARY"
    DENIED_BY_SESSION_POLICY = "DENIED_BY_SESSION_POLICY"
    NOT_ALLOWED_BY_KEY_POLICY = "NOT_ALLOWED_BY_KEY_POLICY"
    NOT_ALLOWED_BY_IDENTITY_POLICY = "NOT_ALLOWED_BY_IDENTITY_POLICY"
    NOT_ALLOWED_BY_BOUNDARY = "NOT_ALLOWED_BY_BOUNDARY"
    NOT_ALLOWED_BY_SESSION_POLICY = "NOT_ALLOWED_BY_SESSION_POLICY"


_EXPLICIT = {
    KEY_POLICY: Outcome.DENIED_BY_KEY_POLICY,
    "identity policy": Outcome.DENIED_BY_IDENTITY_POLICY,
    "permissions boundary": Outcome.DENIED_BY_BOUNDARY,
    "session policy": Outcome.DENIED_BY_SESSION_POLICY,
}
# The order in which what is missing is blamed.
_MISSING = (
    (IDENTITY, "identity policy", Outcome.NOT_ALLOWED_BY_IDENTITY_POLICY),
    (BOUNDARY, "permissions boundary", Outcome.NOT_ALLOWED_BY_BOUNDARY),
    (SESSION, "session policy", Outcome.NOT_ALLOWED_BY_SESSION_POLICY),
)


@dataclass(frozen=True)
class Decision:
    """A verdict with its reason; `decided_by` names the policy that denied, empty when it is the lack of one."""

    allowed: bool
    outcome: Outcome
    because: str
    decided_by: str
    request: Request = field(repr=False)
    policies: Policies = field(repr=False)

    @functools.cached_property
    def trace(self) -> tuple[Finding, ...]:
        """What every statement and every grant had to say; worked out when first asked for."""
        return tuple(findings(self.request, self.policies))

    def explain(self) -> str:
        """Return the decision and its trace in lines for people."""
        request = self.request
        verdict = "Allowed" if self.allowed else f"Refused ({self.outcome.value})"
        lines = [f"{verdict}: {request.action} on {request.resource} by {request.principal.arn}", f"  {self.because}"]
        return "\n".join([*lines, *(f"  - {finding}" for finding in self.trace)])


class _Way(NamedTuple):
    """One Allow for the caller, and which of its own policies must allow as well."""

    limits: int
    text: str


def decide(request: Request, policies: Policies) -> Decision:
    """Decide. An explicit Deny beats all; then the key policy or a grant must allow, then what limits the caller.

    Without `resource_account`, and for aliases, only the caller's own policies allow; a key policy that is given
    with a `resource_account` of None still denies (RetireGrant: key policies cannot allow it).
    """
    denial = _explicit_denial(request, policies)
    if denial is not None:
        return denial
    way = _way(request, policies)
    if way is None:
        return _not_allowed_by_key_policy(request, policies)
    return _limited(way, request, policies)


def _explicit_denial(request: Request, policies: Policies) -> Decision | None:
    action = request.action
    for kind, policy in policies.titled():
        for statement in statements_on(policy, action)[0]:
            if statement.limits(request) is None or not statement.meets(request):
                continue
            if kind == KEY_POLICY and not policies.key_policy_speaks(request):
                continue
            because = f"explicit Deny by {title_of(kind, policy)} {statement.label}"
            return Decision(False, _EXPLICIT[kind], because, policy.name, request, policies)
    return None


def _way(request: Request, policies: Policies) -> _Way | None:
    """Find the Allow that asks least of the caller's own policies."""
    if request.resource_account is None or not policies.key_policy_speaks(request):
        return _way_without_key(request)
    foreign = _is_foreign(request)
    if foreign and not request.cross_account:
        return None
    by_key = _way_by_key_policy(request, policies, ALL_LIMITS if foreign else NO_LIMITS)
    if by_key is not None and by_key.limits == NO_LIMITS:
        return by_key
    by_grant = _way_by_grant(request, policies)
    if by_key is None or (by_grant is not None and by_grant.limits < by_key.limits):
        return by_grant
    return by_key


def _way_without_key(request: Request) -> _Way:
    return _Way(ALL_LIMITS, "the root user's own right" if request.principal.kind == "Account" else "")


def _is_foreign(request: Request) -> bool:
    principal = request.principal
    return principal.account != request.resource_account and principal.kind != "Service"


def _way_by_key_policy(request: Request, policies: Policies, floor: int) -> _Way | None:
    policy, best, least = policies.key_policy, None, ALL_LIMITS + 1
    if policy is None:
        return None
    for statement in statements_on(policy, request.action)[1]:
        limits = statement.limits(request)
        if limits is not None and limits | floor < least and statement.meets(request):
            best, least = statement, limits | floor
            if least == floor:
                break
    if best is None:
        return None
    delegates = best.limits(request) == ALL_LIMITS
    note = " (delegates to the account)" if delegates else ""
    return _Way(least, f"{title_of(KEY_POLICY, policy)} {best.label}{note}")


def _way_by_grant(request: Request, policies: Policies) -> _Way | None:
    best, least = None, ALL_LIMITS + 1
    for grant in policies.grants:
        if grant_matches(grant, request):
            limits = limits_of_name(grant.grantee, request.principal)
            if limits is not None and limits < least:
                best, least = grant, limits
    return None if best is None else _Way(least, best.label)


def _limited(way: _Way, request: Request, policies: Policies) -> Decision:
    """Hold a way to what limits it: identity policies, boundary, session policies."""
    reasons = [way.text] if way.text else []
    for limit, kind, outcome in _MISSING:
        if not way.limits & limit:
            continue
        bounding = _bounding(limit, request, policies)
        if bounding is None:
            continue
        support = _allow(kind, bounding, request)
        if support is None:
            return _not_allowed(kind, outcome, bounding, way, request, policies)
        reasons.append(support)
    return Decision(True, Outcome.ALLOWED, f"Allow by {' and '.join(reasons)}", "", request, policies)


def _bounding(limit: int, request: Request, policies: Policies) -> tuple[Policy, ...] | None:
    """Return the policies of which one must allow; None where the caller is not so limited."""
    if limit == IDENTITY:
        return None if request.principal.kind == "Account" else policies.identity
    if limit == BOUNDARY:
        return None if policies.boundary is None else (policies.boundary,)
    return policies.session or None


def _allow(kind: str, bounding: tuple[Policy, ...], request: Request) -> str | None:
    action = request.action
    for policy in bounding:
        for statement in statements_on(policy, action)[1]:
            if statement.meets(request):
                return f"{title_of(kind, policy)} {statement.label}"
    return None


def _not_allowed(
    kind: str, outcome: Outcome, bounding: tuple[Policy, ...], way: _Way, request: Request, policies: Policies
) -> Decision:
    missing = f"no {kind} of {request.principal.arn} allows {request.action}"
    because = f"{way.text} would allow, but {missing}" if way.text else missing
    decided_by = "" if outcome is Outcome.NOT_ALLOWED_BY_IDENTITY_POLICY else ", ".join(one.name for one in bounding)
    return Decision(False, outcome, because, decided_by, request, policies)


def _not_allowed_by_key_policy(request: Request, policies: Policies) -> Decision:
    because = f"neither the key policy nor a grant allows {request.action} to {request.principal.arn}"
    if _is_foreign(request) and not request.cross_account:
        because = f"{request.action} is never allowed across accounts"
    name = "" if policies.key_policy is None else policies.key_policy.name
    return Decision(False, Outcome.NOT_ALLOWED_BY_KEY_POLICY, because, name, request, policies)
