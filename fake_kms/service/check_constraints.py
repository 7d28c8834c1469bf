"""Check a request against the model: one ValidationException names every constraint it violates.

Each shape of the model is compiled once, into a function that returns the violations in a value.

Source: docs/aws/errors.md#constraint-violations. Paths into lists are like the recorded `tags.1.member.tagKey`.
Assumed: violations come in the order of the model's members.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from fake_kms import errors
from fake_kms.crypto.context import canonical_length
from fake_kms.tables.beyond_model import ACCEPTED_VALUES, PRINTED_ENUM_SETS, REQUIRED_MEMBERS

if TYPE_CHECKING:
    from fake_kms.operations import Call
    from fake_kms.tables.model import Operation, Shape

__all__ = ["check_constraints"]


class Violation(NamedTuple):
    """A constraint that a value violates.

    `value` is how the message shows the value, None for what must not be shown. `path` leads to the value from the
    shape that is being checked.
    """

    value: str | None
    constraint: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return errors.violation(".".join(self.path), self.constraint, self.value)

    def inside(self, member: str) -> Violation:
        """Return this violation as the shape around it sees it."""
        return self._replace(path=(member, *self.path))


Check = Callable[[Any], Sequence[Violation]]
_NONE: Sequence[Violation] = ()


def check_constraints(call: Call) -> None:
    """Check a decoded request. Raises: KmsError ValidationException with every violation."""
    operation, request = call.model, call.input
    violations = _compile(operation.input)(request)
    required = REQUIRED_MEMBERS.get(operation.name)
    if (
        required
        and required not in request
        and required not in operation.input.required
        and not call.ignores_ciphertext
    ):
        violations = [_null(operation.input.members[required]).inside(_camel(required)), *violations]
    if violations:
        raise errors.constraints([str(violation) for violation in violations])
    most = call.settings.quotas["encryption_context_bytes"]
    if len(call.request.body) <= most:
        return  # JSON writes a context longer than its canonical form is
    for member in _encryption_contexts(operation):
        if member in request and canonical_length(request[member]) > most:
            raise errors.encryption_context_too_long()


@functools.cache
def _encryption_contexts(operation: Operation) -> list[str]:
    return [name for name, shape in operation.input.members.items() if shape.name == "EncryptionContextType"]


@functools.cache
def _compile(shape: Shape) -> Check:
    if shape.kind == "structure":
        return _compile_structure(shape)
    if shape.enum:
        return _compile_enum(shape)
    if shape.kind == "integer":
        return _compile_integer(shape)
    if shape.element is not None:
        return _compile_list(shape, shape.element)
    return _compile_length(shape)


def _accept(_: Any) -> Sequence[Violation]:
    return _NONE


def _compile_structure(shape: Shape) -> Check:
    members, required = shape.members, shape.required
    checks = {name: check for name, member in members.items() if (check := _compile(member)) is not _accept}

    def check_structure(value: dict[str, Any]) -> Sequence[Violation]:
        found = {}
        for name, item in value.items():
            if name in checks and (violations := checks[name](item)):
                found[name] = violations
        if not found and required.issubset(value):
            return _NONE
        for name in required.difference(value):
            found[name] = [_null(members[name])]
        return [violation.inside(_camel(name)) for name in members for violation in found.get(name, _NONE)]

    return check_structure


def _compile_enum(shape: Shape) -> Check:
    accepted = ACCEPTED_VALUES.get(shape.name, frozenset()).union(shape.enum)
    constraint = errors.in_enum_set(_enum_set(shape))

    def check_enum(value: str) -> Sequence[Violation]:
        return _NONE if value in accepted else [_violation(shape, value, constraint)]

    return check_enum


def _compile_integer(shape: Shape) -> Check:
    low, high = _limits(shape)

    def check_integer(value: int) -> Sequence[Violation]:
        if low <= value <= high:
            return _NONE
        return [_violation(shape, value, errors.with_value(_limit_of(value, shape)))]

    return check_integer


def _compile_list(shape: Shape, element: Shape) -> Check:
    check_length = _compile_length(shape)
    if element.enum:
        constraint = errors.with_elements(errors.in_enum_set(_enum_set(element)))

        def check_enum_list(value: list[Any]) -> Sequence[Violation]:
            violations = check_length(value)
            known = all(item in element.enum for item in value)
            return violations if known else [*violations, _violation(shape, value, constraint)]

        return check_enum_list

    check_item = _compile(element)

    def check_list(value: list[Any]) -> Sequence[Violation]:
        violations = check_length(value)
        for number, item in enumerate(value, 1):
            found = [_null(element)] if item is None else check_item(item)
            if found:
                violations = [*violations, *(violation.inside(f"{number}.member") for violation in found)]
        return violations

    return check_list


def _compile_length(shape: Shape) -> Check:
    """Compile the limits of a length, and the pattern of a string."""
    low, high = _limits(shape)
    matches = shape.matches.fullmatch if shape.matches is not None else None
    if matches is None and (low, high) == (-math.inf, math.inf):
        return _accept

    def check_length(value: Any) -> Sequence[Violation]:
        if low <= len(value) <= high and (matches is None or matches(value)):
            return _NONE
        violations = []
        if not low <= len(value) <= high:
            violations.append(_violation(shape, value, errors.with_length(_limit_of(len(value), shape))))
        if matches is not None and not matches(value):
            violations.append(_violation(shape, value, errors.matching(shape.pattern)))
        return violations

    return check_length


def _limits(shape: Shape) -> tuple[float, float]:
    return (
        -math.inf if shape.minimum is None else shape.minimum,
        math.inf if shape.maximum is None else shape.maximum,
    )


def _limit_of(number: int, shape: Shape) -> str:
    """Word the limit that a value or length is beyond."""
    if shape.minimum is not None and number < shape.minimum:
        return errors.at_least(shape.minimum)
    return errors.at_most(shape.maximum)


def _enum_set(shape: Shape) -> tuple[str, ...]:
    return PRINTED_ENUM_SETS.get(shape.name, shape.enum)


def _violation(shape: Shape, value: Any, constraint: str) -> Violation:
    if shape.sensitive or isinstance(value, bytes):
        return Violation(None, constraint)
    return Violation(f"'{_printed(value)}'", constraint)


def _null(shape: Shape) -> Violation:
    return Violation(None if shape.sensitive else "null", errors.not_null())


def _printed(value: Any) -> str:
    """Return a value as a message shows it: lists as Java prints a List, characters beyond U+00FF as `?`.

    Source: docs/aws/recorded.md#other-public-native-evidence, for the characters of a policy. Assumed: alike in other
    members, and one `?` for a character beyond U+FFFF.
    """
    if isinstance(value, list):
        value = f"[{', '.join('null' if item is None else str(item) for item in value)}]"
    return str(value).encode("latin-1", "replace").decode("latin-1")


def _camel(member: str) -> str:
    return member[0].lower() + member[1:]
