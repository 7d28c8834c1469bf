"""Encrypt, Decrypt and ReEncrypt with symmetric keys; asymmetric keys are in test_rsa_encryption.py."""

from __future__ import annotations

import pytest
from expected import DRY_RUN, broken, disabled, members, other_algorithm, other_usage
from iam import OTHER, ROOT, allow, key_policy
from installed import needs
from keys import alias_of, create

INCORRECT_KEY = (
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
)
NO_CIPHERTEXT = (
    "ValidationException",
    "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
)
IGNORING = {"DryRunModifiers": ["IGNORE_CIPHERTEXT"]}


def encrypt(client, key, plaintext=b"x", **more):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=plaintext, **more)["CiphertextBlob"]


class TestEncrypt:
    @pytest.mark.aws
    def test_a_plaintext_that_is_too_long(self, client, key, refused):
        with refused(*broken("plaintext", "have length less than or equal to 4096")):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 4097)

    @pytest.mark.aws
    def test_an_algorithm_that_the_key_does_not_have(self, client, key, refused):
        with refused(*other_algorithm(key, "RSAES_OAEP_SHA_256")):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")

    @pytest.mark.aws
    def test_usage_comes_before_state(self, client, refused):
        signer = create(client, "ECC_NIST_P256")
        client.disable_key(KeyId=signer["KeyId"])

        with refused(*other_usage(signer, "Encrypt")):
            client.encrypt(KeyId=signer["KeyId"], Plaintext=b"x")

    @pytest.mark.aws
    def test_a_disabled_key(self, client, key, refused):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused(*DRY_RUN):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True)

    @pytest.mark.aws
    def test_the_answer(self, client, key):
        alias_name = alias_of(client, key)
        answer = members(client.encrypt(KeyId=alias_name, Plaintext=b"x"))

        assert client.decrypt(CiphertextBlob=answer.pop("CiphertextBlob"))["Plaintext"] == b"x"
        assert answer == {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "KeyId": key["Arn"]}


class TestDecrypt:
    @pytest.mark.aws
    def test_another_key_is_named(self, client, key, refused):
        blob = encrypt(client, key)
        other = client.create_key()["KeyMetadata"]["KeyId"]
        client.disable_key(KeyId=other)

        with refused(*INCORRECT_KEY):
            client.decrypt(CiphertextBlob=blob, KeyId=other)

    @pytest.mark.aws
    def test_a_named_key_that_does_not_exist_comes_before_the_ciphertext(self, client, refused):
        with refused("NotFoundException", "Invalid keyId 'foo'"):
            client.decrypt(CiphertextBlob=b"garbage", KeyId="foo")

    @pytest.mark.aws
    def test_an_asymmetric_algorithm_needs_a_key(self, client, refused):
        with refused("ValidationException", "KeyId must not be null"):
            client.decrypt(CiphertextBlob=b"garbage", EncryptionAlgorithm="RSAES_OAEP_SHA_256")

    @pytest.mark.aws
    def test_a_disabled_key(self, client, key, refused):
        blob = encrypt(client, key)
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.decrypt(CiphertextBlob=blob)

    @pytest.mark.aws
    def test_dry_run_decrypts(self, client, key, refused):
        blob = encrypt(client, key, EncryptionContext={"a": "b"})

        with refused(*DRY_RUN):
            client.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}, DryRun=True)
        with refused("InvalidCiphertextException"):
            client.decrypt(CiphertextBlob=blob, DryRun=True)

    @pytest.mark.aws
    def test_a_dry_run_can_ignore_the_ciphertext(self, client, key, refused):
        for ciphertext in ({}, {"CiphertextBlob": b"garbage"}):
            with refused(*DRY_RUN):
                client.decrypt(KeyId=key["KeyId"], DryRun=True, **IGNORING, **ciphertext)

    def test_a_ciphertext_that_alone_names_the_key_is_not_ignored(self, client, key, refused):
        for ciphertext, refusal in (
            ({}, ("ValidationException", "KeyId must not be null")),
            ({"CiphertextBlob": b"garbage"}, ("InvalidCiphertextException",)),
            ({"CiphertextBlob": encrypt(client, key)}, DRY_RUN),
        ):
            with refused(*refusal):
                client.decrypt(DryRun=True, **IGNORING, **ciphertext)

    @pytest.mark.aws
    def test_outside_of_a_dry_run_the_ciphertext_is_not_ignored(self, client, key, refused):
        blob = encrypt(client, key)

        assert client.decrypt(CiphertextBlob=blob, **IGNORING)["Plaintext"] == b"x"
        with refused(*NO_CIPHERTEXT):
            client.decrypt(KeyId=key["KeyId"], **IGNORING)
        for request in ({}, {"DryRun": False}):
            with refused("InvalidCiphertextException"):
                client.decrypt(CiphertextBlob=b"garbage", **IGNORING, **request)

    @pytest.mark.aws
    @needs("Decrypt:KeyMaterialId")
    def test_the_answer(self, client, key):
        answer = client.decrypt(CiphertextBlob=encrypt(client, key), KeyId=key["Arn"])

        assert members(answer) == {
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "KeyId": key["Arn"],
            "KeyMaterialId": key["CurrentKeyMaterialId"],
            "Plaintext": b"x",
        }

    @pytest.mark.aws
    def test_the_key_is_found_in_the_ciphertext(self, client, key):
        blob = encrypt(client, key)

        assert client.decrypt(CiphertextBlob=blob)["KeyId"] == key["Arn"]

    def test_a_key_of_another_account_is_found_in_the_ciphertext(self, client, key, elsewhere):
        blob = encrypt(client, key)
        policy = key_policy(allow(to=ROOT), allow("kms:Decrypt", to=OTHER))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=policy)

        assert elsewhere(account=OTHER).decrypt(CiphertextBlob=blob)["KeyId"] == key["Arn"]


class TestReEncrypt:
    def test_a_ciphertext_is_required_although_the_model_does_not_say_so(self, client, key, refused):
        with refused(*NO_CIPHERTEXT):
            client.re_encrypt(DestinationKeyId=key["KeyId"])

    @pytest.mark.aws
    def test_the_algorithm_is_checked_before_the_ciphertext_is_opened(self, client, key, refused):
        blob = encrypt(client, key)

        with refused(*other_algorithm(key, "RSAES_OAEP_SHA_256")):
            client.re_encrypt(
                CiphertextBlob=blob, SourceKeyId=key["KeyId"], SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
                DestinationKeyId=key["KeyId"],
            )  # fmt: skip

    @pytest.mark.aws
    def test_the_refusals_of_both_sides(self, client, key, refused):
        other = client.create_key()["KeyMetadata"]
        blob = encrypt(client, key)

        with refused("InvalidCiphertextException"):
            client.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"a": "b"}, DestinationKeyId=other["KeyId"])
        with refused(*INCORRECT_KEY):
            client.re_encrypt(CiphertextBlob=blob, SourceKeyId=other["KeyId"], DestinationKeyId=other["KeyId"])
        with refused("NotFoundException", "Invalid keyId 'foo'"):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId="foo")
        client.disable_key(KeyId=other["KeyId"])
        with refused(*disabled(other)):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])
        with refused("InvalidCiphertextException"):
            client.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"a": "b"}, DestinationKeyId=other["KeyId"])
        client.disable_key(KeyId=key["KeyId"])
        with refused(*disabled(key)):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])

    @pytest.mark.aws
    def test_a_destination_of_another_usage(self, client, key, refused):
        blob, signer = encrypt(client, key), create(client, "ECC_NIST_P256")

        with refused(*other_usage(signer, "ReEncrypt")):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=signer["KeyId"])

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        blob = encrypt(client, key)

        with refused(*DRY_RUN):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["KeyId"], DryRun=True)
        with refused("InvalidCiphertextException"):
            client.re_encrypt(CiphertextBlob=b"garbage", DestinationKeyId=key["KeyId"], DryRun=True)

    @pytest.mark.aws
    def test_a_dry_run_can_ignore_the_ciphertext(self, client, key, refused):
        both = {"SourceKeyId": key["KeyId"], "DestinationKeyId": key["KeyId"]}

        for ciphertext in ({}, {"CiphertextBlob": b"garbage"}):
            with refused(*DRY_RUN):
                client.re_encrypt(DryRun=True, **both, **IGNORING, **ciphertext)

    @pytest.mark.aws
    def test_outside_of_a_dry_run_the_ciphertext_is_not_ignored(self, client, key, refused):
        blob = encrypt(client, key)

        again = client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["KeyId"], **IGNORING)["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=again)["Plaintext"] == b"x"
        with refused(*NO_CIPHERTEXT):
            client.re_encrypt(SourceKeyId=key["KeyId"], DestinationKeyId=key["KeyId"], **IGNORING)
        with refused("InvalidCiphertextException"):
            client.re_encrypt(CiphertextBlob=b"garbage", DestinationKeyId=key["KeyId"], **IGNORING)

    @pytest.mark.aws
    @needs("ReEncrypt:SourceKeyMaterialId")
    def test_another_key_and_another_context(self, client, key):
        other = client.create_key()["KeyMetadata"]
        answer = client.re_encrypt(
            CiphertextBlob=encrypt(client, key, EncryptionContext={"a": "b"}),
            SourceEncryptionContext={"a": "b"},
            DestinationKeyId=other["KeyId"],
            DestinationEncryptionContext={"c": "d"},
        )

        moved = answer.pop("CiphertextBlob")
        assert members(answer) == {
            "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "DestinationKeyMaterialId": other["CurrentKeyMaterialId"],
            "KeyId": other["Arn"],
            "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "SourceKeyId": key["Arn"],
            "SourceKeyMaterialId": key["CurrentKeyMaterialId"],
        }
        assert client.decrypt(CiphertextBlob=moved, EncryptionContext={"c": "d"})["Plaintext"] == b"x"
