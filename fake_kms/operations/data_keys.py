"""Data keys: made here, used outside, kept encrypted under a KMS key."""

from __future__ import annotations

from fake_kms import errors
from fake_kms.crypto import ciphertext
from fake_kms.operations._declare import Call, KeyUse, Output, operation
from fake_kms.operations.encryption import seal_under

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
    if call.key.material is not None:
        output["KeyMaterialId"] = call.key.material.hex_id
    return output


@operation("GenerateDataKey", _WRAPPING, check_found=_check_size, check_fit=_check_symmetric)
def generate_data_key(call: Call) -> Output:
    """Make a data key of 1 to 1024 bytes, in clear and encrypted.

    Input: KeySpec AES_256 or AES_128, or NumberOfBytes. Output: KeyId is the ARN. Source: API_GenerateDataKey.
    """
    return _data_key(call)


@operation("GenerateDataKeyWithoutPlaintext", _WRAPPING, check_found=_check_size, check_fit=_check_symmetric)
def generate_data_key_without_plaintext(call: Call) -> Output:
    """Make a data key, encrypted only. Source: API_GenerateDataKeyWithoutPlaintext."""
    output = _data_key(call)
    del output["Plaintext"]
    return output
