"""Policy documents: from JSON text to a compiled policy."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fake_kms.policy.malformed import MalformedPolicy
from fake_kms.policy.statement import Statement, compile_statement, place_of

__all__ = ["Policy", "aws_principals", "compile_policy"]

_OLD_VERSION, _NEW_VERSION = "2008-10-17", "2012-10-17"
_DEEPEST = 32


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A compiled policy. `name` is its name in explanations; a policy equals itself alone."""

    name: str
    version: str
    statements: tuple[Statement, ...]


@functools.lru_cache(maxsize=4096)
def compile_policy(text: str, name: str, *, kind: Literal["key", "identity"]) -> Policy:
    """Compile a policy.

    Permissions boundaries and session policies are of kind "identity". Raises: MalformedPolicy and what is derived
    from it.
    """
    document = _read(text)
    unknown = sorted(set(document) - {"Version", "Id", "Statement"})
    if unknown:
        raise MalformedPolicy(f"a policy has no element {unknown[0]!r}")
    version = document.get("Version", _OLD_VERSION)
    statements = tuple(_statements(document, kind=kind, variables=version == _NEW_VERSION))
    _check_sids(statements)
    return Policy(name, version, statements)


def aws_principals(policy: Policy) -> list[str]:
    """Return the AWS principals that a key policy names, each once: account ids, ARNs, unique ids; not `*`."""
    found = [
        name
        for statement in policy.statements
        if statement.principals is not None
        for name in statement.principals.names
        if name != "*" and name not in statement.principals.services and name not in statement.principals.federated
    ]
    return list(dict.fromkeys(found))


def _statements(document: dict[str, Any], *, kind: str, variables: bool) -> Iterator[Statement]:
    for number, raw in enumerate(_raw_statements(document), 1):
        try:
            yield compile_statement(number, raw, kind=kind, variables=variables)
        except MalformedPolicy as reason:  # noqa: PERF203 - each reason points at its statement
            raise reason.at(place_of(number, raw)) from None


def _check_sids(statements: tuple[Statement, ...]) -> None:
    # Assumed: KMS wants them unique, as IAM does; a PutKeyPolicy with the same Sid twice would settle it.
    seen: set[str] = set()
    for statement in statements:
        if statement.sid in seen:
            raise MalformedPolicy(f"statement {statement.number}: its Sid {statement.sid!r} is not unique")
        if statement.sid:
            seen.add(statement.sid)


def _refuse_constant(name: str) -> None:
    # Python reads NaN, Infinity and -Infinity, which JSON does not have.
    raise ValueError(name)


def _read(text: str) -> dict[str, Any]:
    if not isinstance(text, str):
        raise MalformedPolicy("it is not text")
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedPolicy("it is not JSON") from None
    if not isinstance(document, dict):
        raise MalformedPolicy("it is not a JSON object")
    if _is_deep(document):
        raise MalformedPolicy(f"it nests deeper than {_DEEPEST} levels")
    if document.get("Version", _OLD_VERSION) not in (_OLD_VERSION, _NEW_VERSION):
        raise MalformedPolicy(f"Version is neither {_NEW_VERSION} nor {_OLD_VERSION}")
    if not _raw_statements(document):
        raise MalformedPolicy("it has no Statement")
    return document


def _is_deep(document: dict[str, Any]) -> bool:
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        inner = (value.values() if isinstance(value, dict) else value for value in level)
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _raw_statements(document: dict[str, Any]) -> list[Any]:
    # A document with a single statement may have it without a list.
    statements = document.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]
