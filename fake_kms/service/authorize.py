"""Whether the caller may: each resource of a call held against policies and grants, in AWS's order.

What is checked on what: authorization facts, section 1; the wording of refusals: section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from fake_kms import errors
from fake_kms.operations._declare import FoundKey, KeyUse
from fake_kms.policy.decide import Outcome, Policies, Request, decide
from fake_kms.policy.document import parse_policy
from fake_kms.policy.grant_terms import Grant, at_least_as_strict
from fake_kms.policy.principal_element import ALL_LIMITS, limits_of_name
from fake_kms.service.condition_context import ConditionContext
from fake_kms.tables.permissions import PERMISSIONS

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.operations import Call
    from fake_kms.policy.decide import Decision
    from fake_kms.policy.document import Policy
    from fake_kms.service.exchange import Exchange
    from fake_kms.store.grant import StoredGrant
    from fake_kms.store.key import Key
    from fake_kms.tables.permissions import Permission

__all__ = ["authorize", "decide_on_key"]

_MOST_REMEMBERED = 4096
_NONE: frozenset[str] = frozenset()
_OF_THE_KEY = frozenset({Outcome.DENIED_BY_KEY_POLICY, Outcome.NOT_ALLOWED_BY_KEY_POLICY})


class _Check(NamedTuple):
    """One action on one resource; without `found` only the caller's own policies have a say."""

    action: str
    resource: str
    found: FoundKey | None = None


def authorize(exchange: Exchange) -> None:
    """Check every resource of a call. Raises: KmsError AccessDeniedException, InvalidGrantTokenException."""
    call = exchange.call
    presented = _presented(call) if "GrantTokens" in call.input else _NONE
    if call.found and call.found[0].grant is not None:
        _authorize_retirement(exchange, call.found[0], call.found[0].grant)
        return
    for check in _checks(call, exchange.way.declaration.permission):
        decision = _decide(exchange, check, presented)
        exchange.decisions.append(decision)
        if not decision.allowed:
            raise _refusal(call, check, decision)


def _presented(call: Call) -> frozenset[str]:
    """Return the ids of the grants whose tokens the request brings. Raises: KmsError InvalidGrantTokenException."""
    found = [call.store.grant_of_token(token) for token in call.input["GrantTokens"]]
    here = frozenset(grant.grant_id for grant in found if grant is not None and grant.region == call.region.name)
    if len(here) < len({grant and grant.grant_id for grant in found}):
        raise errors.invalid_grant_token()
    return here


def _checks(call: Call, permission: Permission) -> list[_Check]:
    checks = _CHECKS[permission.resource](call, permission, permission.actions[0])
    for further, member in permission.also:
        if member is None or call.input.get(member):
            checks.append(_Check(further, "*"))
    return checks


def _on_keys(call: Call, _: Permission, action: str) -> list[_Check]:
    return [_Check(found.use.action or action, found.key.arn, found) for found in call.found]


def _on_alias_and_keys(call: Call, permission: Permission, action: str) -> list[_Check]:
    alias_name = call.input["AliasName"]
    checks = [_Check(action, call.region.alias_arn(alias_name))]
    alias = call.region.aliases.get(alias_name)
    if permission.present_key and alias is not None and alias.key is not None:
        use = call.found[0].use if call.found else KeyUse()
        checks.append(_Check(action, alias.key.arn, FoundKey(use, alias.key)))
    return checks + _on_keys(call, permission, action)


def _on_retiring_principal(call: Call, _: Permission, action: str) -> list[_Check]:
    return [_Check(action, call.input.get("RetiringPrincipal", "*"))]


def _on_everything(_: Call, __: Permission, action: str) -> list[_Check]:
    return [_Check(action, "*")]


_CHECKS: dict[str, Callable[[Call, Permission, str], list[_Check]]] = {
    "key": _on_keys,
    "alias": _on_alias_and_keys,
    "retiring principal": _on_retiring_principal,
    "*": _on_everything,
}


def _decide(exchange: Exchange, check: _Check, presented: frozenset[str]) -> Decision:
    # Most decisions depend on caller, policies, action and resource alone, and are made once.
    call, key = exchange.call, check.found.key if check.found else None
    question = (call.caller.identity, key.policy if key else None, check.action, check.resource)
    granted = key is not None and call.store.has_grants(key.arn)
    remembered = exchange.service.constant_decisions
    decision = None if granted else remembered.get(question)
    if decision is None:
        decision = _decide_anew(exchange, check, presented)
        if not granted and decision.policies.are_constant(check.action):
            if len(remembered) >= _MOST_REMEMBERED:
                remembered.clear()
            # What the decision does not depend on is not kept: it would be told of later requests, too.
            request = replace(decision.request, context={}, encryption_context=None)
            remembered[question] = replace(decision, request=request)
    return decision


def _decide_anew(exchange: Exchange, check: _Check, presented: frozenset[str]) -> Decision:
    call, permission = exchange.call, exchange.way.declaration.permission
    user_agent = exchange.request.header("user-agent") or ""
    # What else a call needs (kms:TagResource, kms:CreateKey) has condition keys of its own.
    own = permission if check.found or check.action in permission.actions else PERMISSIONS[check.action[len("kms:") :]]
    context = ConditionContext(call, call.caller.identity, own, check.found, exchange.attestation, user_agent)
    if check.found is None:
        return _decide_without_key(call, check, context)
    grant_operation = check.action.removeprefix("kms:")
    return decide_on_key(
        call,
        check.found.key,
        check.action,
        context,
        grant_operation=grant_operation if grant_operation in permission.grant_operations else None,
        cross_account=permission.cross_account,
        presented=presented,
    )


def _decide_without_key(call: Call, check: _Check, context: ConditionContext) -> Decision:
    identity = call.caller.identity
    request = Request(
        principal=identity.principal,
        action=check.action,
        resource=check.resource,
        resource_account=None,
        context=context,
        grant_operation=None,
        encryption_context=None,
        cross_account=False,
    )
    return decide(request, Policies(None, identity.policies, identity.boundary, identity.session, ()))


def decide_on_key(
    call: Call,
    key: Key,
    action: str,
    context: ConditionContext,
    *,
    grant_operation: str | None = None,
    cross_account: bool = False,
    presented: frozenset[str] = frozenset(),
    key_policy: Policy | None = None,
) -> Decision:
    """Decide about one action on a key, under its own policy or another one in its place."""
    identity = call.caller.identity
    request = Request(
        principal=identity.principal,
        action=action,
        resource=key.arn,
        resource_account=key.account,
        context=context,
        grant_operation=grant_operation,
        encryption_context=context.encryption_context_of_operation(),
        cross_account=cross_account,
        source_arn=_single(context.get("aws:sourcearn")),
    )
    grants, idle = [], []
    for grant in call.store.grants_of(key.arn):
        why = _why_idle(grant, call, action, presented)
        if why:
            idle.append((grant.authorizing, why))
        else:
            grants.append(grant.authorizing)
    policies = Policies(
        key_policy or key_policy_of(key), identity.policies, identity.boundary, identity.session, grants, idle
    )
    return decide(request, policies)


def key_policy_of(key: Key) -> Policy:
    """Return a key's policy, compiled; compiling is done once per text."""
    return parse_policy(key.policy, "key policy", kind="key")


def _why_idle(grant: StoredGrant, call: Call, action: str, presented: frozenset[str]) -> str:
    if grant.effective_from > call.now and grant.grant_id not in presented:
        return "it is new, and the request does not bring its token"
    if action == "kms:CreateGrant" and not _covers_child(grant, call):
        return "a grantee passes on only operations that it holds, under constraints at least as strict"
    return ""


def _covers_child(grant: StoredGrant, call: Call) -> bool:
    # A grantee passes on no more than it holds, under constraints at least as strict.
    covered = set(call.input.get("Operations", ())) <= grant.authorizing.operations
    return covered and at_least_as_strict(call.input.get("Constraints"), grant.request.get("Constraints"))


def _single(value: str | tuple[str, ...] | None) -> str | None:
    return value if isinstance(value, str) else None


def _refusal(call: Call, check: _Check, decision: Decision) -> KmsError:
    found, outcome = check.found, decision.outcome
    if found is not None and found.key.account != call.caller.account and outcome in _OF_THE_KEY:
        if found.sealed is not None and found.use.member not in call.input:
            return errors.ciphertext_key_not_accessible()
        return errors.access_denied_across_accounts(call.caller.arn, check.action)
    return errors.access_denied(outcome.value, call.caller.arn, check.action, check.resource)


def _authorize_retirement(exchange: Exchange, found: FoundKey, grant: StoredGrant) -> None:
    """Let a grant be retired by whom AWS lets retire it.

    That is: its retiring principal; its grantee, if it may; the account it was created in, and a retiring principal's
    account, through IAM policies. A key policy cannot allow it, but every policy can deny it. Source: Developer Guide,
    "Retiring and revoking grants".
    """
    key, identity = found.key, exchange.call.caller.identity
    context = ConditionContext(exchange.call, identity, exchange.way.declaration.permission, found)
    principal, action = identity.principal, "kms:RetireGrant"
    retiring = grant.retiring
    retirer = Grant("of the retiring principal", retiring, frozenset({"RetireGrant"})) if retiring else None
    by_account = principal.account == grant.issuing_account or (
        retiring is not None and limits_of_name(retiring, principal) == ALL_LIMITS
    )

    def ask(*, resource_account: str | None, key_policy: Policy | None, grants: list[Grant]) -> Decision:
        request = Request(
            principal, action, key.arn, resource_account, context, "RetireGrant", None, cross_account=True
        )
        return decide(request, Policies(key_policy, identity.policies, identity.boundary, identity.session, grants))

    through_iam = ask(resource_account=None, key_policy=key_policy_of(key), grants=[])
    grants = [entry for entry in (retirer, grant.authorizing) if entry is not None]
    through_grant = ask(resource_account=key.account, key_policy=None, grants=grants)
    denied = through_iam.outcome.value.startswith("DENIED")
    decision = through_iam if denied or (by_account and not through_grant.allowed) else through_grant
    exchange.decisions.append(decision)
    if not decision.allowed:
        raise errors.access_denied(decision.outcome.value, principal.arn, action, key.arn)
