"""Whether the caller may: each resource of a call is checked against policies and grants, in AWS's order.

Source: docs/aws/authorization.md#permissions, for what is checked on what; docs/aws/authorization.md#denials.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.arns import principal_meant
from fake_kms.grant_terms import GrantTerms
from fake_kms.operations import FoundKey, KeyUse
from fake_kms.policy.decision import Outcome
from fake_kms.policy.must_allow import MustAllow
from fake_kms.policy.principal_element import must_allow_for_grantee
from fake_kms.service.ask import ask, ask_about_key

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.operations import Call
    from fake_kms.policy.decision import Decision
    from fake_kms.service.decision_cache import DecisionCache
    from fake_kms.store.grant import StoredGrant
    from fake_kms.tables.permissions import Permission

__all__ = ["authorize"]

_NO_TOKENS: frozenset[str] = frozenset()
_MANAGED = {
    Outcome.DENIED_BY_IDENTITY_POLICY: "DENIED_BY_MANAGED_POLICY",
    Outcome.DENIED_BY_BOUNDARY: "DENIED_BY_MANAGED_BOUNDARY",
}
_OF_THE_KEY = frozenset({Outcome.DENIED_BY_KEY_POLICY, Outcome.NOT_ALLOWED_BY_KEY_POLICY})


# One action on one resource, and the key that the resource is; without one only the caller's own policies have a say.
# A plain tuple, as every request has one.
_Check = tuple[str, str, "FoundKey | None"]


def authorize(cache: DecisionCache, call: Call) -> None:
    """Check every resource of a call. Raises: KmsError AccessDeniedException, InvalidGrantTokenException."""
    tokens = _presented(call) if "GrantTokens" in call.input else _NO_TOKENS
    if call.found and call.found[0].grant is not None:
        _authorize_retirement(call, call.found[0], call.found[0].grant)
        return
    for check in _checks(call, call.declaration.permission):
        action, resource, found = check
        key = found.key if found is not None else None
        decision = cache.find(call, action, resource, key)
        if decision is None:
            decision = _ask(call, check, tokens)
            cache.keep(call, action, resource, key, decision)
        call.decisions.append(decision)
        if not decision.allowed:
            raise _refusal(call, check, decision)


def _presented(call: Call) -> frozenset[str]:
    """Return the ids of the grants whose tokens the request brings. Raises: KmsError InvalidGrantTokenException."""
    found = [call.store.grants.of_token(token) for token in call.input["GrantTokens"]]
    here = frozenset(grant.grant_id for grant in found if grant is not None and grant.region == call.region.name)
    if len(here) < len({grant and grant.grant_id for grant in found}):
        raise errors.invalid_grant_token()
    return here


def _ask(call: Call, check: _Check, tokens: frozenset[str]) -> Decision:
    action, resource, found = check
    return ask(call, action, resource) if found is None else ask_about_key(call, action, found, tokens)


def _checks(call: Call, permission: Permission) -> list[_Check]:
    checks = _CHECKS[permission.resource](call, permission, permission.actions[0])
    if permission.also:
        further: list[_Check] = [
            (action, "*", None) for action, member in permission.also if member is None or call.input.get(member)
        ]
        # Tags are the first thing that CreateKey asks about. Source: docs/aws/evidence.md#createkey-describekey.
        return further + checks if permission.resource == "*" else checks + further
    return checks


def _on_keys(call: Call, _: Permission, action: str) -> list[_Check]:
    return [(found.use.action or action, found.key.arn, found) for found in call.found]


def _on_alias_and_keys(call: Call, permission: Permission, action: str) -> list[_Check]:
    alias_name = call.input["AliasName"]
    checks: list[_Check] = [(action, call.region.alias_arn(alias_name), None)]
    alias = call.region.aliases.get(alias_name)
    if permission.present_key and alias is not None and alias.key is not None:
        checks.append((action, alias.key.arn, FoundKey(KeyUse(), alias.key)))
    return checks + _on_keys(call, permission, action)


def _on_retiring_principal(call: Call, _: Permission, action: str) -> list[_Check]:
    return [(action, call.input.get("RetiringPrincipal", "*"), None)]


def _on_everything(_: Call, __: Permission, action: str) -> list[_Check]:
    return [(action, "*", None)]


_CHECKS: dict[str, Callable[[Call, Permission, str], list[_Check]]] = {
    "key": _on_keys,
    "alias": _on_alias_and_keys,
    "retiring principal": _on_retiring_principal,
    "*": _on_everything,
}


def _refusal(call: Call, check: _Check, decision: Decision) -> KmsError:
    action, resource, found = check
    user = call.caller.arn
    foreign = found is not None and found.key.account != call.caller.account
    by_ciphertext = found is not None and found.sealed is not None and found.use.member not in call.input
    words = errors.access_denied
    if decision.outcome in _OF_THE_KEY:
        if foreign and by_ciphertext:
            return errors.access_denied_by_ciphertext_across_accounts(user, action)
        if foreign:
            return errors.access_denied_across_accounts(user, action)
    elif by_ciphertext:
        words = errors.access_denied_by_ciphertext
    elif foreign:
        words = errors.access_denied_to_foreign_key
    elif action == "kms:TagResource" and found is None:
        words = errors.access_denied_to_tag
    return words(_blamed(decision), user, action, resource, decision.decided_by)


def _blamed(decision: Decision) -> str:
    # A policy that is named by its ARN is a managed one.
    managed = decision.decided_by.startswith("arn:")
    return _MANAGED.get(decision.outcome, decision.outcome.value) if managed else decision.outcome.value


def _authorize_retirement(call: Call, found: FoundKey, grant: StoredGrant) -> None:
    """Check that a grant is retired by a principal that may.

    That is: its retiring principal; its grantee, if it may; the account it was created in, and a retiring principal's
    account, through IAM policies. A key policy neither allows nor denies it. Source: Developer Guide, "Retiring and
    revoking grants"; docs/aws/recorded.md#grants.
    """
    key, principal, action = found.key, call.caller.identity.principal, "kms:RetireGrant"
    retiring = grant.retiring
    retirer = _retirer(grant, retiring) if retiring else None
    by_account = principal.account == grant.issuing_account or (
        retiring is not None and must_allow_for_grantee(principal_meant(retiring), principal) is MustAllow.ALL
    )
    grants = [entry for entry in (retirer, grant.terms) if entry is not None]
    through_iam = ask(call, action, key.arn, on=found)
    through_grant = ask(call, action, key.arn, on=found, account=key.account, grants=grants)
    decision = _decisive(through_iam, through_grant) if by_account else through_grant
    if through_iam.outcome.explicit:
        decision = through_iam
    call.decisions.append(decision)
    if not decision.allowed:
        raise _refusal(call, (action, key.arn, found), decision)


def _decisive(through_iam: Decision, through_grant: Decision) -> Decision:
    """Return the decision that allows, or the one that is blamed: a grant that names the caller before its policies."""
    if through_grant.allowed or through_iam.allowed:
        return through_grant if through_grant.allowed else through_iam
    return through_iam if through_grant.outcome is Outcome.NOT_ALLOWED_BY_KEY_POLICY else through_grant


def _retirer(grant: StoredGrant, retiring: str) -> GrantTerms:
    return GrantTerms(
        "of the retiring principal",
        principal_meant(retiring),
        ("RetireGrant",),
        issuing_account=grant.issuing_account,
    )
