"""What a user passes to `kms.principals`, checked and turned into what the authorizer takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fake_kms.misuse import check_number, check_text
from fake_kms.policy.document import Policy
from fake_kms.policy.document import compile_policy as compile_document
from fake_kms.policy.malformed import MalformedPolicy

__all__ = [
    "ContextKeys",
    "PolicyDocument",
    "Tags",
    "check_duration",
    "check_name",
    "check_path",
    "compile_managed",
    "compile_policies",
    "compile_policy",
    "context_keys",
    "service_principal",
    "tag_keys",
]

PolicyDocument = str | Mapping[str, Any]
Tags = Mapping[str, str] | Sequence[Mapping[str, str]]
ContextKeys = Mapping[str, str | Sequence[str]]

_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\x21-\x7e]+", re.ASCII)
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"/([\x21-\x7e]*/)?")
_SERVICE = re.compile(r"[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*")


def check_name(name: str) -> str:
    """Return the name of a user, role or session. Raises: ValueError if IAM does not allow it, TypeError."""
    if not _NAME.fullmatch(check_text("a name", name, "App")):
        raise ValueError(f"a name is up to 64 letters, digits and +=,.@-_, unlike {name!r}")
    return name


def check_duration(duration: float | None) -> float | None:
    """Return a duration in seconds, None for no end. Raises: ValueError if it is not positive, TypeError."""
    if duration is not None:
        check_number("a duration", duration, "a positive number of seconds")
    return duration


def check_path(path: str) -> str:
    """Return the path of a user or role. Raises: ValueError if it has no slash at either end, TypeError for no text."""
    check_text("a path", path, "/team/")
    if not (path.startswith("/") and path.endswith("/")):
        raise ValueError(f"a path begins and ends with '/', unlike {path!r}")
    if not _PATH.fullmatch(path):
        raise ValueError(f"a path has visible ASCII characters, unlike {path!r}")
    return path


def service_principal(name: str) -> str:
    """Return the service principal of an AWS service: `s3` and `s3.amazonaws.com` are `s3.amazonaws.com`."""
    if not _SERVICE.fullmatch(check_text("a service", name, "s3.amazonaws.com")):
        raise ValueError(f"a service is named like 's3.amazonaws.com' or 's3', not {name!r}")
    return name if "." in name else f"{name}.amazonaws.com"


def compile_policies(documents: Sequence[PolicyDocument], title: str) -> tuple[Policy, ...]:
    """Compile policies; the `{}` in the title becomes their number. Raises: as `compile_policy`."""
    if isinstance(documents, str | Mapping):
        raise TypeError("policies is a list of policies: put the one in brackets")
    if not isinstance(documents, Sequence):
        raise TypeError(f"policies is a list of policies, [] for none, not {documents!r}")
    return tuple(compile_policy(document, title.format(number)) for number, document in enumerate(documents, 1))


def compile_managed(documents: Mapping[str, PolicyDocument] | None) -> tuple[Policy, ...]:
    """Compile managed policies, given by their ARNs. Raises: as `compile_policy`, and ValueError for another name."""
    if documents is not None and not isinstance(documents, Mapping):
        raise TypeError(f"managed is a dictionary of policies by their ARNs, not {documents!r}")
    for arn in documents or ():
        if not isinstance(arn, str) or not _POLICY_ARN.fullmatch(arn):
            raise ValueError(f"a managed policy goes by its ARN, as in arn:aws:iam::123456789012:policy/X, not {arn!r}")
    return tuple(compile_policy(document, arn) for arn, document in (documents or {}).items())


def compile_policy(document: PolicyDocument, title: str) -> Policy:
    """Compile an IAM policy.

    Raises: ValueError that points at the statement if it is malformed; TypeError for what is neither JSON text nor a
    dictionary of what JSON has.
    """
    try:
        return compile_document(_json(document, title), title, kind="identity")
    except MalformedPolicy as reason:
        raise ValueError(f"{title}: {reason}") from None


def _json(document: PolicyDocument, title: str) -> str:
    if isinstance(document, str):
        return document
    if not isinstance(document, Mapping):
        raise TypeError(f"{title} is JSON text or a dictionary, not {document!r}")
    try:
        return json.dumps(dict(document))
    except (TypeError, ValueError, RecursionError) as reason:
        raise TypeError(f"{title} has what JSON does not: {reason}") from None


def context_keys(context: ContextKeys | None) -> dict[str, str | tuple[str, ...]]:
    """Return condition keys in lower case, several values in a tuple. Raises: TypeError for values that are no text."""
    if context is not None and not isinstance(context, Mapping):
        raise TypeError(f'context is a dictionary of condition keys, such as {{"aws:SourceIp": "…"}}, not {context!r}')
    keys: dict[str, str | tuple[str, ...]] = {}
    for name, value in (context or {}).items():
        check_text("a condition key", name, "aws:SourceIp")
        values = (value,) if isinstance(value, str) else value
        if not isinstance(values, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in values):
            raise TypeError(f'the value of {name} is text or a list of texts, such as "true", not {value!r}')
        keys[name.lower()] = value if isinstance(value, str) else tuple(value)
    return keys


def tag_keys(tags: Tags | None) -> dict[str, str | tuple[str, ...]]:
    """Return the condition keys aws:PrincipalTag/NAME of tags, in lower case.

    Input: a dictionary, or a list as IAM takes it, `[{"Key": "team", "Value": "blue"}]`. Raises: TypeError.
    """
    return {f"aws:principaltag/{name}".lower(): value for name, value in _pairs(tags)}


def _pairs(tags: Tags | None) -> list[tuple[str, str]]:
    if tags is None:
        return []
    if isinstance(tags, Mapping):
        pairs = list(tags.items())
    elif isinstance(tags, list | tuple) and all(
        isinstance(tag, Mapping) and set(tag) == {"Key", "Value"} for tag in tags
    ):
        pairs = [(tag["Key"], tag["Value"]) for tag in tags]
    else:
        raise TypeError(f"tags are {{'team': 'blue'}} or [{{'Key': 'team', 'Value': 'blue'}}], not {tags!r}")
    if not all(isinstance(name, str) and isinstance(value, str) for name, value in pairs):
        raise TypeError(f"the names and values of tags are texts, unlike those of {tags!r}")
    return pairs
