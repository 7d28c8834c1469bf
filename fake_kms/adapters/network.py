"""Libraries whose KMS requests the fake does not answer: they are refused before they connect.

`urllib3` used directly, `http.client`, `httpx`, `aiohttp` and whatever else resolves the host of a KMS endpoint in this
process ends in `socket.getaddrinfo`; what goes through an HTTP proxy resolves another host, so urllib3's and
aiobotocore's own requests are looked at too.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import guard, handlers
from fake_kms.adapters.kms_requests import kms_headers

if TYPE_CHECKING:
    from fake_kms.adapters.handlers import Undo

__all__ = [
    "patch_aiobotocore",
    "patch_aiobotocore_httpx",
    "patch_monitoring",
    "patch_sockets",
    "patch_tunnels",
    "patch_urllib3",
]


def patch_sockets() -> Undo:
    """Refuse to resolve the host of a KMS endpoint. Output: a function that undoes it."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            guard.check_host(host.decode("latin-1") if isinstance(host, bytes) else str(host))
            return original(host, *args, **kwargs)

        return getaddrinfo

    return handlers.replace_method(socket, "getaddrinfo", make)


def patch_tunnels() -> Undo:
    """Refuse to reach a KMS endpoint through a proxy with http.client. Output: a function that undoes it."""
    from http.client import HTTPConnection

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def set_tunnel(connection: Any, host: str, *args: Any, **kwargs: Any) -> Any:
            guard.check_host(host.rpartition(":")[0] or host)
            return original(connection, host, *args, **kwargs)

        return set_tunnel

    return handlers.replace_method(HTTPConnection, "set_tunnel", make)


def patch_urllib3() -> Undo:
    """Check what urllib3 sends, also through a proxy. Output: a function that undoes it."""
    from urllib3.connectionpool import HTTPConnectionPool

    return handlers.replace_method(HTTPConnectionPool, "urlopen", _checked_urlopen)


def _checked_urlopen(original: Callable[..., Any]) -> Callable[..., Any]:
    def urlopen(pool: Any, method: str, url: str, body: Any = None, headers: Any = None, *args: Any, **kw: Any) -> Any:
        absolute = url if "://" in url else f"{pool.scheme}://{pool.host}{url}"
        guard.check(absolute, *kms_headers(headers or pool.headers or {}), library="urllib3")
        return original(pool, method, url, body, headers, *args, **kw)

    return urlopen


def patch_aiobotocore() -> Undo:
    """Check what aiobotocore sends with aiohttp. Output: a function that undoes it."""
    from aiobotocore.httpsession import AIOHTTPSession

    return handlers.replace_method(AIOHTTPSession, "send", _checked_send)


def patch_aiobotocore_httpx() -> Undo:
    """Check what aiobotocore sends with httpx. Output: a function that undoes it."""
    from aiobotocore.httpxsession import HttpxSession

    return handlers.replace_method(HttpxSession, "send", _checked_send)


def _checked_send(original: Callable[..., Any]) -> Callable[..., Any]:
    async def send(session: Any, request: Any) -> Any:
        guard.check(request.url, *kms_headers(request.headers), library="aiobotocore")
        return await original(session, request)

    return send


def patch_monitoring() -> Undo:
    """Send no metrics of client-side monitoring (AWS_CSM_ENABLED) meanwhile. Output: a function that undoes it."""
    from botocore.monitoring import SocketPublisher

    def make(original: Callable[..., None]) -> Callable[..., None]:
        def publish(publisher: Any, event: Any) -> None:
            if handlers.current() is None:
                original(publisher, event)

        return publish

    return handlers.replace_method(SocketPublisher, "publish", make)
