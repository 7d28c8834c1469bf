"""GetKeyPolicy, PutKeyPolicy, ListKeyPolicies."""

from __future__ import annotations

import json

import pytest
from iam import ROOT, allow

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
MALFORMED = "The request was rejected because the specified policy is not syntactically or semantically correct."
OWN = allow(to=ROOT)


@pytest.mark.aws
def test_a_key_without_policy_has_awss_default(client, key):
    answer = client.get_key_policy(KeyId=key["KeyId"])

    assert (answer["Policy"], answer["PolicyName"]) == (DEFAULT, "default")


def test_a_policy_comes_back_as_aws_prints_it(client, key):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            allow(["kms:A*", "kms:B*"], to=[ROOT]),
            OWN,
        ],
    }
    client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps(policy))

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


def test_a_policy_given_at_creation(client):
    key_id = client.create_key(Policy=json.dumps({"Statement": [OWN]}))["KeyMetadata"]["KeyId"]

    assert json.loads(client.get_key_policy(KeyId=key_id)["Policy"]) == {"Statement": [OWN]}


@pytest.mark.parametrize("how", ["CreateKey", "PutKeyPolicy"])
@pytest.mark.parametrize(
    "policy",
    ["x", "{", "[]", "1", "{}", '{"Statement":[]}', '{"Statement":["x"]}', '{"Statement":[{"Principal":"*"}]}',
     '{"Statement":[{"Effect":"Maybe","Principal":"*"}]}', '{"Statement":[{"Effect":"Allow"}]}',
     '{"Version":"2020-01-01","Statement":[{"Effect":"Allow","Principal":"*"}]}', "[" * 30_000],
)  # fmt: skip
def test_what_is_no_policy(client, key, refused, how, policy):
    with refused("MalformedPolicyDocumentException", MALFORMED):
        if how == "CreateKey":
            client.create_key(Policy=policy)
        else:
            client.put_key_policy(KeyId=key["KeyId"], Policy=policy)


def test_a_policy_above_32_kb(client, key, refused):
    policy = json.dumps({"Statement": [OWN | {"Sid": "x" * 33_000}]})

    with refused("LimitExceededException", "The key policy exceeds the maximum size of 32768 bytes."):
        client.put_key_policy(KeyId=key["KeyId"], Policy=policy)


def test_other_policy_names(client, key, refused):
    with refused("ValidationException", "The AWS_RAM policy can only be managed by the RAM service"):
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="AWS_RAM", Policy=DEFAULT)
    with refused("UnsupportedOperationException", "Only default policy is supported"):
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="other", Policy=DEFAULT)
    with refused("NotFoundException", "No such policy exists"):
        client.get_key_policy(KeyId=key["KeyId"], PolicyName="other")


@pytest.mark.aws
def test_the_names_of_a_keys_policies(client, key):
    answer = client.list_key_policies(KeyId=key["KeyId"])

    assert (answer["PolicyNames"], answer["Truncated"]) == (["default"], False)
