"""CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, UpdateKeyDescription."""

from __future__ import annotations

import datetime
import json
import re

import pytest
from iam import ADMIN, NOT_BY_KEY_POLICY, across, denied

from fake_kms.tables import model

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MISSING = "1234abcd-12ab-34cd-56ef-1234567890ab"


class TestCreateKey:
    def test_a_key_without_wishes_is_symmetric_and_enabled(self, client):
        metadata = client.create_key()["KeyMetadata"]

        key_id, created, material = (metadata.pop(name) for name in ("KeyId", "CreationDate", "CurrentKeyMaterialId"))
        assert metadata == {
            "AWSAccountId": "123456789012",
            "Arn": f"arn:aws:kms:us-east-1:123456789012:key/{key_id}",
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
        assert abs(datetime.datetime.now(datetime.timezone.utc) - created) < datetime.timedelta(minutes=1)

    @pytest.mark.aws
    def test_what_is_asked_for_is_kept(self, client):
        key_id = client.create_key(
            Description="payments",
            Tags=[{"TagKey": "team", "TagValue": "blue"}],
            CustomerMasterKeySpec="SYMMETRIC_DEFAULT",
        )["KeyMetadata"]["KeyId"]

        assert client.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "payments"
        assert client.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "team", "TagValue": "blue"}]

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
    def test_a_usage_that_the_spec_has_not(self, client, refused, spec, usage):
        with refused("ValidationException", f"KeyUsage {usage} is not compatible with KeySpec {spec}."):
            client.create_key(KeySpec=spec, KeyUsage=usage)

    def test_sm2_outside_china(self, client, refused):
        with refused("UnsupportedOperationException", "KeySpec SM2 is not supported in this Region"):
            client.create_key(KeySpec="SM2", KeyUsage="SIGN_VERIFY")

    def test_what_the_account_has_is_told_after_authorization(self, kms, refused):
        nobody = kms.principals.role("Nobody")
        for request in (
            {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-x"},
            {"Tags": [{"TagKey": "aws:x", "TagValue": ""}]},
        ):
            with refused("AccessDeniedException", denied(nobody, "CreateKey", "*")):
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


class TestDescribeKey:
    def test_every_form_of_identifier(self, client, key):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        alias_arn = "arn:aws:kms:us-east-1:123456789012:alias/app"

        for identifier in (key["KeyId"], key["Arn"], "alias/app", alias_arn):
            assert client.describe_key(KeyId=identifier)["KeyMetadata"]["KeyId"] == key["KeyId"]

    @pytest.mark.aws
    def test_an_unknown_grant_token(self, client, key, refused):
        with refused("InvalidGrantTokenException"):
            client.describe_key(KeyId=key["KeyId"], GrantTokens=["AQpANDI5Y2Q"])


NOT_FOUND = [
    (MISSING, f"Key 'arn:aws:kms:us-east-1:123456789012:key/{MISSING}' does not exist"),
    (MISSING.upper(), f"Key 'arn:aws:kms:us-east-1:123456789012:key/{MISSING.upper()}' does not exist"),
    ("mrk-" + "0" * 32, f"Key 'arn:aws:kms:us-east-1:123456789012:key/mrk-{'0' * 32}' does not exist"),
    ("foo", "Invalid keyId 'foo'"),
    ("mrk-1234", "Invalid keyId 'mrk-1234'"),
    ("0" * 32, f"Invalid keyId '{'0' * 32}'"),
    (f"arn:aws:kms:us-east-1:123456789012:key/{MISSING}", f"Key 'arn:aws:kms:us-east-1:123456789012:key/{MISSING}' does not exist"),
    ("arn:aws:kms:us-east-1:123456789012:key/foo", "Invalid keyId foo"),
    (f"arn:aws:kms:eu-west-1:123456789012:key/{MISSING}", "Invalid arn eu-west-1"),
    ("arn:aws:kms:eu-west-1:123456789012:alias/app", "Invalid arn eu-west-1"),
    ("alias/nothing", "Alias arn:aws:kms:us-east-1:123456789012:alias/nothing is not found."),
    ("arn:aws:kms:us-east-1:123456789012:alias/nothing", "Alias arn:aws:kms:us-east-1:123456789012:alias/nothing is not found."),
    ("alias/aws/nothing", "Alias arn:aws:kms:us-east-1:123456789012:alias/aws/nothing is not found."),
    ("arn:aws:s3:::bucket", "Invalid arn arn:aws:s3:::bucket"),
    ("arn:aws-cn:kms:us-east-1:123456789012:key/x", "Invalid arn arn:aws-cn:kms:us-east-1:123456789012:key/x"),
    ("arn:aws:kms:us-east-1:123456789012:grant/x", "Invalid arn arn:aws:kms:us-east-1:123456789012:grant/x"),
    ("arn:nonsense", "Invalid arn arn:nonsense"),
]  # fmt: skip


@pytest.mark.aws
@pytest.mark.parametrize(("identifier", "message"), NOT_FOUND)
def test_what_names_no_key(client, refused, identifier, message):
    with refused("NotFoundException", message):
        client.describe_key(KeyId=identifier)


TAKES_NO_ALIAS = {
    "cancel_key_deletion": {},
    "disable_key": {},
    "enable_key": {},
    "get_key_policy": {},
    "list_key_policies": {},
    "list_resource_tags": {},
    "list_aliases": {},
    "put_key_policy": {"Policy": "{}"},
    "schedule_key_deletion": {},
    "tag_resource": {"Tags": []},
    "untag_resource": {"TagKeys": []},
    "update_key_description": {"Description": ""},
    "create_grant": {"GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Encrypt"]},
    "delete_imported_key_material": {},
    "disable_key_rotation": {},
    "enable_key_rotation": {},
    "get_key_last_usage": {},
    "get_key_rotation_status": {},
    "get_parameters_for_import": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    "import_key_material": {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"},
    "list_grants": {},
    "list_key_rotations": {},
    "replicate_key": {"ReplicaRegion": "eu-west-1"},
    "revoke_grant": {"GrantId": "0" * 64},
    "rotate_key_on_demand": {},
    "update_primary_region": {"PrimaryRegion": "eu-west-1"},
}


@pytest.mark.parametrize("identifier", ["alias/app", "alias/nothing", "arn:aws:kms:us-east-1:123456789012:alias/app"])
@pytest.mark.parametrize("method", sorted(TAKES_NO_ALIAS))
def test_operations_that_take_no_alias(client, key, refused, method, identifier):
    client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

    with refused("InvalidArnException", "Key Aliases are not supported for this operation."):
        getattr(client, method)(KeyId=identifier, **TAKES_NO_ALIAS[method])


class TestAccountsAndRegions:
    def test_a_key_is_in_one_region(self, client, key, elsewhere, refused):
        there = elsewhere(region="eu-west-1")

        message = f"Key 'arn:aws:kms:eu-west-1:123456789012:key/{key['KeyId']}' does not exist"
        with refused("NotFoundException", message):
            there.describe_key(KeyId=key["KeyId"])
        with refused("NotFoundException", "Invalid arn us-east-1"):
            there.describe_key(KeyId=key["Arn"])
        assert there.list_keys()["Keys"] == []

    def test_a_key_is_in_one_account(self, client, key, elsewhere, refused):
        other = elsewhere(account="999999999999")

        message = f"Key 'arn:aws:kms:us-east-1:999999999999:key/{key['KeyId']}' does not exist"
        with refused("NotFoundException", message):
            other.describe_key(KeyId=key["KeyId"])
        assert other.list_keys()["Keys"] == []

    def test_an_arn_of_another_account_tells_nothing(self, client, key, elsewhere, refused):
        other = elsewhere(account="999999999999")
        missing = f"arn:aws:kms:us-east-1:888888888888:key/{MISSING}"

        for arn, action in ((missing, "DescribeKey"), (key["Arn"], "DisableKey")):
            with refused("AccessDeniedException", across("arn:aws:iam::999999999999:user/admin", action)):
                getattr(other, {"DescribeKey": "describe_key", "DisableKey": "disable_key"}[action])(KeyId=arn)

    @pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
    def test_other_partitions_have_their_own_arns(self, elsewhere, region, partition):
        arn = elsewhere(region=region).create_key()["KeyMetadata"]["Arn"]

        assert arn.startswith(f"arn:{partition}:kms:{region}:123456789012:key/")


class TestListKeys:
    def test_pages_hold_every_key_once(self, client):
        created = [client.create_key()["KeyMetadata"]["KeyId"] for _ in range(7)]

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
        created = [client.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)]
        first = client.list_keys(Limit=2)
        for key_id in (created[0], created[1], created[3]):
            client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
        kms.clock.advance(days=8)
        late = client.create_key()["KeyMetadata"]["KeyId"]

        rest = client.list_keys(Marker=first["NextMarker"])

        assert [entry["KeyId"] for entry in rest["Keys"]] == [created[2], created[4], late]

    @pytest.mark.parametrize("marker", ["x", "bm9uc2Vuc2U=", "WzEsMl0=", "☃"])
    def test_a_marker_of_nobody(self, unchecked, refused, marker):
        if marker == "☃":
            message = (
                "1 validation error detected: Value '☃' at 'marker' failed to satisfy constraint: Member must satisfy "
                r"regular expression pattern: [\u0020-\u00FF]*"
            )
            expected = refused("ValidationException", message)
        else:
            expected = refused("InvalidMarkerException")
        with expected:
            unchecked.list_keys(Marker=marker)

    def test_a_marker_of_another_listing(self, client, refused):
        marker = client.list_aliases(Limit=1)["NextMarker"]

        with refused("InvalidMarkerException"):
            client.list_keys(Marker=marker)

    if "ResourceOwners" in model.load()["ListKeys"].input.members:  # newer than the lowest botocore

        def test_nothing_is_shared_through_ram(self, client, key):
            assert client.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
            assert len(client.list_keys(ResourceOwners=["SELF"])["Keys"]) == 1


class TestSwitching:
    @pytest.mark.aws
    def test_disable_and_enable(self, client, key):
        client.disable_key(KeyId=key["KeyId"])
        client.disable_key(KeyId=key["Arn"])
        metadata = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        assert (metadata["KeyState"], metadata["Enabled"]) == ("Disabled", False)

        client.enable_key(KeyId=key["KeyId"])
        metadata = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        assert (metadata["KeyState"], metadata["Enabled"]) == ("Enabled", True)

    @pytest.mark.aws
    def test_the_description_changes(self, client, key):
        client.update_key_description(KeyId=key["KeyId"], Description="new")
        assert client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == "new"
        client.update_key_description(KeyId=key["KeyId"], Description="")
        assert client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == ""


class TestAwsManagedKeys:
    def test_the_key_appears_on_first_use(self, client):
        assert client.list_keys()["Keys"] == []
        metadata = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]

        assert metadata["KeyManager"] == "AWS"
        assert metadata["Description"] == "Default key that protects my s3 data when no other key is defined"
        assert [entry["KeyId"] for entry in client.list_keys()["Keys"]] == [metadata["KeyId"]]
        assert client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"] == metadata["KeyId"]

    def test_another_use_by_its_alias_changes_nothing(self, kms, client):
        def seen():
            keys = [entry["KeyId"] for entry in client.list_keys()["Keys"]]
            return keys, [alias for alias in client.list_aliases()["Aliases"] if "TargetKeyId" in alias]

        first = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
        client.describe_key(KeyId="alias/aws/rds")
        before = seen()
        kms.clock.advance(days=1)
        client.describe_key(KeyId="alias/aws/s3")
        kms.clock.advance(days=370)

        assert seen() == before
        assert len(client.list_key_rotations(KeyId=first)["Rotations"]) == 1

    def test_its_policy(self, client):
        """Source: docs/aws/authorization.md#key-policies."""
        policy = client.get_key_policy(KeyId=client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"])[
            "Policy"
        ]

        assert json.loads(policy) == {
            "Version": "2012-10-17",
            "Id": "auto-s3-1",
            "Statement": [
                {
                    "Sid": "Allow access through s3 for all principals in the account that are authorized to use s3",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
                               "kms:CreateGrant", "kms:DescribeKey"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {
                        "kms:CallerAccount": "123456789012", "kms:ViaService": "s3.us-east-1.amazonaws.com"}},
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                    "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                    "Resource": "*",
                },
            ],
        }  # fmt: skip

    def test_a_refusal_does_not_let_it_appear(self, kms, client, key):
        nobody = kms.principals.role("Nobody").client()
        for call in (
            lambda: nobody.describe_key(KeyId="alias/aws/rds"),
            lambda: client.encrypt(KeyId="alias/aws/rds", Plaintext=b"x"),
            lambda: client.encrypt(KeyId="alias/aws/rds", Plaintext=b"x", DryRun=True),
        ):
            with pytest.raises(client.exceptions.ClientError):
                call()
        assert [entry["KeyId"] for entry in client.list_keys()["Keys"]] == [key["KeyId"]]

    def test_it_is_rotated_every_year(self, kms, client):
        managed = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
        kms.clock.advance(days=800)

        assert len(client.list_key_rotations(KeyId=managed["KeyId"])["Rotations"]) == 2
        assert (
            client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["CurrentKeyMaterialId"]
            != managed["CurrentKeyMaterialId"]
        )

    FORBIDDEN = {
        "CreateAlias": {"TargetKeyId": "", "AliasName": "alias/mine"},
        "DisableKey": {},
        "EnableKey": {},
        "Encrypt": {"Plaintext": b"x"},
        "GenerateDataKey": {"KeySpec": "AES_256"},
        "PutKeyPolicy": {"Policy": "{}"},
        "ScheduleKeyDeletion": {},
        "TagResource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
        "UntagResource": {"TagKeys": ["a"]},
        "UpdateKeyDescription": {"Description": "mine"},
    }

    @pytest.mark.parametrize("operation", sorted(FORBIDDEN))
    def test_what_only_aws_may_do(self, client, refused, operation):
        managed = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
        request = dict(self.FORBIDDEN[operation])
        request["TargetKeyId" if operation == "CreateAlias" else "KeyId"] = managed["KeyId"]

        with refused("AccessDeniedException", denied(ADMIN, operation, managed, NOT_BY_KEY_POLICY)):
            client._make_api_call(operation, request)

    def test_its_policy_and_tags_can_be_read(self, client):
        key_id = client.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["KeyId"]

        assert '"kms:ViaService":"ebs.us-east-1.amazonaws.com"' in client.get_key_policy(KeyId=key_id)[
            "Policy"
        ].replace(" ", "")
        assert client.list_resource_tags(KeyId=key_id)["Tags"] == []
