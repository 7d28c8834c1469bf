"""The condition operators: what `StringLike`, `NumericLessThan`, `IpAddress` and the others compare.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". Assumed: operators are spelled as documented,
letter case included.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import ipaddress
import operator
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from fake_kms.policy.match import Matcher, arn_matcher, glob_matcher, text_matcher

if TYPE_CHECKING:
    from fake_kms.policy.request import Context

__all__ = ["OPERATORS", "Operator"]

_NUMBER = re.compile(r"[+-]?\d{1,400}(?:\.\d{1,400})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?)?", re.ASCII
)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)

# From the values of a condition, and whether they can have policy variables, to what matches any of them.
_CompileValues = Callable[[tuple[str, ...], bool], Matcher]


class Operator(NamedTuple):
    """A condition operator; one that is `negated` holds where its matcher does not match."""

    compile_values: _CompileValues
    negated: bool = False


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


class _FoldedContext:
    """The condition keys of a request, with their values in folded case."""

    __slots__ = ("_context",)

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, name: str, /) -> str | Sequence[str] | None:
        """Return the folded value of a condition key, or None if it is absent."""
        value = self._context.get(name)
        return value.casefold() if isinstance(value, str) else value


def _equal_ignoring_case(texts: tuple[str, ...], variables: bool) -> Matcher:
    equal = _equal(tuple(text.casefold() for text in texts), variables)
    if not variables or not any("${" in text for text in texts):
        return lambda value, context: equal(value.casefold(), context)
    return lambda value, context: equal(value.casefold(), _FoldedContext(context))


def _like(texts: tuple[str, ...], variables: bool) -> Matcher:
    return _any(tuple(glob_matcher(text, variables=variables) for text in texts))


def _arn_like(texts: tuple[str, ...], variables: bool) -> Matcher:
    return _any(tuple(arn_matcher(text, variables=variables) for text in texts))


def _by_value(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> _CompileValues:
    """Compile to a comparison of values: both texts are read, and a text that cannot be read matches nothing."""

    def compile_values(texts: tuple[str, ...], _variables: bool) -> Matcher:
        bounds = tuple(bound for text in texts if (bound := read(text)) is not None)

        def match(value: str, _context: Context) -> bool:
            actual = read(value)
            return actual is not None and any(compare(actual, bound) for bound in bounds)

        return match

    return compile_values


@functools.lru_cache(maxsize=1024)
def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@functools.lru_cache(maxsize=1024)
def _date(text: str) -> Decimal | None:
    """Read a date in W3C ISO 8601, or seconds since 1970. Assumed: a time without a zone is UTC."""
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
    except ValueError:
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


def _ordered(prefix: str, read: Callable[[str], Any]) -> dict[str, Operator]:
    return {
        f"{prefix}Equals": Operator(_by_value(read, operator.eq)),
        f"{prefix}NotEquals": Operator(_by_value(read, operator.eq), negated=True),
        f"{prefix}LessThan": Operator(_by_value(read, operator.lt)),
        f"{prefix}LessThanEquals": Operator(_by_value(read, operator.le)),
        f"{prefix}GreaterThan": Operator(_by_value(read, operator.gt)),
        f"{prefix}GreaterThanEquals": Operator(_by_value(read, operator.ge)),
    }


OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_equal),
    "StringNotEquals": Operator(_equal, negated=True),
    "StringEqualsIgnoreCase": Operator(_equal_ignoring_case),
    "StringNotEqualsIgnoreCase": Operator(_equal_ignoring_case, negated=True),
    "StringLike": Operator(_like),
    "StringNotLike": Operator(_like, negated=True),
    **_ordered("Numeric", _number),
    **_ordered("Date", _date),
    "Bool": Operator(_by_value(_boolean, operator.eq)),
    "BinaryEquals": Operator(_by_value(_bytes, operator.eq)),
    "IpAddress": Operator(_by_value(_network, _within)),
    "NotIpAddress": Operator(_by_value(_network, _within), negated=True),
    "ArnEquals": Operator(_arn_like),
    "ArnLike": Operator(_arn_like),
    "ArnNotEquals": Operator(_arn_like, negated=True),
    "ArnNotLike": Operator(_arn_like, negated=True),
}
