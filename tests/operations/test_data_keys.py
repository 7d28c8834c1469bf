"""GenerateDataKey, GenerateDataKeyPair, and both without plaintext."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from expected import DRY_RUN, broken, disabled, members, other_usage
from installed import needs
from keys import create, possible, spki

from fake_kms.crypto.fallback import ml_kem
from fake_kms.tables import model
from fake_kms.tables.key_specs import KEY_SPECS

SIZES = [
    ({"KeySpec": "AES_128"}, 16),
    ({"KeySpec": "AES_256"}, 32),
    ({"NumberOfBytes": 1}, 1),
    ({"NumberOfBytes": 1024}, 1024),
]
PAIR_SPECS = [
    spec
    for spec in model.load()["GenerateDataKeyPair"].input.members["KeyPairSpec"].enum
    if possible(spec) and KEY_SPECS[spec].regions != "cn"
]
NO_DATA_KEY = ("InvalidKeyUsageException", "You cannot generate a data key with an asymmetric CMK")
NEITHER_OR_BOTH = pytest.mark.parametrize(
    "size", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}], ids=["neither", "both"]
)
NO_SIZE = ("ValidationException", "Please specify either number of bytes or key spec.")

NO_DATA_KEY_PAIR = ("InvalidKeyUsageException", "You cannot generate a data key pair with an asymmetric CMK")
# Lengths of the plain and of the encrypted private key, as recorded.
PRIVATE_KEY_SIZES = {
    "ECC_NIST_P256": (150, 307),
    "ECC_NIST_P521": (250, 412),
    "ECC_SECG_P256K1": (144, 301),
    "ECC_NIST_EDWARDS25519": (48, 201),
}


class TestGenerateDataKey:
    @pytest.mark.aws
    def test_the_range(self, unchecked, key, refused):
        with refused(*broken("numberOfBytes", "have value greater than or equal to 1", 0)):
            unchecked.generate_data_key(KeyId=key["KeyId"], NumberOfBytes=0)
        with refused(*broken("numberOfBytes", "have value less than or equal to 1024", 1025)):
            unchecked.generate_data_key(KeyId=key["KeyId"], NumberOfBytes=1025)

    @pytest.mark.aws
    @NEITHER_OR_BOTH
    def test_neither_or_both_sizes_come_before_the_state(self, client, key, refused, size):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*NO_SIZE):
            client.generate_data_key(KeyId=key["KeyId"], **size)

    @pytest.mark.aws
    def test_a_disabled_key(self, client, key, refused):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")

    @pytest.mark.aws
    def test_an_asymmetric_key(self, client, refused):
        key = create(client, "RSA_2048", "ENCRYPT_DECRYPT")

        with refused(*NO_DATA_KEY):
            client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")

    @pytest.mark.aws
    def test_a_key_of_another_usage(self, client, refused):
        key = create(client, "HMAC_256", "GENERATE_VERIFY_MAC")

        with refused(*other_usage(key, "GenerateDataKey")):
            client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused(*DRY_RUN):
            client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("request_", "size"), SIZES)
    @needs("GenerateDataKey:KeyMaterialId")
    def test_a_data_key_opens_with_decrypt(self, client, key, request_, size):
        answer = members(client.generate_data_key(KeyId=key["KeyId"], EncryptionContext={"a": "b"}, **request_))

        blob, plaintext = answer.pop("CiphertextBlob"), answer.pop("Plaintext")
        assert len(plaintext) == size
        assert answer == {"KeyId": key["Arn"], "KeyMaterialId": key["CurrentKeyMaterialId"]}
        assert client.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"] == plaintext

    @pytest.mark.aws
    def test_another_data_key_each_time(self, client, key):
        request = {"KeyId": key["KeyId"], "KeySpec": "AES_256"}

        assert client.generate_data_key(**request)["Plaintext"] != client.generate_data_key(**request)["Plaintext"]


class TestGenerateDataKeyWithoutPlaintext:
    @pytest.mark.aws
    @NEITHER_OR_BOTH
    def test_neither_or_both_sizes_come_before_the_state(self, client, key, refused, size):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*NO_SIZE):
            client.generate_data_key_without_plaintext(KeyId=key["KeyId"], **size)

    @pytest.mark.aws
    def test_an_asymmetric_key(self, client, refused):
        key = create(client, "RSA_2048", "ENCRYPT_DECRYPT")

        with refused(*NO_DATA_KEY):
            client.generate_data_key_without_plaintext(KeyId=key["KeyId"], KeySpec="AES_256")

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused(*DRY_RUN):
            client.generate_data_key_without_plaintext(KeyId=key["KeyId"], KeySpec="AES_256", DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("request_", "size"), SIZES)
    @needs("GenerateDataKey:KeyMaterialId")
    def test_a_data_key_opens_with_decrypt(self, client, key, request_, size):
        context = {"EncryptionContext": {"a": "b"}}
        answer = members(client.generate_data_key_without_plaintext(KeyId=key["KeyId"], **context, **request_))

        blob = answer.pop("CiphertextBlob")
        assert answer == {"KeyId": key["Arn"], "KeyMaterialId": key["CurrentKeyMaterialId"]}
        assert len(client.decrypt(CiphertextBlob=blob, **context)["Plaintext"]) == size


class TestGenerateDataKeyPair:
    def test_sm2_outside_china(self, client, key, refused):
        with refused("UnsupportedOperationException", "KeySpec SM2 is not supported in this Region"):
            client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="SM2")

    @pytest.mark.aws
    def test_a_disabled_key(self, client, key, refused):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")

    @pytest.mark.aws
    def test_an_asymmetric_key(self, client, refused):
        key = create(client, "RSA_2048", "ENCRYPT_DECRYPT")

        with refused(*NO_DATA_KEY_PAIR):
            client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused(*DRY_RUN):
            client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256", DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "sizes"), PRIVATE_KEY_SIZES.items())
    def test_the_private_key_is_encoded_as_aws_does(self, client, key, spec, sizes):
        answer = client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec=spec)

        assert (len(answer["PrivateKeyPlaintext"]), len(answer["PrivateKeyCiphertextBlob"])) == sizes

    @pytest.mark.parametrize("spec", PAIR_SPECS)
    @needs("GenerateDataKeyPair:KeyMaterialId")
    def test_the_private_key_opens_and_fits_the_public_key(self, client, key, spec):
        request = {"KeyId": key["KeyId"], "KeyPairSpec": spec, "EncryptionContext": {"a": "b"}}
        answer = members(client.generate_data_key_pair(**request))

        blob, plaintext, public = (
            answer.pop(name) for name in ("PrivateKeyCiphertextBlob", "PrivateKeyPlaintext", "PublicKey")
        )
        assert client.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"] == plaintext
        assert answer == {"KeyId": key["Arn"], "KeyMaterialId": key["CurrentKeyMaterialId"], "KeyPairSpec": spec}
        if "ML_KEM" in spec:
            assert len(plaintext) == 86
            private = ml_kem.PrivateKey(int(spec[7:]), plaintext[-64:])
            assert private.public_key().public_bytes_der() == public
            return
        assert spki(serialization.load_der_private_key(plaintext, None).public_key()) == public


class TestGenerateDataKeyPairWithoutPlaintext:
    @pytest.mark.aws
    def test_an_asymmetric_key(self, client, refused):
        key = create(client, "RSA_2048", "ENCRYPT_DECRYPT")

        with refused(*NO_DATA_KEY_PAIR):
            client.generate_data_key_pair_without_plaintext(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused(*DRY_RUN):
            client.generate_data_key_pair_without_plaintext(
                KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256", DryRun=True
            )

    @pytest.mark.aws
    @pytest.mark.parametrize("spec", ["ECC_NIST_P256", "RSA_2048"])
    @needs("GenerateDataKeyPair:KeyMaterialId")
    def test_the_private_key_opens_and_fits_the_public_key(self, client, key, spec):
        answer = members(client.generate_data_key_pair_without_plaintext(KeyId=key["KeyId"], KeyPairSpec=spec))

        blob, public = answer.pop("PrivateKeyCiphertextBlob"), answer.pop("PublicKey")
        assert answer == {"KeyId": key["Arn"], "KeyMaterialId": key["CurrentKeyMaterialId"], "KeyPairSpec": spec}
        private = serialization.load_der_private_key(client.decrypt(CiphertextBlob=blob)["Plaintext"], None)
        assert spki(private.public_key()) == public
