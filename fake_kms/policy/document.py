"""Key policies as documents: the default one, AWS's way of printing them, and what makes one malformed."""

from __future__ import annotations

import functools
import json
from typing import Any

__all__ = ["MalformedPolicy", "default_policy", "normalise", "parse"]


class MalformedPolicy(Exception):  # noqa: N818 - a verdict on the document
    """The document is no policy; `args[0]` says why, in our words."""


@functools.cache
def default_policy(root_arn: str) -> str:
    """Give the policy of a key created without one: the account decides, through IAM.

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
def normalise(text: str) -> str:
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
    """Read a policy document. Raises: MalformedPolicy when it is not JSON or not shaped as a policy."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedPolicy("it is not JSON") from None
    if not isinstance(document, dict):
        raise MalformedPolicy("it is not a JSON object")
    if document.get("Version", "2008-10-17") not in {"2012-10-17", "2008-10-17"}:
        raise MalformedPolicy("Version is neither 2012-10-17 nor 2008-10-17")
    found = statements(document)
    if not found:
        raise MalformedPolicy("it has no Statement")
    for statement in found:
        if not isinstance(statement, dict) or statement.get("Effect") not in {"Allow", "Deny"}:
            raise MalformedPolicy("a Statement has no Effect of Allow or Deny")
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise MalformedPolicy("a Statement has no Principal")
    return document


def statements(document: dict[str, Any]) -> list[Any]:
    """Give the statements, also of a document that has a single one without a list."""
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
