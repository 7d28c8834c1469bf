"""What grants can hold, by the kind of key; how tests create and list them."""

from __future__ import annotations

from installed import has
from keys import account_root

SYMMETRIC = {}
RSA = {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}
SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
HMAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
AGREEMENT = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
ENCAPSULATION = {"KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE"}

# What every grant can hold. Source: Developer Guide, "Grants".
ALWAYS = {"CreateGrant", "DescribeKey", "RetireGrant"}
# The kind of key -> the key, and what else a grant on it can hold.
HOLDS = {
    "symmetric": (SYMMETRIC, {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey",
                              "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
                              "GenerateDataKeyPairWithoutPlaintext"}),
    "RSA encryption": (RSA, {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey"}),
    "signing": (SIGNING, {"Sign", "Verify", "GetPublicKey"}),
    "HMAC": (HMAC, {"GenerateMac", "VerifyMac"}),
    "key agreement": (AGREEMENT, {"DeriveSharedSecret", "GetPublicKey"}),
    "encapsulation": (ENCAPSULATION, {"Encapsulate", "Decapsulate", "GetPublicKey"}),
}  # fmt: skip
for kind, operation in (("key agreement", "DeriveSharedSecret"), ("encapsulation", "Encapsulate")):
    if not has(operation):
        del HOLDS[kind]
EVERY = set().union(ALWAYS, *(holds for _, holds in HOLDS.values()))


def create_grant(client, key, *operations, **more):
    """Create a grant on a key, for its account if `more` does not name another grantee."""
    request = {"KeyId": key["KeyId"], "GranteePrincipal": account_root(key), "Operations": [*operations]}
    return client.create_grant(**request | more)


def grants_of(client, key):
    """Return the entries of ListGrants."""
    return client.list_grants(KeyId=key["KeyId"])["Grants"]
