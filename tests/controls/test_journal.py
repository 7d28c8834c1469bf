"""`kms.journal.events`: what it is asked by, and what it refuses to be asked."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from iam import ADMIN, ALL, policy

from fake_kms.tables.operation_names import OperationName
from fake_kms.tables.permissions import PERMISSIONS

UNKNOWN_KEY = "names no key: say its id or ARN, or an alias that exists or was named before"


def names(kms, **question):
    return [event.operation for event in kms.journal.events(**question)]


class TestKeys:
    @pytest.fixture
    def alias(self, client, key):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        blob = client.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
        client.decrypt(CiphertextBlob=blob)
        return "alias/app"

    def test_an_alias_stands_for_its_key(self, kms, key, alias):
        expected = ["CreateKey", "CreateAlias", "Encrypt", "Decrypt"]

        assert names(kms, key=alias) == expected
        assert names(kms, key=key["Arn"].replace(f"key/{key['KeyId']}", alias)) == expected
        assert names(kms, key=key["KeyId"]) == names(kms, key=key["Arn"]) == expected

    def test_an_alias_that_is_gone_was_still_named(self, kms, client, alias):
        client.delete_alias(AliasName=alias)

        assert names(kms, key=alias) == ["CreateAlias", "Encrypt", "DeleteAlias"]

    def test_an_alias_that_never_was_is_known_by_the_requests_that_named_it(self, kms, client):
        with pytest.raises(client.exceptions.NotFoundException):
            client.describe_key(KeyId="alias/nothing")

        assert names(kms, key="alias/nothing") == ["DescribeKey"]

    def test_an_alias_of_every_region(self, kms, client, key, alias):
        there = kms.client("eu-west-1")
        other = there.create_key()["KeyMetadata"]["KeyId"]
        there.create_alias(AliasName=alias, TargetKeyId=other)
        there.describe_key(KeyId=other)

        assert names(kms, key=alias, region="eu-west-1") == ["CreateKey", "CreateAlias", "DescribeKey"]
        assert names(kms, key=alias, region="us-east-1") == ["CreateKey", "CreateAlias", "Encrypt", "Decrypt"]

    @pytest.mark.parametrize(
        "key",
        [
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "mrk-1234abcd12ab34cd56ef1234567890ab",
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        ],
    )
    def test_a_key_may_have_no_events(self, kms, key):
        assert kms.journal.events(key=key) == []

    @pytest.mark.parametrize("key", ["nonsense", "", "alias/app", "arn:aws:kms:us-east-1:123456789012:alias/app"])
    def test_what_names_no_key(self, kms, key):
        with pytest.raises(ValueError, match=f"^{re.escape(f'{key!r} {UNKNOWN_KEY}')}$"):
            kms.journal.events(key=key)


class TestPrincipals:
    def test_the_caller(self, kms, client):
        app = kms.principals.role("App", policies=[policy(ALL)], path="/team/")
        bob = kms.principals.user("bob", policies=[policy(ALL)])
        job = app.assume("job")
        client.list_keys()
        app.client().list_aliases()
        job.client().list_key_policies(KeyId=client.create_key()["KeyMetadata"]["KeyId"])
        bob.client().create_key()

        assert names(kms, principal=app) == ["ListAliases", "ListKeyPolicies"]
        assert names(kms, principal=app.role_arn) == ["ListAliases", "ListKeyPolicies"]
        assert names(kms, principal=app.arn) == ["ListAliases"]
        assert names(kms, principal=job) == ["ListKeyPolicies"]
        assert names(kms, principal=bob) == names(kms, principal=bob.arn) == ["CreateKey"]
        assert names(kms, principal=ADMIN) == ["ListKeys", "CreateKey"]
        assert names(kms, principal="s3.amazonaws.com") == []

    def test_what_aws_does_itself(self, kms, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        kms.clock.advance(days=7)
        client.list_keys()

        assert names(kms, principal="AWS Internal") == ["DeleteKey"]

    def test_what_is_no_principal(self, kms):
        with pytest.raises(ValueError, match=r"^principal is what kms\.principals made, or an ARN, not 'App'$"):
            kms.journal.events(principal="App")
        with pytest.raises(TypeError, match=r"^principal is text such as 'arn:…', not 5$"):
            kms.journal.events(principal=5)


@pytest.mark.parametrize(
    ("question", "error", "message"),
    [
        ({"operation": "encrypt"}, ValueError, "KMS has no operation 'encrypt': did you mean 'Encrypt'?"),
        (
            {"operation": "generate_data_key"},
            ValueError,
            "KMS has no operation 'generate_data_key': did you mean 'GenerateDataKey'?",
        ),
        ({"operation": "Fly"}, ValueError, "KMS has no operation 'Fly'"),
        ({"operation": 5}, TypeError, "an operation is text such as 'Decrypt', not 5"),
        (
            {"error": "AccessDenied"},
            ValueError,
            "KMS has no error 'AccessDenied': did you mean 'AccessDeniedException'?",
        ),
        ({"error": "Nonsense"}, ValueError, "KMS has no error 'Nonsense'"),
        ({"error": KeyError}, TypeError, "error is text such as 'AccessDeniedException', not <class 'KeyError'>"),
        ({"key": 5}, TypeError, "key is text such as 'alias/app', not 5"),
        ({"succeeded": "no"}, TypeError, "succeeded is True or False, not 'no'"),
        ({"region": "Ireland"}, ValueError, "region is an AWS Region such as 'eu-west-1', not 'Ireland'"),
    ],
)
def test_a_slip_does_not_read_as_never_happened(kms, client, question, error, message):
    client.list_keys()
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        kms.journal.events(**question)


def test_every_error_that_is_answered_can_be_asked_for(kms, send):
    send("Nonsense")
    assert len(kms.journal.events(error="UnknownOperationException")) == 1
    assert kms.journal.events(error="ThrottlingException") == []


def test_the_types_know_every_operation():
    assert set(get_args(OperationName)) == PERMISSIONS.keys()
