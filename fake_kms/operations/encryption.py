"""Encrypt, Decrypt and ReEncrypt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import crypto, errors
from fake_kms.crypto import ciphertext
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.operations._cloud_hsm import check_cluster_answers
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._external_keys import decrypt_externally, encrypt_externally

if TYPE_CHECKING:
    from fake_kms.crypto.ciphertext import Sealed
    from fake_kms.crypto.material import Material
    from fake_kms.operations.call import Call, FoundKey
    from fake_kms.store.key_store import CustomKeyStore

__all__ = ["seal_under"]

_SYMMETRIC = "SYMMETRIC_DEFAULT"
_ENCRYPT = KeyUse(usage="ENCRYPT_DECRYPT", algorithm="EncryptionAlgorithm")
_DECRYPT = KeyUse(usage="ENCRYPT_DECRYPT", algorithm="EncryptionAlgorithm", ciphertext="CiphertextBlob")


def seal_under(call: Call, found: FoundKey, plaintext: bytes, kind: int) -> bytes:
    """Encrypt under the current material of a found key, with the algorithm and context the request gives for it.

    Raises: KmsError ValidationException when the plaintext is too long for RSA.
    """
    key, material = found.key, found.key.material
    assert material is not None  # noqa: S101 - the key's state says so
    if key.spec.asymmetric:
        algorithm = _algorithm(call, found)
        limit = crypto.asymmetric.longest_plaintext(algorithm, key.spec.size)
        if len(plaintext) > limit:
            raise errors.plaintext_too_long(algorithm, key.spec.name, limit)
        return crypto.asymmetric.rsa_encrypt(material.private, algorithm, plaintext)
    context, key_store = call.input.get(found.use.context), key.custom_key_store
    external = key_store is not None and _is_external(call, key_store)
    sealed = ciphertext.encrypt(material, plaintext, context, kind, call.tools.entropy)
    if external:
        content = encrypt_externally(call, key, sealed.content, ciphertext.additional_data(sealed, context))
        sealed = sealed._replace(content=content)
    return ciphertext.frame(sealed)


def _open(call: Call, found: FoundKey) -> bytes:
    blob = call.input.get(found.use.ciphertext or "")
    if call.ignores_ciphertext or blob is None:
        return b""
    try:
        if found.sealed is not None and found.material is not None:
            return _decrypt_sealed(call, found, found.sealed, found.material)
        assert found.key.material is not None  # noqa: S101 - the key's state says so
        return crypto.asymmetric.rsa_decrypt(found.key.material.private, _algorithm(call, found), blob)
    except BadCiphertext:
        raise errors.invalid_ciphertext() from None


def _decrypt_sealed(call: Call, found: FoundKey, sealed: Sealed, material: Material) -> bytes:
    context, key_store = call.input.get(found.use.context), found.key.custom_key_store
    if key_store is None or not _is_external(call, key_store):
        return ciphertext.decrypt(sealed, material, context)
    content = decrypt_externally(call, found.key, sealed.content, ciphertext.additional_data(sealed, context))
    try:
        return ciphertext.decrypt(sealed._replace(content=content), material, context)
    except BadCiphertext:
        raise errors.xks_plaintext() from None


def _is_external(call: Call, key_store: CustomKeyStore) -> bool:
    """Return whether an external key encrypts too. Raises: KmsError where a CloudHSM cluster does not answer."""
    if not key_store.external:
        check_cluster_answers(call, key_store)
    return key_store.external


def _algorithm(call: Call, found: FoundKey) -> str:
    chosen: str = call.input.get(found.use.algorithm or "", _SYMMETRIC)
    return chosen


@operation("Encrypt", _ENCRYPT)
def encrypt(call: Call) -> Output:
    """Encrypt up to 4096 bytes under a KMS key.

    Output: CiphertextBlob; KeyId is the ARN. Raises: nothing beyond the declaration. Source: API_Encrypt.
    """
    found = call.found[0]
    return {
        "CiphertextBlob": seal_under(call, found, call.input["Plaintext"], ciphertext.BY_ENCRYPT),
        "EncryptionAlgorithm": _algorithm(call, found),
        "KeyId": found.key.arn,
    }


@operation("Decrypt", _DECRYPT)
def decrypt(call: Call) -> Output:
    """Decrypt what Encrypt or a data key operation made; the ciphertext names its key.

    Output: Plaintext; KeyId is the ARN; KeyMaterialId for symmetric keys.
    Raises: InvalidCiphertextException for another context or a changed bit. Source: API_Decrypt.
    """
    found = call.found[0]
    output: Output = {
        "EncryptionAlgorithm": _algorithm(call, found),
        "KeyId": found.key.arn,
        "KeyOrigin": found.key.origin,
        "Plaintext": _open(call, found),
    }
    if found.material is not None and found.key.custom_key_store is None:
        output["KeyMaterialId"] = found.material.hex_id
    return output


def _check_source(call: Call, found: FoundKey) -> None:
    # The source is checked as a whole before the destination. Assumed: both keys are looked up before either is
    # checked, and a custom key store is used only when the destination has passed its checks too.
    if found.key.custom_key_store is None:
        call.found[0] = found._replace(plaintext=_open(call, found))


_SOURCE = KeyUse(
    member="SourceKeyId",
    usage="ENCRYPT_DECRYPT",
    algorithm="SourceEncryptionAlgorithm",
    ciphertext="CiphertextBlob",
    action="kms:ReEncryptFrom",
    context="SourceEncryptionContext",
    check=_check_source,
)
_DESTINATION = KeyUse(
    member="DestinationKeyId",
    usage="ENCRYPT_DECRYPT",
    algorithm="DestinationEncryptionAlgorithm",
    action="kms:ReEncryptTo",
    context="DestinationEncryptionContext",
)


@operation("ReEncrypt", _SOURCE, _DESTINATION)
def re_encrypt(call: Call) -> Output:
    """Decrypt and encrypt again under another key or context; the plaintext never leaves KMS.

    Output: CiphertextBlob; KeyId (destination) and SourceKeyId are ARNs. Raises: as Decrypt and Encrypt.
    Source: API_ReEncrypt.
    """
    source, destination = call.found
    plaintext = _open(call, source) if source.plaintext is None else source.plaintext
    output: Output = {
        "CiphertextBlob": seal_under(call, destination, plaintext, ciphertext.BY_ENCRYPT),
        "DestinationEncryptionAlgorithm": _algorithm(call, destination),
        "KeyId": destination.key.arn,
        "SourceEncryptionAlgorithm": _algorithm(call, source),
        "SourceKeyId": source.key.arn,
    }
    if source.material is not None and source.key.custom_key_store is None:
        output["SourceKeyMaterialId"] = source.material.hex_id
    if destination.key.material_id is not None:
        output["DestinationKeyMaterialId"] = destination.key.material_id
    return output
