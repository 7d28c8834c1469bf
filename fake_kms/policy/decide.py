"""The authorizer: whether a principal may do something, given policies and grants.

Source: Developer Guide, "Policy evaluation", "Default key policy", "Allowing users in other accounts"; IAM User
Guide, "Policy evaluation logic" with its table of principals in resource-based policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fake_kms.policy.decision import Decision, Outcome
from fake_kms.policy.explanation import explanations
from fake_kms.policy.grant_matching import grant_matches, must_allow_for_grant
from fake_kms.policy.must_allow import MustAllow
from fake_kms.policy.policies import (
    IDENTITY_POLICY,
    KEY_POLICY,
    PERMISSIONS_BOUNDARY,
    SESSION_POLICY,
    Policies,
    statements_on,
    title_of,
)

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy
    from fake_kms.policy.request import Request

__all__ = ["decide"]

_DENIED_BY = {
    KEY_POLICY: Outcome.DENIED_BY_KEY_POLICY,
    IDENTITY_POLICY: Outcome.DENIED_BY_IDENTITY_POLICY,
    PERMISSIONS_BOUNDARY: Outcome.DENIED_BY_BOUNDARY,
    SESSION_POLICY: Outcome.DENIED_BY_SESSION_POLICY,
}


class _Demand(NamedTuple):
    """A kind of the caller's own policies that must allow, and the outcome when none does."""

    kind: str
    missing: Outcome


_IDENTITY = _Demand(IDENTITY_POLICY, Outcome.NOT_ALLOWED_BY_IDENTITY_POLICY)
_BOUNDARY = _Demand(PERMISSIONS_BOUNDARY, Outcome.NOT_ALLOWED_BY_BOUNDARY)
_SESSION = _Demand(SESSION_POLICY, Outcome.NOT_ALLOWED_BY_SESSION_POLICY)
# In the order in which AWS blames what is missing. Written out, because flags are slow to take apart.
_DEMANDS: dict[MustAllow, tuple[_Demand, ...]] = {
    MustAllow.NONE: (),
    MustAllow.SESSION: (_SESSION,),
    MustAllow.ROLE: (_BOUNDARY, _SESSION),
    MustAllow.ALL: (_IDENTITY, _BOUNDARY, _SESSION),
}


class _Verdict(NamedTuple):
    """The part of a decision that the policies determine."""

    outcome: Outcome
    because: str
    decided_by: str = ""


class _Allowance(NamedTuple):
    """A statement or grant that allows, and the caller's own policies that must allow, too."""

    must_allow: MustAllow
    text: str


def decide(request: Request, policies: Policies, *, explain: bool = False) -> Decision:
    """Return the decision about a request.

    An explicit Deny wins. Otherwise the key policy or a grant must allow, and then the caller's own policies as far as
    `MustAllow` says. Without `resource_account`, and for aliases, only the caller's own policies can allow. A refusal
    is explained statement by statement, an allowed request only with `explain`.
    """
    verdict = _verdict(request, policies)
    explained = explain or verdict.outcome is not Outcome.ALLOWED
    return Decision(
        verdict.outcome,
        verdict.because,
        verdict.decided_by,
        request.action,
        request.resource,
        request.principal.arn,
        tuple(explanations(request, policies)) if explained else (),
    )


def _verdict(request: Request, policies: Policies) -> _Verdict:
    denied = _explicit_deny(request, policies)
    if denied is not None:
        return denied
    allowance = _allowance(request, policies)
    if allowance is None:
        return _not_allowed_by_key_policy(request, policies)
    return _limited(allowance, request, policies)


def _explicit_deny(request: Request, policies: Policies) -> _Verdict | None:
    action, caller, bounded = request.action, request.principal, policies.boundary is not None
    for kind, policy in policies.applying_to(request):
        for statement in statements_on(policy, action)[0]:
            if statement.binds(caller, bounded=bounded) and statement.meets(request):
                because = f"explicit Deny by {title_of(kind, policy)} {statement.label}"
                return _Verdict(_DENIED_BY[kind], because, policy.name)
    return None


def _allowance(request: Request, policies: Policies) -> _Allowance | None:
    """Return the allowance that demands least of the caller's own policies."""
    if request.resource_account is None or request.on_alias:
        return _allowance_without_key(request)
    foreign = request.across_accounts
    if foreign and not request.cross_account:
        return None
    by_key_policy = _allowance_by_key_policy(request, policies, MustAllow.ALL if foreign else MustAllow.NONE)
    if by_key_policy is not None and by_key_policy.must_allow is MustAllow.NONE:
        return by_key_policy
    by_grant = _allowance_by_grant(request, policies)
    if by_key_policy is None or (by_grant is not None and by_grant.must_allow < by_key_policy.must_allow):
        return by_grant
    return by_key_policy


def _allowance_without_key(request: Request) -> _Allowance:
    text = "the root user's own right" if request.principal.kind == "Account" else ""
    return _Allowance(MustAllow.ALL, text)


def _allowance_by_key_policy(request: Request, policies: Policies, at_least: MustAllow) -> _Allowance | None:
    policy, caller, best, least = policies.key_policy, request.principal, None, MustAllow.ALL
    if policy is None:
        return None
    for statement in statements_on(policy, request.action)[1]:
        must_allow = statement.must_allow(caller)
        if must_allow is None:
            continue
        must_allow = max(must_allow, at_least)
        if (best is None or must_allow < least) and statement.meets(request):
            best, least = statement, must_allow
            if least is at_least:
                break
    if best is None:
        return None
    delegates = " (delegates to the account)" if best.must_allow(caller) is MustAllow.ALL else ""
    return _Allowance(least, f"{title_of(KEY_POLICY, policy)} {best.label}{delegates}")


def _allowance_by_grant(request: Request, policies: Policies) -> _Allowance | None:
    best, least = None, MustAllow.ALL
    for grant in policies.grants:
        if grant_matches(grant, request):
            must_allow = must_allow_for_grant(grant, request)
            if must_allow is not None and (best is None or must_allow < least):
                best, least = grant, must_allow
    return None if best is None else _Allowance(least, f"grant {best.grant_id}")


def _limited(allowance: _Allowance, request: Request, policies: Policies) -> _Verdict:
    """Apply what limits an allowance: identity policies, permissions boundary, session policies."""
    reasons = [allowance.text] if allowance.text else []
    for demand in _DEMANDS[allowance.must_allow]:
        demanded = _demanded(demand, request, policies)
        if demanded is None:
            continue
        allowing = _allowing(demand.kind, demanded, request)
        if allowing is None:
            return _not_allowed(demand, demanded, allowance, request)
        reasons.append(allowing)
    return _Verdict(Outcome.ALLOWED, f"Allow by {' and '.join(reasons)}")


def _demanded(demand: _Demand, request: Request, policies: Policies) -> Sequence[Policy] | None:
    """Return the policies of which one must allow; None when the caller is not limited by this kind."""
    if demand is _IDENTITY:
        return None if request.principal.kind == "Account" else policies.identity
    if demand is _BOUNDARY:
        return None if policies.boundary is None else (policies.boundary,)
    # A federated user without session policies has nothing of its user's rights.
    # Source: IAM User Guide, "Policies and permissions in IAM".
    return policies.session if policies.session or request.principal.kind == "FederatedUser" else None


def _allowing(kind: str, policies: Sequence[Policy], request: Request) -> str | None:
    action = request.action
    for policy in policies:
        for statement in statements_on(policy, action)[1]:
            if statement.meets(request):
                return f"{title_of(kind, policy)} {statement.label}"
    return None


def _not_allowed(demand: _Demand, demanded: Sequence[Policy], allowance: _Allowance, request: Request) -> _Verdict:
    missing = f"no {demand.kind} of {request.principal.arn} allows {request.action}"
    because = f"{allowance.text} would allow, but {missing}" if allowance.text else missing
    decided_by = "" if demand is _IDENTITY else ", ".join(policy.name for policy in demanded)
    return _Verdict(demand.missing, because, decided_by)


def _not_allowed_by_key_policy(request: Request, policies: Policies) -> _Verdict:
    because = f"neither the key policy nor a grant allows {request.action} to {request.principal.arn}"
    if request.across_accounts and not request.cross_account:
        because = f"{request.action} is never allowed across accounts"
    name = "" if policies.key_policy is None else policies.key_policy.name
    return _Verdict(Outcome.NOT_ALLOWED_BY_KEY_POLICY, because, name)
