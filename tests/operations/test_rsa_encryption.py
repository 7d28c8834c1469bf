"""Encrypt, Decrypt and ReEncrypt with RSA keys."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from expected import members, other_algorithm
from installed import needs
from keys import create, public_key

from fake_kms.tables.key_specs import KEY_SPECS

LIMITS = [
    (spec, algorithm, limit)
    for spec, limits in {"RSA_2048": (214, 190), "RSA_3072": (342, 318), "RSA_4096": (470, 446)}.items()
    for algorithm, limit in zip(("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"), limits, strict=True)
]


class TestRsaEncryption:
    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm", "limit"), LIMITS)
    def test_up_to_the_limit_and_no_further(self, client, refused, spec, algorithm, limit):
        key = create(client, spec, "ENCRYPT_DECRYPT")
        request = {"KeyId": key["KeyId"], "EncryptionAlgorithm": algorithm}
        answer = members(client.encrypt(Plaintext=b"x" * limit, **request))

        blob = answer.pop("CiphertextBlob")
        assert len(blob) == KEY_SPECS[spec].size
        assert answer == {"EncryptionAlgorithm": algorithm, "KeyId": key["Arn"]}
        opened = members(client.decrypt(CiphertextBlob=blob, **request))
        assert opened == {"EncryptionAlgorithm": algorithm, "KeyId": key["Arn"], "Plaintext": b"x" * limit}
        message = f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {limit} bytes."
        with refused("ValidationException", message):
            client.encrypt(Plaintext=b"x" * (limit + 1), **request)

    @pytest.mark.aws
    def test_what_was_encrypted_outside_decrypts(self, client):
        key = create(client, "RSA_2048", "ENCRYPT_DECRYPT")
        sha = hashes.SHA256()
        blob = public_key(client, key).encrypt(b"outside", padding.OAEP(padding.MGF1(sha), sha, None))

        answer = client.decrypt(KeyId=key["KeyId"], CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        assert answer["Plaintext"] == b"outside"

    @pytest.mark.aws
    def test_the_refusals(self, client, refused):
        key = create(client, "RSA_2048", "ENCRYPT_DECRYPT")
        rsa = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256", "KeyId": key["KeyId"]}
        blob = client.encrypt(Plaintext=b"x", **rsa)["CiphertextBlob"]

        with refused(*other_algorithm(key, "SYMMETRIC_DEFAULT")):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with refused(
            "ValidationException", "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs."
        ):
            client.encrypt(Plaintext=b"x", EncryptionContext={"a": "b"}, **rsa)
        for wrong in (b"x", blob[:-1], bytes(256), blob + b"\0"):
            with refused("InvalidCiphertextException"):
                client.decrypt(CiphertextBlob=wrong, **rsa)
        with refused("InvalidCiphertextException"):
            client.decrypt(CiphertextBlob=blob, KeyId=key["KeyId"], EncryptionAlgorithm="RSAES_OAEP_SHA_1")
        with refused("InvalidCiphertextException"):
            client.decrypt(CiphertextBlob=blob, KeyId=key["KeyId"])
        with refused("ValidationException", "KeyId must not be null"):
            client.decrypt(CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")

    @pytest.mark.aws
    @needs("ReEncrypt:DestinationKeyMaterialId")
    def test_re_encrypt_between_kinds_of_keys(self, client, key, refused):
        rsa = create(client, "RSA_2048", "ENCRYPT_DECRYPT")
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 100)["CiphertextBlob"]
        moved = client.re_encrypt(
            CiphertextBlob=blob, DestinationKeyId=rsa["KeyId"], DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_1"
        )
        back = client.re_encrypt(
            CiphertextBlob=moved["CiphertextBlob"], SourceKeyId=rsa["KeyId"], SourceEncryptionAlgorithm="RSAES_OAEP_SHA_1",
            DestinationKeyId=key["KeyId"],
        )  # fmt: skip

        assert "DestinationKeyMaterialId" not in moved
        assert back["DestinationKeyMaterialId"] == key["CurrentKeyMaterialId"]
        assert client.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"x" * 100
        long = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 191)["CiphertextBlob"]
        message = "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes."
        with refused("ValidationException", message):
            client.re_encrypt(
                CiphertextBlob=long, DestinationKeyId=rsa["KeyId"], DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256"
            )
