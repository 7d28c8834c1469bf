"""AWS managed keys: they appear on their first use, and only AWS changes them."""

from __future__ import annotations

import json

import pytest
from iam import ADMIN, NOT_BY_KEY_POLICY, denied
from keys import describe

from fake_kms.tables.managed_keys import MANAGED_KEYS


def managed_key(client, alias_name="alias/aws/s3"):
    return client.describe_key(KeyId=alias_name)["KeyMetadata"]


def listed(client):
    return [entry["KeyId"] for entry in client.list_keys()["Keys"]]


class TestFirstUse:
    def test_the_key_appears_on_first_use(self, client):
        assert listed(client) == []
        metadata = managed_key(client)

        assert metadata["KeyManager"] == "AWS"
        assert metadata["Description"] == "Default key that protects my S3 objects when no other key is defined"
        assert listed(client) == [metadata["KeyId"]]
        assert managed_key(client)["KeyId"] == metadata["KeyId"]

    def test_another_use_by_its_alias_changes_nothing(self, kms, client):
        def seen():
            return listed(client), [alias for alias in client.list_aliases()["Aliases"] if "TargetKeyId" in alias]

        first = managed_key(client)
        managed_key(client, "alias/aws/rds")
        before = seen()
        kms.clock.advance(days=1)
        managed_key(client)
        kms.clock.advance(days=370)

        assert seen() == before
        assert len(client.list_key_rotations(KeyId=first["KeyId"])["Rotations"]) == 1

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
    "PutKeyPolicy": {"PolicyName": "default", "Policy": "{}"},
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


def test_its_tags_can_be_read(client):
    assert client.list_resource_tags(KeyId=managed_key(client)["KeyId"])["Tags"] == []


SQS_POLICY = """{
  "Version" : "2012-10-17",
  "Id" : "auto-sqs-1",
  "Statement" : [ {
    "Sid" : "Allow access through Simple Queue Service (SQS) for all principals in the account that are authorized to use SQS",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "*"
    },
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "kms:ViaService" : "sqs.us-east-1.amazonaws.com",
        "kms:CallerAccount" : "123456789012"
      }
    }
  }, {
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  } ]
}"""


def test_its_policy_is_printed_like_every_policy(client):
    key_id = managed_key(client, "alias/aws/sqs")["KeyId"]

    assert client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"] == SQS_POLICY


# Service -> what its description says it protects, and the service's name in its policy's Sid. tests/tables/test_facts.py
# compares those that are known with their source; the others are assumed, and change on purpose only.
SERVICES = {
    "acm": ("ACM private keys", "ACM"),
    "backup": ("Backup data", "Backup"),
    "cloud9": ("Cloud9 data", "Cloud9"),
    "codecommit": ("CodeCommit data", "CodeCommit"),
    "codewhisperer": ("CodeWhisperer data", "CodeWhisperer"),
    "connect": ("Connect data", "Connect"),
    "dms": ("DMS data", "DMS"),
    "dynamodb": ("DynamoDB data", "DynamoDB"),
    "ebs": ("EBS volumes", "EBS"),
    "elasticfilesystem": ("EFS data", "EFS"),
    "es": ("Elasticsearch data", "Elasticsearch"),
    "fsx": ("FSx data", "FSx"),
    "glue": ("Glue data", "Glue"),
    "kafka": ("Kafka data", "Kafka"),
    "kinesis": ("Kinesis data", "Kinesis"),
    "kinesisvideo": ("Kinesis Video Streams data", "Kinesis Video Streams"),
    "lambda": ("Lambda functions", "Lambda"),
    "lightsail": ("Lightsail data", "Lightsail"),
    "rds": ("RDS database volumes", "RDS"),
    "redshift": ("Redshift data", "Redshift"),
    "redshifttest": ("Redshift data", "Redshift"),
    "s3": ("S3 objects", "S3"),
    "secretsmanager": ("Secrets Manager data", "Secrets Manager"),
    "sns": ("SNS data", "SNS"),
    "sqs": ("SQS messages", "Simple Queue Service (SQS)"),
    "ssm": ("SSM parameters", "SSM"),
    "workspaces": ("WorkSpaces data", "WorkSpaces"),
    "xray": ("X-Ray data", "X-Ray"),
}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_what_the_key_of_a_service_says_of_it(client, service):
    protects, name = SERVICES[service]
    managed = managed_key(client, f"alias/aws/{service}")
    policy = json.loads(client.get_key_policy(KeyId=managed["KeyId"], PolicyName="default")["Policy"])
    use, reading = policy["Statement"]

    assert managed["Description"] == f"Default key that protects my {protects} when no other key is defined"
    assert policy["Id"] == f"auto-{service}-{2 if service == 'ebs' else 1}"
    assert use["Sid"] == (
        f"Allow access through {name} for all principals in the account that are authorized to use "
        f"{'SQS' if service == 'sqs' else name}"
    )
    assert use["Condition"]["StringEquals"] == {
        "kms:ViaService": f"{'ec2' if service == 'ebs' else service}.us-east-1.amazonaws.com",
        "kms:CallerAccount": "123456789012",
    }
    assert ("kms:Get*" in reading["Action"]) is (service != "acm")
    assert "kms:RevokeGrant" in reading["Action"]


def test_other_services_have_no_key():
    assert set(MANAGED_KEYS) == set(SERVICES)


@pytest.mark.parametrize("operation", ["GetKeyRotationStatus", "ListKeyRotations"])
def test_the_rotation_of_acms_key_is_not_shown(client, refused, operation):
    managed = managed_key(client, "alias/aws/acm")

    with refused("AccessDeniedException", denied(ADMIN, operation, managed, NOT_BY_KEY_POLICY)):
        client._make_api_call(operation, {"KeyId": managed["KeyId"]})


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("DescribeKey", "KeyMetadata"),
        ("GetKeyPolicy", "Policy"),
        ("ListGrants", "Grants"),
        ("ListKeyPolicies", "PolicyNames"),
        ("ListResourceTags", "Tags"),
    ],
)
def test_the_rest_of_acms_key_is_shown(client, operation, result):
    managed = managed_key(client, "alias/aws/acm")

    assert result in client._make_api_call(operation, {"KeyId": managed["KeyId"]})


def test_ebs_uses_its_key_through_ec2(kms, client):
    key_id = managed_key(client, "alias/aws/ebs")["KeyId"]
    user = kms.principals.user("alice")

    assert user.via("ec2").client().generate_data_key(KeyId=key_id, KeySpec="AES_256")["KeyId"].endswith(key_id)
    with pytest.raises(client.exceptions.ClientError):
        user.via("ebs").client().generate_data_key(KeyId=key_id, KeySpec="AES_256")
