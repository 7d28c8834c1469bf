"""What a user passes to `kms.principals`, checked and turned into what the authorizer takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fake_kms import arns
from fake_kms.policy.document import Policy
from fake_kms.policy.document import compile_policy as compile_document
from fake_kms.policy.malformed import MalformedPolicy

__all__ = [
    "ContextKeys",
    "PolicyDocument",
    "Tags",
    "check_account",
    "check_duration",
    "check_name",
    "check_path",
    "compile_managed",
    "compile_policies",
    "compile_policy",
    "context_keys",
    "tag_keys",
]

PolicyDocument = str | Mapping[str, Any]
Tags = Mapping[str, str]
ContextKeys = Mapping[str, str | Sequence[str]]

_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\x21-\x7e]+", re.ASCII)
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


def check_account(account: str) -> str:
    """Return an account. Raises: ValueError if it is not twelve digits."""
    if not isinstance(account, str) or not arns.is_account(account):
        raise ValueError(f"an account is twelve digits in a string, not {account!r}")
    return account


def check_name(name: str) -> str:
    """Return the name of a user, role or session. Raises: ValueError if IAM does not allow it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"a name is up to 64 letters, digits and +=,.@-_, unlike {name!r}")
    return name


def check_duration(duration: float | None) -> float | None:
    """Return a duration in seconds, None for no end. Raises: ValueError if it is not positive."""
    if duration is not None and duration <= 0:
        raise ValueError(f"a duration is a positive number of seconds, not {duration!r}")
    return duration


def check_path(path: str) -> str:
    """Return the path of a user or role. Raises: ValueError if it has no slash at either end."""
    if not (path.startswith("/") and path.endswith("/")):
        raise ValueError(f"a path begins and ends with '/', unlike {path!r}")
    return path


def compile_policies(documents: Sequence[PolicyDocument], title: str) -> tuple[Policy, ...]:
    """Compile policies; the `{}` in the title becomes their number. Raises: ValueError as `compile_policy`."""
    if isinstance(documents, str | Mapping):
        raise TypeError("policies is a list of policies: put the one in brackets")
    return tuple(compile_policy(document, title.format(number)) for number, document in enumerate(documents, 1))


def compile_managed(documents: Mapping[str, PolicyDocument] | None) -> tuple[Policy, ...]:
    """Compile managed policies, given by their ARNs. Raises: ValueError as `compile_policy`, and for another name."""
    for arn in documents or ():
        if not _POLICY_ARN.fullmatch(arn):
            raise ValueError(f"a managed policy goes by its ARN, as in arn:aws:iam::123456789012:policy/X, not {arn!r}")
    return tuple(compile_policy(document, arn) for arn, document in (documents or {}).items())


def compile_policy(document: PolicyDocument, title: str) -> Policy:
    """Compile an IAM policy. Raises: ValueError that points at the statement if it is malformed."""
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        return compile_document(text, title, kind="identity")
    except MalformedPolicy as reason:
        raise ValueError(f"{title}: {reason}") from None


def context_keys(context: ContextKeys | None) -> dict[str, str | tuple[str, ...]]:
    """Return condition keys in lower case, several values in a tuple. Raises: TypeError for values that are no text."""
    keys: dict[str, str | tuple[str, ...]] = {}
    for name, value in (context or {}).items():
        values = (value,) if isinstance(value, str) else value
        if not isinstance(values, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in values):
            raise TypeError(f'the value of {name} is text or a list of texts, such as "true", not {value!r}')
        keys[name.lower()] = value if isinstance(value, str) else tuple(value)
    return keys


def tag_keys(tags: Tags | None) -> dict[str, str | tuple[str, ...]]:
    """Return the condition keys aws:PrincipalTag/NAME of tags, in lower case."""
    return {f"aws:principaltag/{name}".lower(): value for name, value in (tags or {}).items()}
