"""Key specs: their usages, algorithms and sizes.

Source: AWS KMS Developer Guide, "Key spec reference", and crypto_matrix.json of this project's facts (order of
the lists recorded from AWS for RSA, ECC and HMAC; measured for Ed25519 and ML-DSA). One row per spec and usage.
"""

from __future__ import annotations

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
    "algorithms",
]


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What one key spec can do.

    `usages` maps each usage to its algorithms, in AWS's order. `kind` names the kind of material. `size` is
    the length of symmetric and HMAC material, of an RSA modulus (all in bytes), or 0. `regions` is "all",
    "cn" (China Regions only) or "not cn". Keys of an `asymmetric` spec have a public half.
    """

    name: str
    kind: str
    size: int
    usages: dict[str, tuple[str, ...]]
    regions: str = "all"
    data_key_pair: bool = False
    asymmetric: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asymmetric", self.kind not in {"symmetric", "hmac"})

    def available_in(self, region: str) -> bool:
        """Whether AWS has this spec in a Region."""
        return self.regions == "all" or (self.regions == "cn") == region.startswith("cn-")

    @property
    def default_usage(self) -> str | None:
        """The usage CreateKey takes when none is said: only symmetric keys have one."""
        return "ENCRYPT_DECRYPT" if self.kind == "symmetric" else None


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
    usages = {"ENCRYPT_DECRYPT": _OAEP, "SIGN_VERIFY": _RSA_SIGNING}
    return KeySpec(f"RSA_{bits}", "rsa", bits // 8, usages, data_key_pair=True)


def _ecc(name: str, algorithm: str, *, agreement: bool) -> KeySpec:
    usages: dict[str, tuple[str, ...]] = {"SIGN_VERIFY": (algorithm,)}
    if agreement:
        usages["KEY_AGREEMENT"] = ("ECDH",)
    return KeySpec(name, "ecc", 0, usages, data_key_pair=True)


_ALL = (
    KeySpec("SYMMETRIC_DEFAULT", "symmetric", 32, {"ENCRYPT_DECRYPT": ("SYMMETRIC_DEFAULT",)}),
    *(_rsa(bits) for bits in (2048, 3072, 4096)),
    _ecc("ECC_NIST_P256", "ECDSA_SHA_256", agreement=True),
    _ecc("ECC_NIST_P384", "ECDSA_SHA_384", agreement=True),
    _ecc("ECC_NIST_P521", "ECDSA_SHA_512", agreement=True),
    _ecc("ECC_SECG_P256K1", "ECDSA_SHA_256", agreement=False),
    KeySpec(
        "ECC_NIST_EDWARDS25519",
        "ed25519",
        0,
        {"SIGN_VERIFY": ("ED25519_SHA_512", "ED25519_PH_SHA_512")},
        data_key_pair=True,
    ),
    *(
        KeySpec(f"HMAC_{bits}", "hmac", bits // 8, {"GENERATE_VERIFY_MAC": (f"HMAC_SHA_{bits}",)})
        for bits in (224, 256, 384, 512)
    ),
    *(KeySpec(f"ML_DSA_{level}", "ml_dsa", 0, {"SIGN_VERIFY": ("ML_DSA_SHAKE_256",)}) for level in (44, 65, 87)),
    *(
        KeySpec(
            f"ML_KEM_{level}",
            "ml_kem",
            0,
            {"ENCAPSULATE_DECAPSULATE": ("ML_KEM",)},
            regions="not cn",
            data_key_pair=True,
        )
        for level in (512, 768, 1024)
    ),
    KeySpec(
        "SM2",
        "sm2",
        0,
        {"ENCRYPT_DECRYPT": ("SM2PKE",), "SIGN_VERIFY": ("SM2DSA",), "KEY_AGREEMENT": ("ECDH",)},
        regions="cn",
        data_key_pair=True,
    ),
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

EXTERNAL_MU_LENGTH = 64


def algorithms(spec: str, usage: str) -> tuple[str, ...]:
    """List the algorithms of a key spec for a usage, in AWS's order; empty where the usage does not fit."""
    return KEY_SPECS[spec].usages.get(usage, ())


# The message types that a signing algorithm takes, where it does not take RAW and DIGEST; and those that every
# algorithm of a kind of key spec takes. Source: Sign, MessageType; the refusals measured by floci.
MESSAGE_TYPES_OF_ALGORITHM: dict[str, tuple[str, ...]] = {
    "ED25519_SHA_512": ("RAW",),
    "ED25519_PH_SHA_512": ("DIGEST",),
}
MESSAGE_TYPES_OF_KIND: dict[str, tuple[str, ...]] = {"ml_dsa": ("RAW", "EXTERNAL_MU")}
MESSAGE_TYPES = ("RAW", "DIGEST")
