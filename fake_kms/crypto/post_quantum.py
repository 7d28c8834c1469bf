"""ML-DSA and ML-KEM through `cryptography`, where the installed version has it.

Its wheels have ML-DSA from version 48 and signing of an external mu from version 49; builds against another
OpenSSL may lack it (crypto facts, section 3.11).
"""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm

from fake_kms.crypto import ml_kem

__all__ = ["Unavailable", "ml_dsa_key", "ml_kem_key", "sign_mu", "verify_mu"]


class Unavailable(Exception):  # noqa: N818 - a verdict on the installation
    """The installed libraries lack an algorithm; `args[0]` says which, and which version has it."""


def ml_dsa_key(spec: str, seed: bytes) -> Any:
    """Make an ML-DSA private key from 32 bytes. Raises: Unavailable."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        kind: Any = getattr(mldsa, spec.replace("ML_DSA_", "MLDSA") + "PrivateKey")
        return kind.from_seed_bytes(seed)
    except (ImportError, AttributeError, UnsupportedAlgorithm):
        raise Unavailable(f"{spec} needs cryptography 48 or newer with an OpenSSL that has ML-DSA.") from None


def ml_kem_key(level: int, seed: bytes) -> Any:
    """Make an ML-KEM private key from 64 bytes: `cryptography`'s where it has one, else ours, which is slower."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mlkem

        kind: Any = getattr(mlkem, f"MLKEM{level}PrivateKey")
        return kind.from_seed_bytes(seed)
    except (ImportError, AttributeError, UnsupportedAlgorithm):
        return ml_kem.PrivateKey(level, seed)


def sign_mu(private: Any, mu: bytes) -> bytes:
    """Sign a 64-byte external mu. Raises: Unavailable."""
    if not hasattr(private, "sign_mu"):
        raise Unavailable("MessageType EXTERNAL_MU needs cryptography 49 or newer.")
    signature: bytes = private.sign_mu(mu)
    return signature


def verify_mu(public: Any, signature: bytes, mu: bytes) -> None:
    """Verify the signature of a 64-byte external mu. Raises: InvalidSignature of `cryptography`; Unavailable."""
    if not hasattr(public, "verify_mu"):
        raise Unavailable("MessageType EXTERNAL_MU needs cryptography 49 or newer.")
    public.verify_mu(signature, mu)
