"""A real consumer, unchanged: the AWS Encryption SDK encrypts and decrypts a file of several megabytes."""

from __future__ import annotations

import io

import aws_encryption_sdk
import pytest
from aws_encryption_sdk.exceptions import DecryptKeyError, GenerateKeyError

SIZE = 3 * 1024 * 1024


@pytest.fixture
def crypto():
    return aws_encryption_sdk.EncryptionSDKClient()


def provider(*arns):
    return aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=list(arns))


def encrypt(crypto, plaintext, *arns):
    source = io.BytesIO(plaintext)
    with crypto.stream(
        mode="e", source=source, key_provider=provider(*arns), encryption_context={"file": "one"}
    ) as stream:
        return stream.read()


def decrypt(crypto, sealed, *arns):
    """Decrypt as `crypto.decrypt` does, and leave no open stream behind when that fails."""
    with crypto.stream(mode="d", source=sealed, key_provider=provider(*arns)) as stream:
        try:
            return stream.read()
        finally:
            # `StreamDecryptor.close` raises "Footer not read" after a failed decryption and leaves the stream open.
            # The finalizer of `io.IOBase` then calls it again, and from Python 3.13 on reports what it raises
            # (gh-62948), in whichever test the garbage collector happens to run. The base class really closes.
            io.IOBase.close(stream)


def test_a_file_of_several_megabytes(kms, client, key, crypto):
    plaintext = bytes(range(256)) * (SIZE // 256)
    sealed = encrypt(crypto, plaintext, key["Arn"])

    opened, header = crypto.decrypt(source=sealed, key_provider=provider(key["Arn"]))

    assert opened == plaintext
    assert header.encryption_context["file"] == "one"
    assert [event.operation for event in kms.journal.events(key=key["Arn"])] == [
        "CreateKey",
        "GenerateDataKey",
        "Decrypt",
    ]


def test_another_key_does_not_open_it(client, key, crypto):
    other = client.create_key()["KeyMetadata"]["Arn"]
    sealed = encrypt(crypto, b"x", key["Arn"])

    with pytest.raises(DecryptKeyError, match="Unable to decrypt any data key"):
        decrypt(crypto, sealed, other)


def test_a_disabled_key_neither_seals_nor_opens(client, key, crypto):
    sealed = encrypt(crypto, b"x", key["Arn"])
    client.disable_key(KeyId=key["KeyId"])

    with pytest.raises(DecryptKeyError):
        decrypt(crypto, sealed, key["Arn"])
    with pytest.raises(GenerateKeyError):
        encrypt(crypto, b"x", key["Arn"])


def test_either_of_two_keys_opens_it(client, key, crypto):
    other = client.create_key()["KeyMetadata"]
    sealed = encrypt(crypto, b"x", key["Arn"], other["Arn"])
    client.disable_key(KeyId=key["KeyId"])

    assert crypto.decrypt(source=sealed, key_provider=provider(key["Arn"], other["Arn"]))[0] == b"x"
