"""What the model constrains, checked from the model: all findings in one ValidationException.

Grammar: errors.md, "ValidationException grammar" (recorded and measured; paths into lists by analogy with the
recorded `tags.1.member.tagKey`). Findings come in the order of the model's members. Assumed: that order.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.crypto.context import canonical_length
from fake_kms.tables.enum_sets import ACCEPTED_BEYOND_MODEL, PRINTED
from fake_kms.tables.model import KEY_ID_PATTERN

if TYPE_CHECKING:
    from fake_kms.operations import Call
    from fake_kms.tables.model import Operation, Shape

__all__ = ["check_constraints"]

Fits = Callable[[Any], bool]

# Members that the service requires although its model does not: AWS answers a missing one as if it were
# required (measured). A dry run that ignores the ciphertext does without.
_REQUIRED_BY_SERVICE = {"Decrypt": "CiphertextBlob", "ReEncrypt": "CiphertextBlob"}


def check_constraints(call: Call) -> None:
    """Check a decoded request. Raises: KmsError ValidationException with every finding."""
    operation, request = call.model, call.input
    missing = _REQUIRED_BY_SERVICE.get(operation.name)
    if missing and (missing in request or call.ignores_ciphertext):
        missing = None
    if missing or not _fits(operation.input)(request):
        findings = list(_structure(operation.input, request, ""))
        if missing:
            findings.insert(0, _null(operation.input.members[missing], _path("", missing)))
        raise errors.constraints(findings)
    for member in _contexts(operation):
        if member in request and canonical_length(request[member]) > call.settings.quotas["encryption_context_bytes"]:
            raise errors.encryption_context_too_long()


@functools.cache
def _contexts(operation: Operation) -> list[str]:
    return [name for name, shape in operation.input.members.items() if shape.name == "EncryptionContextType"]


@functools.cache
def _fits(shape: Shape) -> Fits:
    # A yes or no, made once per shape: almost every request has no findings, and wording them costs more.
    if shape.kind == "structure":
        return _fitting_structure(shape)
    if shape.enum:
        return (frozenset(shape.enum) | ACCEPTED_BEYOND_MODEL.get(shape.name, frozenset())).__contains__
    low = -sys.maxsize if shape.minimum is None else shape.minimum
    high = sys.maxsize if shape.maximum is None else shape.maximum
    if shape.kind == "integer":
        return lambda value: low <= value <= high
    if shape.element is not None:
        fits_element = _fits(shape.element)
        return lambda value: (
            low <= len(value) <= high and all(item is not None and fits_element(item) for item in value)
        )
    if shape.pattern == KEY_ID_PATTERN:
        return lambda value: low <= len(value) <= high and value.isascii()
    if shape.matches is not None:
        matches = shape.matches.fullmatch
        return lambda value: low <= len(value) <= high and matches(value) is not None
    if (low, high) == (-sys.maxsize, sys.maxsize):
        return _anything
    return lambda value: low <= len(value) <= high


def _fitting_structure(shape: Shape) -> Fits:
    constrained = {name: fits for name, member in shape.members.items() if (fits := _fits(member)) is not _anything}
    required = shape.required

    def fits_structure(value: dict[str, Any]) -> bool:
        for name, item in value.items():
            if name in constrained and not constrained[name](item):
                return False
        return required.issubset(value)

    return fits_structure


def _anything(_: Any) -> bool:
    return True


def _structure(shape: Shape, value: dict[str, Any], path: str) -> Iterator[str]:
    required = shape.required
    for name, member in shape.members.items():
        if name in value:
            check = _CHECKS.get(member.kind)
            if check is not None:
                yield from check(member, value[name], _path(path, name))
        elif name in required:
            yield _null(member, _path(path, name))


def _list(shape: Shape, value: list[Any], path: str) -> Iterator[str]:
    yield from _length(shape, value, path)
    element = shape.element
    if element is None:
        return
    if element.enum and any(item not in element.enum for item in value):
        yield _finding(shape, value, path, errors.in_list_each(errors.in_enum_set(_enum_set(element))))
        return
    check = _CHECKS.get(element.kind)
    for number, item in enumerate(value, 1):
        where = f"{path}.{number}.member"
        if item is None:
            yield _null(element, where)
        elif check is not None:
            yield from check(element, item, where)


def _map(shape: Shape, value: dict[str, Any], path: str) -> Iterator[str]:
    yield from _length(shape, value, path)


def _string(shape: Shape, value: str, path: str) -> Iterator[str]:
    if shape.enum:
        if value not in shape.enum and value not in ACCEPTED_BEYOND_MODEL.get(shape.name, ()):
            yield _finding(shape, value, path, errors.in_enum_set(_enum_set(shape)))
        return
    yield from _length(shape, value, path)
    if shape.matches is not None and not shape.matches.fullmatch(value):
        yield _finding(shape, value, path, errors.matching(shape.pattern or ""))


def _integer(shape: Shape, value: int, path: str) -> Iterator[str]:
    if shape.minimum is not None and value < shape.minimum:
        yield _finding(shape, value, path, errors.at_least(shape.minimum))
    if shape.maximum is not None and value > shape.maximum:
        yield _finding(shape, value, path, errors.at_most(shape.maximum))


def _length(shape: Shape, value: Any, path: str) -> Iterator[str]:
    size = len(value)
    if shape.minimum is not None and size < shape.minimum:
        yield _finding(shape, value, path, errors.at_least_long(shape.minimum))
    if shape.maximum is not None and size > shape.maximum:
        yield _finding(shape, value, path, errors.at_most_long(shape.maximum))


_CHECKS: dict[str, Callable[[Shape, Any, str], Iterator[str]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "blob": _length,
}


def _enum_set(shape: Shape) -> tuple[str, ...]:
    return PRINTED.get(shape.name, shape.enum)


def _finding(shape: Shape, value: Any, path: str, constraint: str) -> str:
    hidden = shape.sensitive or isinstance(value, bytes)
    return errors.violation(path, constraint, None if hidden else f"'{_printed(value)}'")


def _null(shape: Shape, path: str) -> str:
    return errors.violation(path, errors.not_null(), None if shape.sensitive else "null")


def _printed(value: Any) -> str:
    # As Java prints a List.
    if isinstance(value, list):
        return f"[{', '.join('null' if item is None else str(item) for item in value)}]"
    return str(value)


def _path(prefix: str, name: str) -> str:
    camel = name[0].lower() + name[1:]
    return f"{prefix}.{camel}" if prefix else camel
