"""Encrypt, Decrypt, ReEncrypt, GenerateDataKey and GenerateDataKeyWithoutPlaintext with symmetric keys."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ELSEWHERE = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not "
    "allowed to access."
)
INCORRECT = "The key ID in the request does not identify a CMK that can perform this operation."
DRY_RUN = "The request would have succeeded, but the DryRun option is set."
# From public documentation: aws-sdk-go's KMS tests, and the head of one in the AWS CLI reference.
AWS_SAMPLE = base64.b64decode(
    "AQEDAHhqBCCY1MSimw8gOGcUma79cn4ANvTtQyv9iuBdbcEF1QAAAH4wfAYJKoZIhvcNAQcGoG8wbQIBADBoBgkqhkiG9w0BBwEwHgYJYIZIAWUDBAEuMBEEDJ6IcN5E4wVbk38MNAIBEIA7oF1E3lS7FY9DkoxPc/UmJsEwHzL82zMqoLwXIvi8LQHr8If4Lv6zKqY8u0+JRgSVoqCvZDx3p8Cn6nM="
)


class TestTheBlob:
    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("size", "length"), [(1, 153), (16, 168), (24, 176), (32, 184), (64, 220), (1218, 1380), (4096, 4258)]
    )
    def test_its_length_is_that_of_aws(self, client, key, size, length):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * size)["CiphertextBlob"]

        assert len(blob) == length

    @pytest.mark.aws
    def test_its_prefix_tells_encrypt_from_data_keys(self, client, key):
        encrypted = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        data_key = client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")["CiphertextBlob"]

        assert base64.b64encode(encrypted).startswith(b"AQICAH")
        assert base64.b64encode(data_key).startswith(b"AQIDAH")

    @pytest.mark.aws
    def test_it_differs_each_time_and_shows_nothing_of_the_plaintext(self, client, key):
        first, second = (
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"secret" * 9)["CiphertextBlob"] for _ in range(2)
        )

        assert first != second
        assert b"secret" not in first

    def test_one_flipped_bit_is_refused(self, client, key, send):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]
        for position in range(len(blob)):
            for bit in (0, 7):
                changed = bytearray(blob)
                changed[position] ^= 1 << bit
                answer = send("Decrypt", {"CiphertextBlob": bytes(changed), "EncryptionContext": {"a": "b"}}).json
                in_material_id = 5 <= position < 37
                expected = "AccessDeniedException" if in_material_id else "InvalidCiphertextException"
                assert answer["__type"] == expected, (position, bit)

    @pytest.mark.aws
    @pytest.mark.parametrize(
        "change",
        [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[:40], lambda b: b"", lambda b: b"x" * 200],
    )
    def test_cut_lengthened_or_garbage(self, client, key, unchecked, refused, change):
        blob = change(client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"])
        if not blob:
            message = (
                "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            )
            with refused("ValidationException", message):
                unchecked.decrypt(CiphertextBlob=blob)
            return
        with refused("InvalidCiphertextException"):
            unchecked.decrypt(CiphertextBlob=blob)

    @pytest.mark.aws
    def test_a_real_blob_of_aws_is_well_formed_and_foreign(self, client, refused):
        with refused("AccessDeniedException", ELSEWHERE):
            client.decrypt(CiphertextBlob=AWS_SAMPLE)

    def test_another_region_and_another_fake_do_not_know_it(self, kms, client, key, elsewhere, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        with refused("AccessDeniedException", ELSEWHERE):
            elsewhere(region="eu-west-1").decrypt(CiphertextBlob=blob)
        kms.reset()
        with refused("AccessDeniedException", ELSEWHERE):
            client.decrypt(CiphertextBlob=blob)


CONTEXTS = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4)


class TestEncryptionContext:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(context=CONTEXTS, other=CONTEXTS, plaintext=st.binary(min_size=1, max_size=4096))
    def test_only_the_same_context_decrypts(self, send, key, context, other, plaintext):
        blob = send("Encrypt", {"KeyId": key["KeyId"], "Plaintext": plaintext, "EncryptionContext": context}).json[
            "CiphertextBlob"
        ]

        answer = send("Decrypt", {"CiphertextBlob": blob, "EncryptionContext": dict(reversed(context.items()))}).json
        assert base64.b64decode(answer["Plaintext"]) == plaintext
        answer = send("Decrypt", {"CiphertextBlob": blob, "EncryptionContext": other}).json
        assert ("Plaintext" in answer) == (context == other)

    @pytest.mark.aws
    def test_pairs_that_read_alike_when_joined(self, client, key, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"ab": "c"})["CiphertextBlob"]

        for other in ({"a": "bc"}, {"abc": ""}, {"": "abc"}, {"AB": "c"}, {}):
            with refused("InvalidCiphertextException"):
                client.decrypt(CiphertextBlob=blob, EncryptionContext=other)

    @pytest.mark.aws
    def test_an_empty_context_is_none(self, client, key):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={})["CiphertextBlob"]

        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


class TestEncrypt:
    @pytest.mark.aws
    def test_the_answer(self, client, key):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        answer = client.encrypt(KeyId="alias/app", Plaintext=b"x")

        assert (answer["KeyId"], answer["EncryptionAlgorithm"]) == (key["Arn"], "SYMMETRIC_DEFAULT")
        assert "KeyMaterialId" not in answer

    @pytest.mark.aws
    def test_too_much(self, client, key, refused):
        message = (
            "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
            "Member must have length less than or equal to 4096"
        )
        with refused("ValidationException", message):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 4097)

    @pytest.mark.aws
    def test_an_algorithm_that_the_key_has_not(self, client, key, refused):
        message = "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."
        with refused("InvalidKeyUsageException", message):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused("DryRunOperationException", DRY_RUN):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True)


class TestDecrypt:
    @pytest.mark.aws
    def test_the_answer(self, client, key):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        answer = client.decrypt(CiphertextBlob=blob, KeyId=key["Arn"])

        del answer["ResponseMetadata"]
        assert answer == {
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "KeyId": key["Arn"],
            "KeyMaterialId": key["CurrentKeyMaterialId"],
            "Plaintext": b"x",
        }

    @pytest.mark.aws
    def test_another_key_is_named(self, client, key, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        other = client.create_key()["KeyMetadata"]["KeyId"]
        client.disable_key(KeyId=other)

        with refused("IncorrectKeyException", INCORRECT):
            client.decrypt(CiphertextBlob=blob, KeyId=other)

    @pytest.mark.aws
    def test_a_foreign_blob_with_a_key_named(self, client, key, refused):
        with refused("IncorrectKeyException", INCORRECT):
            client.decrypt(CiphertextBlob=AWS_SAMPLE, KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_named_key_that_does_not_exist_comes_before_the_ciphertext(self, client, refused):
        with refused("NotFoundException", "Invalid keyId 'foo'"):
            client.decrypt(CiphertextBlob=b"garbage", KeyId="foo")

    @pytest.mark.aws
    def test_an_asymmetric_algorithm_needs_a_key(self, client, refused):
        with refused("ValidationException", "KeyId must not be null"):
            client.decrypt(CiphertextBlob=b"garbage", EncryptionAlgorithm="RSAES_OAEP_SHA_256")

    @pytest.mark.aws
    def test_dry_run_tells_what_would_happen(self, client, key, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]

        with refused("DryRunOperationException", DRY_RUN):
            client.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}, DryRun=True)
        with refused("InvalidCiphertextException"):
            client.decrypt(CiphertextBlob=blob, DryRun=True)
        with refused("DryRunOperationException", DRY_RUN):
            client.decrypt(KeyId=key["KeyId"], DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"])

    @pytest.mark.aws
    def test_ignoring_the_ciphertext_is_for_dry_runs_and_ignores_it_then(self, client, key, refused):
        null = "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null"
        with refused("ValidationException", null):
            client.decrypt(KeyId=key["KeyId"], DryRunModifiers=["IGNORE_CIPHERTEXT"])
        with refused("ValidationException", null):
            client.re_encrypt(
                SourceKeyId=key["KeyId"], DestinationKeyId=key["KeyId"], DryRunModifiers=["IGNORE_CIPHERTEXT"]
            )
        ignoring = {"CiphertextBlob": b"garbage", "DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
        with refused("DryRunOperationException", DRY_RUN):
            client.decrypt(KeyId=key["KeyId"], **ignoring)
        with refused("DryRunOperationException", DRY_RUN):
            client.re_encrypt(SourceKeyId=key["KeyId"], DestinationKeyId=key["KeyId"], **ignoring)

    @pytest.mark.aws
    def test_outside_of_a_dry_run_the_modifier_does_nothing(self, client, key, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        modified = {"CiphertextBlob": blob, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}

        assert client.decrypt(**modified)["Plaintext"] == b"x"
        again = client.re_encrypt(DestinationKeyId=key["KeyId"], **modified)["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=again)["Plaintext"] == b"x"
        for request in ({}, {"DryRun": False}):
            with refused("InvalidCiphertextException"):
                client.decrypt(**modified | {"CiphertextBlob": b"garbage"}, **request)

    def test_a_key_of_another_account_is_found_in_the_ciphertext(self, client, key, elsewhere):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        assert client.decrypt(CiphertextBlob=blob)["KeyId"] == key["Arn"]


class TestReEncrypt:
    @pytest.mark.aws
    def test_another_key_and_another_context(self, client, key):
        other = client.create_key()["KeyMetadata"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]
        answer = client.re_encrypt(
            CiphertextBlob=blob,
            SourceEncryptionContext={"a": "b"},
            DestinationKeyId=other["KeyId"],
            DestinationEncryptionContext={"c": "d"},
        )

        moved = answer.pop("CiphertextBlob")
        del answer["ResponseMetadata"]
        assert answer == {
            "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "DestinationKeyMaterialId": other["CurrentKeyMaterialId"],
            "KeyId": other["Arn"],
            "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "SourceKeyId": key["Arn"],
            "SourceKeyMaterialId": key["CurrentKeyMaterialId"],
        }
        assert client.decrypt(CiphertextBlob=moved, EncryptionContext={"c": "d"})["Plaintext"] == b"x"

    @pytest.mark.aws
    def test_the_algorithm_is_judged_before_the_ciphertext_is_opened(self, client, key, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        message = "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."
        with refused("InvalidKeyUsageException", message):
            client.re_encrypt(
                CiphertextBlob=blob, SourceKeyId=key["KeyId"], SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
                DestinationKeyId=key["KeyId"],
            )  # fmt: skip

    @pytest.mark.aws
    def test_the_refusals_of_both_sides(self, client, key, refused):
        other = client.create_key()["KeyMetadata"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        with refused("InvalidCiphertextException"):
            client.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"a": "b"}, DestinationKeyId=other["KeyId"])
        with refused("IncorrectKeyException", INCORRECT):
            client.re_encrypt(CiphertextBlob=blob, SourceKeyId=other["KeyId"], DestinationKeyId=other["KeyId"])
        with refused("NotFoundException", "Invalid keyId 'foo'"):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId="foo")
        with refused("DryRunOperationException", DRY_RUN):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"], DryRun=True)
        client.disable_key(KeyId=other["KeyId"])
        with refused("DisabledException", f"{other['Arn']} is disabled."):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])
        with refused("InvalidCiphertextException"):
            client.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"a": "b"}, DestinationKeyId=other["KeyId"])
        client.disable_key(KeyId=key["KeyId"])
        with refused("DisabledException", f"{key['Arn']} is disabled."):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])


class TestDataKeys:
    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("wish", "size"),
        [
            ({"KeySpec": "AES_128"}, 16),
            ({"KeySpec": "AES_256"}, 32),
            ({"NumberOfBytes": 1}, 1),
            ({"NumberOfBytes": 1024}, 1024),
        ],
    )
    def test_a_data_key_opens_with_decrypt(self, client, key, wish, size):
        answer = client.generate_data_key(KeyId=key["KeyId"], EncryptionContext={"a": "b"}, **wish)

        assert len(answer["Plaintext"]) == size
        assert (answer["KeyId"], answer["KeyMaterialId"]) == (key["Arn"], key["CurrentKeyMaterialId"])
        opened = client.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"a": "b"})
        assert opened["Plaintext"] == answer["Plaintext"]

    @pytest.mark.aws
    def test_a_data_key_without_plaintext(self, client, key):
        answer = client.generate_data_key_without_plaintext(KeyId=key["KeyId"], KeySpec="AES_256")

        assert "Plaintext" not in answer
        assert len(client.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]) == 32

    @pytest.mark.aws
    @pytest.mark.parametrize("wish", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}])
    @pytest.mark.parametrize("method", ["generate_data_key", "generate_data_key_without_plaintext"])
    def test_neither_or_both_sizes_come_before_the_state(self, client, key, refused, method, wish):
        client.disable_key(KeyId=key["KeyId"])

        with refused("ValidationException", "Please specify either number of bytes or key spec."):
            getattr(client, method)(KeyId=key["KeyId"], **wish)

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused("DryRunOperationException", DRY_RUN):
            client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", DryRun=True)
