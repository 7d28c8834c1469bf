"""Credentials, a default Region and an endpoint in the environment, for this process and for its children.

The credentials are replaced whatever they were, so that nothing that runs beside the fake carries real ones; those of
files and of the network are replaced in `credentials.py`.
"""

from __future__ import annotations

import configparser
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

__all__ = ["CHILDREN_ENDPOINT", "FAKE_CREDENTIALS", "Configured", "access_key_given", "configured", "supply"]

FAKE_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
}
DEFAULT_REGION = "us-east-1"
# Where KMS requests of child processes go, which the fake does not reach: nowhere, in words that tell why.
CHILDREN_ENDPOINT = "http://fake-kms-answers-only-in-the-process-that-opened-it.invalid"
_ENDPOINT = "AWS_ENDPOINT_URL_KMS"
_REGION = "AWS_DEFAULT_REGION"

# What says more about the credentials of the environment, and would say it about the wrong ones.
_ABOUT_CREDENTIALS = ("AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_ACCOUNT_ID")

_Variables = dict[str, "str | None"]  # None for a variable that is to be absent

_lock = threading.RLock()
_requested: list[_Variables] = []  # the variables of each open fake, the innermost last
_supplied: _Variables = {}  # the variables that are set now
_replaced: _Variables = {}  # their values before


# What a profile, or the environment, has where botocore finds credentials or fetches them.
_OF_PROFILES = frozenset(
    {
        "aws_access_key_id",
        "credential_process",
        "login_session",
        "role_arn",
        "sso_session",
        "sso_start_url",
        "web_identity_token_file",
    }
)
_OF_ENVIRONMENTS = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


class Configured(NamedTuple):
    """What the user has configured: the Region in force, whether it was configured, whether credentials are."""

    region: str
    has_region: bool
    has_credentials: bool


def configured() -> Configured:
    """Read the environment and the profile that it selects.

    Credentials are configured if either has an access key, or says where to get one; an empty variable is none, as for
    botocore.
    """
    profile = _profile()
    region, access_key = os.environ.get(_REGION), os.environ.get("AWS_ACCESS_KEY_ID")
    return Configured(
        region=region or profile.get("region") or DEFAULT_REGION,
        has_region=_is_the_users(_REGION, region) or bool(profile.get("region")),
        has_credentials=_is_the_users("AWS_ACCESS_KEY_ID", access_key)
        or not _OF_PROFILES.isdisjoint(profile)
        or any(os.environ.get(name) for name in _OF_ENVIRONMENTS),
    )


def supply(region: str | None, found: Configured, *, keep_credentials: bool) -> Callable[[], None]:
    """Set what a process needs while a fake is open. Output: a function that restores all.

    Input: `region` is the Region that the user asked for; without one, the configured Region stays. `keep_credentials`
    leaves credentials that are configured.
    """
    variables: _Variables = {"AWS_EC2_METADATA_DISABLED": "true"}
    if not keep_credentials:
        variables |= FAKE_CREDENTIALS | dict.fromkeys(_ABOUT_CREDENTIALS)
    elif not found.has_credentials:
        variables |= FAKE_CREDENTIALS
    if region is not None or not found.has_region:
        variables[_REGION] = region or found.region
    if not os.environ.get("AWS_ENDPOINT_URL") and _supplied.get(_ENDPOINT) == os.environ.get(_ENDPOINT):
        variables[_ENDPOINT] = CHILDREN_ENDPOINT
    with _lock:
        _requested.append(variables)
        _apply()

    def undo() -> None:
        with _lock:
            _requested[:] = [other for other in _requested if other is not variables]
            _apply()

    return undo


def access_key_given() -> str | None:
    """Return the access key of the environment, None if it is the one that was there before the fake opened."""
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    return None if access_key == _replaced.get("AWS_ACCESS_KEY_ID") else access_key


def _is_the_users(name: str, value: str | None) -> bool:
    return bool(value) and _supplied.get(name) != value


def _apply() -> None:
    # The innermost fake decides. A variable that other code has changed in the meantime is left as it is.
    variables: _Variables = {}
    for settings in _requested:
        variables |= settings
    for name in [*_supplied]:
        if os.environ.get(name) != _supplied[name]:
            del _supplied[name], _replaced[name]
        elif name not in variables:
            _set(name, _replaced.pop(name))
            del _supplied[name]
    for name, value in variables.items():
        if name not in _supplied:
            _replaced[name] = os.environ.get(name)
        _supplied[name] = value
        _set(name, value)


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


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
