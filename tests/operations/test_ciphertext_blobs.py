"""Ciphertexts under symmetric keys: their form is that of AWS, and they open with the same encryption context only."""

from __future__ import annotations

import base64

import pytest
from expected import INACCESSIBLE, broken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# From public documentation: aws-sdk-go's KMS tests, and the head of one in the AWS CLI reference.
AWS_SAMPLE = base64.b64decode(
    "AQEDAHhqBCCY1MSimw8gOGcUma79cn4ANvTtQyv9iuBdbcEF1QAAAH4wfAYJKoZIhvcNAQcGoG8wbQIBADBoBgkqhkiG9w0BBwEwHgYJYIZIAWUDBAEuMBEEDJ6IcN5E4wVbk38MNAIBEIA7oF1E3lS7FY9DkoxPc/UmJsEwHzL82zMqoLwXIvi8LQHr8If4Lv6zKqY8u0+JRgSVoqCvZDx3p8Cn6nM="
)


class TestBlobs:
    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("size", "length"), [(1, 153), (16, 168), (24, 176), (32, 184), (64, 220), (1218, 1380), (4096, 4258)]
    )
    def test_the_length_is_that_of_aws(self, client, key, size, length):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * size)["CiphertextBlob"]

        assert len(blob) == length

    @pytest.mark.aws
    def test_the_prefix_tells_encrypt_from_data_keys(self, client, key):
        encrypted = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        data_key = client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")["CiphertextBlob"]

        assert base64.b64encode(encrypted).startswith(b"AQICAH")
        assert base64.b64encode(data_key).startswith(b"AQIDAH")

    @pytest.mark.aws
    def test_a_blob_differs_each_time_and_shows_nothing_of_the_plaintext(self, client, key):
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
        ids=["cut", "lengthened", "cut to its head", "empty", "garbage"],
    )
    def test_cut_lengthened_or_garbage(self, client, key, unchecked, refused, change):
        blob = change(client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"])
        too_short = broken("ciphertextBlob", "have length greater than or equal to 1")

        with refused(*(("InvalidCiphertextException",) if blob else too_short)):
            unchecked.decrypt(CiphertextBlob=blob)

    @pytest.mark.aws
    def test_a_real_blob_of_aws_is_well_formed_and_of_an_unknown_key(self, client, refused):
        with refused(*INACCESSIBLE):
            client.decrypt(CiphertextBlob=AWS_SAMPLE)

    @pytest.mark.aws
    def test_a_real_blob_of_aws_is_not_of_the_named_key(self, client, key, refused):
        message = "The key ID in the request does not identify a CMK that can perform this operation."
        with refused("IncorrectKeyException", message):
            client.decrypt(CiphertextBlob=AWS_SAMPLE, KeyId=key["KeyId"])

    def test_another_region_and_another_fake_do_not_know_it(self, kms, client, key, elsewhere, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        with refused(*INACCESSIBLE):
            elsewhere(region="eu-west-1").decrypt(CiphertextBlob=blob)
        kms.reset()
        with refused(*INACCESSIBLE):
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
    def test_an_empty_context_is_the_same_as_no_context(self, client, key):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={})["CiphertextBlob"]

        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
