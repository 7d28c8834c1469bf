"""External key stores: their settings, their proxies, and the errors and codes for failures of the proxies.

Source: XKS proxy API specification; Developer Guide, "Troubleshooting external key stores";
docs/aws/evidence.md#custom-key-stores. Assumed: the codes for failures that these do not name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.xks.failures import Failure, XksFailure
from fake_kms.xks.protocol import RequestMetadata, check_health
from fake_kms.xks.routes import XksTarget, normalized_endpoint

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.operations.call import Call
    from fake_kms.store.key import Key
    from fake_kms.store.key_store import CustomKeyStore
    from fake_kms.xks.protocol import XksProxy
    from fake_kms.xks.routes import VpcEndpointService

__all__ = [
    "VPC",
    "check_proxy",
    "check_uniqueness",
    "check_vpc_endpoint_service",
    "connect_proxy",
    "request_metadata",
    "try_proxy",
]

VPC = "VPC_ENDPOINT_SERVICE"

# The error of CreateCustomKeyStore and UpdateCustomKeyStore when the proxy does not report that it is well.
_ERRORS: Mapping[Failure, Callable[[str], KmsError]] = {
    Failure.UNREACHABLE: errors.xks_unreachable,
    Failure.TIMEOUT: errors.xks_unreachable,
    Failure.UNHEALTHY: errors.xks_unreachable,
    Failure.THROTTLED: errors.xks_unreachable,
    Failure.DEPENDENCY_TIMEOUT: errors.xks_unreachable,
    Failure.AUTHENTICATION_FAILED: errors.xks_credential,
    Failure.ACCESS_DENIED: errors.xks_configuration,
    Failure.INVALID_URI_PATH: errors.xks_configuration,
    Failure.TLS: errors.xks_configuration,
}

# The ConnectionErrorCode of a failure; the others, which a health request cannot cause, are invalid responses.
_CONNECTION_ERRORS: Mapping[Failure, str] = {
    Failure.UNREACHABLE: "XKS_PROXY_NOT_REACHABLE",
    Failure.UNHEALTHY: "XKS_PROXY_NOT_REACHABLE",
    Failure.THROTTLED: "XKS_PROXY_NOT_REACHABLE",
    Failure.INTERNAL: "XKS_PROXY_NOT_REACHABLE",
    Failure.TLS: "XKS_PROXY_INVALID_TLS_CONFIGURATION",
    Failure.TIMEOUT: "XKS_PROXY_TIMED_OUT",
    Failure.DEPENDENCY_TIMEOUT: "XKS_PROXY_TIMED_OUT",
    Failure.INVALID_URI_PATH: "XKS_PROXY_INVALID_CONFIGURATION",
    Failure.AUTHENTICATION_FAILED: "INVALID_CREDENTIALS",
    Failure.ACCESS_DENIED: "XKS_PROXY_ACCESS_DENIED",
}


def check_uniqueness(call: Call, settings: Mapping[str, Any], key_store: CustomKeyStore | None = None) -> None:
    """Check that no other key store of the Region has this URI or VPC endpoint service. Raises: KmsError."""
    others = [other.settings for other in call.region.key_stores if other.external and other is not key_store]
    service = settings.get("XksProxyVpcEndpointServiceName")
    if service is not None and any(other.get("XksProxyVpcEndpointServiceName") == service for other in others):
        raise errors.xks_vpc_service_in_use()
    endpoint = normalized_endpoint(settings["XksProxyUriEndpoint"])
    neighbors = [other for other in others if normalized_endpoint(other["XksProxyUriEndpoint"]) == endpoint]
    if any(other["XksProxyUriPath"] == settings["XksProxyUriPath"] for other in neighbors):
        raise errors.xks_uri_in_use()
    if any(VPC in {other["XksProxyConnectivity"], settings["XksProxyConnectivity"]} for other in neighbors):
        raise errors.xks_endpoint_in_use()


def check_vpc_endpoint_service(call: Call, settings: Mapping[str, Any]) -> None:
    """Check the VPC endpoint service of a key store that uses one. Raises: KmsError."""
    if settings["XksProxyConnectivity"] != VPC:
        return
    service = _vpc_endpoint_service(call, settings)
    if service is None:
        raise errors.xks_vpc_service_not_found()
    if not service.meets_requirements:
        raise errors.xks_vpc_service_configuration()


def _vpc_endpoint_service(call: Call, settings: Mapping[str, Any]) -> VpcEndpointService | None:
    return call.tools.xks.find_vpc_endpoint_service(
        settings["XksProxyVpcEndpointServiceName"], settings["XksProxyVpcEndpointServiceOwner"]
    )


def check_proxy(call: Call, settings: Mapping[str, Any]) -> None:
    """Check that a proxy reports that it is well. Raises: KmsError."""
    try:
        check_health(connect_proxy(call, settings), request_metadata(call))
    except XksFailure as failure:
        error = _ERRORS.get(failure.kind, errors.xks_response)
        raise error(failure.kind.value) from failure


def try_proxy(call: Call, settings: Mapping[str, Any]) -> str | None:
    """Return the ConnectionErrorCode of connecting to a proxy, None for success."""
    if settings["XksProxyConnectivity"] == VPC:
        service = _vpc_endpoint_service(call, settings)
        if service is None:
            return "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"
        if not service.meets_requirements:
            return "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION"
    try:
        check_health(connect_proxy(call, settings), request_metadata(call))
    except XksFailure as failure:
        return _CONNECTION_ERRORS.get(failure.kind, "XKS_PROXY_INVALID_RESPONSE")
    return None


def connect_proxy(call: Call, settings: Mapping[str, Any]) -> XksProxy:
    """Return the proxy of a key store. Raises: XksFailure."""
    credential = settings["XksProxyAuthenticationCredential"]
    target = XksTarget(
        settings["XksProxyUriEndpoint"],
        settings["XksProxyUriPath"],
        call.region.name,
        credential["AccessKeyId"],
        credential["RawSecretAccessKey"],
    )
    return call.tools.xks.connect(target)


def request_metadata(call: Call, key: Key | None = None) -> RequestMetadata:
    """Return what a proxy learns about the KMS request; `key` is None while it does not exist."""
    return RequestMetadata(call.caller.arn, key.arn if key else None, call.operation, call.request_id)
