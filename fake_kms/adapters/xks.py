"""The user's own external key store proxy, called over HTTP(S) as KMS calls it.

urllib3 is used directly: the fake replaces the HTTP layers of botocore and requests, and this call is meant to
leave the process.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fake_kms.crypto.xks import TIMEOUT_SECONDS, Failure, XksFailure, read_answer
from fake_kms.store.xks_routes import VpcEndpointService

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool
    from urllib3.exceptions import HTTPError

    from fake_kms.crypto.xks import XksProxy
    from fake_kms.store.xks_routes import XksRoutes, XksTarget

__all__ = ["HttpXksProxy", "Xks"]

_SERVICE = "kms-xks-proxy"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Xks:
    """The external key store proxies of one fake: `kms.xks`."""

    def __init__(self, routes: XksRoutes) -> None:
        self._routes = routes

    def route(
        self,
        uri: str,
        proxy: XksProxy | str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        ca_certs: str | None = None,
        credential: tuple[str, str] | None = None,
    ) -> None:
        """Let a proxy answer for external key stores with this URI.

        Input: `uri` the XksProxyUriEndpoint, for every path, or with one XksProxyUriPath behind it. `proxy` an object
        of this process with the method `call`, as `fake_kms.xks_proxy.LocalXksProxy`; or the URL of a proxy of yours on
        this machine, `http(s)://127.0.0.1:PORT`, which is called with the key store's path and signed with its
        credential. `timeout` is in seconds, KMS's 250 ms where not said, and `ca_certs` a PEM file to trust, both for a
        URL. `credential` (AccessKeyId, RawSecretAccessKey) is what an object takes, any where not said.
        Raises: ValueError for other URIs and for URLs that leave this machine, TypeError for what is no proxy, OSError
        for a wrong file.
        """
        if isinstance(proxy, HttpXksProxy):
            raise TypeError("give the URL of the proxy: the key store has its path and credential")
        if not isinstance(proxy, str):
            if not callable(getattr(proxy, "call", None)):
                raise TypeError(f"a proxy has a method `call(path, body)`: {proxy!r} has none")
            self._routes.put(uri, lambda target: _Guarded(proxy, target, credential))
            return
        _check_loopback(proxy)

        def connect(target: XksTarget) -> HttpXksProxy:
            return HttpXksProxy(proxy, *target[1:], timeout=timeout, ca_certs=ca_certs)

        HttpXksProxy(proxy, "", "", "", "", ca_certs=ca_certs)  # mistakes are told now
        self._routes.put(uri, connect)

    def add_vpc_endpoint_service(self, name: str, *, owner: str | None = None, fit: bool = True) -> None:
        """Register a VPC endpoint service; from then on those that are not registered do not exist.

        Input: `owner` the account it belongs to, any where not said; `fit` whether it meets AWS's requirements.
        """
        self._routes.vpc_endpoint_services[name] = VpcEndpointService(name, owner, fit)


class _Guarded:
    """A proxy of this process behind the credential it takes."""

    def __init__(self, proxy: XksProxy, target: XksTarget, credential: tuple[str, str] | None) -> None:
        self._proxy = proxy
        self._given = (target.access_key_id, target.secret_access_key)
        self._credential = self._given if credential is None else credential

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Pass a request on. Raises: XksFailure."""
        if self._given != self._credential:
            raise XksFailure(Failure.AUTHENTICATION_FAILED, "another credential")
        return self._proxy.call(path, body)


def _check_loopback(url: str) -> None:
    # An open fake reaches no other machine, whatever it is told.
    host = urlsplit(url).hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"a fake KMS talks to this machine only (127.0.0.1, [::1], localhost), not to {url!r}")


class HttpXksProxy:
    """A proxy behind a URI. Every call has its own connection, so there is nothing to close.

    Input: `uri_endpoint` `https://host[:port]` (`http://` too, for a proxy on this machine); `uri_path` ends in
    `/kms/xks/v1`; `region` that of the key store; `timeout` seconds for connecting and for the answer to come;
    `ca_certs` a PEM file to trust instead of the system's certificates.
    Raises: ValueError for another endpoint, OSError for a wrong file.
    Proxy settings of the environment are not followed, nor are redirects.
    """

    def __init__(
        self,
        uri_endpoint: str,
        uri_path: str,
        region: str,
        access_key_id: str,
        raw_secret_access_key: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        ca_certs: str | None = None,
    ) -> None:
        self._endpoint, self._host = _read_endpoint(uri_endpoint)
        self._uri_path = uri_path
        self._region = region
        self._access_key_id = access_key_id
        self._secret = raw_secret_access_key
        self._timeout = timeout
        self._tls: dict[str, str] = {}
        if self._endpoint.startswith("https:"):
            self._tls["cert_reqs"] = "CERT_REQUIRED"
        if self._tls and ca_certs is not None:
            ssl.create_default_context(cafile=ca_certs)  # a wrong file is told now, not as a failure of the proxy
            self._tls["ca_certs"] = ca_certs

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post one request, signed. Raises: XksFailure."""
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        payload = json.dumps(body, separators=(",", ":")).encode()
        target = self._uri_path + path
        headers = self._signed_headers(target, payload)
        timeout = Timeout(total=self._timeout)
        try:
            with self._connect() as pool:
                response = pool.urlopen(
                    "POST", target, body=payload, headers=headers, timeout=timeout, retries=False, redirect=False
                )
        except HTTPError as error:
            raise XksFailure(_kind(error), str(error)) from error
        return read_answer(response.status, _read_json(response.data))

    def _connect(self) -> HTTPConnectionPool:
        from urllib3 import connection_from_url

        return connection_from_url(self._endpoint, **self._tls)

    def _signed_headers(self, target: str, payload: bytes) -> dict[str, str]:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        headers = {"Content-Type": "application/json", "Host": self._host}
        request = AWSRequest("POST", self._endpoint + target, headers, payload)
        SigV4Auth(Credentials(self._access_key_id, self._secret), _SERVICE, self._region).add_auth(request)
        return dict(request.headers.items())


def _read_endpoint(uri_endpoint: str) -> tuple[str, str]:
    """Return the endpoint in its plain form, and the Host header that goes with it."""
    parts = urlsplit(uri_endpoint)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(f"not the endpoint of a proxy: {uri_endpoint!r} (https://host or https://host:port)")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"the path of {uri_endpoint!r} belongs into uri_path")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port not in {None, _DEFAULT_PORTS[parts.scheme]}:
        host = f"{host}:{parts.port}"
    return f"{parts.scheme}://{host}", host


def _kind(error: HTTPError) -> Failure:
    from urllib3 import exceptions

    cause = error.args[-1] if error.args else None
    match error:
        case exceptions.SSLError():
            return Failure.TLS
        case exceptions.NewConnectionError():  # in urllib3 1.26 a timeout too, hence before them
            return Failure.UNREACHABLE
        case exceptions.TimeoutError():
            return Failure.TIMEOUT
        case exceptions.ProtocolError() if not isinstance(cause, OSError):
            return Failure.INVALID_RESPONSE
        case exceptions.DecodeError():
            return Failure.INVALID_RESPONSE
        case _:
            return Failure.UNREACHABLE


def _read_json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
