"""Imported key material: which key specs have it, how it is wrapped, how long it is.

Source: Developer Guide, "Importing key material"; docs/aws/crypto.md#importing-by-key-spec;
docs/aws/recorded.md#imported-key-material, for Ed25519. Assumed: ML-KEM keys cannot be imported, as the guide's table
has no row for them, like ML-DSA keys, of which the guide says so.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["IMPORTS", "TOKEN_PLAINTEXT_LENGTHS", "WRAPPING_ALGORITHMS", "ImportRule"]

_OAEP = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
_HYBRID = ("RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256")


@dataclass(frozen=True, slots=True)
class ImportRule:
    """How material of one key spec is imported.

    `shortest` and `longest` are lengths of raw bytes, 0 where the material is a PKCS#8 private key. `excluded` are
    pairs of wrapping algorithm and wrapping key spec that AWS does not accept together.
    """

    algorithms: tuple[str, ...]
    shortest: int = 0
    longest: int = 0
    excluded: frozenset[tuple[str, str]] = frozenset()


IMPORTS: dict[str, ImportRule] = {
    "SYMMETRIC_DEFAULT": ImportRule(_OAEP, 32, 32),
    **{f"HMAC_{bits}": ImportRule(_OAEP, bits // 8, 128) for bits in (224, 256, 384, 512)},
    **{f"RSA_{bits}": ImportRule(_HYBRID) for bits in (2048, 3072, 4096)},
    "ECC_NIST_P256": ImportRule(_OAEP + _HYBRID),
    "ECC_NIST_P384": ImportRule(_OAEP + _HYBRID),
    # 241 bytes of PKCS#8 do not fit into RSA_2048.
    "ECC_NIST_P521": ImportRule(_OAEP + _HYBRID, excluded=frozenset((name, "RSA_2048") for name in _OAEP)),
    "ECC_SECG_P256K1": ImportRule(_OAEP + _HYBRID),
    # Assumed: what was seen of RSAES_OAEP_SHA_256 holds for RSAES_OAEP_SHA_1, and the other wrappings are those of the
    # other curves.
    "ECC_NIST_EDWARDS25519": ImportRule(_OAEP + _HYBRID, excluded=frozenset((name, "RSA_2048") for name in _OAEP)),
}

# The wrapping algorithms that AWS accepts: RSAES_PKCS1_V1_5 has not been one since 2023-10-10, and SM2PKE is for China.
WRAPPING_ALGORITHMS = _OAEP + _HYBRID

# The length of an import token's plaintext, in bytes, by wrapping key spec; it makes the token as long as AWS's. Tokens
# of 1757 and 3465 bytes were seen for RSA_2048 and RSA_4096. Assumed: the length between them, for RSA_3072.
TOKEN_PLAINTEXT_LENGTHS: dict[str, int] = {"RSA_2048": 1612, "RSA_3072": 2610, "RSA_4096": 3320}
