"""Policies as documents: the default one, AWS's way of printing them, what makes one malformed, and compiling them."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fake_kms.policy.malformed import InvalidPolicyArn, InvalidPrincipal, MalformedPolicy, OverlyPermissive
from fake_kms.policy.statement import Statement, compile_statement, place_of

__all__ = [
    "InvalidPolicyArn",
    "InvalidPrincipal",
    "MalformedPolicy",
    "OverlyPermissive",
    "Policy",
    "Statement",
    "default_policy",
    "key_policy_principals",
    "normalize",
    "parse",
    "parse_policy",
    "statements",
]

_OLD_VERSION, _NEW_VERSION = "2008-10-17", "2012-10-17"
_DEEPEST = 32


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A compiled policy. `name` is the label it has in explanations; two policies are never equal."""

    name: str
    version: str
    statements: tuple[Statement, ...]


@functools.lru_cache(maxsize=4096)
def parse_policy(text: str, name: str, *, kind: Literal["key", "identity"]) -> Policy:
    """Compile a policy.

    Boundaries and session policies are of kind "identity". A key policy's statement without Action or Resource is
    taken and never applies. Raises: MalformedPolicy, its InvalidPrincipal, InvalidPolicyArn, OverlyPermissive.
    """
    document = _load(text)
    unknown = sorted(set(document) - {"Version", "Id", "Statement"})
    if unknown:
        raise MalformedPolicy(f"{unknown[0]!r} is no element of a policy")
    version = document.get("Version", _OLD_VERSION)
    compiled = tuple(_compiled(document, kind=kind, variables=version == _NEW_VERSION))
    _refuse_same_sids(compiled)
    return Policy(name, version, compiled)


def key_policy_principals(policy: Policy) -> list[str]:
    """Return every AWS principal that a key policy names: account ids, ARNs, unique ids; without `*`."""
    found = [
        name
        for statement in policy.statements
        if statement.principals is not None
        for name in statement.principals.names
        if name != "*" and name not in statement.principals.services and name not in statement.principals.federated
    ]
    return list(dict.fromkeys(found))


def _compiled(document: dict[str, Any], *, kind: str, variables: bool) -> Iterator[Statement]:
    for number, raw in enumerate(statements(document), 1):
        try:
            yield compile_statement(number, raw, kind=kind, variables=variables)
        except MalformedPolicy as verdict:  # noqa: PERF203 - each verdict points at its statement
            raise type(verdict)(f"{place_of(number, raw)}: {verdict}", *verdict.args[1:]) from None


def _refuse_same_sids(compiled: tuple[Statement, ...]) -> None:
    # Assumed: that KMS wants them unique, as IAM does; a PutKeyPolicy with two would tell.
    seen: set[str] = set()
    for statement in compiled:
        if statement.sid in seen:
            raise MalformedPolicy(f"statement {statement.number}: its Sid {statement.sid!r} is taken")
        if statement.sid:
            seen.add(statement.sid)


@functools.cache
def default_policy(root_arn: str) -> str:
    """Return the policy of a key created without one: the account decides, through IAM.

    Source: CreateKey and GetKeyPolicy examples of the AWS CLI and SDKs, to the byte.
    """
    return _print(
        {
            "Version": "2012-10-17",
            "Id": "key-default-1",
            "Statement": [
                {
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": root_arn},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        }
    )


@functools.lru_cache(maxsize=1024)
def normalize(text: str) -> str:
    """Print a policy as GetKeyPolicy returns it. Raises: MalformedPolicy.

    Members keep their order; principals in an array of one come back as a string. Source: GetKeyPolicy output in
    AWS documentation and public issues (authorization section 5). Assumed: that Action and Resource keep arrays
    of one.
    """
    document = parse(text)
    for statement in statements(document):
        for element in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(element), dict):
                statement[element] = {
                    kind: names[0] if isinstance(names, list) and len(names) == 1 else names
                    for kind, names in statement[element].items()
                }
    return _print(document)


def parse(text: str) -> dict[str, Any]:
    """Read a key policy document. Raises: MalformedPolicy when it is not JSON or not shaped as a policy."""
    document = _load(text)
    for number, statement in enumerate(statements(document), 1):
        place = place_of(number, statement)
        if not isinstance(statement, dict):
            raise MalformedPolicy(f"{place}: it is not an object")
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise MalformedPolicy(f"{place}: Effect is {statement.get('Effect')!r}, not Allow or Deny")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise MalformedPolicy(f"{place}: it has neither Principal nor NotPrincipal")
    return document


def _load(text: str) -> dict[str, Any]:
    if not isinstance(text, str):
        raise MalformedPolicy("it is not text")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedPolicy("it is not JSON") from None
    if not isinstance(document, dict):
        raise MalformedPolicy("it is not a JSON object")
    if _is_deep(document):
        raise MalformedPolicy(f"it nests deeper than {_DEEPEST} levels")
    if document.get("Version", _OLD_VERSION) not in (_OLD_VERSION, _NEW_VERSION):
        raise MalformedPolicy(f"Version is neither {_NEW_VERSION} nor {_OLD_VERSION}")
    if not statements(document):
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


def statements(document: dict[str, Any]) -> list[Any]:
    """Return the statements, also of a document that has a single one without a list."""
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _print(value: Any, indent: int = 0) -> str:
    # AWS prints with Jackson: members on lines of their own, arrays on one line, " : " between name and value.
    if isinstance(value, dict) and value:
        inner = " " * (indent + 2)
        members = (f"{inner}{json.dumps(name)} : {_print(item, indent + 2)}" for name, item in value.items())
        return "{\n" + ",\n".join(members) + "\n" + " " * indent + "}"
    if isinstance(value, list) and value:
        return f"[ {', '.join(_print(item, indent) for item in value)} ]"
    if isinstance(value, dict | list):
        return "{ }" if isinstance(value, dict) else "[ ]"
    return json.dumps(value, ensure_ascii=False)
