"""Key specs: their usages, algorithms and sizes.

Source: Developer Guide, "Key spec reference"; docs/aws/crypto.md#key-specs, for the order of the lists;
docs/aws/recorded.md#createkey, for that of Ed25519. One row per spec and usage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "ALGORITHM_LISTS",
    "DIGEST_LENGTHS",
    "EXTERNAL_MU_LENGTH",
    "KEY_SPECS",
    "MESSAGE_TYPES",
    "MESSAGE_TYPES_OF_ALGORITHM",
    "MESSAGE_TYPES_OF_KIND",
    "KeySpec",
]


@dataclass(frozen=True, slots=True, eq=False)
class KeySpec:
    """What one key spec can do.

    `kind` names the kind of key material; the modules of `fake_kms.crypto` have their tables by it. `usages` maps each
    key usage to its algorithms, in AWS's order. `size` is the length in bytes of symmetric and HMAC material and of an
    RSA modulus, 0 for other kinds. `regions` is "all", "cn" (China Regions only) or "not cn". A `symmetric` spec is the
    one of symmetric encryption keys; keys of an `asymmetric` spec have a public half; HMAC keys are neither.
    """

    name: str
    kind: str
    size: int
    usages: Mapping[str, tuple[str, ...]]
    regions: str = "all"
    symmetric: bool = field(init=False)
    asymmetric: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "symmetric", self.kind == "symmetric")
        object.__setattr__(self, "asymmetric", self.kind not in {"symmetric", "hmac"})

    def available_in(self, region: str) -> bool:
        """Whether AWS has this spec in a Region."""
        return self.regions == "all" or (self.regions == "cn") == region.startswith("cn-")

    @property
    def default_usage(self) -> str | None:
        """The key usage of CreateKey without KeyUsage: only symmetric keys have one."""
        return "ENCRYPT_DECRYPT" if self.symmetric else None


# The member of KeyMetadata and GetPublicKey that lists the algorithms of a usage.
ALGORITHM_LISTS: dict[str, str] = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
    "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
}

_OAEP = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
_RSA_SIGNING = (
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
)


def _rsa(bits: int) -> KeySpec:
    return KeySpec(f"RSA_{bits}", "rsa", bits // 8, {"ENCRYPT_DECRYPT": _OAEP, "SIGN_VERIFY": _RSA_SIGNING})


def _nist(curve: str, algorithm: str) -> KeySpec:
    return KeySpec(f"ECC_NIST_{curve}", "ecc", 0, {"SIGN_VERIFY": (algorithm,), "KEY_AGREEMENT": ("ECDH",)})


def _hmac(bits: int) -> KeySpec:
    return KeySpec(f"HMAC_{bits}", "hmac", bits // 8, {"GENERATE_VERIFY_MAC": (f"HMAC_SHA_{bits}",)})


def _ml_dsa(level: int) -> KeySpec:
    return KeySpec(f"ML_DSA_{level}", "ml_dsa", 0, {"SIGN_VERIFY": ("ML_DSA_SHAKE_256",)})


def _ml_kem(level: int) -> KeySpec:
    return KeySpec(f"ML_KEM_{level}", "ml_kem", 0, {"ENCAPSULATE_DECAPSULATE": ("ML_KEM",)}, regions="not cn")


_SM2 = {"ENCRYPT_DECRYPT": ("SM2PKE",), "SIGN_VERIFY": ("SM2DSA",), "KEY_AGREEMENT": ("ECDH",)}

_ALL = (
    KeySpec("SYMMETRIC_DEFAULT", "symmetric", 32, {"ENCRYPT_DECRYPT": ("SYMMETRIC_DEFAULT",)}),
    *map(_rsa, (2048, 3072, 4096)),
    _nist("P256", "ECDSA_SHA_256"),
    _nist("P384", "ECDSA_SHA_384"),
    _nist("P521", "ECDSA_SHA_512"),
    KeySpec("ECC_SECG_P256K1", "ecc", 0, {"SIGN_VERIFY": ("ECDSA_SHA_256",)}),
    KeySpec("ECC_NIST_EDWARDS25519", "ed25519", 0, {"SIGN_VERIFY": ("ED25519_PH_SHA_512", "ED25519_SHA_512")}),
    *map(_hmac, (224, 256, 384, 512)),
    *map(_ml_dsa, (44, 65, 87)),
    *map(_ml_kem, (512, 768, 1024)),
    KeySpec("SM2", "sm2", 0, _SM2, regions="cn"),
)

KEY_SPECS: dict[str, KeySpec] = {spec.name: spec for spec in _ALL}

# The length of a message with MessageType DIGEST, in bytes.
DIGEST_LENGTHS: dict[str, int] = {
    "ECDSA_SHA_256": 32,
    "ECDSA_SHA_384": 48,
    "ECDSA_SHA_512": 64,
    "RSASSA_PKCS1_V1_5_SHA_256": 32,
    "RSASSA_PKCS1_V1_5_SHA_384": 48,
    "RSASSA_PKCS1_V1_5_SHA_512": 64,
    "RSASSA_PSS_SHA_256": 32,
    "RSASSA_PSS_SHA_384": 48,
    "RSASSA_PSS_SHA_512": 64,
    "ED25519_PH_SHA_512": 64,
    "SM2DSA": 32,
}

# The length of a message with MessageType EXTERNAL_MU, in bytes.
EXTERNAL_MU_LENGTH = 64

# The message types of a signing algorithm, where they are not those of its kind of key spec; and those of a kind of key
# spec, where they are not RAW and DIGEST. Source: API_Sign, MessageType; docs/aws/recorded.md#sign-verify.
MESSAGE_TYPES_OF_ALGORITHM: dict[str, tuple[str, ...]] = {
    "ED25519_SHA_512": ("RAW",),
    "ED25519_PH_SHA_512": ("DIGEST",),
}
MESSAGE_TYPES_OF_KIND: dict[str, tuple[str, ...]] = {"ml_dsa": ("RAW", "EXTERNAL_MU")}
MESSAGE_TYPES = ("RAW", "DIGEST")
