"""boto3 clients of KMS that are made once per process and never reach AWS."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import handlers
from fake_kms.adapters.environment import FAKE_CREDENTIALS

if TYPE_CHECKING:
    import boto3

__all__ = ["kms_client", "user_agent"]


def kms_client(region: str, config: dict[str, Any]) -> Any:
    """Return the client for a Region and a configuration. If the configuration is not hashable, it is a new one."""
    try:
        return _client(region, tuple(sorted(config.items())))
    except TypeError:
        return _make(region, config)


@functools.lru_cache(maxsize=64)
def _client(region: str, config: tuple[tuple[str, Any], ...]) -> Any:
    return _make(region, dict(config))


def _make(region: str, config: dict[str, Any]) -> Any:
    credentials = {name.lower(): value for name, value in FAKE_CREDENTIALS.items()}
    client = _session().client("kms", **({"region_name": region} | credentials | config))
    client.meta.events.register("before-send.kms", _refuse_when_closed)
    return client


@functools.cache
def _session() -> boto3.Session:
    import boto3

    return boto3.Session()


def _refuse_when_closed(**_: Any) -> None:
    if handlers.current() is None:
        raise RuntimeError("this client belongs to fake_kms and no fake is open: open one, or make a client of boto3's")


@functools.cache
def user_agent() -> str:
    """Return the User-Agent that the clients of this process send, apart from what varies with each request."""
    agent: str = kms_client("us-east-1", {}).meta.config.user_agent
    return agent
