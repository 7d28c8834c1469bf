"""A proxy behind HTTP(S), called as KMS calls it.

urllib3 is used directly: the fake replaces the HTTP layers of botocore and requests, and these calls are meant to
leave the process.
"""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fake_kms.wire import sigv4
from fake_kms.xks.failures import Failure, XksFailure, read_answer
from fake_kms.xks.protocol import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool
    from urllib3.exceptions import HTTPError

__all__ = ["HttpXksProxy"]

_SERVICE = "kms-xks-proxy"
_DEFAULT_PORTS = {"http": 80, "https": 443}


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
        secret_access_key: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        ca_certs: str | None = None,
    ) -> None:
        self._endpoint, self._host = _read_endpoint(uri_endpoint)
        self._uri_path = uri_path
        self._region = region
        self._credential = {"access_key_id": access_key_id, "secret_access_key": secret_access_key}
        self._timeout = timeout
        self._tls: dict[str, str] = {}
        if self._endpoint.startswith("https:"):
            self._tls["cert_reqs"] = "CERT_REQUIRED"
        if self._tls and ca_certs is not None:
            ssl.create_default_context(cafile=ca_certs)  # a wrong file raises now, not as a failure of the proxy
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
        headers = {"Content-Type": "application/json", "Host": self._host}
        url = self._endpoint + target
        return sigv4.sign("POST", url, headers, payload, service=_SERVICE, region=self._region, **self._credential)


def _read_endpoint(uri_endpoint: str) -> tuple[str, str]:
    """Return the endpoint in its normal form, and the Host header for it."""
    try:
        parts = urlsplit(uri_endpoint)
        port = parts.port
    except ValueError as reason:
        raise ValueError(f"not the endpoint of a proxy: {uri_endpoint!r} ({reason})") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(f"not the endpoint of a proxy: {uri_endpoint!r} (https://host or https://host:port)")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"the path of {uri_endpoint!r} belongs into uri_path")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port not in {None, _DEFAULT_PORTS[parts.scheme]}:
        host = f"{host}:{port}"
    return f"{parts.scheme}://{host}", host


def _kind(error: HTTPError) -> Failure:
    from urllib3 import exceptions

    cause = error.args[-1] if error.args else None
    match error:
        case exceptions.SSLError():
            return Failure.TLS
        case exceptions.NewConnectionError():  # in urllib3 1.26 a subclass of TimeoutError, so it comes first
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
