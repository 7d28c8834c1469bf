"""KeyMetadata: what CreateKey, DescribeKey and ReplicateKey answer about a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms.tables.key_specs import ALGORITHM_LISTS
from fake_kms.tables.key_states import KeyState

if TYPE_CHECKING:
    from fake_kms.store.key import Key
    from fake_kms.store.multi_region_key import MultiRegionKey

__all__ = ["key_metadata"]


def key_metadata(key: Key) -> dict[str, Any]:
    """Describe a key with AWS's exact members. Source: docs/aws/api_semantics.md#keymetadata."""
    metadata: dict[str, Any] = {
        "AWSAccountId": key.account,
        "Arn": key.arn,
        "CreationDate": key.created,
        "CustomerMasterKeySpec": key.spec.name,
        "Description": key.description,
        "Enabled": key.enabled,
        "KeyId": key.key_id,
        "KeyManager": key.manager,
        "KeySpec": key.spec.name,
        "KeyState": key.state,
        "KeyUsage": key.usage,
        "MultiRegion": key.multi_region,
        "Origin": key.origin,
        ALGORITHM_LISTS[key.usage]: list(key.spec.usages[key.usage]),
    }
    material_id = key.material_id
    if material_id is not None:
        metadata["CurrentKeyMaterialId"] = material_id
    if key.deletion_date is not None:
        metadata["DeletionDate"] = key.deletion_date
    if key.pending_window_days is not None:
        metadata["PendingDeletionWindowInDays"] = key.pending_window_days
    if key.multi_region_key is not None:
        metadata["MultiRegionConfiguration"] = _multi_region_configuration(key, key.multi_region_key)
    if key.imports is not None:
        metadata |= _import_metadata(key)
    if key.custom_key_store is not None:
        metadata |= _key_store_metadata(key)
    return metadata


def _multi_region_configuration(key: Key, multi_region_key: MultiRegionKey) -> dict[str, Any]:
    return {
        "MultiRegionKeyType": key.multi_region_type,
        "PrimaryKey": {"Arn": multi_region_key.primary.arn, "Region": multi_region_key.primary.region},
        "ReplicaKeys": [{"Arn": replica.arn, "Region": replica.region} for replica in multi_region_key.replicas],
    }


def _import_metadata(key: Key) -> dict[str, Any]:
    if key.state is KeyState.CREATING:  # Source: docs/aws/recorded.md#imported-key-material.
        return {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    current = key.material
    if current is None or not key.has_all_material or key.imports is None:
        return {}
    imported = key.imports[current.identifier]
    metadata: dict[str, Any] = {"ExpirationModel": imported.expiration_model}
    return metadata if imported.valid_to is None else metadata | {"ValidTo": imported.valid_to}


def _key_store_metadata(key: Key) -> dict[str, Any]:
    store = key.custom_key_store
    assert store is not None  # noqa: S101 - called for keys of a store only
    if store.external:
        return {"CustomKeyStoreId": store.store_id, "XksKeyConfiguration": {"Id": key.xks_key_id}}
    return {"CustomKeyStoreId": store.store_id, "CloudHsmClusterId": store.settings["CloudHsmClusterId"]}
