"""The names of KMS's operations, and of what AWS does without a request, as types for those who check their tests.

A test compares them with the permissions, and so with the botocore model.
"""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["SERVICE_EVENTS", "OperationName", "ServiceEventName"]

OperationName = Literal[
    "CancelKeyDeletion",
    "ConnectCustomKeyStore",
    "CreateAlias",
    "CreateCustomKeyStore",
    "CreateGrant",
    "CreateKey",
    "Decapsulate",
    "Decrypt",
    "DeleteAlias",
    "DeleteCustomKeyStore",
    "DeleteImportedKeyMaterial",
    "DeriveSharedSecret",
    "DescribeCustomKeyStores",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "DisconnectCustomKeyStore",
    "EnableKey",
    "EnableKeyRotation",
    "Encapsulate",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "GetKeyLastUsage",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "GetParametersForImport",
    "GetPublicKey",
    "ImportKeyMaterial",
    "ListAliases",
    "ListGrants",
    "ListKeyPolicies",
    "ListKeyRotations",
    "ListKeys",
    "ListResourceTags",
    "ListRetirableGrants",
    "PutKeyPolicy",
    "ReEncrypt",
    "ReplicateKey",
    "RetireGrant",
    "RevokeGrant",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "Sign",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateCustomKeyStore",
    "UpdateKeyDescription",
    "UpdatePrimaryRegion",
    "Verify",
    "VerifyMac",
]
ServiceEventName = Literal[
    "CustomKeyStoreConnected",
    "CustomKeyStoreDisconnected",
    "CustomKeyStoreFailed",
    "DeleteExpiredKeyMaterial",
    "DeleteKey",
    "ExpireImportToken",
    "PropagateGrant",
    "RotateKey",
    "SynchronizeMultiRegionKey",
]

SERVICE_EVENTS: frozenset[str] = frozenset(get_args(ServiceEventName))
