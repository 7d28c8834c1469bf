"""ScheduleKeyDeletion and CancelKeyDeletion."""

from __future__ import annotations

import datetime

import pytest


@pytest.mark.aws
@pytest.mark.parametrize("days", [1, 6, 31, 365])
def test_the_window_is_seven_to_thirty_days(client, key, refused, days):
    with refused("ValidationException", "PendingWindowInDays must be between 7 and 30"):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)


def test_a_key_waits_thirty_days_unless_told_otherwise(kms, client, key):
    kms.clock.freeze()
    answer = client.schedule_key_deletion(KeyId=key["KeyId"])

    assert (answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]) == (
        key["Arn"],
        "PendingDeletion",
        30,
    )
    assert abs(answer["DeletionDate"] - kms.clock.now() - datetime.timedelta(days=30)) < datetime.timedelta(seconds=1)
    metadata = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("PendingDeletion", False)
    assert metadata["DeletionDate"] == answer["DeletionDate"]


def test_a_key_is_gone_at_its_date_with_its_aliases(kms, client, key, refused):
    client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
    blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

    kms.clock.advance(days=6, hours=23)
    assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyState"] == "PendingDeletion"
    kms.clock.advance(hours=1)

    assert client.list_keys()["Keys"] == []
    with refused("NotFoundException", f"Key '{key['Arn']}' does not exist"):
        client.describe_key(KeyId=key["KeyId"])
    with refused("NotFoundException", "Alias arn:aws:kms:us-east-1:123456789012:alias/app is not found."):
        client.describe_key(KeyId="alias/app")
    message = (
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are "
        "not allowed to access."
    )
    with refused("AccessDeniedException", message):
        client.decrypt(CiphertextBlob=blob)


def test_keys_of_one_date_are_gone_in_the_order_of_their_schedules_at_that_very_instant(kms, client):
    kms.clock.freeze()
    keys = [client.create_key()["KeyMetadata"] for _ in range(4)]
    for key in (keys[2], keys[0], keys[3], keys[1]):
        date = client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)["DeletionDate"]
    kms.clock.freeze(date - datetime.timedelta(milliseconds=1))
    assert len(client.list_keys()["Keys"]) == 4
    kms.clock.freeze(date)
    assert client.list_keys()["Keys"] == []

    deleted = [event.key_arns[0] for event in kms.journal.events("DeleteKey")]
    assert deleted == [keys[number]["Arn"] for number in (2, 0, 3, 1)]


def test_a_cancelled_deletion_leaves_the_key_disabled(kms, client, key):
    client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert client.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    kms.clock.advance(days=8)

    metadata = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert metadata["KeyState"] == "Disabled"
    assert "DeletionDate" not in metadata


def test_a_second_schedule_counts_from_its_own_date(kms, client, key):
    client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    client.cancel_key_deletion(KeyId=key["KeyId"])
    kms.clock.advance(days=5)
    client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    kms.clock.advance(days=3)

    assert client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


@pytest.mark.aws
def test_nothing_to_cancel(client, key, refused):
    with refused("KMSInvalidStateException", f"{key['Arn']} is not pending deletion."):
        client.cancel_key_deletion(KeyId=key["KeyId"])
