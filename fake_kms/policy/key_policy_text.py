"""The text of a key policy as KMS stores and returns it: the default key policy, and AWS's layout of JSON."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from fake_kms.arns import account_root_arn, is_account

__all__ = ["default_key_policy", "normalize", "rename_principals"]


@functools.cache
def default_key_policy(root_arn: str) -> str:
    """Return the policy of a key that is created without one: IAM policies of the account decide.

    Source: AWS CLI Reference, create-key and get-key-policy, byte for byte; docs/aws/authorization.md#key-policies.
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
def normalize(text: str, partition: str) -> str:
    """Return a valid key policy in the form in which GetKeyPolicy returns it, for a key in a partition.

    Version comes before Id, accounts come back as the ARNs of their root users, and an array of one principal, or of
    one value of a condition, as a string. Source: docs/aws/authorization.md#principal-matching;
    docs/aws/evidence.md#lists-listings-wire-members. Assumed: the members of a statement keep their order, and Action
    and Resource keep arrays of one.
    """
    document = json.loads(text)
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        _normalize_statement(statement, partition)
    return _print({name: document[name] for name in ("Version", "Id", "Statement") if name in document})


def rename_principals(text: str, rename: Callable[[str], str]) -> str:
    """Return a key policy with other names for its AWS principals; the very same text if these have not changed."""
    document = json.loads(text)
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for named in (statement.get("Principal"), statement.get("NotPrincipal")):
            if isinstance(named, dict) and "AWS" in named:
                named["AWS"] = _each(named["AWS"], rename)
    return text if document == json.loads(text) else _print(document)


def _normalize_statement(statement: dict[str, Any], partition: str) -> None:
    def root_of(name: str) -> str:
        return account_root_arn(partition, name) if is_account(name) else name

    for element in ("Principal", "NotPrincipal"):
        named = statement.get(element)
        if isinstance(named, dict):
            statement[element] = {
                kind: _single(_each(names, root_of) if kind == "AWS" else names) for kind, names in named.items()
            }
    for keys in statement.get("Condition", {}).values():
        keys.update({key: _single(values) for key, values in keys.items()})


def _each(names: Any, rename: Callable[[str], str]) -> Any:
    return [rename(name) for name in names] if isinstance(names, list) else rename(names)


def _single(names: Any) -> Any:
    return names[0] if isinstance(names, list) and len(names) == 1 else names


def _print(value: Any, indent: int = 0) -> str:
    # AWS prints with Jackson: members on lines of their own, arrays on one line, " : " between name and value.
    if isinstance(value, dict) and value:
        inner = " " * (indent + 2)
        members = (f"{inner}{_print(name)} : {_print(item, indent + 2)}" for name, item in value.items())
        return "{\n" + ",\n".join(members) + "\n" + " " * indent + "}"
    if isinstance(value, list) and value:
        return f"[ {', '.join(_print(item, indent) for item in value)} ]"
    if isinstance(value, dict | list):
        return "{ }" if isinstance(value, dict) else "[ ]"
    return json.dumps(value, ensure_ascii=False)
