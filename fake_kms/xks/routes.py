"""Which proxy answers for which URI, and which VPC endpoint services exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from fake_kms.xks.failures import Failure, XksFailure
from fake_kms.xks.protocol import XksProxy

__all__ = ["Connect", "VpcEndpointService", "XksRoutes", "XksTarget", "normalized_endpoint"]

_URI = re.compile(r"(https://[a-zA-Z0-9.-]+)((?:/[a-zA-Z0-9_-]+)*/kms/xks/v\d{1,2})?/?")


class XksTarget(NamedTuple):
    """The proxy of one external key store, and the credential that KMS signs with."""

    uri_endpoint: str
    uri_path: str
    region: str
    access_key_id: str
    secret_access_key: str


class VpcEndpointService(NamedTuple):
    """A VPC endpoint service, and whether it meets the requirements of an external key store."""

    name: str
    owner: str | None
    meets_requirements: bool


Connect = Callable[[XksTarget], XksProxy]


class XksRoutes:
    """The proxies of one fake by URI, and its VPC endpoint services. While none is registered, all names exist."""

    def __init__(self) -> None:
        self.vpc_endpoint_services: dict[str, VpcEndpointService] = {}
        self._routes: dict[str, dict[str | None, Connect]] = {}

    def add(self, uri: str, connect: Connect) -> None:
        """Connect an endpoint, or one path of it, with a proxy. Raises: ValueError for an invalid URI."""
        match = _URI.fullmatch(uri)
        if match is None:
            raise ValueError(f"not a URI of a key store (https://host or https://host/prefix/kms/xks/v1): {uri!r}")
        endpoint, path = match.groups()
        self._routes.setdefault(normalized_endpoint(endpoint), {})[path] = connect

    def uris(self) -> list[str]:
        """Return every URI that a proxy answers for."""
        return [f"{endpoint}{path or ''}" for endpoint, paths in self._routes.items() for path in paths]

    def connect(self, target: XksTarget) -> XksProxy:
        """Return the proxy of a key store. Raises: XksFailure UNREACHABLE or INVALID_URI_PATH."""
        paths = self._routes.get(normalized_endpoint(target.uri_endpoint))
        if paths is None:
            raise XksFailure(Failure.UNREACHABLE, "no proxy is routed for this endpoint")
        connect = paths.get(target.uri_path) or paths.get(None)
        if connect is None:
            raise XksFailure(Failure.INVALID_URI_PATH, "no proxy is routed for this path of the endpoint")
        return connect(target)

    def find_vpc_endpoint_service(self, name: str, owner: str) -> VpcEndpointService | None:
        """Return a VPC endpoint service, or None where it does not exist or another account owns it."""
        if not self.vpc_endpoint_services:
            return VpcEndpointService(name, owner, meets_requirements=True)
        service = self.vpc_endpoint_services.get(name)
        return service if service is not None and service.owner in {None, owner} else None


def normalized_endpoint(uri_endpoint: str) -> str:
    """Return an endpoint in a form that can be compared: host names have no case."""
    return uri_endpoint.lower()
