"""What the operations on custom key stores have in common: finding one, and the settings of its type.

Source: API_CreateCustomKeyStore; API_UpdateCustomKeyStore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.operations._external_key_stores import VPC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_kms.operations.call import Call
    from fake_kms.store.key_store import CustomKeyStore

__all__ = [
    "CLOUD_HSM",
    "EXTERNAL",
    "check_connectivity",
    "check_members_of",
    "check_name_is_free",
    "check_required_members",
    "connected_key_store",
    "named_key_store",
    "settings_of",
]

CLOUD_HSM = "AWS_CLOUDHSM"
EXTERNAL = "EXTERNAL_KEY_STORE"
_VPC_SERVICE = "XksProxyVpcEndpointServiceName"
_VPC_MEMBERS = {_VPC_SERVICE, "XksProxyVpcEndpointServiceOwner"}
_REQUIRED = {
    CLOUD_HSM: ("CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"),
    EXTERNAL: (
        "XksProxyConnectivity",
        "XksProxyAuthenticationCredential",
        "XksProxyUriEndpoint",
        "XksProxyUriPath",
    ),
}
_MEMBERS = {
    CLOUD_HSM: set(_REQUIRED[CLOUD_HSM]),
    EXTERNAL: {*_REQUIRED[EXTERNAL], *_VPC_MEMBERS},
}


def named_key_store(call: Call) -> CustomKeyStore:
    """Return the key store that a request names. Raises: KmsError CustomKeyStoreNotFoundException."""
    key_store = call.region.key_stores.get(call.input["CustomKeyStoreId"])
    if key_store is None:
        raise errors.custom_key_store_not_found()
    return key_store


def connected_key_store(call: Call) -> CustomKeyStore:
    """Return the key store that a request names. Raises: KmsError when there is none, or it is not CONNECTED."""
    key_store = named_key_store(call)
    if key_store.state != "CONNECTED":
        raise errors.xks_not_connected_for_key() if key_store.external else errors.custom_key_store_state()
    return key_store


def check_required_members(kind: str, request: Mapping[str, Any]) -> None:
    """Check that a request has what a key store of this type needs. Raises: KmsError ValidationException."""
    for member in _REQUIRED[kind]:
        if member not in request:
            raise errors.member_required_by_type(member, kind)


def check_members_of(kind: str, request: Mapping[str, Any]) -> None:
    """Check that a request has no members of the other type. Raises: KmsError ValidationException."""
    for other, members in _MEMBERS.items():
        for member in request:
            if other != kind and member in members:
                raise errors.member_not_valid_for_type(member, kind)


def check_name_is_free(call: Call, name: str) -> None:
    """Check that no key store of the Region has a name. Raises: KmsError CustomKeyStoreNameInUseException."""
    if any(key_store.name == name for key_store in call.region.key_stores):
        raise errors.custom_key_store_name_in_use()


def check_connectivity(settings: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    """Check that a VPC endpoint service is named where one is used, and only there. Raises: KmsError."""
    connectivity = settings["XksProxyConnectivity"]
    if connectivity == VPC:
        if _VPC_SERVICE not in settings:
            raise errors.member_required_with(_VPC_SERVICE, "XksProxyConnectivity", connectivity)
        return
    for member in sorted(_VPC_MEMBERS & request.keys()):
        raise errors.member_not_valid_with(member, "XksProxyConnectivity", connectivity)


def settings_of(call: Call, kind: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a key store as the request would have them."""
    settings = {**before, **{name: value for name, value in call.input.items() if name in _MEMBERS[kind]}}
    if kind == EXTERNAL and settings["XksProxyConnectivity"] == VPC:
        settings.setdefault("XksProxyVpcEndpointServiceOwner", call.region.account)
    elif kind == EXTERNAL:
        settings = {name: value for name, value in settings.items() if name not in _VPC_MEMBERS}
    return settings
