"""The permission of each operation: action, resource, cross-account use, aliases, grants, condition keys.

Source: Developer Guide, "AWS KMS permissions"; Service Authorization Reference, for the condition keys; botocore, for
cross-account use and the forms of KeyId; docs/aws/authorization.md#permissions. Rows in the order of the page. Assumed:
Encapsulate and Decapsulate have the condition keys of DescribeKey, GetKeyLastUsage has the common ones, and
`kms:PolicyName`, which only the botocore documentation has, exists; a Deny with Null for each would settle them.
A multi-Region key needs no `iam:CreateServiceLinkedRole` besides. Source: docs/aws/recorded.md#createkey.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "COMMON_KEYS",
    "ENCRYPTION_CONTEXT_KEYS",
    "GRANTABLE_BY_USAGE",
    "PERMISSIONS",
    "RECIPIENT_KEYS",
    "Permission",
]

# The condition keys of every operation on a KMS key.
COMMON_KEYS = (
    "kms:CallerAccount",
    "kms:KeySpec",
    "kms:KeyUsage",
    "kms:KeyOrigin",
    "kms:MultiRegion",
    "kms:MultiRegionKeyType",
    "kms:ResourceAliases",
    "kms:ViaService",
    "aws:ResourceTag",
)
# Condition keys with a changing part stand here without it: kms:EncryptionContext:NAME, aws:RequestTag/NAME, …
ENCRYPTION_CONTEXT_KEYS = ("kms:EncryptionContext", "kms:EncryptionContextKeys")
RECIPIENT_KEYS = ("kms:RecipientAttestation",)


@dataclass(frozen=True, slots=True, eq=False)
class Permission:
    """One row of the permissions reference. There is one object per row, so they compare by identity.

    `resource` is "key", "alias" (the alias and the key are both checked; with `present_key`, also the key that the
    alias refers to before the request), "retiring principal", or "*" for operations without a resource. `also` are
    further actions that the caller needs on "*", for a replica in its own Region, each with the request member that
    requires it (None: always).
    `condition_keys` are those beyond COMMON_KEYS, which all "key" and "alias" rows have.
    """

    actions: tuple[str, ...]
    resource: str
    cross_account: bool = False
    accepts_alias: bool = False
    present_key: bool = False
    also: tuple[tuple[str, str | None], ...] = ()
    grant_operations: tuple[str, ...] = ()
    condition_keys: tuple[str, ...] = ()

    @property
    def all_condition_keys(self) -> tuple[str, ...]:
        """All condition keys of the row, the common ones included."""
        return (*COMMON_KEYS, *self.condition_keys) if self.resource in {"key", "alias"} else self.condition_keys


_CREATE_KEY = (
    "kms:CallerAccount",
    "kms:KeySpec",
    "kms:KeyUsage",
    "kms:KeyOrigin",
    "kms:MultiRegion",
    "kms:MultiRegionKeyType",
    "kms:ViaService",
    "kms:BypassPolicyLockoutSafetyCheck",
    "aws:RequestTag",
    "aws:ResourceTag",
    "aws:TagKeys",
)

# fmt: off
PERMISSIONS: dict[str, Permission] = {
    "CancelKeyDeletion": Permission(("kms:CancelKeyDeletion",), "key"),
    "ConnectCustomKeyStore": Permission(("kms:ConnectCustomKeyStore",), "*", condition_keys=("kms:CallerAccount",)),
    "CreateAlias": Permission(("kms:CreateAlias",), "alias"),
    "CreateCustomKeyStore": Permission(("kms:CreateCustomKeyStore",), "*", condition_keys=("kms:CallerAccount",)),
    "CreateGrant": Permission(("kms:CreateGrant",), "key", cross_account=True, grant_operations=("CreateGrant",), condition_keys=("kms:GrantConstraintType", "kms:GrantConstraintSourceArn", "kms:GrantIsForAWSResource", "kms:GrantOperations", "kms:GranteePrincipal", "kms:GranteeServicePrincipal", "kms:RetiringPrincipal", "kms:RetiringServicePrincipal", *ENCRYPTION_CONTEXT_KEYS)),
    "CreateKey": Permission(("kms:CreateKey",), "*", also=(("kms:TagResource", "Tags"),), condition_keys=_CREATE_KEY),
    "Decapsulate": Permission(("kms:Decapsulate",), "key", cross_account=True, accepts_alias=True, grant_operations=("Decapsulate",), condition_keys=("kms:RequestAlias",)),
    "Decrypt": Permission(("kms:Decrypt",), "key", cross_account=True, accepts_alias=True, grant_operations=("Decrypt",), condition_keys=("kms:EncryptionAlgorithm", "kms:RequestAlias", *ENCRYPTION_CONTEXT_KEYS, *RECIPIENT_KEYS)),
    "DeleteAlias": Permission(("kms:DeleteAlias",), "alias", present_key=True),
    "DeleteCustomKeyStore": Permission(("kms:DeleteCustomKeyStore",), "*", condition_keys=("kms:CallerAccount",)),
    "DeleteImportedKeyMaterial": Permission(("kms:DeleteImportedKeyMaterial",), "key"),
    "DeriveSharedSecret": Permission(("kms:DeriveSharedSecret",), "key", cross_account=True, accepts_alias=True, grant_operations=("DeriveSharedSecret",), condition_keys=("kms:KeyAgreementAlgorithm", "kms:RequestAlias", *RECIPIENT_KEYS)),
    "DescribeCustomKeyStores": Permission(("kms:DescribeCustomKeyStores",), "*", condition_keys=("kms:CallerAccount",)),
    "DescribeKey": Permission(("kms:DescribeKey",), "key", cross_account=True, accepts_alias=True, grant_operations=("DescribeKey",), condition_keys=("kms:RequestAlias",)),
    "DisableKey": Permission(("kms:DisableKey",), "key", condition_keys=("kms:TrailingDaysWithoutKeyUsage",)),
    "DisableKeyRotation": Permission(("kms:DisableKeyRotation",), "key"),
    "DisconnectCustomKeyStore": Permission(("kms:DisconnectCustomKeyStore",), "*", condition_keys=("kms:CallerAccount",)),
    "EnableKey": Permission(("kms:EnableKey",), "key"),
    "EnableKeyRotation": Permission(("kms:EnableKeyRotation",), "key", condition_keys=("kms:RotationPeriodInDays",)),
    "Encapsulate": Permission(("kms:Encapsulate",), "key", cross_account=True, accepts_alias=True, grant_operations=("Encapsulate",), condition_keys=("kms:RequestAlias",)),
    "Encrypt": Permission(("kms:Encrypt",), "key", cross_account=True, accepts_alias=True, grant_operations=("Encrypt",), condition_keys=("kms:EncryptionAlgorithm", "kms:RequestAlias", *ENCRYPTION_CONTEXT_KEYS)),
    "GenerateDataKey": Permission(("kms:GenerateDataKey",), "key", cross_account=True, accepts_alias=True, grant_operations=("GenerateDataKey",), condition_keys=("kms:EncryptionAlgorithm", "kms:RequestAlias", *ENCRYPTION_CONTEXT_KEYS, *RECIPIENT_KEYS)),
    "GenerateDataKeyPair": Permission(("kms:GenerateDataKeyPair",), "key", cross_account=True, accepts_alias=True, grant_operations=("GenerateDataKeyPair",), condition_keys=("kms:DataKeyPairSpec", "kms:EncryptionAlgorithm", "kms:RequestAlias", *ENCRYPTION_CONTEXT_KEYS, *RECIPIENT_KEYS)),
    "GenerateDataKeyPairWithoutPlaintext": Permission(("kms:GenerateDataKeyPairWithoutPlaintext",), "key", cross_account=True, accepts_alias=True, grant_operations=("GenerateDataKeyPairWithoutPlaintext",), condition_keys=("kms:DataKeyPairSpec", "kms:EncryptionAlgorithm", "kms:RequestAlias", *ENCRYPTION_CONTEXT_KEYS)),
    "GenerateDataKeyWithoutPlaintext": Permission(("kms:GenerateDataKeyWithoutPlaintext",), "key", cross_account=True, accepts_alias=True, grant_operations=("GenerateDataKeyWithoutPlaintext",), condition_keys=("kms:EncryptionAlgorithm", "kms:RequestAlias", *ENCRYPTION_CONTEXT_KEYS)),
    "GenerateMac": Permission(("kms:GenerateMac",), "key", cross_account=True, accepts_alias=True, grant_operations=("GenerateMac",), condition_keys=("kms:MacAlgorithm", "kms:RequestAlias")),
    "GenerateRandom": Permission(("kms:GenerateRandom",), "*", condition_keys=(*RECIPIENT_KEYS,)),
    "GetKeyLastUsage": Permission(("kms:GetKeyLastUsage",), "key"),
    "GetKeyPolicy": Permission(("kms:GetKeyPolicy",), "key", condition_keys=("kms:PolicyName",)),
    "GetKeyRotationStatus": Permission(("kms:GetKeyRotationStatus",), "key", cross_account=True),
    "GetParametersForImport": Permission(("kms:GetParametersForImport",), "key", condition_keys=("kms:WrappingAlgorithm", "kms:WrappingKeySpec")),
    "GetPublicKey": Permission(("kms:GetPublicKey",), "key", cross_account=True, accepts_alias=True, grant_operations=("GetPublicKey",), condition_keys=("kms:RequestAlias",)),
    "ImportKeyMaterial": Permission(("kms:ImportKeyMaterial",), "key", condition_keys=("kms:ExpirationModel", "kms:ValidTo")),
    "ListAliases": Permission(("kms:ListAliases",), "*"),
    "ListGrants": Permission(("kms:ListGrants",), "key", cross_account=True, condition_keys=("kms:GrantIsForAWSResource",)),
    "ListKeyPolicies": Permission(("kms:ListKeyPolicies",), "key"),
    "ListKeyRotations": Permission(("kms:ListKeyRotations",), "key"),
    "ListKeys": Permission(("kms:ListKeys",), "*"),
    "ListResourceTags": Permission(("kms:ListResourceTags",), "key"),
    "ListRetirableGrants": Permission(("kms:ListRetirableGrants",), "retiring principal"),
    "PutKeyPolicy": Permission(("kms:PutKeyPolicy",), "key", condition_keys=("kms:BypassPolicyLockoutSafetyCheck", "kms:PolicyName")),
    "ReEncrypt": Permission(("kms:ReEncryptFrom", "kms:ReEncryptTo"), "key", cross_account=True, accepts_alias=True, grant_operations=("ReEncryptFrom", "ReEncryptTo"), condition_keys=("kms:EncryptionAlgorithm", "kms:ReEncryptOnSameKey", "kms:RequestAlias", *ENCRYPTION_CONTEXT_KEYS)),
    "ReplicateKey": Permission(("kms:ReplicateKey",), "key", also=(("kms:TagResource", "Tags"), ("kms:CreateKey", None)), condition_keys=("kms:ReplicaRegion",)),
    "RetireGrant": Permission(("kms:RetireGrant",), "key", cross_account=True, grant_operations=("RetireGrant",), condition_keys=("kms:GrantConstraintType", *ENCRYPTION_CONTEXT_KEYS)),
    "RevokeGrant": Permission(("kms:RevokeGrant",), "key", cross_account=True, condition_keys=("kms:GrantIsForAWSResource",)),
    "RotateKeyOnDemand": Permission(("kms:RotateKeyOnDemand",), "key"),
    "ScheduleKeyDeletion": Permission(("kms:ScheduleKeyDeletion",), "key", condition_keys=("kms:ScheduleKeyDeletionPendingWindowInDays", "kms:TrailingDaysWithoutKeyUsage")),
    "Sign": Permission(("kms:Sign",), "key", cross_account=True, accepts_alias=True, grant_operations=("Sign",), condition_keys=("kms:MessageType", "kms:SigningAlgorithm", "kms:RequestAlias")),
    "TagResource": Permission(("kms:TagResource",), "key", condition_keys=("aws:RequestTag", "aws:TagKeys")),
    "UntagResource": Permission(("kms:UntagResource",), "key", condition_keys=("aws:TagKeys",)),
    "UpdateAlias": Permission(("kms:UpdateAlias",), "alias", present_key=True),
    "UpdateCustomKeyStore": Permission(("kms:UpdateCustomKeyStore",), "*", condition_keys=("kms:CallerAccount",)),
    "UpdateKeyDescription": Permission(("kms:UpdateKeyDescription",), "key"),
    "UpdatePrimaryRegion": Permission(("kms:UpdatePrimaryRegion",), "key", condition_keys=("kms:PrimaryRegion",)),
    "Verify": Permission(("kms:Verify",), "key", cross_account=True, accepts_alias=True, grant_operations=("Verify",), condition_keys=("kms:MessageType", "kms:SigningAlgorithm", "kms:RequestAlias")),
    "VerifyMac": Permission(("kms:VerifyMac",), "key", cross_account=True, accepts_alias=True, grant_operations=("VerifyMac",), condition_keys=("kms:MacAlgorithm", "kms:RequestAlias")),
}
# fmt: on

# The operations that a grant may hold, by the key's usage and whether it is asymmetric; besides these always
# CreateGrant, DescribeKey and RetireGrant. Source: Developer Guide, "Grants", table of grant operations.
_SYMMETRIC = frozenset(
    {
        "Encrypt",
        "Decrypt",
        "ReEncryptFrom",
        "ReEncryptTo",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
    }
)
_ALWAYS = frozenset({"CreateGrant", "DescribeKey", "RetireGrant"})
GRANTABLE_BY_USAGE: dict[tuple[str, bool], frozenset[str]] = {
    ("ENCRYPT_DECRYPT", False): _ALWAYS | _SYMMETRIC,
    ("ENCRYPT_DECRYPT", True): _ALWAYS | {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey"},
    ("SIGN_VERIFY", True): _ALWAYS | {"Sign", "Verify", "GetPublicKey"},
    ("GENERATE_VERIFY_MAC", False): _ALWAYS | {"GenerateMac", "VerifyMac"},
    ("KEY_AGREEMENT", True): _ALWAYS | {"DeriveSharedSecret", "GetPublicKey"},
    ("ENCAPSULATE_DECAPSULATE", True): _ALWAYS | {"Encapsulate", "Decapsulate", "GetPublicKey"},
}
