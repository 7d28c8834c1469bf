"""Asking the authorizer without making a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fake_kms.arns import parse_arn
from fake_kms.controls.principal import Principal, identity_of
from fake_kms.errors import KmsError
from fake_kms.misuse import check_text, suggestion
from fake_kms.operations import DECLARATIONS, Call, Caller, FoundKey, KeyUse
from fake_kms.service.ask import ask, ask_about_key
from fake_kms.store.find import Found, KeyInAnotherAccount, find_key
from fake_kms.tables import model
from fake_kms.wire import HttpRequest
from fake_kms.wire.json11 import TARGET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_kms.operations import Declaration, Tools
    from fake_kms.policy.decision import Decision

__all__ = ["Question", "simulate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether a principal may do something; see `FakeKms.simulate`. `region` is the one it would call."""

    principal: Principal
    action: str
    key: str | None
    region: str
    user_agent: str
    encryption_context: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def simulate(tools: Tools, now: float, question: Question) -> Decision:
    """Decide about an action of a principal. Raises: TypeError, ValueError, LookupError; see `FakeKms.simulate`."""
    if not isinstance(question.principal, Principal):
        raise TypeError(f"simulate takes what kms.principals made, not {question.principal!r}")
    _check(question)
    action = question.action if question.action.startswith("kms:") else f"kms:{question.action}"
    if action == "kms:RetireGrant":
        raise ValueError("whether a principal may retire a grant depends on the grant: call RetireGrant with DryRun")
    declaration = _declaration_of(action)
    call = _call(tools, now, declaration, question)
    if declaration.permission.resource not in {"key", "alias"}:
        return ask(call, action, "*", explain=True)
    found = FoundKey(_use_of(declaration, action), *_find(call, question.key))
    call.found.append(found)
    return ask_about_key(call, action, found, explain=True)


def _check(question: Question) -> None:
    check_text("action", question.action, "kms:Decrypt")
    if question.key is not None:
        check_text("key", question.key, "alias/app")
    context: object = question.encryption_context
    if not isinstance(context, Mapping) or not all(isinstance(part, str) for pair in context.items() for part in pair):
        raise TypeError(f"encryption_context is a dictionary of texts, such as {{'tenant': 'blue'}}, not {context!r}")


def _declaration_of(action: str) -> Declaration:
    for declaration in DECLARATIONS.values():
        if action in declaration.permission.actions:
            return declaration
    known = [action.removeprefix("kms:") for one in DECLARATIONS.values() for action in one.permission.actions]
    near = suggestion(action.removeprefix("kms:"), known)
    raise ValueError(f"{action} is no action of KMS that this fake knows{near}")


def _use_of(declaration: Declaration, action: str) -> KeyUse:
    return next((use for use in declaration.keys if use.action in {None, action}), KeyUse())


def _call(tools: Tools, now: float, declaration: Declaration, question: Question) -> Call:
    """Return the call that the principal would make, as far as the authorizer looks at it."""
    principal, arn = question.principal, parse_arn(question.key) if question.key is not None else None
    identity = identity_of(principal.having(question.context) if question.context else principal)
    region = arn.region if arn else question.region
    headers = {"user-agent": question.user_agent}
    request = HttpRequest("POST", "", headers, b"", f"{TARGET}.{declaration.name}", "")
    call = Call(request, "", now, tools, declaration.name)
    call.declaration, call.model = declaration, model.load()[declaration.name]
    call.caller = Caller(principal.credentials["aws_access_key_id"], principal.arn, principal.account, region, identity)
    call.region = tools.store.region(principal.account, region)
    if question.encryption_context:
        call.input |= {use.context: dict(question.encryption_context) for use in declaration.keys}
    return call


def _find(call: Call, identifier: str | None) -> tuple[Any, str | None]:
    if identifier is None:
        raise LookupError("this action is about a key: say which")
    accounts = (call.caller.account, *(region.account for region in call.store.regions()))
    for account in dict.fromkeys(accounts):
        region = call.store.region(account, call.region.name)
        try:
            found: Found = find_key(call.store, region, identifier, call.now, cross_account=True)
        except (KmsError, KeyInAnotherAccount):
            continue
        return found.key, found.alias_name
    raise LookupError(f"there is no key {identifier}")
