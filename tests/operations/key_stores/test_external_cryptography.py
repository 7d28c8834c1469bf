"""Cryptographic operations with keys in custom key stores: what the proxy receives, and what its failures do."""

from __future__ import annotations

import base64

import botocore.exceptions
import pytest
from expected import INACCESSIBLE
from key_stores import CLUSTER, ENDPOINT, TEXTS, connection

from fake_kms.xks import Failure

# What the proxy decrypts does not open inside KMS.
NOT_OPENED = (
    "The ciphertext that the external key store proxy submitted for decryption, or the encryption context, is "
    "corrupted, missing, or otherwise invalid."
)


def test_every_operation(client, key, stored_key):
    key_id, context = stored_key["KeyId"], {"a": "b"}
    encrypted = client.encrypt(KeyId=key_id, Plaintext=b"p" * 4096, EncryptionContext=context)
    data_key = client.generate_data_key(KeyId=key_id, NumberOfBytes=1024)
    hidden = client.generate_data_key_without_plaintext(KeyId=key_id, KeySpec="AES_256")
    there = client.re_encrypt(
        CiphertextBlob=encrypted["CiphertextBlob"], SourceEncryptionContext=context, DestinationKeyId=key["KeyId"]
    )
    back = client.re_encrypt(CiphertextBlob=there["CiphertextBlob"], DestinationKeyId=key_id)

    decrypted = client.decrypt(CiphertextBlob=encrypted["CiphertextBlob"], EncryptionContext=context)
    assert decrypted["Plaintext"] == client.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"p" * 4096
    assert client.decrypt(CiphertextBlob=data_key["CiphertextBlob"])["Plaintext"] == data_key["Plaintext"]
    assert len(client.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == 32
    for answer in (encrypted, data_key, hidden, decrypted):
        assert answer["KeyId"] == stored_key["Arn"]
        assert "KeyMaterialId" not in answer
    assert "SourceKeyMaterialId" not in there
    assert "DestinationKeyMaterialId" not in back


@pytest.mark.parametrize("metadata", [b"", b"m" * 20])
def test_the_blob_contains_what_the_proxy_needs_to_decrypt(client, proxy, xks_key, metadata):
    ordinary = len(
        client.encrypt(KeyId=client.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"x" * 500)["CiphertextBlob"]
    )
    proxy.ciphertext_metadata = metadata
    blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x" * 500)["CiphertextBlob"]

    assert len(blob) == ordinary + 2 + len(metadata) + 12 + 16
    assert metadata in blob
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x" * 500


class Recording:
    """A proxy of the user's own that passes requests on and records them."""

    def __init__(self, local):
        self.local, self.requests, self.change = local, [], {}

    def call(self, path, body):
        self.requests.append((path, body))
        return self.local.call(path, body) | self.change


@pytest.fixture
def recording(kms, proxy, outside):
    """Put a recording proxy before the proxy, once the key store is connected."""
    between = Recording(proxy)
    kms.xks.route(ENDPOINT, between)
    return between


class TestRequests:
    def test_what_the_proxy_receives(self, client, recording, xks_key):
        metadata = {"awsPrincipalArn": "arn:aws:iam::123456789012:user/admin", "kmsOperation": "CreateKey"}
        path, request = recording.requests.pop()
        request["requestMetadata"].pop("kmsRequestId")
        assert (path, request) == ("/keys/one/metadata", {"requestMetadata": metadata})

        answer = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"plaintext!", EncryptionContext={"a": "b"})
        client.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"a": "b"})
        (path, encrypt), (decrypt_path, decrypt) = recording.requests
        assert (path, decrypt_path) == ("/keys/one/encrypt", "/keys/one/decrypt")
        assert encrypt["requestMetadata"] == metadata | {
            "kmsOperation": "Encrypt",
            "kmsKeyArn": xks_key["Arn"],
            "kmsRequestId": answer["ResponseMetadata"]["RequestId"],
        }
        assert decrypt["requestMetadata"]["kmsOperation"] == "Decrypt"
        assert encrypt["additionalAuthenticatedData"] == decrypt["additionalAuthenticatedData"]
        sent = base64.b64decode(encrypt["plaintext"])
        assert len(sent) == len(b"plaintext!") + 27
        assert b"plaintext!" not in sent

    def test_additional_data_fits_whatever_the_encryption_context(self, client, recording, xks_key):
        context = {f"k{number}": "v" * 100 for number in range(70)}
        blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"x"


class TestCiphertexts:
    def test_another_encryption_context(self, client, xks_key, refused):
        blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]
        with refused("KMSInvalidStateException", TEXTS[Failure.INVALID_CIPHERTEXT]):
            client.decrypt(CiphertextBlob=blob)

    def test_any_changed_byte(self, client, proxy, xks_key):
        proxy.ciphertext_metadata = b"meta"
        blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        seen = set()
        for position in range(len(blob)):
            changed = bytearray(blob)
            changed[position] ^= 1
            with pytest.raises(botocore.exceptions.ClientError) as caught:
                client.decrypt(CiphertextBlob=bytes(changed))
            error = caught.value.response["Error"]
            seen.add((error["Code"], error["Message"]))
        assert seen == {
            ("InvalidCiphertextException", ""),
            ("KMSInvalidStateException", TEXTS[Failure.INVALID_CIPHERTEXT]),
            ("KMSInvalidStateException", NOT_OPENED),
            INACCESSIBLE,
        }

    def test_both_layers_are_needed(self, client, recording, xks_key, refused):
        blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        recording.change = {"plaintext": base64.b64encode(bytes(28)).decode()}
        with refused("KMSInvalidStateException", NOT_OPENED):
            client.decrypt(CiphertextBlob=blob)


class TestFailures:
    def test_an_answer_that_is_not_valid(self, client, recording, xks_key, refused):
        recording.change = {"authenticationTag": "x"}
        with refused("KMSInvalidStateException", TEXTS[Failure.INVALID_RESPONSE]):
            client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")

    @pytest.mark.parametrize("failure", list(Failure), ids=lambda failure: failure.name)
    def test_a_proxy_that_fails(self, client, key, proxy, xks_key, refused, failure):
        key_id = {"KeyId": xks_key["KeyId"]}
        blob = client.encrypt(**key_id, Plaintext=b"x")["CiphertextBlob"]
        ordinary = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        for operation, request in (
            (client.encrypt, key_id | {"Plaintext": b"x"}),
            (client.decrypt, {"CiphertextBlob": blob}),
            (client.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": key["KeyId"]}),
            (client.re_encrypt, {"CiphertextBlob": ordinary, "DestinationKeyId": key_id["KeyId"]}),
            (client.generate_data_key, key_id | {"KeySpec": "AES_256"}),
            (client.generate_data_key_without_plaintext, key_id | {"KeySpec": "AES_256"}),
        ):
            proxy.fail_with(failure)
            with refused("KMSInvalidStateException", TEXTS.get(failure, "")):
                operation(**request)
        assert connection(client, xks_key["CustomKeyStoreId"]) == ("CONNECTED", None)

    def test_an_external_key_that_was_disabled_or_deleted(self, client, proxy, xks_key, refused):
        proxy.set_status("one", "DISABLED")
        with refused("KMSInvalidStateException", TEXTS[Failure.KEY_DISABLED]):
            client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")
        proxy.delete_key("one")
        with refused("KMSInvalidStateException", TEXTS[Failure.KEY_NOT_FOUND]):
            client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")

    def test_a_cluster_that_no_longer_answers(self, kms, client, hsm_key, refused):
        blob = client.encrypt(KeyId=hsm_key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        cluster = kms.clusters.add(CLUSTER, state="DEGRADED")
        text = "KMS cannot communicate with your CloudHSM cluster"
        with refused("KMSInvalidStateException", text):
            client.encrypt(KeyId=hsm_key["KeyId"], Plaintext=b"x")
        cluster.set_state("ACTIVE")
        cluster.hsms = 0
        with refused("KMSInvalidStateException", text):
            client.decrypt(CiphertextBlob=blob)
        cluster.hsms = 1
        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
