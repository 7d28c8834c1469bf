"""GetKeyLastUsage and kms:TrailingDaysWithoutKeyUsage."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from expected import members, refusal
from iam import ADMIN, DENIED_BY_KEY_POLICY, ROOT, allow, denied, deny, key_policy

from fake_kms import fake_kms


def usage(client, key):
    return members(client.get_key_last_usage(KeyId=key["KeyId"]))


class TestGetKeyLastUsage:
    @pytest.mark.aws
    def test_a_key_that_was_never_used(self, client, key):
        assert usage(client, key) == {
            "KeyCreationDate": key["CreationDate"],
            "KeyId": key["KeyId"],
            "KeyLastUsage": {},
            "TrackingStartDate": key["CreationDate"],
        }

    def test_tracking_began_in_april_2026(self):
        began = dt.datetime(2026, 4, 23, tzinfo=dt.timezone.utc)
        with time_machine.travel(began - dt.timedelta(days=1), tick=False), fake_kms() as kms:
            client = kms.client()
            key = client.create_key()["KeyMetadata"]
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
            kms.clock.advance(days=2)

            assert usage(client, key) == {
                "KeyCreationDate": key["CreationDate"],
                "KeyId": key["KeyId"],
                "KeyLastUsage": {},
                "TrackingStartDate": began,
            }
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
            assert usage(client, key)["KeyLastUsage"]["Timestamp"] == began + dt.timedelta(days=1)

    def test_the_last_use_is_that_of_the_journal(self, kms, client, key):
        other = client.create_key()["KeyMetadata"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        kms.clock.advance(days=3)
        moved = client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])

        for one in (key, other):
            last = usage(client, one)["KeyLastUsage"]
            assert last.pop("CloudTrailEventId") == usage(client, one)["KeyLastUsage"]["CloudTrailEventId"]
            assert last == {
                "KmsRequestId": moved["ResponseMetadata"]["RequestId"],
                "Operation": "ReEncrypt",
                "Timestamp": kms.journal.events("ReEncrypt")[0].time,
            }

    @pytest.mark.aws
    def test_refusals_dry_runs_and_administration_do_not_count(self, client, key):
        client.describe_key(KeyId=key["KeyId"])
        with pytest.raises(client.exceptions.DryRunOperationException):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True)
        client.disable_key(KeyId=key["KeyId"])
        with pytest.raises(client.exceptions.DisabledException):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

        assert usage(client, key)["KeyLastUsage"] == {}

    def test_a_key_pending_deletion(self, client, key):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        before = usage(client, key)
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        assert usage(client, key) == before


def test_a_policy_that_protects_keys_in_use(kms, client):
    in_use = {"NumericLessThan": {"kms:TrailingDaysWithoutKeyUsage": "30"}}
    text = key_policy(allow(to=ROOT), deny("kms:ScheduleKeyDeletion", to="*", Condition=in_use))
    key = client.create_key(Policy=text)["KeyMetadata"]
    kms.clock.advance(days=31)
    client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with refusal("AccessDeniedException", denied(ADMIN, "ScheduleKeyDeletion", key, DENIED_BY_KEY_POLICY)):
        client.schedule_key_deletion(KeyId=key["KeyId"])
    kms.clock.advance(days=31)
    client.schedule_key_deletion(KeyId=key["KeyId"])
