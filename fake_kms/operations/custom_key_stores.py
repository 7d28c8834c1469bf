"""Custom key stores: the user's CloudHSM clusters and external key managers, and the keys in them.

Source: Developer Guide, "Key stores"; API_CreateCustomKeyStore; docs/aws/api_semantics.md#custom-key-stores. Assumed:
the order of the checks, all of which come after authorization.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.operations._cloud_hsm import check_new_cluster, check_related_cluster, has_hsms_for_keys
from fake_kms.operations._declare import Output, operation
from fake_kms.operations._external_key_stores import VPC, check_proxy, check_uniqueness, check_vpc_endpoint_service
from fake_kms.operations._external_keys import check_external_key
from fake_kms.operations._key_stores import (
    CLOUD_HSM,
    EXTERNAL,
    check_connectivity,
    check_members_of,
    check_name_is_free,
    check_required_members,
    connected_key_store,
    named_key_store,
    settings_of,
)
from fake_kms.operations._pages import page_of
from fake_kms.store.key_store import CustomKeyStore

if TYPE_CHECKING:
    from fake_kms.operations.call import Call
    from fake_kms.store.key import Key
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["check_backing", "check_key_store", "put_into_key_store"]

# What may change while the key store is connected. Source: API_UpdateCustomKeyStore. Assumed: this
# page is right, and not that of CustomKeyStoreInvalidStateException, which knows of the name only.
_UPDATED_ANY_TIME = {
    "CustomKeyStoreId",
    "NewCustomKeyStoreName",
    "XksProxyAuthenticationCredential",
    "XksProxyUriPath",
}


def _check_create(call: Call) -> None:
    request = call.input
    kind = request.get("CustomKeyStoreType", CLOUD_HSM)
    check_required_members(kind, request)
    check_members_of(kind, request)
    check_name_is_free(call, request["CustomKeyStoreName"])
    if len(call.region.key_stores) >= call.settings.quotas["custom_key_stores"]:
        raise errors.custom_key_store_quota()
    if kind == CLOUD_HSM:
        check_new_cluster(call)
        return
    settings = settings_of(call, kind, {})
    check_connectivity(settings, request)
    check_uniqueness(call, settings)
    check_vpc_endpoint_service(call, settings)
    if settings["XksProxyConnectivity"] != VPC:
        check_proxy(call, settings)


@operation("CreateCustomKeyStore", after_key_checks=_check_create, changes=True)
def create_custom_key_store(call: Call) -> Output:
    """Create a custom key store, which is not connected yet.

    Input: CustomKeyStoreType AWS_CLOUDHSM by default, with cluster, password of kmsuser and trust anchor;
    or EXTERNAL_KEY_STORE with URI, credential and connectivity of the proxy, which is contacted at once where that is
    PUBLIC_ENDPOINT. Output: CustomKeyStoreId.
    Raises: ValidationException, CustomKeyStoreNameInUseException, LimitExceededException, CloudHsmCluster…,
    IncorrectTrustAnchorException, XksProxy…. Source: API_CreateCustomKeyStore.
    """
    kind = call.input.get("CustomKeyStoreType", CLOUD_HSM)
    key_store = CustomKeyStore(
        store_id=f"cks-{call.tools.entropy.bytes(9).hex()[:17]}",
        name=call.input["CustomKeyStoreName"],
        kind=kind,
        region=call.region.name,
        account=call.region.account,
        created=call.now,
        settings=settings_of(call, kind, {}),
    )
    call.store.add_key_store(key_store)
    return {"CustomKeyStoreId": key_store.store_id}


def _check_describe(call: Call) -> None:
    by_id, by_name = call.input.get("CustomKeyStoreId"), call.input.get("CustomKeyStoreName")
    if by_id is not None and by_name is not None:
        raise errors.custom_key_store_by_id_or_name()
    if by_id is not None:
        named_key_store(call)
    if by_name is not None and all(key_store.name != by_name for key_store in call.region.key_stores):
        raise errors.custom_key_store_not_found()


@operation("DescribeCustomKeyStores", after_key_checks=_check_describe)
def describe_custom_key_stores(call: Call) -> Output:
    """Describe the custom key stores of the account in the Region, or the one of an id or name; 100 a page.

    Raises: CustomKeyStoreNotFoundException, InvalidMarkerException. Source: API_DescribeCustomKeyStores.
    """
    store_id, name = call.input.get("CustomKeyStoreId"), call.input.get("CustomKeyStoreName")

    def matches(key_store: CustomKeyStore) -> bool:
        return store_id in (None, key_store.store_id) and name in (None, key_store.name)

    return page_of(call, "CustomKeyStores", call.region.key_stores, _described, where=matches)


def _described(key_store: CustomKeyStore) -> dict[str, Any]:
    settings = key_store.settings
    entry: dict[str, Any] = {
        "ConnectionState": key_store.state,
        "CreationDate": key_store.created,
        "CustomKeyStoreId": key_store.store_id,
        "CustomKeyStoreName": key_store.name,
        "CustomKeyStoreType": key_store.kind,
    }
    if key_store.error_code is not None:
        entry["ConnectionErrorCode"] = key_store.error_code
    if not key_store.external:
        return entry | {name: settings[name] for name in ("CloudHsmClusterId", "TrustAnchorCertificate")}
    shown = {name.removeprefix("XksProxy"): value for name, value in settings.items() if isinstance(value, str)}
    shown["AccessKeyId"] = settings["XksProxyAuthenticationCredential"]["AccessKeyId"]
    return entry | {"XksProxyConfiguration": shown}


def _check_update(call: Call) -> None:
    key_store, request = named_key_store(call), call.input
    check_members_of(key_store.kind, request)
    allowed = {"DISCONNECTED"} if request.keys() - _UPDATED_ANY_TIME else {"CONNECTED", "DISCONNECTED"}
    if key_store.state not in allowed:
        raise errors.custom_key_store_state()
    name = request.get("NewCustomKeyStoreName", key_store.name)
    if name != key_store.name:
        check_name_is_free(call, name)
    if key_store.external:
        _check_external_update(call, key_store)
    elif "CloudHsmClusterId" in request:
        check_related_cluster(call, key_store)


def _check_external_update(call: Call, key_store: CustomKeyStore) -> None:
    before, settings = key_store.settings, settings_of(call, EXTERNAL, key_store.settings)
    changed = settings["XksProxyConnectivity"] != before["XksProxyConnectivity"]
    if changed and "XksProxyUriEndpoint" not in call.input:
        raise errors.uri_endpoint_required()
    check_connectivity(settings, call.input)
    if settings == before:
        return
    check_uniqueness(call, settings, key_store)
    check_vpc_endpoint_service(call, settings)
    # Assumed: through a VPC endpoint service KMS asks the proxy only while the key store is connected.
    if settings["XksProxyConnectivity"] != VPC or key_store.state == "CONNECTED":
        check_proxy(call, settings)


@operation("UpdateCustomKeyStore", after_key_checks=_check_update, changes=True)
def update_custom_key_store(call: Call) -> Output:
    """Change the name or the settings of a custom key store; most of them only while it is disconnected.

    Raises: CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException, CloudHsmClusterNotRelatedException,
    and as CreateCustomKeyStore. Source: API_UpdateCustomKeyStore.
    """
    key_store = named_key_store(call)
    key_store.name = call.input.get("NewCustomKeyStoreName", key_store.name)
    key_store.settings = settings_of(call, key_store.kind, key_store.settings)
    return {}


def _check_delete(call: Call) -> None:
    key_store = named_key_store(call)
    if key_store.state != "DISCONNECTED":
        raise errors.custom_key_store_state()
    if key_store.keys:
        raise errors.custom_key_store_has_keys()


@operation("DeleteCustomKeyStore", after_key_checks=_check_delete, changes=True)
def delete_custom_key_store(call: Call) -> Output:
    """Delete a disconnected custom key store without KMS keys; keys that wait for their deletion are keys.

    Raises: CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException, CustomKeyStoreHasCMKsException.
    Source: API_DeleteCustomKeyStore.
    """
    call.region.key_stores.remove(named_key_store(call).store_id)
    return {}


def check_key_store(call: Call, spec: KeySpec) -> None:
    """Check what CreateKey says about a custom key store. Raises: KmsError."""
    request = call.input
    origin = request.get("Origin", "AWS_KMS")
    if "XksKeyId" in request and origin != EXTERNAL:
        raise errors.member_not_valid_with("XksKeyId", "Origin", origin)
    if origin not in {CLOUD_HSM, EXTERNAL}:
        if "CustomKeyStoreId" in request:
            raise errors.member_not_valid_with("CustomKeyStoreId", "Origin", origin)
        return
    for member in ("CustomKeyStoreId", "XksKeyId") if origin == EXTERNAL else ("CustomKeyStoreId",):
        if member not in request:
            raise errors.member_required_with(member, "Origin", origin)
    # Assumed: the code of this refusal, and no `message`; the rule is documented.
    if spec.name != "SYMMETRIC_DEFAULT" or request.get("MultiRegion"):
        raise errors.unsupported()
    _check_takes_key(call, origin)


def _check_takes_key(call: Call, origin: str) -> None:
    key_store = named_key_store(call)
    if key_store.kind != origin:  # Assumed: the code of this refusal, and no `message`.
        raise errors.unsupported()
    connected_key_store(call)
    if key_store.external and call.input["XksKeyId"] in key_store.keys:
        raise errors.xks_key_in_use()
    if not key_store.external and not has_hsms_for_keys(call, key_store):
        raise errors.cluster_configuration()


def check_backing(call: Call) -> None:
    """Ask the proxy about the external key of a new key, if the request names one. Raises: KmsError."""
    if "XksKeyId" in call.input:
        check_external_key(call, named_key_store(call), call.input["XksKeyId"])


def put_into_key_store(call: Call, key: Key) -> None:
    """Put a new key into the custom key store that the request names, if it names one."""
    if "CustomKeyStoreId" in call.input:
        named_key_store(call).add(key, call.input.get("XksKeyId"))
