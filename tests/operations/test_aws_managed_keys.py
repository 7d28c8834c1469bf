"""AWS managed keys: they appear on their first use, and only AWS changes them."""

from __future__ import annotations

import pytest
from iam import ADMIN, NOT_BY_KEY_POLICY, denied
from keys import describe


def managed_key(client, alias_name="alias/aws/s3"):
    return client.describe_key(KeyId=alias_name)["KeyMetadata"]


def listed(client):
    return [entry["KeyId"] for entry in client.list_keys()["Keys"]]


class TestFirstUse:
    def test_the_key_appears_on_first_use(self, client):
        assert listed(client) == []
        metadata = managed_key(client)

        assert metadata["KeyManager"] == "AWS"
        assert metadata["Description"] == "Default key that protects my s3 data when no other key is defined"
        assert listed(client) == [metadata["KeyId"]]
        assert managed_key(client)["KeyId"] == metadata["KeyId"]

    def test_a_refusal_does_not_let_it_appear(self, kms, client, key):
        nobody = kms.principals.role("Nobody").client()
        for call in (
            lambda: nobody.describe_key(KeyId="alias/aws/rds"),
            lambda: client.encrypt(KeyId="alias/aws/rds", Plaintext=b"x"),
            lambda: client.encrypt(KeyId="alias/aws/rds", Plaintext=b"x", DryRun=True),
        ):
            with pytest.raises(client.exceptions.ClientError):
                call()
        assert listed(client) == [key["KeyId"]]


def test_it_is_rotated_every_year(kms, client):
    managed = managed_key(client)
    kms.clock.advance(days=800)

    assert len(client.list_key_rotations(KeyId=managed["KeyId"])["Rotations"]) == 2
    assert describe(client, managed)["CurrentKeyMaterialId"] != managed["CurrentKeyMaterialId"]


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
def test_what_only_aws_may_do(client, refused, operation):
    managed = managed_key(client)
    request = dict(FORBIDDEN[operation])
    request["TargetKeyId" if operation == "CreateAlias" else "KeyId"] = managed["KeyId"]

    with refused("AccessDeniedException", denied(ADMIN, operation, managed, NOT_BY_KEY_POLICY)):
        client._make_api_call(operation, request)


def test_its_policy_and_tags_can_be_read(client):
    key_id = managed_key(client, "alias/aws/ebs")["KeyId"]

    policy = client.get_key_policy(KeyId=key_id)["Policy"].replace(" ", "")
    assert '"kms:ViaService":"ebs.us-east-1.amazonaws.com"' in policy
    assert client.list_resource_tags(KeyId=key_id)["Tags"] == []
