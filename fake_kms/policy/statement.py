"""Statements: compiled once, then asked whether they apply to a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_kms.policy.conditions import Check, compile_conditions, refuse_overly_permissive
from fake_kms.policy.malformed import MalformedPolicy
from fake_kms.policy.match import Matcher, glob_matcher, resource_matcher
from fake_kms.policy.principal_element import PrincipalElement, compile_principals

if TYPE_CHECKING:
    from fake_kms.policy.request import Context, Request

__all__ = ["Statement", "compile_statement", "place_of"]

_ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
_SHOWN = 10
_NO_CONTEXT: Context = {}


@dataclass(frozen=True, slots=True, eq=False)
class _Element:
    """A compiled Action, NotAction, Resource or NotResource; without patterns it matches nothing."""

    name: str
    patterns: tuple[str, ...]
    matchers: tuple[Matcher, ...]
    everything: bool
    negated: bool

    def matches(self, value: str, context: Context) -> bool:
        if self.everything:
            return not self.negated
        for matcher in self.matchers:
            if matcher(value, context):
                return not self.negated
        return self.negated

    def why_not(self, value: str) -> str:
        if not self.patterns:
            return f"it has no {self.name}, and so never applies"
        listed = _listed(self.patterns)
        if self.negated:
            return f"{self.name[3:].lower()}: {value} is excluded by {self.name} {listed}"
        return f"{self.name.lower()}: {value} does not match {listed}"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A compiled statement; `principals` is None in identity policies."""

    number: int
    sid: str
    effect: str
    principals: PrincipalElement | None
    actions: _Element
    resources: _Element
    conditions: tuple[Check, ...]
    label: str  # its Sid, or its place from 1

    @property
    def asks_context(self) -> bool:
        """Whether anything besides principal, action and resource decides if the statement applies."""
        return bool(self.conditions) or any("${" in pattern for pattern in self.resources.patterns)

    def covers(self, action: str) -> bool:
        """Return whether an action, in lower case, is one of the statement's."""
        return self.actions.matches(action, _NO_CONTEXT)

    def limits(self, request: Request) -> int | None:
        """Return what else must allow the caller whom the statement names; None when it does not name it."""
        return 0 if self.principals is None else self.principals.limits(request.principal)

    def meets(self, request: Request) -> bool:
        """Return whether resource and conditions hold."""
        if not self.resources.matches(request.resource, request.context):
            return False
        context = request.context
        for check in self.conditions:  # noqa: SIM110 - all() with a generator costs twice as much here
            if not check.holds(context):
                return False
        return True

    def why_not(self, request: Request) -> str:
        """Say which element fails first; empty when the statement applies."""
        if not self.actions.patterns or not self.covers(request.action.lower()):
            return self.actions.why_not(request.action)
        if self.principals is not None and self.limits(request) is None:
            return _why_not_named(self.principals, request.principal.arn)
        if not self.resources.matches(request.resource, request.context):
            return self.resources.why_not(request.resource)
        failed = [check.why_not(request.context) for check in self.conditions if not check.holds(request.context)]
        return "; ".join(failed)


def place_of(number: int, statement: Any) -> str:
    """Point at a statement: `statement 2 (Sid 'X')`."""
    sid = statement.get("Sid") if isinstance(statement, dict) else None
    return f"statement {number} (Sid {sid!r})" if sid else f"statement {number}"


def compile_statement(number: int, raw: Any, *, kind: str, variables: bool) -> Statement:
    """Compile a statement of a "key" or "identity" policy. Raises: MalformedPolicy with the reason."""
    _check_elements(raw)
    is_key = kind == "key"
    _check_principal(raw, is_key=is_key)
    conditions = compile_conditions(raw.get("Condition", {}), variables=variables)
    if is_key:
        refuse_overly_permissive(conditions)
    sid = raw.get("Sid")
    return Statement(
        number=number,
        sid=sid or "",
        label=f"statement '{sid}'" if sid else f"statement {number}",
        effect=raw["Effect"],
        principals=_principals(raw) if is_key else None,
        actions=_actions(raw, required=not is_key),
        resources=_resources(raw, required=not is_key, variables=variables),
        conditions=conditions,
    )


def _check_elements(raw: Any) -> None:
    if not isinstance(raw, dict):
        raise MalformedPolicy("it is not an object")
    # Assumed: that KMS takes no unknown element, as IAM does not.
    unknown = sorted(set(raw) - _ELEMENTS)
    if unknown:
        raise MalformedPolicy(f"{unknown[0]!r} is no element of a statement")
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy(f"Effect is {raw.get('Effect')!r}, not Allow or Deny")
    if not isinstance(raw.get("Sid", ""), str):
        raise MalformedPolicy("Sid is no string")
    for element in ("Principal", "Action", "Resource"):
        if element in raw and f"Not{element}" in raw:
            raise MalformedPolicy(f"it has both {element} and Not{element}")


def _check_principal(raw: Mapping[str, Any], *, is_key: bool) -> None:
    has_one = "Principal" in raw or "NotPrincipal" in raw
    if is_key and not has_one:
        raise MalformedPolicy("it has neither Principal nor NotPrincipal")
    if has_one and not is_key:
        raise MalformedPolicy("an identity policy has no Principal: it belongs to one")


def _principals(raw: Mapping[str, Any]) -> PrincipalElement:
    negated = "NotPrincipal" in raw
    element = raw["NotPrincipal" if negated else "Principal"]
    return compile_principals(element, negated=negated, denies=raw["Effect"] == "Deny")


def _actions(raw: Mapping[str, Any], *, required: bool) -> _Element:
    name, patterns = _patterns(raw, "Action", required=required)
    if required:
        for pattern in patterns:
            if pattern != "*" and ":" not in pattern:
                raise MalformedPolicy(f"{name} {pattern!r} has no service, as in kms:Decrypt")
    matchers = tuple(glob_matcher(pattern.lower(), variables=False) for pattern in patterns)
    return _element(name, patterns, matchers)


def _resources(raw: Mapping[str, Any], *, required: bool, variables: bool) -> _Element:
    name, patterns = _patterns(raw, "Resource", required=required)
    if required:
        for pattern in patterns:
            if pattern != "*" and not pattern.startswith("arn:"):
                raise MalformedPolicy(f"{name} {pattern!r} is neither an ARN nor '*'")
    return _element(name, patterns, tuple(resource_matcher(pattern, variables=variables) for pattern in patterns))


def _element(name: str, patterns: tuple[str, ...], matchers: tuple[Matcher, ...]) -> _Element:
    # Without patterns nothing matches, NotAction and NotResource of nothing included: the statement is inert.
    negated = name.startswith("Not") and bool(patterns)
    return _Element(name, patterns, matchers, "*" in patterns, negated)


def _patterns(raw: Mapping[str, Any], element: str, *, required: bool) -> tuple[str, tuple[str, ...]]:
    name = f"Not{element}" if f"Not{element}" in raw else element
    value = raw.get(name, [])
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in listed):
        raise MalformedPolicy(f"{name} is not one or more strings")
    if required and not listed:
        raise MalformedPolicy(f"it has neither {element} nor Not{element}")
    return name, tuple(listed)


def _why_not_named(principals: PrincipalElement, arn: str) -> str:
    if principals.negated:
        return f"principal: {arn} is excluded by NotPrincipal {_listed(principals.names)}"
    return f"principal: {arn} is not among {_listed(principals.names)}"


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
