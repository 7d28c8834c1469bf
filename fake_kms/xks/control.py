"""`kms.xks`: the external key store proxies of one fake, as its user registers them."""

from __future__ import annotations

import inspect
import ipaddress
import os
from typing import Any
from urllib.parse import urlsplit

from fake_kms.misuse import check_account, check_flag, check_number, check_text
from fake_kms.xks.failures import Failure, XksFailure
from fake_kms.xks.http_client import HttpXksProxy
from fake_kms.xks.protocol import TIMEOUT_SECONDS, XksProxy
from fake_kms.xks.routes import VpcEndpointService, XksRoutes, XksTarget

__all__ = ["Xks"]


class Xks:
    """The external key store proxies of one fake: `kms.xks`."""

    def __init__(self, routes: XksRoutes) -> None:
        self._routes = routes

    def __repr__(self) -> str:
        return f"<Xks {', '.join(self._routes.uris()) or 'without routes'}>"

    def route(
        self,
        uri: str,
        proxy: XksProxy | str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        ca_certs: str | os.PathLike[str] | None = None,
        credential: tuple[str, str] | None = None,
    ) -> None:
        """Let a proxy answer for external key stores with this URI.

        Input: `uri` an XksProxyUriEndpoint, for every path, or followed by one XksProxyUriPath. `proxy` an object of
        this process with the method `call`, such as `fake_kms.xks.LocalXksProxy`; or the URL of a proxy on this
        machine, `http(s)://127.0.0.1:PORT`, which is called with the key store's path and signed with its credential.
        For a URL, `timeout` is in seconds, by default KMS's 250 ms, and `ca_certs` is a PEM file to trust. For an
        object, `credential` (AccessKeyId, RawSecretAccessKey) is the only one it accepts, by default any.
        Raises: ValueError for other URIs and for URLs of other machines, TypeError for anything but a proxy, OSError
        for a wrong file.
        """
        check_text("uri", uri, "https://proxy.example.com")
        check_number("timeout", timeout, "a positive number of seconds")
        if ca_certs is not None and not isinstance(ca_certs, str | os.PathLike):
            raise TypeError(f"ca_certs is the name of a PEM file, not {ca_certs!r}")
        trusted = None if ca_certs is None else os.fspath(ca_certs)
        if not isinstance(proxy, str):
            _check_proxy(proxy)
            _check_credential(credential)
            self._routes.add(uri, lambda target: _WithCredential(proxy, target, credential))
            return
        _check_loopback(proxy)

        def connect(target: XksTarget) -> HttpXksProxy:
            return HttpXksProxy(proxy, *target[1:], timeout=timeout, ca_certs=trusted)

        HttpXksProxy(proxy, "", "", "", "", ca_certs=trusted)  # raises now, not when a key store connects
        self._routes.add(uri, connect)

    def add_vpc_endpoint_service(self, name: str, *, owner: str | None = None, meets_requirements: bool = True) -> None:
        """Register a VPC endpoint service; from then on those that are not registered do not exist.

        Input: `owner` the account it belongs to, by default any; `meets_requirements` whether it meets AWS's
        requirements for external key stores. Raises: TypeError, ValueError for another account than twelve digits.
        """
        check_text("the name of a VPC endpoint service", name, "com.amazonaws.vpce.us-east-1.vpce-svc-0")
        if owner is not None:
            check_account(owner)
        check_flag("meets_requirements", meets_requirements)
        self._routes.vpc_endpoint_services[name] = VpcEndpointService(name, owner, meets_requirements)


class _WithCredential:
    """A proxy of this process that checks the credential of the key store."""

    def __init__(self, proxy: XksProxy, target: XksTarget, credential: tuple[str, str] | None) -> None:
        self._proxy = proxy
        self._given = (target.access_key_id, target.secret_access_key)
        self._accepted = self._given if credential is None else tuple(credential)

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Pass a request on. Raises: XksFailure."""
        if self._given != self._accepted:
            raise XksFailure(Failure.AUTHENTICATION_FAILED, "another credential")
        return self._proxy.call(path, body)


def _check_proxy(proxy: object) -> None:
    if isinstance(proxy, HttpXksProxy):
        raise TypeError("give the URL of the proxy: the key store has its path and credential")
    if isinstance(proxy, type):
        raise TypeError(f"a proxy is an object: {proxy.__name__}(), not the class")
    call = getattr(proxy, "call", None)
    if not callable(call):
        raise TypeError(f"a proxy has a method `call(path, body)`: {proxy!r} has none")
    if inspect.iscoroutinefunction(call):
        raise TypeError(f"the method `call` of a proxy is a plain one, and no coroutine as that of {proxy!r}")


def _check_credential(credential: object) -> None:
    pair = credential if isinstance(credential, list | tuple) else ()
    if credential is not None and (len(pair) != 2 or not all(isinstance(part, str) for part in pair)):  # noqa: PLR2004
        raise TypeError("credential is a pair of texts: (AccessKeyId, RawSecretAccessKey)")


def _check_loopback(url: str) -> None:
    # An open fake never reaches another machine.
    try:
        host = urlsplit(url).hostname or ""
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"a fake KMS talks to this machine only (127.0.0.1, [::1], localhost), not to {url!r}")
