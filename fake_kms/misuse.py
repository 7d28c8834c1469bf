"""What users pass to the public API, checked: a mistake is a Python error that says what to write, and where.

Every check returns the value it was given. A wrong type is a TypeError, another wrong value a ValueError.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from fake_kms import arns

__all__ = [
    "caller",
    "check_account",
    "check_bytes",
    "check_choice",
    "check_client",
    "check_flag",
    "check_number",
    "check_region",
    "check_secret",
    "check_text",
    "check_texts",
    "check_whole",
    "place_of_caller",
    "suggestion",
]

# The keywords of `boto3.Session.client` besides the service and the Region.
_TEXTS_OF_CLIENTS = frozenset(
    {
        "api_version",
        "aws_access_key_id",
        "aws_account_id",
        "aws_secret_access_key",
        "aws_session_token",
        "endpoint_url",
    }
)
_PACKAGE = f"{Path(__file__).parent}{os.sep}"
_LARGEST = 10**9  # seconds, 30 years: sockets and locks take no more
_KEYWORDS_OF_CLIENTS = _TEXTS_OF_CLIENTS | {"config", "use_ssl", "verify"}


def check_text(name: str, value: str, like: str) -> str:
    """Check that a value is text; `like` is an example for the message."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is text such as {like!r}, not {value!r}")
    return value


def check_secret(name: str, value: str) -> str:
    """Check that a value is text, without showing it."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is text, not of type {type(value).__name__}")
    return value


def check_bytes(name: str, value: bytes) -> bytes:
    """Check that a value is bytes, without showing it."""
    if not isinstance(value, bytes):
        raise TypeError(f"{name} is bytes, not of type {type(value).__name__}")
    return value


def check_texts(name: str, values: Sequence[str], like: str) -> Sequence[str]:
    """Check that a value is a list or tuple of texts."""
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name} is a list of texts such as [{like!r}], not {values!r}")
    return values


def check_flag(name: str, value: bool) -> bool:
    """Check that a value is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is True or False, not {value!r}")
    return value


def check_whole(name: str, value: int, allowed: range) -> int:
    """Check that a value is a whole number in a range."""
    words = f"a whole number from {allowed.start} to {allowed.stop - 1}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is {words}, not {value!r}")
    if value not in allowed:
        raise ValueError(f"{name} is {words}, not {value!r}")
    return value


def check_number(name: str, value: float, words: str, *, zero: bool = False) -> float:
    """Check that a value is a positive number, or 0 if `zero`; `words` say what the number is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is {words}, not {value!r}")
    if not (0 < value <= _LARGEST or (zero and value == 0)):
        raise ValueError(f"{name} is {words}, not {value!r}")
    return value


def check_choice(name: str, value: str, choices: Collection[str]) -> str:
    """Check that a value is one of the texts that there are."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    if value not in choices:
        raise ValueError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    return value


def check_account(value: str) -> str:
    """Check that a value is an AWS account ID."""
    if not isinstance(value, str):
        raise TypeError(f"an account is twelve digits in a string, not {value!r}")
    if not arns.is_account(value):
        raise ValueError(f"an account is twelve digits in a string, not {value!r}")
    return value


def check_region(name: str, value: str | None) -> str | None:
    """Check that a value has the form of an AWS Region, or is None."""
    if value is not None:
        check_text(name, value, "eu-west-1")
        if not arns.is_region(value):
            raise ValueError(f"{name} is an AWS Region such as 'eu-west-1', not {value!r}")
    return value


def check_client(region_name: str | None, config: Mapping[str, Any]) -> None:
    """Check what a client is made with: its Region, and the keywords of `boto3.client`."""
    if region_name == "kms":
        raise ValueError("client() is of KMS always: say the Region, client('eu-west-1'), or nothing")
    check_region("region_name", region_name)
    for name, value in config.items():
        if name not in _KEYWORDS_OF_CLIENTS:
            raise TypeError(f"boto3.client has no keyword {name!r}{suggestion(name, _KEYWORDS_OF_CLIENTS)}")
        if value is not None and name in _TEXTS_OF_CLIENTS:
            check_secret(name, value)
    check_flag("use_ssl", config.get("use_ssl", True))
    _check_config(config.get("config"))


def _check_config(config: object) -> None:
    if config is None:
        return
    from botocore.config import Config

    if not isinstance(config, Config):
        raise TypeError(f"config is a botocore.config.Config, not {config!r}")


def suggestion(value: object, known: Collection[str]) -> str:
    """Return `: did you mean 'x'?` if one of the known names is close, else nothing."""
    import difflib

    lowered = {name.lower(): name for name in known}
    plain = str(value).lower()
    near = difflib.get_close_matches(plain, lowered, n=1) or (
        # AccessDenied for AccessDeniedException
        [name for name in lowered if plain and name.removesuffix("exception") == plain]
    )
    return f": did you mean {lowered[near[0]]!r}?" if near else ""


def place_of_caller() -> str:
    """Return `file:line` of the code outside of this package that is running."""
    frame = caller()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "an unknown place"


def caller() -> FrameType | None:
    """Return the innermost frame of code outside of this package."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - what `inspect` has for it reads source files
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return frame
