"""DeriveSharedSecret, Encapsulate and Decapsulate: secrets shared with a party outside of KMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import crypto, errors
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.operations._declare import KeyUse, Output, operation

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []

_AGREEMENT = KeyUse(usage="KEY_AGREEMENT", algorithm="KeyAgreementAlgorithm")
_ENCAPSULATION = KeyUse(usage="ENCAPSULATE_DECAPSULATE", algorithm="EncapsulationAlgorithm")


@operation("DeriveSharedSecret", _AGREEMENT)
def derive_shared_secret(call: Call) -> Output:
    """Derive a raw ECDH secret with a peer's public key.

    Input: PublicKey, DER SPKI on the key's own curve. Output: SharedSecret of 32, 48 or 66 bytes; KeyId is the ARN.
    Raises: ValidationException for another curve or no key at all. Source: API_DeriveSharedSecret.
    """
    try:
        secret = crypto.asymmetric.agree(call.material.private, call.input["PublicKey"])
    except crypto.asymmetric.BadPublicKey:
        raise errors.public_key_invalid() from None
    return {
        "KeyAgreementAlgorithm": call.input["KeyAgreementAlgorithm"],
        "KeyId": call.key.arn,
        "KeyOrigin": call.key.origin,
        "SharedSecret": secret,
    }


@operation("Encapsulate", _ENCAPSULATION)
def encapsulate(call: Call) -> Output:
    """Make a shared secret of 32 bytes and the ciphertext that carries it. Source: API_Encapsulate."""
    secret, ciphertext = crypto.asymmetric.encapsulate(call.material.private, call.tools.entropy)
    return {
        "EncapsulationAlgorithm": call.input["EncapsulationAlgorithm"],
        "KeyId": call.key.arn,
        "SharedSecret": secret,
        "SharedSecretCiphertextBlob": ciphertext,
    }


@operation("Decapsulate", _ENCAPSULATION)
def decapsulate(call: Call) -> Output:
    """Recover the shared secret of a ciphertext.

    Raises: InvalidCiphertextException for a wrong length; any other wrong ciphertext gives another secret (FIPS 203).
    Source: API_Decapsulate.
    """
    try:
        secret = crypto.asymmetric.decapsulate(call.material.private, call.input["SharedSecretCiphertextBlob"])
    except BadCiphertext:
        raise errors.invalid_ciphertext() from None
    return {
        "EncapsulationAlgorithm": call.input["EncapsulationAlgorithm"],
        "KeyId": call.key.arn,
        "SharedSecret": secret,
    }
