"""Data keys: made here, used outside, kept encrypted under a KMS key."""

from __future__ import annotations

from fake_kms import errors
from fake_kms.crypto import asymmetric, ciphertext
from fake_kms.crypto.material import Unavailable
from fake_kms.operations._declare import Call, KeyUse, Output, operation
from fake_kms.operations.encryption import seal_under
from fake_kms.tables.key_specs import KEY_SPECS

__all__: list[str] = []

_WRAPPING = KeyUse(usage="ENCRYPT_DECRYPT")
_BYTES = {"AES_128": 16, "AES_256": 32}


def _check_size(call: Call) -> None:
    if ("KeySpec" in call.input) == ("NumberOfBytes" in call.input):
        raise errors.data_key_size()


def _check_symmetric(call: Call) -> None:
    if call.key.spec.asymmetric:
        raise errors.asymmetric_data_key()


def _data_key(call: Call) -> Output:
    size = call.input.get("NumberOfBytes") or _BYTES[call.input["KeySpec"]]
    plaintext = call.store.entropy.bytes(size)
    output: Output = {
        "CiphertextBlob": seal_under(call, call.found[0], plaintext, ciphertext.BY_DATA_KEY),
        "KeyId": call.key.arn,
        "Plaintext": plaintext,
    }
    material_id = call.key.material_id
    if material_id is not None:
        output["KeyMaterialId"] = material_id
    return output


@operation("GenerateDataKey", _WRAPPING, check_found=_check_size, after_key_checks=_check_symmetric)
def generate_data_key(call: Call) -> Output:
    """Make a data key of 1 to 1024 bytes, in clear and encrypted.

    Input: KeySpec AES_256 or AES_128, or NumberOfBytes. Output: KeyId is the ARN. Source: API_GenerateDataKey.
    """
    return _data_key(call)


@operation("GenerateDataKeyWithoutPlaintext", _WRAPPING, check_found=_check_size, after_key_checks=_check_symmetric)
def generate_data_key_without_plaintext(call: Call) -> Output:
    """Make a data key, encrypted only. Source: API_GenerateDataKeyWithoutPlaintext."""
    output = _data_key(call)
    del output["Plaintext"]
    return output


def _check_pair(call: Call) -> None:
    _check_symmetric(call)
    if call.key.custom_key_store is not None:
        raise errors.origin(call.key.arn, call.key.origin)
    spec = KEY_SPECS[call.input["KeyPairSpec"]]
    if not spec.available_in(call.caller.region):
        raise errors.key_spec_not_in_region(spec.name)
    try:
        call.store.makers.check(spec)
    except Unavailable as lack:
        raise errors.unavailable_here(str(lack)) from None


def _data_key_pair(call: Call) -> Output:
    spec = KEY_SPECS[call.input["KeyPairSpec"]]
    private = call.store.makers.private_key(spec, f"data key pair {call.request_id}")
    plaintext = asymmetric.private_der(private)
    output: Output = {
        "KeyId": call.key.arn,
        "KeyPairSpec": spec.name,
        "PrivateKeyCiphertextBlob": seal_under(call, call.found[0], plaintext, ciphertext.BY_DATA_KEY),
        "PrivateKeyPlaintext": plaintext,
        "PublicKey": asymmetric.public_der(private),
    }
    if call.key.material_id is not None:
        output["KeyMaterialId"] = call.key.material_id
    return output


@operation("GenerateDataKeyPair", _WRAPPING, after_key_checks=_check_pair)
def generate_data_key_pair(call: Call) -> Output:
    """Make a key pair for use outside KMS, its private half in clear and encrypted.

    Output: PublicKey DER SPKI, PrivateKeyPlaintext DER PKCS#8; KeyId is the ARN. RSA pairs come from the pool of the
    process, as the keys of KMS do. Source: API_GenerateDataKeyPair.
    """
    return _data_key_pair(call)


@operation("GenerateDataKeyPairWithoutPlaintext", _WRAPPING, after_key_checks=_check_pair)
def generate_data_key_pair_without_plaintext(call: Call) -> Output:
    """Make a key pair, its private half encrypted only. Source: API_GenerateDataKeyPairWithoutPlaintext."""
    output = _data_key_pair(call)
    del output["PrivateKeyPlaintext"]
    return output
