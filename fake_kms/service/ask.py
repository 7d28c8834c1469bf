"""The one question to the authorizer: whether the caller of a call may do something on a resource.

Authorization, retirement, the lock-out check and `simulate` all ask it here, so that every condition key is there for
each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.grant_terms import GrantConstraints
from fake_kms.policy.decide import decide
from fake_kms.policy.document import compile_policy
from fake_kms.policy.grant_matching import at_least_as_strict
from fake_kms.policy.policies import Policies
from fake_kms.policy.request import Request
from fake_kms.service.condition_context import ConditionContext
from fake_kms.tables.permissions import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fake_kms.grant_terms import GrantTerms
    from fake_kms.operations import Call, FoundKey
    from fake_kms.policy.decision import Decision
    from fake_kms.policy.document import Policy
    from fake_kms.store.grant import StoredGrant
    from fake_kms.store.key import Key
    from fake_kms.tables.permissions import Permission

__all__ = ["ask", "ask_about_key", "key_policy_of"]

_NO_TOKENS: frozenset[str] = frozenset()


def ask(
    call: Call,
    action: str,
    resource: str,
    *,
    on: FoundKey | None = None,
    account: str | None = None,
    key_policy: Policy | None = None,
    grants: Sequence[GrantTerms] = (),
    idle_grants: Sequence[tuple[GrantTerms, str]] = (),
    explain: bool = False,
) -> Decision:
    """Decide about one action of the caller on one resource.

    Input: `on` the key that condition keys speak of, None where there is none; `account` the account whose key policy
    may allow, None where only the caller's own policies do; `key_policy` and `grants` what speaks for or against it
    besides these; `idle_grants` the grants that do not count, each with the reason; `explain` whether to explain every
    statement and grant also when the answer is yes.
    """
    identity, permission = call.caller.identity, _permission_of(call, action)
    operation = action.removeprefix("kms:")
    context = ConditionContext(call, permission, on)
    source_arn = context.get("aws:sourcearn")
    request = Request(
        principal=identity.principal,
        action=action,
        resource=resource,
        resource_account=account,
        context=context,
        grant_operation=operation if operation in permission.grant_operations else None,
        encryption_context=context.encryption_context_of_operation() if on is not None else None,
        cross_account=permission.cross_account,
        source_arn=source_arn if isinstance(source_arn, str) else None,
    )
    policies = Policies.of(identity, key_policy=key_policy, grants=grants, idle_grants=idle_grants)
    return decide(request, policies, explain=explain)


def ask_about_key(
    call: Call, action: str, on: FoundKey, tokens: Collection[str] = _NO_TOKENS, *, explain: bool = False
) -> Decision:
    """Decide about one action on a key, under its policy and its grants.

    Input: `tokens` the ids of the grants whose tokens the request brings.
    """
    grants, idle = [], []
    for grant in call.store.grants.of_key(on.key.arn):
        why = _why_idle(grant, call, action, tokens)
        if why:
            idle.append((grant.terms, why))
        else:
            grants.append(grant.terms)
    return ask(
        call,
        action,
        on.key.arn,
        on=on,
        account=on.key.account,
        key_policy=key_policy_of(on.key),
        grants=grants,
        idle_grants=idle,
        explain=explain,
    )


def key_policy_of(key: Key) -> Policy:
    """Return a key's policy, compiled; compiling is done once per text."""
    return compile_policy(key.policy, "key policy", kind="key")


def _permission_of(call: Call, action: str) -> Permission:
    # What else a call needs (kms:TagResource, kms:CreateKey) has condition keys of its own.
    own = call.declaration.permission
    return own if action in own.actions else PERMISSIONS[action.removeprefix("kms:")]


def _why_idle(grant: StoredGrant, call: Call, action: str, tokens: Collection[str]) -> str:
    if grant.effective_from > call.now and grant.grant_id not in tokens:
        return "it is new, and the request does not bring its token"
    if action == "kms:CreateGrant" and not _covers_child(grant, call):
        return "a grantee passes on only operations that it holds, under constraints at least as strict"
    return ""


def _covers_child(grant: StoredGrant, call: Call) -> bool:
    # A grantee passes on no more than it holds, under constraints at least as strict.
    covered = set(call.input.get("Operations", ())) <= set(grant.terms.operations)
    constraints = GrantConstraints.from_request(call.input.get("Constraints", {}))
    return covered and at_least_as_strict(constraints, grant.terms.constraints)
