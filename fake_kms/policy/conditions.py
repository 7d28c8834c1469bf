"""Conditions: a Condition block, compiled into checks of a request's context.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Multivalued context keys".
Assumed: an operator without a set operator over a multi-valued key holds when any of its values does (a negated one:
when none matches).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fake_kms.policy.condition_operators import OPERATORS, Operator
from fake_kms.policy.malformed import MalformedPolicy, OverlyPermissive
from fake_kms.policy.match import Matcher, canonical_key
from fake_kms.policy.request import Context

__all__ = ["Condition", "compile_conditions", "refuse_overly_permissive"]

_ABSENT = "(absent)"
_SET_OPERATORS = ("ForAllValues", "ForAnyValue")
_IF_EXISTS = "IfExists"
_SINGLE_VALUED = {"kms:encryptioncontext:": "encryption context", "aws:requesttag/": "tag"}

_Predicate = Callable[[Context], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One operator on one condition key; `holds` says whether a context meets it.

    `looked_up` is the name under which the context has the key.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    looked_up: str
    holds: _Predicate

    def why_not(self, context: Context) -> str:
        """Return the values that were expected and those that the request has."""
        expected = " or ".join(repr(value) for value in self.values) or "(nothing)"
        actual = _values(context.get(self.looked_up))
        shown = ", ".join(repr(value) for value in actual) or _ABSENT
        return f"condition {self.operator} {self.key}: expected {expected}, actual {shown}"


def compile_conditions(block: Any, *, variables: bool) -> tuple[Condition, ...]:
    """Compile a Condition block. Raises: MalformedPolicy."""
    if not isinstance(block, dict):
        raise MalformedPolicy("Condition is not an object")
    conditions: list[Condition] = []
    for name, keys in block.items():
        if not isinstance(keys, dict):
            raise MalformedPolicy(f"Condition {name} is not an object of condition keys")
        for key, values in keys.items():
            conditions.append(_condition(name, key, values, canonical_key(key), variables=variables))
    return tuple(conditions)


def refuse_overly_permissive(conditions: Sequence[Condition]) -> None:
    """Raise OverlyPermissive for `ForAllValues` with a single-valued key that a request can be without.

    Source: Developer Guide, kms:EncryptionContext and aws:RequestTag.
    """
    for condition in conditions:
        for prefix, subject in _SINGLE_VALUED.items():
            if condition.operator.startswith("ForAllValues:") and condition.looked_up.startswith(prefix):
                raise OverlyPermissive(f"{condition.operator} of {condition.key}, which has one value or none", subject)


def _condition(name: str, key: str, values: Any, looked_up: str, *, variables: bool) -> Condition:
    set_operator, _, rest = name.rpartition(":")
    if set_operator and set_operator not in _SET_OPERATORS:
        raise MalformedPolicy(f"Condition has the unknown set operator {set_operator!r}")
    texts = _texts(name, key, values)
    if rest == "Null":
        return Condition(name, key, texts, looked_up, _null(looked_up, texts))
    operator = _operator(name, rest.removesuffix(_IF_EXISTS))
    match = operator.compile_values(texts, variables)
    holds = _quantified(set_operator, looked_up, match, operator.negated, rest.endswith(_IF_EXISTS))
    return Condition(name, key, texts, looked_up, holds)


def _operator(name: str, plain: str) -> Operator:
    if plain not in OPERATORS:
        raise MalformedPolicy(f"Condition has the unknown operator {name!r}")
    return OPERATORS[plain]


def _texts(name: str, key: str, values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    if not all(isinstance(value, str | int | float) for value in listed):
        raise MalformedPolicy(f"Condition {name} {key} has a value that is not a string, number or boolean")
    return tuple(_text(value) for value in listed)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _values(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_text(item) for item in value if item is not None)
    return () if value is None else (_text(value),)


def _null(key: str, texts: tuple[str, ...]) -> _Predicate:
    wanted = {text.lower() for text in texts}
    return lambda context: ("false" if _values(context.get(key)) else "true") in wanted


def _quantified(set_operator: str, key: str, match: Matcher, negated: bool, if_exists: bool) -> _Predicate:
    if set_operator == "ForAllValues":
        return lambda context: all(match(value, context) is not negated for value in _values(context.get(key)))
    if set_operator == "ForAnyValue":
        return _for_any(key, match, negated, if_exists)
    return _plain(key, match, negated, if_exists)


def _for_any(key: str, match: Matcher, negated: bool, if_exists: bool) -> _Predicate:
    def holds(context: Context) -> bool:
        values = _values(context.get(key))
        if not values:
            return if_exists
        return any(match(value, context) is not negated for value in values)

    return holds


def _plain(key: str, match: Matcher, negated: bool, if_exists: bool) -> _Predicate:
    absent = negated or if_exists

    def holds(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return match(value, context) is not negated
        values = _values(value)
        if not values:
            return absent
        return any(match(one, context) for one in values) is not negated

    return holds
