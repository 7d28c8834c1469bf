"""External key stores: what KMS asks their proxies, and what it makes of the failures.

Source: XKS proxy API specification v1.0.3; Developer Guide, xks-troubleshooting. Assumed: the codes for failures that
these do not name, which have no `message` either; a proxy that answers so to a real KMS would settle them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.crypto import xks
from fake_kms.crypto.xks import Failure, RequestMetadata, XksFailure
from fake_kms.store.xks_routes import XksTarget, plain_endpoint

if TYPE_CHECKING:
    from fake_kms.crypto.xks import XksProxy
    from fake_kms.errors import KmsError
    from fake_kms.operations.call import Call
    from fake_kms.store.key import Key
    from fake_kms.store.key_store import CustomKeyStore
    from fake_kms.store.xks_routes import VpcEndpointService

__all__ = [
    "VPC",
    "check_external_key",
    "check_proxy",
    "check_uniqueness",
    "check_vpc_endpoint_service",
    "decrypt_outside",
    "encrypt_outside",
    "try_proxy",
]

VPC = "VPC_ENDPOINT_SERVICE"

# What creating or updating a key store answers when the proxy does not say that it is well.
_REFUSALS: Mapping[Failure, Callable[[str], KmsError]] = {
    Failure.UNREACHABLE: errors.xks_unreachable,
    Failure.TLS: errors.xks_unreachable,
    Failure.TIMEOUT: errors.xks_unreachable,
    Failure.UNHEALTHY: errors.xks_unreachable,
    Failure.INVALID_URI_PATH: errors.xks_unreachable,
    Failure.THROTTLED: errors.xks_unreachable,
    Failure.DEPENDENCY_TIMEOUT: errors.xks_unreachable,
    Failure.INTERNAL: errors.xks_unreachable,
    Failure.AUTHENTICATION_FAILED: errors.xks_credential,
    Failure.ACCESS_DENIED: errors.xks_configuration,
}

# The ConnectionErrorCode of a failure; INVALID_RESPONSE stands for those that a health request cannot bring.
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
    endpoint = plain_endpoint(settings["XksProxyUriEndpoint"])
    neighbors = [other for other in others if plain_endpoint(other["XksProxyUriEndpoint"]) == endpoint]
    if any(other["XksProxyUriPath"] == settings["XksProxyUriPath"] for other in neighbors):
        raise errors.xks_uri_in_use()
    if any(VPC in {other["XksProxyConnectivity"], settings["XksProxyConnectivity"]} for other in neighbors):
        raise errors.xks_endpoint_in_use()


def check_vpc_endpoint_service(call: Call, settings: Mapping[str, Any]) -> None:
    """Check the VPC endpoint service of a key store that is to have one. Raises: KmsError."""
    if settings["XksProxyConnectivity"] != VPC:
        return
    service = _vpc_endpoint_service(call, settings)
    if service is None:
        raise errors.xks_vpc_service_not_found()
    if not service.fit:
        raise errors.xks_vpc_service_configuration()


def _vpc_endpoint_service(call: Call, settings: Mapping[str, Any]) -> VpcEndpointService | None:
    return call.tools.xks.find_vpc_endpoint_service(
        settings["XksProxyVpcEndpointServiceName"], settings["XksProxyVpcEndpointServiceOwner"]
    )


def check_proxy(call: Call, settings: Mapping[str, Any]) -> None:
    """Ask a proxy how it is, and refuse the request unless it is well. Raises: KmsError."""
    try:
        xks.health(_reach(call, settings), _about(call))
    except XksFailure as failure:
        refuse = _REFUSALS.get(failure.kind, errors.xks_response)
        raise refuse(failure.kind.name) from failure


def try_proxy(call: Call, settings: Mapping[str, Any]) -> str | None:
    """Ask a proxy how it is; output is the ConnectionErrorCode, None for success."""
    if settings["XksProxyConnectivity"] == VPC:
        service = _vpc_endpoint_service(call, settings)
        if service is None:
            return "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"
        if not service.fit:
            return "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION"
    try:
        xks.health(_reach(call, settings), _about(call))
    except XksFailure as failure:
        return _CONNECTION_ERRORS.get(failure.kind, "XKS_PROXY_INVALID_RESPONSE")
    return None


def check_external_key(call: Call, key_store: CustomKeyStore, xks_key_id: str) -> None:
    """Check that an external key will do for a KMS key. Raises: KmsError. Assumed: the order of these checks."""
    try:
        external = xks.key_metadata(_reach(call, key_store.settings), xks_key_id, _about(call))
    except XksFailure as failure:
        missing = failure.kind is Failure.KEY_NOT_FOUND
        refuse = errors.xks_key_not_found if missing else errors.xks_key_unusable
        raise refuse(failure.kind.name) from failure
    if external.key_spec != "AES_256":
        raise errors.xks_key_spec(external.key_spec)
    if not {"ENCRYPT", "DECRYPT"} <= set(external.key_usage):
        raise errors.xks_key_usage(external.key_usage)
    if external.key_status != "ENABLED":
        raise errors.xks_key_status(external.key_status)


def encrypt_outside(call: Call, key: Key, content: bytes, aad: bytes) -> bytes:
    """Have the external key encrypt what KMS encrypted. Raises: KmsError KMSInvalidStateException."""
    key_store, xks_key_id = _outside(key)
    try:
        proxy = _reach(call, key_store.settings)
        return xks.pack(xks.encrypt(proxy, xks_key_id, _about(call, key), content, aad))
    except XksFailure as failure:
        raise errors.xks_operation(failure.kind.name) from failure


def decrypt_outside(call: Call, key: Key, packed: bytes, aad: bytes) -> bytes:
    """Have the external key decrypt.

    Raises: KmsError KMSInvalidStateException; InvalidCiphertextException for what the proxy does not open;
    BadCiphertext for what cannot be sent to it.
    """
    key_store, xks_key_id = _outside(key)
    encrypted = xks.unpack(packed)
    try:
        proxy = _reach(call, key_store.settings)
        return xks.decrypt(proxy, xks_key_id, _about(call, key), encrypted, aad)
    except XksFailure as failure:
        if failure.kind is Failure.INVALID_CIPHERTEXT:
            raise errors.xks_ciphertext() from failure
        raise errors.xks_operation(failure.kind.name) from failure


def _outside(key: Key) -> tuple[CustomKeyStore, str]:
    assert key.custom_key_store is not None  # noqa: S101 - asked for external keys only
    assert key.xks_key_id is not None  # noqa: S101 - external keys have one
    return key.custom_key_store, key.xks_key_id


def _reach(call: Call, settings: Mapping[str, Any]) -> XksProxy:
    credential = settings["XksProxyAuthenticationCredential"]
    return call.tools.xks.reach(
        XksTarget(
            settings["XksProxyUriEndpoint"],
            settings["XksProxyUriPath"],
            call.region.name,
            credential["AccessKeyId"],
            credential["RawSecretAccessKey"],
        )
    )


def _about(call: Call, key: Key | None = None) -> RequestMetadata:
    return RequestMetadata(call.caller.arn, key.arn if key else None, call.operation, call.request_id)
