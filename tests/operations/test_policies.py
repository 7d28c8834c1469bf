"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies, and the policy of CreateKey."""

from __future__ import annotations

import json

import pytest
from expected import members
from iam import ROOT, allow
from installed import needs
from keys import account_root

DEFAULT = """{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""
OWN = allow(to=ROOT)


@pytest.mark.options(quotas={"policy_bytes": 100})
@pytest.mark.parametrize("operation", ["create_key", "put_key_policy"])
def test_the_size_of_a_policy_is_a_quota(client, key, refused, operation):
    named = {} if operation == "create_key" else {"KeyId": key["KeyId"], "PolicyName": "default"}

    with refused("LimitExceededException", "The key policy exceeds the maximum size of 100 bytes."):
        getattr(client, operation)(**named, Policy=json.dumps({"Version": "2012-10-17", "Statement": [OWN] * 2}))


class TestGetKeyPolicy:
    def test_letters_beyond_ascii_stay_as_they_are(self, client, key):
        condition = {"StringEquals": {"kms:EncryptionContext:Ä": "Ä"}}
        text = json.dumps({"Version": "2012-10-17", "Statement": [OWN, allow(to=ROOT, Condition=condition)]})
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)

        assert (
            '"kms:EncryptionContext:Ä" : "Ä"'
            in client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
        )

    @pytest.mark.aws
    def test_a_policy_of_another_name(self, client, key, refused):
        with refused("NotFoundException", "No such policy exists"):
            client.get_key_policy(KeyId=key["KeyId"], PolicyName="other")

    @pytest.mark.aws
    @needs("GetKeyPolicy:PolicyName")
    def test_the_default_policy(self, client, key):
        default = {"Policy": DEFAULT.replace(ROOT, account_root(key)), "PolicyName": "default"}

        assert members(client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")) == default
        assert members(client.get_key_policy(KeyId=key["Arn"], PolicyName="default")) == default

    @pytest.mark.aws
    def test_its_name_may_be_left_out(self, client, key):
        policy = client.get_key_policy(KeyId=key["KeyId"])["Policy"]
        client.put_key_policy(KeyId=key["KeyId"], Policy=policy)

        assert client.get_key_policy(KeyId=key["KeyId"])["PolicyName"] == "default"

    @pytest.mark.aws
    @needs("GetKeyPolicy:PolicyName")
    def test_a_key_pending_deletion(self, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        assert client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["PolicyName"] == "default"

    def test_the_policy_of_create_key(self, client):
        key_id = client.create_key(Policy=json.dumps({"Statement": [OWN]}))["KeyMetadata"]["KeyId"]

        assert json.loads(client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]) == {"Statement": [OWN]}


@pytest.mark.parametrize("operation", ["CreateKey", "PutKeyPolicy"])
@pytest.mark.parametrize(
    "policy",
    ["x", "{", "[]", "1", "{}", '{"Statement":[]}', '{"Statement":["x"]}', '{"Statement":[{"Principal":"*"}]}',
     '{"Statement":[{"Effect":"Maybe","Principal":"*"}]}',
     '{"Version":"2020-01-01","Statement":[{"Effect":"Allow","Principal":"*"}]}', "[" * 30_000],
)  # fmt: skip
def test_a_malformed_policy(client, key, refused, operation, policy):
    with refused("MalformedPolicyDocumentException"):
        if operation == "CreateKey":
            client.create_key(Policy=policy)
        else:
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=policy)


class TestPutKeyPolicy:
    def test_a_policy_above_32_kb(self, client, key, refused):
        policy = json.dumps({"Statement": [OWN | {"Sid": "x" * 33_000}]})

        with refused("LimitExceededException", "The key policy exceeds the maximum size of 32768 bytes."):
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=policy)

    @pytest.mark.aws
    def test_other_policy_names(self, client, key, refused):
        policy = client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]

        with refused("ValidationException", "The AWS_RAM policy can only be managed by the RAM service"):
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="AWS_RAM", Policy=policy)
        with refused("UnsupportedOperationException", "Only default policy is supported"):
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="other", Policy=policy)

    def test_a_policy_is_returned_as_aws_prints_it(self, client, key):
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                allow(["kms:A*", "kms:B*"], to=[ROOT]),
                OWN,
            ],
        }
        answer = client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps(policy))

        assert members(answer) == {}
        assert (
            client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
            == """{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : [ "kms:A*", "kms:B*" ],
    "Resource" : "*"
  }, {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}"""
        )

    @pytest.mark.aws
    def test_the_default_policy_can_be_put_again(self, client, key):
        policy = client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
        client.put_key_policy(KeyId=key["Arn"], PolicyName="default", Policy=json.dumps(json.loads(policy)))

        assert client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"] == policy


class TestListKeyPolicies:
    def test_a_marker_that_no_listing_has_given_out(self, client, key, refused):
        with refused("InvalidMarkerException"):
            client.list_key_policies(KeyId=key["KeyId"], Marker="x")

    @pytest.mark.aws
    def test_a_key_has_one_policy(self, client, key):
        one = {"PolicyNames": ["default"], "Truncated": False}

        assert members(client.list_key_policies(KeyId=key["KeyId"])) == one
        assert members(client.list_key_policies(KeyId=key["Arn"], Limit=1)) == one

    @pytest.mark.aws
    def test_its_name_may_be_left_out(self, client, key):
        policy = client.get_key_policy(KeyId=key["KeyId"])["Policy"]
        client.put_key_policy(KeyId=key["KeyId"], Policy=policy)

        assert client.get_key_policy(KeyId=key["KeyId"])["PolicyName"] == "default"

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        assert client.list_key_policies(KeyId=key["KeyId"])["PolicyNames"] == ["default"]
