"""What the service does beyond its public model: patterns, required members, enum sets.

Source: floci; LocalStack snapshots, for the enum set of MacAlgorithmSpec; docs/aws/errors.md#constraint-violations.
"""

from __future__ import annotations

__all__ = ["ACCEPTED_VALUES", "OUTPUT_MEMBERS", "PATTERNS", "PRINTED_ENUM_SETS", "REQUIRED_MEMBERS"]

# Shape name -> the pattern that AWS checks although the model has none.
PATTERNS: dict[str, str] = {"KeyIdType": r"^\p{ASCII}+$"}

# Operation -> a member that the model does not require: AWS answers a missing one as if it did. A dry run that ignores
# the ciphertext does without.
REQUIRED_MEMBERS: dict[str, str] = {"Decrypt": "CiphertextBlob", "ReEncrypt": "CiphertextBlob"}

# Operation -> members that AWS sends although the model does not have them, with their types; clients ignore them.
# The counts are those of the page. Source: docs/aws/evidence.md#lists-listings-wire-members.
OUTPUT_MEMBERS: dict[str, dict[str, type]] = {
    "Decrypt": {"KeyOrigin": str},
    "ListAliases": {"AliasCount": int},
    "ListKeys": {"KeyCount": int},
    "Sign": {"KeyOrigin": str},
}

# Shape name -> values that pass the enum check; they fail later, because the key spec refuses them.
ACCEPTED_VALUES: dict[str, frozenset[str]] = {"SigningAlgorithmSpec": frozenset({"SYMMETRIC_DEFAULT"})}

# The specs of KMS keys, as AWS prints them. Assumed: ML-KEM, which is newer than the recording, stands at the end.
_KEY_SPECS = (
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
)

# Shape name -> the enum set as AWS prints it when a value is not in it. KeyUsage and KeySpec were recorded in 2023, see
# evidence.md. Assumed: usages newer than that stand at the end; AWS prints every other set in the model's order.
PRINTED_ENUM_SETS: dict[str, tuple[str, ...]] = {
    "KeyUsageType": (
        "ENCRYPT_DECRYPT",
        "SIGN_VERIFY",
        "GENERATE_VERIFY_MAC",
        "KEY_AGREEMENT",
        "ENCAPSULATE_DECAPSULATE",
    ),
    "KeySpec": (*_KEY_SPECS, "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"),
    "EncryptionAlgorithmSpec": ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE", "SYMMETRIC_DEFAULT"),
    "MessageType": ("RAW", "DIGEST", "EXTERNAL_MU"),
    "MacAlgorithmSpec": ("HMAC_SHA_384", "HMAC_SHA_256", "HMAC_SHA_224", "HMAC_SHA_512"),
    "SigningAlgorithmSpec": (
        "RSASSA_PSS_SHA_256",
        "RSASSA_PSS_SHA_384",
        "RSASSA_PSS_SHA_512",
        "RSASSA_PKCS1_V1_5_SHA_256",
        "RSASSA_PKCS1_V1_5_SHA_384",
        "RSASSA_PKCS1_V1_5_SHA_512",
        "ECDSA_SHA_256",
        "ECDSA_SHA_384",
        "ECDSA_SHA_512",
        "ED25519_SHA_512",
        "ED25519_PH_SHA_512",
        "SM2DSA",
        "ML_DSA_SHAKE_256",
    ),
    # GenerateDataKey prints the specs of KMS keys, though it accepts AES_128 and AES_256 only.
    "DataKeySpec": _KEY_SPECS,
}
