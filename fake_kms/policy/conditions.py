"""Conditions: the operators, compiled into checks of a request's context.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Multivalued context keys".
Assumed: that operators are spelled as documented, letter case included; and that an operator without set operator
over a multi-valued key holds when any of its values does (a negated one: when none matches).
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import ipaddress
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fake_kms.policy.malformed import MalformedPolicy, OverlyPermissive
from fake_kms.policy.match import Matcher, arn_matcher, canonical_key, glob_matcher, text_matcher
from fake_kms.policy.request import Context

__all__ = ["Check", "compile_conditions", "refuse_overly_permissive"]

_ABSENT = "(absent)"
_SET_OPERATORS = ("ForAllValues", "ForAnyValue")
_IF_EXISTS = "IfExists"
_NUMBER = re.compile(r"[+-]?\d{1,400}(?:\.\d{1,400})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?)?", re.ASCII
)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_SINGLE_VALUED = {"kms:encryptioncontext:": "encryption context", "aws:requesttag/": "tag"}

_Holds = Callable[[Context], bool]
_Family = Callable[[tuple[str, ...], bool], Matcher]


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One operator on one condition key: `holds` tells whether a context meets it."""

    operator: str
    key: str
    values: tuple[str, ...]
    holds: _Holds

    def why_not(self, context: Context) -> str:
        """Say what was expected and what the request has."""
        expected = " or ".join(repr(value) for value in self.values) or "(nothing)"
        actual = _values(context.get(canonical_key(self.key)))
        found = ", ".join(repr(value) for value in actual) or _ABSENT
        return f"condition {self.operator} {self.key}: expected {expected}, actual {found}"


def compile_conditions(block: Any, *, variables: bool) -> tuple[Check, ...]:
    """Compile a Condition block. Raises: MalformedPolicy with the reason."""
    if not isinstance(block, dict):
        raise MalformedPolicy("Condition is not an object")
    checks = []
    for name, keys in block.items():
        if not isinstance(keys, dict):
            raise MalformedPolicy(f"Condition {name} is not an object of condition keys")
        checks += [_check(name, key, values, variables=variables) for key, values in keys.items()]
    return tuple(checks)


def refuse_overly_permissive(checks: Sequence[Check]) -> None:
    """Refuse `ForAllValues` over a key that a request may lack. Raises: OverlyPermissive.

    Source: Developer Guide, kms:EncryptionContext and aws:RequestTag.
    """
    for check in checks:
        for prefix, subject in _SINGLE_VALUED.items():
            if check.operator.startswith("ForAllValues:") and canonical_key(check.key).startswith(prefix):
                raise OverlyPermissive(f"{check.operator} of {check.key}, which has one value or none", subject)


def _check(name: str, key: str, values: Any, *, variables: bool) -> Check:
    set_operator, _, rest = name.rpartition(":")
    if set_operator and set_operator not in _SET_OPERATORS:
        raise MalformedPolicy(f"Condition has the unknown set operator {set_operator!r}")
    texts = _texts(name, key, values)
    if rest == "Null":
        return Check(name, key, texts, _null(canonical_key(key), texts))
    family, negated = _family(name, rest.removesuffix(_IF_EXISTS))
    match = family(texts, variables)
    holds = _quantified(set_operator, canonical_key(key), match, negated, rest.endswith(_IF_EXISTS))
    return Check(name, key, texts, holds)


def _family(name: str, plain: str) -> tuple[_Family, bool]:
    if plain not in _OPERATORS:
        raise MalformedPolicy(f"Condition has the unknown operator {name!r}")
    return _OPERATORS[plain]


def _texts(name: str, key: str, values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    if not all(isinstance(value, str | int | float) for value in listed):
        raise MalformedPolicy(f"Condition {name} {key} has a value that is no string, number or boolean")
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


def _null(key: str, texts: tuple[str, ...]) -> _Holds:
    wanted = {text.lower() for text in texts}
    return lambda context: ("false" if _values(context.get(key)) else "true") in wanted


def _quantified(set_operator: str, key: str, match: Matcher, negated: bool, if_exists: bool) -> _Holds:
    if set_operator == "ForAllValues":
        return lambda context: all(match(value, context) is not negated for value in _values(context.get(key)))
    if set_operator == "ForAnyValue":
        return _for_any(key, match, negated, if_exists)
    return _plain(key, match, negated, if_exists)


def _for_any(key: str, match: Matcher, negated: bool, if_exists: bool) -> _Holds:
    def holds(context: Context) -> bool:
        values = _values(context.get(key))
        if not values:
            return if_exists
        return any(match(value, context) is not negated for value in values)

    return holds


def _plain(key: str, match: Matcher, negated: bool, if_exists: bool) -> _Holds:
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


def _any(matchers: tuple[Matcher, ...]) -> Matcher:
    if len(matchers) == 1:
        return matchers[0]
    return lambda value, context: any(matcher(value, context) for matcher in matchers)


def _equal(texts: tuple[str, ...], variables: bool) -> Matcher:
    changing = tuple(text for text in texts if variables and "${" in text)
    fixed = frozenset(texts) - set(changing)
    if not changing:
        return lambda value, _context: value in fixed
    resolved = _any(tuple(text_matcher(text, variables=True) for text in changing))
    return lambda value, context: value in fixed or resolved(value, context)


def _equal_ignoring_case(texts: tuple[str, ...], variables: bool) -> Matcher:
    def folded(context: Context) -> Context:
        return {key: value.casefold() if isinstance(value, str) else value for key, value in context.items()}

    equal = _equal(tuple(text.casefold() for text in texts), variables)
    if not variables or not any("${" in text for text in texts):
        return lambda value, context: equal(value.casefold(), context)
    return lambda value, context: equal(value.casefold(), folded(context))


def _like(texts: tuple[str, ...], variables: bool) -> Matcher:
    return _any(tuple(glob_matcher(text, variables=variables) for text in texts))


def _arn_like(texts: tuple[str, ...], variables: bool) -> Matcher:
    return _any(tuple(arn_matcher(text, variables=variables) for text in texts))


def _read_by(read: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> _Family:
    """Compare what both sides mean; what cannot be read compares to nothing."""

    def family(texts: tuple[str, ...], _variables: bool) -> Matcher:
        bounds = tuple(bound for text in texts if (bound := read(text)) is not None)

        def match(value: str, _context: Context) -> bool:
            actual = read(value)
            return actual is not None and any(holds(actual, bound) for bound in bounds)

        return match

    return family


@functools.lru_cache(maxsize=1024)
def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@functools.lru_cache(maxsize=1024)
def _date(text: str) -> Decimal | None:
    """Read W3C ISO 8601 or seconds of the epoch. Assumed: that a time without zone is UTC."""
    match = _DATE.fullmatch(text)
    if match is None:
        return _number(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = dt.datetime(
            int(year),
            int(month),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(zone or ""),
        )
        seconds = (moment - _EPOCH) // dt.timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return Decimal(seconds) + Decimal("0" + (fraction or ""))


def _zone(text: str) -> dt.timezone:
    if text in {"", "Z"}:
        return dt.timezone.utc
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if text[0] == "-" else offset)


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


@functools.lru_cache(maxsize=1024)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _within(actual: Any, network: Any) -> bool:
    return actual.version == network.version and bool(actual.subnet_of(network))


def _ordered(prefix: str, read: Callable[[str], Any]) -> dict[str, tuple[_Family, bool]]:
    return {
        f"{prefix}Equals": (_read_by(read, operator.eq), False),
        f"{prefix}NotEquals": (_read_by(read, operator.eq), True),
        f"{prefix}LessThan": (_read_by(read, operator.lt), False),
        f"{prefix}LessThanEquals": (_read_by(read, operator.le), False),
        f"{prefix}GreaterThan": (_read_by(read, operator.gt), False),
        f"{prefix}GreaterThanEquals": (_read_by(read, operator.ge), False),
    }


# By name: what matches, and whether the operator is its negation.
_OPERATORS: dict[str, tuple[_Family, bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equal_ignoring_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    **_ordered("Numeric", _number),
    **_ordered("Date", _date),
    "Bool": (_read_by(_boolean, operator.eq), False),
    "BinaryEquals": (_read_by(_bytes, operator.eq), False),
    "IpAddress": (_read_by(_network, _within), False),
    "NotIpAddress": (_read_by(_network, _within), True),
    "ArnEquals": (_arn_like, False),
    "ArnLike": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnNotLike": (_arn_like, True),
}
