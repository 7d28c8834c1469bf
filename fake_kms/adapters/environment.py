"""Credentials and a default Region in the environment, where the user has none.

botocore looks for credentials in the network when it finds none on the machine; with these it does not.
"""

from __future__ import annotations

import configparser
import functools
import os
from collections.abc import Callable
from pathlib import Path

__all__ = ["FAKE_CREDENTIALS", "supply"]

FAKE_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
}
_CREDENTIAL_SOURCES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_CREDENTIAL_SETTINGS = frozenset(
    {"aws_access_key_id", "credential_process", "sso_session", "sso_start_url", "role_arn", "login_session"}
)


def supply(region: str) -> Callable[[], None]:
    """Put what is missing into the environment; the answer takes it out again."""
    supplied: dict[str, str] = {}
    profile = _default_profile()
    if not any(name in os.environ for name in _CREDENTIAL_SOURCES) and not profile & _CREDENTIAL_SETTINGS:
        supplied |= FAKE_CREDENTIALS
    if "AWS_DEFAULT_REGION" not in os.environ and "region" not in profile:
        supplied["AWS_DEFAULT_REGION"] = region
    os.environ.update(supplied)

    def undo() -> None:
        for name, value in supplied.items():
            if os.environ.get(name) == value:
                del os.environ[name]

    return undo


def _default_profile() -> frozenset[str]:
    """Name the settings of the profile that the user's environment chooses."""
    files = (
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
    )
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    return frozenset().union(*(_settings(*_stamp(name), profile) for name in files))


def _stamp(name: str) -> tuple[str, int]:
    path = os.path.expanduser(name)  # noqa: PTH111 - a Path costs ten times as much, and every fake opens here
    try:
        return path, os.stat(path).st_mtime_ns  # noqa: PTH116
    except OSError:
        return path, 0


@functools.lru_cache(maxsize=8)
def _settings(path: str, modified: int, profile: str) -> frozenset[str]:
    if not modified:
        return frozenset()
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return frozenset()
    sections = [name for name in (profile, f"profile {profile}") if parser.has_section(name)]
    return frozenset().union(*(parser[name] for name in sections))
