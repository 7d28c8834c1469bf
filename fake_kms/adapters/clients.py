"""boto3 clients of KMS that talk to one fake, whichever is the innermost, and never reach AWS.

Making a client takes 30 to 100 ms. So one is made per process, Region and configuration, and what a user gets is a copy
with events of its own: what is registered or set on it is gone with its fake.
"""

from __future__ import annotations

import copy
import functools
import os
from typing import TYPE_CHECKING, Any

from fake_kms.adapters.botocore import ANSWERED_BY
from fake_kms.adapters.environment import FAKE_CREDENTIALS

if TYPE_CHECKING:
    import boto3

    from fake_kms.adapters.handlers import Handler

__all__ = ["Clients", "user_agent"]


class Clients:
    """The clients of one handler, one for each Region and configuration."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._made: dict[Any, Any] = {}

    def get(self, region: str, config: dict[str, Any]) -> Any:
        """Return the client for a Region and a configuration. If the configuration is not hashable, it is a new one."""
        key = (region, tuple(sorted(config.items())), _settings())
        try:
            if key not in self._made:
                self._made[key] = _copy(_made_once(*key), self._handler)
        except TypeError:
            return _copy(_make(region, config), self._handler)
        return self._made[key]


def _copy(client: Any, handler: Handler) -> Any:
    own = object.__new__(type(client))  # `copy.copy` asks it for attributes that it does not have yet
    attributes = vars(own)
    attributes.update(vars(client))
    events = copy.copy(client.meta.events)
    attributes["meta"] = copy.copy(client.meta)
    attributes["meta"].events = events
    attributes["_cache"] = {}
    for name in ("_endpoint", "_request_signer", "_ruleset_resolver"):  # each emits events too
        attributes[name] = copy.copy(attributes[name])
        vars(attributes[name])["_event_emitter"] = events
    events.unregister("request-created.kms", vars(client)["_request_signer"].handler)
    events.register("request-created.kms", attributes["_request_signer"].handler)

    def answered_by_its_fake(request: Any, **_: Any) -> None:
        if not handler.is_open:
            raise RuntimeError("this client belongs to a fake that is closed: ask an open one for a client")
        setattr(request, ANSWERED_BY, handler)

    events.register_first("before-send.kms", answered_by_its_fake)
    return own


@functools.lru_cache(maxsize=64)
def _made_once(region: str, config: tuple[tuple[str, Any], ...], settings: frozenset[tuple[str, str]]) -> Any:  # noqa: ARG001 - part of what it was made with
    return _make(region, dict(config))


def _settings() -> frozenset[tuple[str, str]]:
    """Return what the environment says about clients, such as AWS_RETRY_MODE; Region and credentials are given."""
    return frozenset(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("AWS_") and name not in {*FAKE_CREDENTIALS, "AWS_DEFAULT_REGION", "AWS_REGION"}
    )


def _make(region: str, config: dict[str, Any]) -> Any:
    credentials = {name.lower(): value for name, value in FAKE_CREDENTIALS.items()}
    return _session().client("kms", **({"region_name": region} | credentials | config))


@functools.cache
def _session() -> boto3.Session:
    import boto3

    return boto3.Session()


@functools.cache
def user_agent() -> str:
    """Return the User-Agent that the clients of this process send, apart from what varies with each request."""
    agent: str = _made_once("us-east-1", (), frozenset()).meta.config.user_agent
    return agent
