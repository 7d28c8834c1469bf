"""Using a key: what its usage, its spec, the message or the ciphertext refuses."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "algorithm_incompatible",
    "asymmetric_data_key",
    "asymmetric_data_key_pair",
    "attestation_invalid",
    "attestation_missing",
    "data_key_size",
    "digest_length",
    "dry_run",
    "encryption_context_unsupported",
    "external_mu_length",
    "incorrect_key",
    "invalid_ciphertext",
    "invalid_mac",
    "invalid_signature_of_message",
    "key_id_required",
    "key_usage",
    "message_type_of_algorithm",
    "message_type_of_key_spec",
    "number_of_bytes_required",
    "plaintext_too_long",
    "public_key_invalid",
    "unavailable_here",
    "unsupported",
]

_CIPHERTEXTS = "docs/aws/recorded.md#encrypt-decrypt-data-keys"
_SIGNATURES = "docs/aws/recorded.md#sign-verify"


@template("InvalidKeyUsageException", rank=Rank.RECORDED, source=_CIPHERTEXTS)
def key_usage(key_arn: str, usage: str, operation: str) -> str:
    """Refuse an operation that the key's usage does not cover."""
    return f"{key_arn} key usage is {usage} which is not valid for {operation}."


@template("InvalidKeyUsageException", rank=Rank.RECORDED, source=_SIGNATURES)
def algorithm_incompatible(algorithm: str, key_spec: str) -> str:
    """Refuse an algorithm that the key spec does not have."""
    return f"Algorithm {algorithm} is incompatible with key spec {key_spec}."


# A data key under an asymmetric key.
asymmetric_data_key = answer(
    "InvalidKeyUsageException",
    "You cannot generate a data key with an asymmetric CMK",
    rank=Rank.RECORDED,
    source="floci",
)

# A data key pair under an asymmetric key.
asymmetric_data_key_pair = answer(
    "InvalidKeyUsageException",
    "You cannot generate a data key pair with an asymmetric CMK",
    rank=Rank.RECORDED,
    source=_CIPHERTEXTS,
)

# GenerateDataKey with neither or both of KeySpec and NumberOfBytes.
data_key_size = answer(
    "ValidationException",
    "Please specify either number of bytes or key spec.",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#validationexception; floci",
)

number_of_bytes_required = answer(
    "ValidationException",
    "NumberOfBytes is required.",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#validationexception; LocalStack snapshots",
)


@template("ValidationException", rank=Rank.RECORDED, source=_CIPHERTEXTS)
def plaintext_too_long(algorithm: str, key_spec: str, limit: int) -> str:
    """Refuse a plaintext longer than RSA can take."""
    return f"Algorithm {algorithm} and key spec {key_spec} cannot encrypt data larger than {limit} bytes."


# An encryption context with an asymmetric key.
encryption_context_unsupported = answer(
    "ValidationException",
    "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.",
    rank=Rank.RECORDED,
    source=_CIPHERTEXTS,
)

# Asymmetric decryption without KeyId.
key_id_required = answer("ValidationException", "KeyId must not be null", rank=Rank.RECORDED, source=_CIPHERTEXTS)

# A ciphertext that does not decrypt, or a wrapped key that does not unwrap.
invalid_ciphertext = answer("InvalidCiphertextException", rank=Rank.RECORDED, source=_CIPHERTEXTS)

# A ciphertext made under another key than the one named.
incorrect_key = answer(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
    rank=Rank.RECORDED,
    source=_CIPHERTEXTS,
)


@template("ValidationException", rank=Rank.RECORDED, source=_SIGNATURES)
def message_type_of_key_spec(message_type: str, key_spec: str) -> str:
    """Refuse a message type that no algorithm of the key spec takes."""
    return f"Message type {message_type} is incompatible with key spec {key_spec}."


@template("ValidationException", rank=Rank.RECORDED, source=_SIGNATURES)
def message_type_of_algorithm(message_type: str, algorithm: str) -> str:
    """Refuse a message type that the algorithm does not take."""
    return f"Message type {message_type} is incompatible with algorithm {algorithm}."


@template("ValidationException", rank=Rank.RECORDED, source=_SIGNATURES)
def digest_length(algorithm: str) -> str:
    """Refuse a digest of another length than the algorithm's."""
    return f"Digest is invalid length for algorithm {algorithm}."


@template("ValidationException", rank=Rank.RECORDED, source=_SIGNATURES)
def external_mu_length(algorithm: str) -> str:
    """Refuse an external mu that is not 64 bytes."""
    return f"External Mu is invalid length for algorithm {algorithm}."


invalid_signature_of_message = answer("KMSInvalidSignatureException", rank=Rank.RECORDED, source=_SIGNATURES)

invalid_mac = answer("KMSInvalidMacException", rank=Rank.RECORDED, source=_SIGNATURES)

# A peer's public key that is none, or on another curve.
public_key_invalid = answer(
    "ValidationException",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#getpublickey-derivesharedsecret",
)


@template(
    "ValidationException",
    rank=Rank.ASSUMED,
    source="docs/aws/errors.md#validationexception, for the code; fake_kms, for the text",
)
def attestation_invalid(reason: str) -> str:
    """Refuse an attestation document."""
    return f"The attestation document is not valid: {reason}."


attestation_missing = answer(
    "ValidationException",
    "The attestation document is not valid: there is none.",
    rank=Rank.ASSUMED,
    source="docs/aws/errors.md#validationexception, for the code; fake_kms, for the text",
)

dry_run = answer(
    "DryRunOperationException",
    "The request would have succeeded, but the DryRun option is set.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#general",
)

# What a key does not support.
unsupported = answer(
    "UnsupportedOperationException",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#getpublickey-derivesharedsecret; docs/aws/recorded.md#key-rotation; "
    "contradicted by docs/aws/recorded.md#key-rotation, for ListKeyRotations",
)


@template("UnsupportedOperationException", rank=Rank.ASSUMED, source="fake_kms")
def unavailable_here(lack: str) -> str:
    """Refuse an algorithm that AWS has and the installed libraries lack."""
    return lack
