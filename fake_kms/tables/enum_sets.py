"""How AWS prints the enum sets of its refusals, where that is not the model's own order.

Source: measured by floci PR #3968; the MAC set also recorded from AWS by LocalStack. A set that is not here
is printed in the model's order. Assumed: that AWS prints those in the model's order; a recorded refusal for
each member would settle it.
"""

from __future__ import annotations

__all__ = ["ACCEPTED_BEYOND_MODEL", "PRINTED"]

# Shape name -> the set as AWS prints it.
PRINTED: dict[str, tuple[str, ...]] = {
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
    # GenerateDataKey prints the specs of KMS keys, though it takes AES_128 and AES_256 only.
    "DataKeySpec": (
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
    ),
}

# Values that pass the enum check and fail later, with the key spec's refusal.
ACCEPTED_BEYOND_MODEL: dict[str, frozenset[str]] = {
    "SigningAlgorithmSpec": frozenset({"SYMMETRIC_DEFAULT"}),
}
