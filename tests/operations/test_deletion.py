"""ScheduleKeyDeletion and CancelKeyDeletion."""

from __future__ import annotations

import datetime

import pytest
from expected import INACCESSIBLE, members, no_key, pending_deletion
from keys import describe


class TestScheduleKeyDeletion:
    @pytest.mark.aws
    @pytest.mark.parametrize("days", [1, 6, 31, 365])
    def test_the_window_is_seven_to_thirty_days(self, client, key, refused, days):
        with refused("ValidationException", "PendingWindowInDays must be between 7 and 30"):
            client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)

    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"])

        with refused(*pending_deletion(key)):
            client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

    def test_a_key_waits_thirty_days_by_default(self, kms, client, key):
        kms.clock.freeze()
        answer = members(client.schedule_key_deletion(KeyId=key["KeyId"]))

        date = answer.pop("DeletionDate")
        assert answer == {"KeyId": key["Arn"], "KeyState": "PendingDeletion", "PendingWindowInDays": 30}
        assert abs(date - kms.clock.now() - datetime.timedelta(days=30)) < datetime.timedelta(seconds=1)
        changes = {"DeletionDate": date, "Enabled": False, "KeyState": "PendingDeletion"}
        assert describe(client, key) == key | changes

    def test_a_key_is_deleted_at_its_date_with_its_aliases(self, kms, client, key, refused):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        kms.clock.advance(days=6, hours=23)
        assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyState"] == "PendingDeletion"
        kms.clock.advance(hours=1)

        assert client.list_keys()["Keys"] == []
        with refused(*no_key(key)):
            client.describe_key(KeyId=key["KeyId"])
        with refused("NotFoundException", "Alias arn:aws:kms:us-east-1:123456789012:alias/app is not found."):
            client.describe_key(KeyId="alias/app")
        with refused(*INACCESSIBLE):
            client.decrypt(CiphertextBlob=blob)

    def test_keys_of_one_date_are_deleted_at_that_instant_in_the_order_of_their_schedules(self, kms, client):
        kms.clock.freeze()
        keys = [client.create_key()["KeyMetadata"] for _ in range(4)]
        for key in (keys[2], keys[0], keys[3], keys[1]):
            date = client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)["DeletionDate"]
        kms.clock.freeze(date - datetime.timedelta(milliseconds=1))
        assert len(client.list_keys()["Keys"]) == 4
        kms.clock.freeze(date)
        assert client.list_keys()["Keys"] == []

        deleted = kms.journal.events("DeleteKey")
        assert [event.key_arns[0] for event in deleted] == [keys[number]["Arn"] for number in (2, 0, 3, 1)]
        assert {event.request_id for event in deleted} == {""}  # no request deletes them

    def test_a_second_schedule_counts_from_its_own_date(self, kms, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        client.cancel_key_deletion(KeyId=key["KeyId"])
        kms.clock.advance(days=5)
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        kms.clock.advance(days=3)

        assert describe(client, key)["KeyState"] == "PendingDeletion"


class TestCancelKeyDeletion:
    @pytest.mark.aws
    def test_a_key_that_is_not_pending_deletion(self, client, key, refused):
        with refused("KMSInvalidStateException", f"{key['Arn']} is not pending deletion."):
            client.cancel_key_deletion(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_the_key_is_disabled(self, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        assert members(client.cancel_key_deletion(KeyId=key["Arn"])) == {"KeyId": key["Arn"]}

        assert describe(client, key) == key | {"Enabled": False, "KeyState": "Disabled"}

    def test_the_key_is_not_deleted_at_its_date(self, kms, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        client.cancel_key_deletion(KeyId=key["KeyId"])
        kms.clock.advance(days=8)

        metadata = describe(client, key)
        assert metadata["KeyState"] == "Disabled"
        assert "DeletionDate" not in metadata
