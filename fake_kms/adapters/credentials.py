"""Credentials that botocore finds, or has found: while a fake is open they are the supplied ones.

A session that has been given credentials (`boto3.Session(aws_access_key_id=…)`, a role that a test has assumed) keeps
them. What it would find in the environment before the fake, in a profile, or by asking a role, SSO, a process or the
instance metadata is neither used nor fetched nor changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import handlers
from fake_kms.adapters.environment import CHILDREN_ENDPOINT, FAKE_CREDENTIALS, access_key_given

if TYPE_CHECKING:
    from botocore.credentials import Credentials

    from fake_kms.adapters.handlers import Undo

__all__ = ["patch_endpoints", "patch_refreshing", "patch_sessions"]

# How botocore's own providers call what they have found; source: botocore.credentials.
_FOUND = frozenset(
    {
        "assume-role",
        "assume-role-with-web-identity",
        "boto-config",
        "config-file",
        "container-role",
        "custom-process",
        "ec2-credentials-file",
        "env",
        "iam-role",
        "login",
        "shared-credentials-file",
        "sso",
    }
)


def patch_sessions() -> Undo:
    """Let sessions find the supplied credentials, and keep none of them. Output: a function that undoes it."""
    from botocore.session import Session

    return handlers.replace_method(Session, "get_credentials", _of_session)


def _of_session(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def get_credentials(session: Any) -> Any:
        handler, kept = handlers.current(), session._credentials  # noqa: SLF001 - botocore has no public way
        if handler is None:
            return original(session)
        if kept is not None and getattr(kept, "method", None) not in _FOUND:
            return kept
        if not handler.keeps_credentials:
            return _supplied()
        try:
            return original(session)
        finally:
            session._credentials = kept  # noqa: SLF001 - what is found now may be ours

    return get_credentials


def _supplied() -> Credentials:
    from botocore.credentials import Credentials

    given = os.environ if access_key_given() else FAKE_CREDENTIALS
    access_key, secret_key, token = (given.get(name) or None for name in FAKE_CREDENTIALS)
    return Credentials(access_key or "", secret_key or "", token, method="env")


def patch_refreshing() -> Undo:
    """Let clients that were made before sign without fetching credentials. Output: a function that undoes it."""
    from botocore.credentials import RefreshableCredentials

    return handlers.replace_method(RefreshableCredentials, "get_frozen_credentials", _frozen)


def _frozen(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def get_frozen_credentials(credentials: Any) -> Any:
        handler = handlers.current()
        if handler is None or handler.keeps_credentials or credentials.method not in _FOUND:
            return original(credentials)
        # The advisory time-out is the longer one: from then on botocore fetches new ones.
        if not credentials.refresh_needed(credentials._advisory_refresh_timeout):  # noqa: SLF001 - no public way
            return original(credentials)
        return _supplied().get_frozen_credentials()

    return get_frozen_credentials


def patch_endpoints() -> Undo:
    """Let this process ignore the endpoint that is there for its children. Output: a function that undoes it."""
    from botocore.configprovider import ConfiguredEndpointProvider

    return handlers.replace_method(
        ConfiguredEndpointProvider, "_get_endpoint_url_environment_service", _without_children_endpoint
    )


def _without_children_endpoint(original: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    def get_endpoint_url(provider: Any) -> str | None:
        url = original(provider)
        return None if url == CHILDREN_ENDPOINT else url

    return get_endpoint_url
