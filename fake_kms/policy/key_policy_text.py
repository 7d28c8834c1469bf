"""The text of a key policy as KMS stores and returns it: the default key policy, and AWS's layout of JSON."""

from __future__ import annotations

import functools
import json
from typing import Any

__all__ = ["default_key_policy", "normalize"]


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
def normalize(text: str) -> str:
    """Return a valid key policy in the form in which GetKeyPolicy returns it.

    Members keep their order; principals in an array of one come back as a string. Source:
    docs/aws/authorization.md#principal-matching; docs/aws/authorization.md#key-policies. Assumed: Action and Resource
    keep arrays of one.
    """
    document = json.loads(text)
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(element), dict):
                statement[element] = {kind: _single(names) for kind, names in statement[element].items()}
    return _print(document)


def _single(names: Any) -> Any:
    return names[0] if isinstance(names, list) and len(names) == 1 else names


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
