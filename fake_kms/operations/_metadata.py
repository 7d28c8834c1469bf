"""KeyMetadata: what CreateKey, DescribeKey and ReplicateKey tell of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms.tables.key_specs import ALGORITHM_LISTS

if TYPE_CHECKING:
    from fake_kms.store.key import Key

__all__ = ["key_metadata"]


def key_metadata(key: Key) -> dict[str, Any]:
    """Describe a key with AWS's exact members (api_semantics section 4)."""
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
        "KeyState": key.state.value,
        "KeyUsage": key.usage,
        "MultiRegion": False,
        "Origin": key.origin,
        ALGORITHM_LISTS[key.usage]: list(key.spec.usages[key.usage]),
    }
    if key.material is not None and key.material.identifier:
        metadata["CurrentKeyMaterialId"] = key.material.hex_id
    if key.deletion_date is not None:
        metadata["DeletionDate"] = key.deletion_date
    return metadata
