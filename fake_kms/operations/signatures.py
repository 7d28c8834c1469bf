"""Sign and Verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import crypto, errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.tables.key_specs import (
    DIGEST_LENGTHS,
    EXTERNAL_MU_LENGTH,
    MESSAGE_TYPES,
    MESSAGE_TYPES_OF_ALGORITHM,
    MESSAGE_TYPES_OF_KIND,
)

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []

_KEY = KeyUse(usage="SIGN_VERIFY", algorithm="SigningAlgorithm")


def _check_message(call: Call) -> None:
    algorithm, message_type = call.input["SigningAlgorithm"], call.input.get("MessageType", "RAW")
    spec = call.key.spec
    # EXTERNAL_MU with keys other than ML-DSA is refused like DIGEST with ML-DSA, by key spec. Source:
    # docs/aws/recorded.md#sign-verify.
    if message_type not in MESSAGE_TYPES_OF_KIND.get(spec.kind, MESSAGE_TYPES):
        raise errors.message_type_of_key_spec(message_type, spec.name)
    if message_type not in MESSAGE_TYPES_OF_ALGORITHM.get(algorithm, (message_type,)):
        raise errors.message_type_of_algorithm(message_type, algorithm)
    length = len(call.input["Message"])
    if message_type == "DIGEST" and length != DIGEST_LENGTHS[algorithm]:
        raise errors.digest_length(algorithm)
    if message_type == "EXTERNAL_MU" and length != EXTERNAL_MU_LENGTH:
        raise errors.external_mu_length(algorithm)


@operation("Sign", _KEY, after_key_checks=_check_message)
def sign(call: Call) -> Output:
    """Sign a message of up to 4096 bytes, or its digest, with the private half of a key.

    Input: MessageType RAW (default), DIGEST or, for ML-DSA, EXTERNAL_MU of 64 bytes. Output: Signature, ECDSA in DER;
    KeyId is the ARN. Source: API_Sign.
    """
    algorithm, message = call.input["SigningAlgorithm"], call.input["Message"]
    try:
        signature = crypto.signature_schemes.sign(
            call.material.private, algorithm, message, call.input.get("MessageType", "RAW")
        )
    except crypto.private_keys.Unavailable as lack:
        raise errors.unavailable_here(str(lack)) from None
    return {
        "KeyId": call.key.arn,
        "KeyOrigin": call.key.origin,
        "Signature": signature,
        "SigningAlgorithm": algorithm,
    }


@operation("Verify", _KEY, after_key_checks=_check_message)
def verify(call: Call) -> Output:
    """Verify a signature. Raises: KMSInvalidSignatureException; never SignatureValid false. Source: API_Verify."""
    algorithm, message = call.input["SigningAlgorithm"], call.input["Message"]
    message_type = call.input.get("MessageType", "RAW")
    try:
        crypto.signature_schemes.verify(
            call.material.private, algorithm, message, message_type, call.input["Signature"]
        )
    except crypto.signature_schemes.BadSignature:
        raise errors.invalid_signature_of_message() from None
    except crypto.private_keys.Unavailable as lack:
        raise errors.unavailable_here(str(lack)) from None
    return {"KeyId": call.key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}
