"""A policy's statements: compiled once, then matched against requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_kms.policy.conditions import Condition, compile_conditions, refuse_overly_permissive
from fake_kms.policy.malformed import MalformedPolicy, MissingElement, NoPrincipal
from fake_kms.policy.match import Matcher, glob_matcher, resource_matcher
from fake_kms.policy.must_allow import MustAllow
from fake_kms.policy.principal_element import PrincipalElement, compile_principals

if TYPE_CHECKING:
    from fake_kms.policy.request import Context, IamPrincipal, Request

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
# Condition keys that have no value in a key policy; of keys with a changing part, how they begin. Source:
# docs/aws/evidence.md#authorization-from-documentation-and-quoted-answers.
_HIDDEN = ("aws:resourcetag/", "kms:resourcealiases")
_NO_CONTEXT: dict[str, str] = {}


class _InKeyPolicy:
    """The condition keys of a request as a key policy sees them.

    Assumed: policy variables see them alike; a key policy that compares a caller's tag with `${aws:ResourceTag/team}`
    would settle it.
    """

    __slots__ = ("_context",)

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, name: str, /) -> str | Sequence[str] | None:
        return None if name.startswith(_HIDDEN) else self._context.get(name)


@dataclass(frozen=True, slots=True, eq=False)
class _Element:
    """A compiled Action, NotAction, Resource or NotResource."""

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
        listed = _listed(self.patterns)
        if self.negated:
            return f"{self.name[3:].lower()}: {value} is excluded by {self.name} {listed}"
        return f"{self.name.lower()}: {value} does not match {listed}"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A compiled statement.

    `principals` is None in identity policies. `label` names the statement in messages, by its Sid or by its number.
    """

    number: int
    sid: str
    effect: str
    principals: PrincipalElement | None
    actions: _Element
    resources: _Element
    conditions: tuple[Condition, ...]
    label: str

    @property
    def depends_on_context(self) -> bool:
        """Whether condition keys of the request decide if the statement applies."""
        return bool(self.conditions) or any("${" in pattern for pattern in self.resources.patterns)

    def covers(self, action: str) -> bool:
        """Whether the statement is about an action, given in lower case."""
        return self.actions.matches(action, _NO_CONTEXT)

    def must_allow(self, caller: IamPrincipal) -> MustAllow | None:
        """Return which of the caller's own policies must allow, too; None when the statement is not about the caller.

        An identity policy is always about the caller.
        """
        principals = self.principals
        return MustAllow.NONE if principals is None else principals.must_allow(caller)

    def binds(self, caller: IamPrincipal, *, bounded: bool) -> bool:
        """Whether a Deny is about the caller; `bounded` says whether the caller has a permissions boundary.

        NotPrincipal spares nobody who has one. Source: IAM User Guide, "NotPrincipal".
        """
        principals = self.principals
        return self.must_allow(caller) is not None or (bounded and principals is not None and principals.negated)

    def meets(self, request: Request) -> bool:
        """Whether the request meets the resource element and the conditions."""
        context = self._seen(request)
        if not self.resources.matches(request.resource, context):
            return False
        for condition in self.conditions:  # noqa: SIM110 - all() with a generator costs twice as much here
            if not condition.holds(context):
                return False
        return True

    def why_not(self, request: Request, *, bounded: bool) -> str:
        """Return why the statement does not apply: the first element that fails. Empty when it applies.

        Input: `bounded` whether the caller has a permissions boundary.
        """
        if not self.covers(request.action.lower()):
            return self.actions.why_not(request.action)
        if self.principals is not None and not self._is_about(request.principal, bounded=bounded):
            return _why_not_named(self.principals, request.principal.arn)
        context = self._seen(request)
        if not self.resources.matches(request.resource, context):
            return self.resources.why_not(request.resource)
        failed = [condition for condition in self.conditions if not condition.holds(context)]
        return "; ".join(condition.why_not(context) for condition in failed)

    def _seen(self, request: Request) -> Context:
        return request.context if self.principals is None else _InKeyPolicy(request.context)

    def _is_about(self, caller: IamPrincipal, *, bounded: bool) -> bool:
        return self.binds(caller, bounded=bounded and self.effect == "Deny")


def place_of(number: int, statement: Any) -> str:
    """Return how messages point at a statement, e.g. `statement 2 (Sid 'X')`."""
    sid = statement.get("Sid") if isinstance(statement, dict) else None
    return f"statement {number} (Sid {sid!r})" if sid else f"statement {number}"


def compile_statement(number: int, raw: Any, *, kind: str, variables: bool) -> Statement:
    """Compile a statement of a "key" or "identity" policy; `number` counts from 1. Raises: MalformedPolicy."""
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
        actions=_actions(raw, is_key=is_key),
        resources=_resources(raw, is_key=is_key, variables=variables),
        conditions=conditions,
    )


def _check_elements(raw: Any) -> None:
    if not isinstance(raw, dict):
        raise MalformedPolicy("it is not an object")
    # Assumed: KMS refuses unknown elements, as IAM does.
    unknown = sorted(set(raw) - _ELEMENTS)
    if unknown:
        raise MalformedPolicy(f"a statement has no element {unknown[0]!r}")
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy(f"Effect is {raw.get('Effect')!r}, not Allow or Deny")
    if not isinstance(raw.get("Sid", ""), str):
        raise MalformedPolicy("Sid is not a string")
    for element in ("Principal", "Action", "Resource"):
        if element in raw and f"Not{element}" in raw:
            raise MalformedPolicy(f"it has both {element} and Not{element}")


def _check_principal(raw: Mapping[str, Any], *, is_key: bool) -> None:
    has_one = "Principal" in raw or "NotPrincipal" in raw
    if is_key and not has_one:
        raise NoPrincipal("it has neither Principal nor NotPrincipal")
    if has_one and not is_key:
        raise MalformedPolicy("an identity policy cannot have a Principal")


def _principals(raw: Mapping[str, Any]) -> PrincipalElement:
    negated = "NotPrincipal" in raw
    element = raw["NotPrincipal" if negated else "Principal"]
    return compile_principals(element, negated=negated, denies=raw["Effect"] == "Deny")


def _actions(raw: Mapping[str, Any], *, is_key: bool) -> _Element:
    name, patterns = _patterns(raw, "Action")
    if not is_key:
        for pattern in patterns:
            if pattern != "*" and ":" not in pattern:
                raise MalformedPolicy(f"{name} {pattern!r} has no service prefix, as in kms:Decrypt")
    matchers = tuple(glob_matcher(pattern.lower(), variables=False) for pattern in patterns)
    return _element(name, patterns, matchers)


def _resources(raw: Mapping[str, Any], *, is_key: bool, variables: bool) -> _Element:
    name, patterns = _patterns(raw, "Resource")
    if not is_key:
        for pattern in patterns:
            if pattern != "*" and not pattern.startswith("arn:"):
                raise MalformedPolicy(f"{name} {pattern!r} is neither an ARN nor '*'")
    return _element(name, patterns, tuple(resource_matcher(pattern, variables=variables) for pattern in patterns))


def _element(name: str, patterns: tuple[str, ...], matchers: tuple[Matcher, ...]) -> _Element:
    return _Element(name, patterns, matchers, "*" in patterns, name.startswith("Not"))


def _patterns(raw: Mapping[str, Any], element: str) -> tuple[str, tuple[str, ...]]:
    name = f"Not{element}" if f"Not{element}" in raw else element
    value = raw.get(name, [])
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in listed):
        raise MalformedPolicy(f"{name} is not one or more strings")
    if not listed:
        raise MissingElement(f"it has neither {element} nor Not{element}", element)
    return name, tuple(listed)


def _why_not_named(principals: PrincipalElement, arn: str) -> str:
    if principals.negated:
        return f"principal: {arn} is excluded by NotPrincipal {_listed(principals.names)}"
    return f"principal: {arn} is not among {_listed(principals.names)}"


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
