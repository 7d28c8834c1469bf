"""Private keys from a seed, by kind of key spec.

The wheels of `cryptography` have ML-DSA and ML-KEM from version 48; builds against another OpenSSL may lack them.
Source: docs/aws/crypto.md#what-cryptography-offers.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from fake_kms.crypto.fallback import ml_kem, seeded_rsa
from fake_kms.entropy import derive

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_kms.tables.key_specs import KeySpec

__all__ = ["CURVES", "SEED_LENGTH", "Unavailable", "check_available", "from_seed"]

SEED_LENGTH = 64

CURVES: dict[str, type[ec.EllipticCurve]] = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}
# The order of each curve's base point. Source: NIST SP 800-186, section 3.2.1; SEC 2, section 2.4.1.
_ORDERS = {
    "ECC_NIST_P256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ECC_NIST_P384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    "ECC_NIST_P521": (1 << 521) - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
    "ECC_SECG_P256K1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
}


class Unavailable(Exception):  # noqa: N818 - operations translate it
    """The installed libraries lack an algorithm; `args[0]` says which, and which version has it."""


def from_seed(spec: KeySpec, seed: bytes) -> Any:
    """Return the private key of an asymmetric key spec that a seed of 64 bytes determines. Raises: Unavailable."""
    return _FROM_SEED[spec.kind](spec.name, seed)


def check_available(spec: KeySpec) -> None:
    """Check that keys of a spec can be generated. Raises: Unavailable."""
    if spec.kind in {"ml_dsa", "sm2"}:
        _try(spec.kind, spec.name)


@functools.cache
def _try(kind: str, name: str) -> None:
    # Only success is remembered: it does not change within a process.
    _FROM_SEED[kind](name, bytes(SEED_LENGTH))


def _rsa(name: str, seed: bytes) -> Any:
    return seeded_rsa.private_key(seed, int(name.removeprefix("RSA_")))


def _ecc(name: str, seed: bytes) -> Any:
    wide = int.from_bytes(derive(seed, "scalar", 80), "big")
    return ec.derive_private_key(1 + wide % (_ORDERS[name] - 1), CURVES[name]())


def _ed25519(_: str, seed: bytes) -> Any:
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed[:32])


def _ml_dsa(name: str, seed: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        kind: Any = getattr(mldsa, f"{name.replace('ML_DSA_', 'MLDSA')}PrivateKey")
        return kind.from_seed_bytes(seed[:32])
    except (ImportError, AttributeError, UnsupportedAlgorithm):
        raise Unavailable(f"{name} needs cryptography 48 or newer with an OpenSSL that has ML-DSA.") from None


def _ml_kem(name: str, seed: bytes) -> Any:
    level = int(name.removeprefix("ML_KEM_"))
    try:
        from cryptography.hazmat.primitives.asymmetric import mlkem

        kind: Any = getattr(mlkem, f"MLKEM{level}PrivateKey")
        return kind.from_seed_bytes(seed)
    except (ImportError, AttributeError, UnsupportedAlgorithm):
        return ml_kem.PrivateKey(level, seed)


def _sm2(name: str, _: bytes) -> Any:
    raise Unavailable(f"fake_kms has no {name}: there is no well-kept library of it for Python.")


_FROM_SEED: dict[str, Callable[[str, bytes], Any]] = {
    "rsa": _rsa,
    "ecc": _ecc,
    "ed25519": _ed25519,
    "ml_dsa": _ml_dsa,
    "ml_kem": _ml_kem,
    "sm2": _sm2,
}
