"""CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, UpdateKeyDescription."""

from __future__ import annotations

import datetime
import re

import pytest
from expected import broken, disabled, members, pending_deletion, pending_import
from iam import denied, denied_to_tag
from installed import has, needs
from keys import HAS_ML_DSA, HAS_ML_KEM, PAIRS, alias_of, arn_beside, create, describe

from fake_kms.tables import model
from fake_kms.tables.key_specs import ALGORITHM_LISTS, KEY_SPECS

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class TestCreateKey:
    @pytest.mark.aws
    def test_both_names_of_the_key_spec(self, client, refused):
        message = (
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
        with refused("ValidationException", message):
            client.create_key(KeySpec="SYMMETRIC_DEFAULT", CustomerMasterKeySpec="SYMMETRIC_DEFAULT")

    @pytest.mark.aws
    @pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "HMAC_256"])
    def test_other_specs_need_a_usage(self, client, refused, spec):
        message = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
        with refused("ValidationException", message):
            client.create_key(KeySpec=spec)

    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("spec", "usage"),
        [
            ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
            ("HMAC_256", "SIGN_VERIFY"),
            ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
        ],
    )
    def test_a_usage_that_the_spec_does_not_have(self, client, refused, spec, usage):
        with refused("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}"):
            client.create_key(KeySpec=spec, KeyUsage=usage)

    def test_sm2_outside_china(self, client, refused):
        with refused("UnsupportedOperationException", "KeySpec SM2 is not supported in this Region"):
            client.create_key(KeySpec="SM2", KeyUsage="SIGN_VERIFY")

    def test_sm2_in_china_is_refused_clearly(self, elsewhere, refused):
        text = "fake_kms has no SM2: there is no well-kept library of it for Python."
        with refused("UnsupportedOperationException", text):
            create(elsewhere(region="cn-north-1"), "SM2")

    if HAS_ML_KEM:

        def test_ml_kem_in_china(self, elsewhere, refused):
            china = elsewhere(region="cn-north-1")
            with refused("UnsupportedOperationException", "KeySpec ML_KEM_768 is not supported in this Region"):
                create(china, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE")

    if not HAS_ML_DSA:

        def test_ml_dsa_needs_a_newer_cryptography(self, client, refused):
            text = "ML_DSA_44 needs cryptography 48 or newer with an OpenSSL that has ML-DSA."
            with refused("UnsupportedOperationException", text):
                create(client, "ML_DSA_44")

    def test_resources_of_the_account_are_checked_after_authorization(self, kms, refused):
        nobody = kms.principals.role("Nobody")
        for request, message in (
            ({"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-x"}, denied(nobody, "CreateKey", "*")),
            ({"Tags": [{"TagKey": "aws:x", "TagValue": ""}]}, denied_to_tag(nobody)),
        ):
            with refused("AccessDeniedException", message):
                nobody.client().create_key(**request)

    def test_a_custom_key_store_that_does_not_exist(self, client, refused):
        with refused("CustomKeyStoreNotFoundException"):
            client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId="cks-1234567890abcdef0")

    @pytest.mark.options(quotas={"keys": 1})
    def test_the_quota_of_keys(self, client, refused):
        client.create_key()

        message = "Key quota for this account in this region is 1 but the current usage is 1."
        with refused("LimitExceededException", message):
            client.create_key()

    @pytest.mark.options(quotas={"keys": 2})
    def test_what_counts_for_the_quota_of_keys(self, kms, client, refused):
        """Customer managed keys, those that wait for their deletion included."""
        client.describe_key(KeyId="alias/aws/s3")
        first = client.create_key()["KeyMetadata"]["KeyId"]
        client.create_key()
        client.schedule_key_deletion(KeyId=first, PendingWindowInDays=7)
        message = "Key quota for this account in this region is 2 but the current usage is 2."
        with refused("LimitExceededException", message):
            client.create_key()
        kms.clock.advance(days=7)
        client.create_key()
        with refused("LimitExceededException", message):
            client.create_key()

    @pytest.mark.aws
    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_a_key_is_symmetric_and_enabled_by_default(self, client):
        metadata = client.create_key()["KeyMetadata"]

        key_id, created, material = (metadata.pop(name) for name in ("KeyId", "CreationDate", "CurrentKeyMaterialId"))
        arn = metadata.pop("Arn")
        assert metadata == {
            "AWSAccountId": arn.split(":")[4],
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "Description": "",
            "Enabled": True,
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
            "KeyManager": "CUSTOMER",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyState": "Enabled",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "MultiRegion": False,
            "Origin": "AWS_KMS",
        }
        assert UUID.fullmatch(key_id)
        assert re.fullmatch("[0-9a-f]{64}", material)
        assert arn.endswith(f":key/{key_id}")
        assert abs(datetime.datetime.now(datetime.timezone.utc) - created) < datetime.timedelta(minutes=1)

    def test_the_arn_names_partition_region_and_account(self, client):
        metadata = client.create_key()["KeyMetadata"]

        assert metadata["Arn"] == f"arn:aws:kms:us-east-1:123456789012:key/{metadata['KeyId']}"

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "usage"), PAIRS)
    def test_every_spec_and_usage_is_described_with_its_own_list_of_algorithms(self, client, spec, usage):
        key = create(client, spec, usage)

        lists = {name: key[name] for name in ALGORITHM_LISTS.values() if name in key}
        assert lists == {ALGORITHM_LISTS[usage]: list(KEY_SPECS[spec].usages[usage])}
        assert (key["KeySpec"], key["CustomerMasterKeySpec"], key["KeyUsage"]) == (spec, spec, usage)
        assert (key["KeyState"], key["Enabled"]) == ("Enabled", True)
        shown = spec == "SYMMETRIC_DEFAULT" and has("CreateKey:KeyMetadata.CurrentKeyMaterialId")
        assert ("CurrentKeyMaterialId" in key) == shown

    @pytest.mark.aws
    def test_description_and_tags_are_kept(self, client):
        key_id = client.create_key(
            Description="payments",
            Tags=[{"TagKey": "team", "TagValue": "blue"}],
            CustomerMasterKeySpec="SYMMETRIC_DEFAULT",
        )["KeyMetadata"]["KeyId"]

        assert client.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "payments"
        assert client.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "team", "TagValue": "blue"}]


class TestDescribeKey:
    @pytest.mark.aws
    def test_an_unknown_grant_token(self, client, key, refused):
        with refused("InvalidGrantTokenException"):
            client.describe_key(KeyId=key["KeyId"], GrantTokens=["AQpANDI5Y2Q"])

    @pytest.mark.aws
    def test_the_answer_is_that_of_create_key(self, client, key):
        assert members(client.describe_key(KeyId=key["KeyId"])) == {"KeyMetadata": key}

    @pytest.mark.aws
    def test_every_form_of_identifier(self, client, key):
        alias_name = alias_of(client, key)

        for identifier in (key["KeyId"], key["Arn"], alias_name, arn_beside(key, alias_name)):
            assert client.describe_key(KeyId=identifier)["KeyMetadata"]["KeyId"] == key["KeyId"]


class TestListKeys:
    @pytest.mark.parametrize("marker", ["x", "bm9uc2Vuc2U=", "WzEsMl0=", "☃"])
    def test_a_marker_that_no_listing_has_given_out(self, unchecked, refused, marker):
        if marker == "☃":
            message = r"satisfy regular expression pattern: [\u0020-\u00FF]*"
            expected = refused(*broken("marker", message, "?"))
        else:
            expected = refused("InvalidMarkerException")
        with expected:
            unchecked.list_keys(Marker=marker)

    def test_a_marker_of_another_listing(self, client, refused):
        marker = client.list_aliases(Limit=1)["NextMarker"]

        with refused("InvalidMarkerException"):
            client.list_keys(Marker=marker)

    def test_the_answer(self, client):
        assert members(client.list_keys()) == {"Keys": [], "Truncated": False}
        key = client.create_key()["KeyMetadata"]

        entry = {"KeyArn": key["Arn"], "KeyId": key["KeyId"]}
        assert members(client.list_keys()) == {"Keys": [entry], "Truncated": False}

    def test_pages_hold_every_key_once(self, client):
        created = sorted(client.create_key()["KeyMetadata"]["KeyId"] for _ in range(7))

        pages = list(client.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 3}))

        assert [len(page["Keys"]) for page in pages] == [3, 3, 1]
        assert [page["Truncated"] for page in pages] == [True, True, False]
        assert "NextMarker" not in pages[-1]
        assert [entry["KeyId"] for page in pages for entry in page["Keys"]] == created
        assert pages[0]["Keys"][0]["KeyArn"] == f"arn:aws:kms:us-east-1:123456789012:key/{created[0]}"

    def test_a_page_holds_a_hundred_keys(self, client):
        for _ in range(101):
            client.create_key()

        assert len(client.list_keys()["Keys"]) == 100
        assert len(client.list_keys(Limit=1000)["Keys"]) == 101

    def test_a_marker_survives_changes_between_pages(self, kms, client):
        created = sorted(client.create_key()["KeyMetadata"]["KeyId"] for _ in range(5))
        first = client.list_keys(Limit=2)
        for key_id in (created[0], created[1], created[3]):
            client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
        kms.clock.advance(days=8)
        late = client.create_key()["KeyMetadata"]["KeyId"]

        rest = client.list_keys(Marker=first["NextMarker"])

        after = [created[2], created[4], *([late] if late > created[1] else [])]
        assert [entry["KeyId"] for entry in rest["Keys"]] == sorted(after)

    if "ResourceOwners" in model.load()["ListKeys"].input.members:  # newer than the lowest botocore

        def test_nothing_is_shared_through_ram(self, client, key):
            assert client.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
            assert len(client.list_keys(ResourceOwners=["SELF"])["Keys"]) == 1


class TestEnableKey:
    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.enable_key(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_key_without_its_material(self, client, refused):
        key = client.create_key(Origin="EXTERNAL")["KeyMetadata"]

        with refused(*pending_import(key)):
            client.enable_key(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_disabled_key_works_again(self, client, key):
        client.disable_key(KeyId=key["KeyId"])
        assert members(client.enable_key(KeyId=key["KeyId"])) == {}

        assert describe(client, key) == key
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.aws
    def test_an_enabled_key_stays_as_it_is(self, client, key):
        client.enable_key(KeyId=key["Arn"])

        assert describe(client, key) == key


class TestDisableKey:
    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.disable_key(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_key_without_its_material(self, client, refused):
        key = client.create_key(Origin="EXTERNAL")["KeyMetadata"]

        with refused(*pending_import(key)):
            client.disable_key(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_a_disabled_key_is_described_and_not_used(self, client, key, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        assert members(client.disable_key(KeyId=key["KeyId"])) == {}

        assert describe(client, key) == key | {"Enabled": False, "KeyState": "Disabled"}
        with refused(*disabled(key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with refused(*disabled(key)):
            client.decrypt(CiphertextBlob=blob)

    @pytest.mark.aws
    def test_a_disabled_key_can_be_disabled_again(self, client, key):
        client.disable_key(KeyId=key["KeyId"])
        client.disable_key(KeyId=key["Arn"])

        assert describe(client, key)["KeyState"] == "Disabled"


class TestUpdateKeyDescription:
    @pytest.mark.aws
    def test_a_description_that_is_too_long(self, client, key, refused):
        text = "x" * 8193

        with refused(*broken("description", "have length less than or equal to 8192", text)):
            client.update_key_description(KeyId=key["KeyId"], Description=text)

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.update_key_description(KeyId=key["KeyId"], Description="new")

    @pytest.mark.aws
    def test_the_description_changes_and_nothing_else(self, client, key):
        for text in ("new", "x" * 8192, ""):
            assert members(client.update_key_description(KeyId=key["KeyId"], Description=text)) == {}
            assert describe(client, key) == key | {"Description": text}

    @pytest.mark.aws
    def test_a_disabled_key(self, client, key):
        client.disable_key(KeyId=key["KeyId"])
        client.update_key_description(KeyId=key["Arn"], Description="new")

        assert describe(client, key)["Description"] == "new"
