"""What the journal says of a request: every field of its event, whatever became of the request."""

from __future__ import annotations

import datetime as dt

import pytest
from iam import ACCOUNT, ADMIN, denied

NOW = dt.datetime(2030, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc)


@pytest.fixture(autouse=True)
def _frozen(kms):
    kms.clock.freeze(NOW)


def test_of_an_answer(kms, client, send):
    first, second = (client.create_key()["KeyMetadata"] for _ in range(2))
    blob = client.encrypt(KeyId=first["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    answer = send("ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": second["KeyId"]}, account="somebody")

    event = kms.journal[-1]
    assert event.operation == "ReEncrypt"
    assert event.request_id == answer.headers["x-amzn-RequestId"]
    assert event.epoch == NOW.timestamp()
    assert (event.access_key_id, event.principal, event.region) == ("somebody", ADMIN, "us-east-1")
    assert event.key_arns == (first["Arn"], second["Arn"])
    assert event.input == {"CiphertextBlob": f"<{len(blob)} bytes>", "DestinationKeyId": second["KeyId"]}
    assert (event.error_code, event.error_message, event.raised) == (None, None, None)
    assert [decision.allowed for decision in event.decisions] == [True, True]
    assert (type(event.key_arns), type(event.decisions)) == (tuple, tuple)


def test_of_a_request_without_input(kms, client):
    client.list_keys()

    assert (kms.journal[-1].input, kms.journal[-1].key_arns) == ({}, ())


def test_of_a_refusal(kms, key):
    alice = kms.principals.user("alice")
    client = alice.client("eu-west-1")
    with pytest.raises(client.exceptions.ClientError):
        client.create_key(Description="mine")

    event = kms.journal[-1]
    assert (event.access_key_id, event.principal, event.region) == (
        alice.credentials["aws_access_key_id"],
        f"arn:aws:iam::{ACCOUNT}:user/alice",
        "eu-west-1",
    )
    assert event.input == {"Description": "mine"}
    assert event.error_code == "AccessDeniedException"
    assert event.error_message == denied(alice, "CreateKey", "*")
    assert [decision.allowed for decision in event.decisions] == [False]


def test_of_a_request_whose_caller_is_unknown(kms, send):
    assert send("ListKeys", authorization="").status == 400

    event = kms.journal[-1]
    assert (event.operation, event.input, event.decisions) == ("ListKeys", {}, ())
    assert (event.access_key_id, event.principal, event.region) == (None, None, None)
    assert (event.error_code, event.error_message) == (
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    )


def test_of_what_aws_does_by_itself(kms, client, key):
    client.enable_key_rotation(KeyId=key["KeyId"])
    kms.clock.advance(days=365)
    client.list_keys()

    (event,) = kms.journal.events("RotateKey")
    assert event.time == NOW + dt.timedelta(days=365)
    assert (event.request_id, event.access_key_id, event.principal) == ("", None, "AWS Internal")
    assert (event.region, event.key_arns, event.input) == ("us-east-1", (key["Arn"],), {})
