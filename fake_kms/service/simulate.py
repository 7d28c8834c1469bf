"""Asking the authorizer without making a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms.arns import parse_arn
from fake_kms.controls.principals import Principal
from fake_kms.errors import KmsError
from fake_kms.operations import DECLARATIONS, Call, Caller
from fake_kms.operations._declare import FoundKey, KeyUse
from fake_kms.policy.decide import decide
from fake_kms.policy.policies import Policies
from fake_kms.policy.request import Request
from fake_kms.service.authorize import decide_on_key
from fake_kms.service.condition_context import ConditionContext
from fake_kms.store.find import KeyInAnotherAccount, find_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fake_kms.operations import Declaration
    from fake_kms.policy.decision import Decision
    from fake_kms.service.pipeline import Service

__all__ = ["simulate"]


def simulate(
    service: Service,
    actor: Principal,
    action: str,
    identifier: str | None,
    encryption_context: Mapping[str, str] | None,
    context: Mapping[str, str | Sequence[str]] | None,
) -> Decision:
    """Decide about an action of a principal. Raises: ValueError, LookupError; see `FakeKms.simulate`."""
    if not isinstance(actor, Principal):
        raise TypeError(f"simulate takes what kms.principals made, not {actor!r}")
    action = action if action.startswith("kms:") else f"kms:{action}"
    if action == "kms:RetireGrant":
        raise ValueError("whether a principal may retire a grant depends on the grant: call RetireGrant with DryRun")
    declaration = _declaration_of(action)
    identity = (actor.having(context) if context else actor).identity
    arn = parse_arn(identifier) if identifier is not None else None
    region = arn.region if arn else service.principals.region
    caller = Caller(actor.credentials["aws_access_key_id"], actor.arn, actor.account, region, identity)
    call = _call(service, declaration, caller, encryption_context)
    if declaration.permission.resource not in {"key", "alias"}:
        conditions = ConditionContext(call, identity, declaration.permission, None)
        request = Request(principal=identity.principal, action=action, resource="*", context=conditions)
        return decide(request, Policies.of(identity), explain=True)
    found = FoundKey(_use_of(declaration, action), *_find(call, identifier))
    call.found.append(found)
    operation = action.removeprefix("kms:")
    return decide_on_key(
        call,
        found.key,
        action,
        ConditionContext(call, identity, declaration.permission, found),
        grant_operation=operation if operation in declaration.permission.grant_operations else None,
        cross_account=declaration.permission.cross_account,
        explain=True,
    )


def _declaration_of(action: str) -> Declaration:
    for declaration in DECLARATIONS.values():
        if action in declaration.permission.actions:
            return declaration
    raise ValueError(f"{action} is no action of KMS that this fake knows")


def _use_of(declaration: Declaration, action: str) -> KeyUse:
    return next((use for use in declaration.keys if use.action in {None, action}), KeyUse())


def _call(
    service: Service, declaration: Declaration, caller: Caller, encryption_context: Mapping[str, str] | None
) -> Call:
    contexts = {use.context: dict(encryption_context or {}) for use in declaration.keys}
    request: dict[str, Any] = {name: pairs for name, pairs in contexts.items() if pairs}
    store = service.store
    region = store.region(caller.account, caller.region)
    return Call(declaration.name, request, caller, region, store, service.now(), "", [])


def _find(call: Call, identifier: str | None) -> tuple[Any, str | None]:
    if identifier is None:
        raise LookupError("this action is about a key: say which")
    for account in dict.fromkeys((call.caller.account, *(region.account for region in call.store.regions()))):
        region = call.store.region(account, call.region.name)
        alias = region.aliases.get(identifier)
        if alias is not None and alias.key is None:
            continue  # looking the alias up would make the AWS managed key behind it
        try:
            found = find_key(call.store, region, identifier, call.now, cross_account=True)
        except (KmsError, KeyInAnotherAccount):
            continue
        return found.key, found.alias_name
    raise LookupError(f"there is no key {identifier}")
