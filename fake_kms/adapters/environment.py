"""Credentials and a default Region in the environment, where the user has none.

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
_wanted: list[dict[str, str]] = []  # what each open fake wants, the innermost last
_user: dict[str, str | None] = {}  # what stood in the place of ours
_ours: dict[str, str] = {}


class Configured(NamedTuple):
    """What the user has configured: the Region in force, whether it needs no supply, whether there are keys."""

    region: str
    has_region: bool
    has_keys: bool


def configured() -> Configured:
    """Look at the environment and at the profile that it chooses.

    Credentials are there if a key stands in either. What would have to be fetched (a role, a web identity, SSO) is not,
    as botocore would ask the network for it.
    """
    profile = _profile()
    region, access_key = os.environ.get(_REGION), os.environ.get("AWS_ACCESS_KEY_ID")
    return Configured(
        region=region or profile.get("region") or DEFAULT_REGION,
        has_region=_is_users(_REGION, region) or "region" in profile,
        has_keys=_is_users("AWS_ACCESS_KEY_ID", access_key) or "aws_access_key_id" in profile,
    )


def supply(asked: str | None, found: Configured) -> Callable[[], None]:
    """Put what is missing into the environment, and the Region that was asked for; the answer takes it out again."""
    wanted: dict[str, str] = {}
    if not found.has_keys:
        wanted |= FAKE_CREDENTIALS
    if asked is not None or not found.has_region:
        wanted[_REGION] = asked or found.region
    with _lock:
        _wanted.append(wanted)
        _apply()

    def undo() -> None:
        with _lock:
            _wanted[:] = [other for other in _wanted if other is not wanted]
            _apply()

    return undo


def _is_users(name: str, value: str | None) -> bool:
    return value is not None and _ours.get(name) != value


def _apply() -> None:
    # The innermost fake decides. What somebody changed meanwhile is theirs and stays.
    wanted: dict[str, str] = {}
    for settings in _wanted:
        wanted |= settings
    for name in [*_ours]:
        if os.environ.get(name) != _ours[name]:
            del _ours[name]
            _user.pop(name, None)
        elif name not in wanted:
            _restore(name)
    for name, value in wanted.items():
        if name not in _ours:
            _user[name] = os.environ.get(name)
        _ours[name] = os.environ[name] = value


def _restore(name: str) -> None:
    before = _user.pop(name)
    del _ours[name]
    if before is None:
        del os.environ[name]
    else:
        os.environ[name] = before


def forget_fake_credentials() -> None:
    """Let boto3's default session look for credentials anew, if it has found ours."""
    boto3 = sys.modules.get("boto3")
    session = getattr(boto3, "DEFAULT_SESSION", None)
    inner = getattr(session, "_session", None)
    found = getattr(inner, "_credentials", None)
    if inner is not None and getattr(found, "access_key", None) == FAKE_CREDENTIALS["AWS_ACCESS_KEY_ID"]:
        inner._credentials = None  # noqa: SLF001 - botocore has no other way


def _profile() -> dict[str, str]:
    """Return the settings of the profile that the user's environment chooses."""
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
