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
