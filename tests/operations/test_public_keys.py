"""GetPublicKey."""

from __future__ import annotations

import pytest
from expected import members, pending_deletion
from keys import PAIRS, create, public_key

from fake_kms.tables.key_specs import ALGORITHM_LISTS, KEY_SPECS

LENGTHS = {
    "RSA_2048": 294, "RSA_3072": 422, "RSA_4096": 550, "ECC_NIST_P256": 91, "ECC_NIST_P384": 120, "ECC_NIST_P521": 158,
    "ECC_SECG_P256K1": 88, "ECC_NIST_EDWARDS25519": 44, "ML_DSA_44": 1334, "ML_DSA_65": 1974, "ML_DSA_87": 2614,
    "ML_KEM_512": 822, "ML_KEM_768": 1206, "ML_KEM_1024": 1590,
}  # fmt: skip


class TestGetPublicKey:
    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("spec", "usage"), [("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")]
    )
    def test_keys_without_a_public_key(self, client, refused, spec, usage):
        key = create(client, spec, usage)
        with refused("UnsupportedOperationException"):
            client.get_public_key(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, refused):
        key = create(client, "ECC_NIST_P256")
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.get_public_key(KeyId=key["KeyId"])

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "usage"), [pair for pair in PAIRS if KEY_SPECS[pair[0]].asymmetric])
    def test_the_answer(self, client, spec, usage):
        key = create(client, spec, usage)
        answer = members(client.get_public_key(KeyId=key["KeyId"]))

        assert members(client.get_public_key(KeyId=key["Arn"])) == answer
        assert len(answer.pop("PublicKey")) == LENGTHS[spec]
        assert answer == {
            "CustomerMasterKeySpec": spec,
            "KeyId": key["Arn"],
            "KeySpec": spec,
            "KeyUsage": usage,
            ALGORITHM_LISTS[usage]: key[ALGORITHM_LISTS[usage]],
        }

    @pytest.mark.aws
    def test_the_public_key_of_a_disabled_key(self, client):
        key = create(client, "ECC_NIST_P256")
        client.disable_key(KeyId=key["KeyId"])

        assert public_key(client, key).curve.name == "secp256r1"
