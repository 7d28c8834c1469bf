"""Credentials and a default Region in the environment, where the user has configured none.

botocore looks for credentials in the network when it finds none on the machine; with these it does not.
"""

from __future__ import annotations

import configparser
import functools
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

__all__ = ["FAKE_CREDENTIALS", "Configured", "configured", "forget_fake_credentials", "supply"]

FAKE_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
}
DEFAULT_REGION = "us-east-1"
_REGION = "AWS_DEFAULT_REGION"

_lock = threading.RLock()
_requested: list[dict[str, str]] = []  # the variables of each open fake, the innermost last
_supplied: dict[str, str] = {}  # the variables that are set now
_replaced: dict[str, str | None] = {}  # their values before


# What makes botocore fetch the credentials of a profile.
_FETCHED = frozenset({"role_arn", "sso_session", "sso_start_url", "web_identity_token_file"})


class Configured(NamedTuple):
    """What the user has configured: the Region in force, whether it was configured, whether credentials are."""

    region: str
    has_region: bool
    has_credentials: bool


def configured() -> Configured:
    """Read the environment and the profile that it selects.

    Credentials are configured if either has an access key; an empty variable is none, as for botocore. Those that
    botocore would have to fetch from the network (a role, a web identity, SSO) do not count, nor do an access key of
    the profile beside them: botocore prefers what it fetches.
    """
    profile = _profile()
    fetched = not _FETCHED.isdisjoint(profile) or bool(os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"))
    region, access_key = os.environ.get(_REGION), os.environ.get("AWS_ACCESS_KEY_ID")
    return Configured(
        region=region or profile.get("region") or DEFAULT_REGION,
        has_region=_is_the_users(_REGION, region) or bool(profile.get("region")),
        has_credentials=_is_the_users("AWS_ACCESS_KEY_ID", access_key)
        or ("aws_access_key_id" in profile and not fetched),
    )


def supply(region: str | None, found: Configured) -> Callable[[], None]:
    """Set the Region that the user asked for, and what is not configured. Output: a function that restores all."""
    variables: dict[str, str] = {}
    if not found.has_credentials:
        variables |= FAKE_CREDENTIALS
    if region is not None or not found.has_region:
        variables[_REGION] = region or found.region
    with _lock:
        _requested.append(variables)
        _apply()

    def undo() -> None:
        with _lock:
            _requested[:] = [other for other in _requested if other is not variables]
            _apply()

    return undo


def _is_the_users(name: str, value: str | None) -> bool:
    return bool(value) and _supplied.get(name) != value


def _apply() -> None:
    # The innermost fake decides. A variable that other code has changed in the meantime is left as it is.
    variables: dict[str, str] = {}
    for settings in _requested:
        variables |= settings
    for name in [*_supplied]:
        if os.environ.get(name) != _supplied[name]:
            del _supplied[name]
            _replaced.pop(name, None)
        elif name not in variables:
            _restore(name)
    for name, value in variables.items():
        if name not in _supplied:
            _replaced[name] = os.environ.get(name)
        _supplied[name] = os.environ[name] = value


def _restore(name: str) -> None:
    before = _replaced.pop(name)
    del _supplied[name]
    if before is None:
        del os.environ[name]
    else:
        os.environ[name] = before


def forget_fake_credentials() -> None:
    """Let boto3's default session look for credentials again, if it has found the supplied ones."""
    boto3 = sys.modules.get("boto3")
    session = getattr(boto3, "DEFAULT_SESSION", None)
    inner = getattr(session, "_session", None)
    found = getattr(inner, "_credentials", None)
    if inner is not None and getattr(found, "access_key", None) == FAKE_CREDENTIALS["AWS_ACCESS_KEY_ID"]:
        inner._credentials = None  # noqa: SLF001 - botocore has no public way


def _profile() -> dict[str, str]:
    """Return the settings of the profile that the environment selects."""
    files = (
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
    )
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    settings: dict[str, str] = {}
    for name in files:
        settings |= _settings(*_stamp(name), profile)
    return settings


def _stamp(name: str) -> tuple[str, int]:
    path = os.path.expanduser(name)  # noqa: PTH111 - a Path costs ten times as much, and every fake opens here
    try:
        return path, os.stat(path).st_mtime_ns  # noqa: PTH116
    except OSError:
        return path, 0


@functools.lru_cache(maxsize=8)
def _settings(path: str, modified: int, profile: str) -> dict[str, str]:
    if not modified:
        return {}
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return {}
    sections = [name for name in (profile, f"profile {profile}") if parser.has_section(name)]
    return {setting: value for name in sections for setting, value in parser[name].items()}
