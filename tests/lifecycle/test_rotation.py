"""Rotation: EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations."""

from __future__ import annotations

import datetime as dt

import pytest

from fake_kms import FakeKms

DAY = dt.timedelta(days=1)


def encrypt(client, key):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


def current(client, key):
    return client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"]


def status(client, key):
    answer = client.get_key_rotation_status(KeyId=key["KeyId"])
    del answer["ResponseMetadata"]
    return answer


def rotations(client, key, **more):
    return client.list_key_rotations(KeyId=key["KeyId"], **more)["Rotations"]


class TestAutomatic:
    def test_material_changes_and_old_ciphertexts_still_open(self, kms, client, key):
        kms.clock.freeze()
        client.enable_key_rotation(KeyId=key["KeyId"])
        blobs, materials = [encrypt(client, key)], [current(client, key)]
        for _ in range(3):
            kms.clock.advance(days=365)
            blobs.append(encrypt(client, key))
            materials.append(current(client, key))

        assert len(set(materials)) == 4
        for blob, material in zip(blobs, materials, strict=True):
            answer = client.decrypt(CiphertextBlob=blob)
            assert (answer["Plaintext"], answer["KeyMaterialId"]) == (b"x", material)
        listed = rotations(client, key)
        assert [(entry["KeyMaterialId"], entry["RotationType"]) for entry in listed] == [
            (m, "AUTOMATIC") for m in materials[1:]
        ]
        assert [listed[n + 1]["RotationDate"] - listed[n]["RotationDate"] for n in range(2)] == [365 * DAY] * 2
        assert [event.operation for event in kms.journal.events(key=key["KeyId"])].count("RotateKey") == 3

    def test_several_that_were_due_happen_in_their_order(self, kms, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
        kms.clock.advance(days=365)

        assert len(rotations(client, key)) == 4

    def test_the_status(self, kms, client, key):
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}
        kms.clock.freeze()
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)

        told = status(client, key)
        due = told.pop("NextRotationDate")
        assert told == {"KeyId": key["Arn"], "KeyRotationEnabled": True, "RotationPeriodInDays": 90}
        assert abs(due - kms.clock.now() - 90 * DAY) < dt.timedelta(seconds=1)
        kms.clock.advance(days=10)
        client.enable_key_rotation(KeyId=key["KeyId"])
        assert status(client, key)["NextRotationDate"] == due
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
        assert abs(status(client, key)["NextRotationDate"] - kms.clock.now() - 100 * DAY) < dt.timedelta(seconds=1)
        client.disable_key_rotation(KeyId=key["KeyId"])
        kms.clock.advance(days=200)
        assert rotations(client, key) == []

    def test_a_disabled_key_is_rotated_when_it_is_enabled_again(self, kms, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
        client.disable_key(KeyId=key["KeyId"])
        kms.clock.advance(days=300)
        assert status(client, key)["KeyRotationEnabled"] is True
        assert rotations(client, key) == []

        client.enable_key(KeyId=key["KeyId"])
        assert len(rotations(client, key)) == 1
        kms.clock.advance(days=91)
        assert len(rotations(client, key)) == 2

    @pytest.mark.aws
    def test_a_key_pending_deletion_reads_false_until_that_is_cancelled(self, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"])
        client.schedule_key_deletion(KeyId=key["KeyId"])
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}

        client.cancel_key_deletion(KeyId=key["KeyId"])
        assert status(client, key)["KeyRotationEnabled"] is True

    def test_aws_managed_keys_always_are(self, kms, client):
        managed = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
        kms.clock.advance(days=400)

        told = status(client, managed)
        assert (told["KeyRotationEnabled"], told["RotationPeriodInDays"]) == (True, 365)
        assert told["NextRotationDate"] == managed["CreationDate"] + 730 * DAY

    @pytest.mark.aws
    @pytest.mark.parametrize("period", [89, 2561])
    def test_the_range_comes_before_the_key(self, unchecked, refused, period):
        bound = "greater than or equal to 90" if period < 90 else "less than or equal to 2560"
        message = (
            f"1 validation error detected: Value '{period}' at 'rotationPeriodInDays' failed to satisfy constraint: "
            f"Member must have value {bound}"
        )
        with refused("ValidationException", message):
            unchecked.enable_key_rotation(KeyId="foo", RotationPeriodInDays=period)


class TestOnDemand:
    def test_at_once_and_without_moving_the_next_date(self, kms, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"])
        due = status(client, key)["NextRotationDate"]
        blob, before = encrypt(client, key), current(client, key)

        assert client.rotate_key_on_demand(KeyId=key["KeyId"])["KeyId"] == key["Arn"]

        assert current(client, key) != before
        assert status(client, key)["NextRotationDate"] == due
        assert client.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == before
        assert [entry["RotationType"] for entry in rotations(client, key)] == ["ON_DEMAND"]

    def test_twenty_five_times(self, client, key, refused):
        for _ in range(25):
            client.rotate_key_on_demand(KeyId=key["KeyId"])

        message = (
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
            f"performed for this key: {key['Arn']}"
        )
        with refused("LimitExceededException", message):
            client.rotate_key_on_demand(KeyId=key["KeyId"])

    def test_not_right_before_an_automatic_one(self, kms, client, key, refused):
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
        kms.clock.advance(days=89, hours=23, minutes=50)

        message = (
            "The request was rejected because an automatic rotation of this key is currently in progress or scheduled to "
            "begin within the next 20 minutes."
        )
        with refused("ConflictException", message):
            client.rotate_key_on_demand(KeyId=key["KeyId"])


class TestKeysThatDoNotRotate:
    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "usage"), [("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")])
    def test_asymmetric_and_hmac(self, client, refused, spec, usage):
        key = client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]

        for method in ("enable_key_rotation", "rotate_key_on_demand", "list_key_rotations"):
            with refused("UnsupportedOperationException"):
                getattr(client, method)(KeyId=key["KeyId"])
        client.disable_key_rotation(KeyId=key["KeyId"])
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}

    @pytest.mark.aws
    def test_imported_material_and_origin_comes_before_state(self, client, refused):
        key = client.create_key(Origin="EXTERNAL")["KeyMetadata"]

        for method in ("enable_key_rotation", "disable_key_rotation"):
            with refused(
                "UnsupportedOperationException",
                f"{key['Arn']} origin is EXTERNAL which is not valid for this operation.",
            ):
                getattr(client, method)(KeyId=key["KeyId"])
        with refused("KMSInvalidStateException", f"{key['Arn']} is pending import."):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}

    @pytest.mark.aws
    def test_state_comes_before_the_spec(self, client, refused):
        key = client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
        client.disable_key(KeyId=key["KeyId"])

        with refused("DisabledException", f"{key['Arn']} is disabled."):
            client.enable_key_rotation(KeyId=key["KeyId"])


class TestListKeyRotations:
    @pytest.mark.aws
    def test_all_material(self, client, key):
        first = current(client, key)
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        everything = rotations(client, key, IncludeKeyMaterial="ALL_KEY_MATERIAL")

        assert [(entry["KeyMaterialId"], entry["KeyMaterialState"]) for entry in everything] == [
            (first, "NON_CURRENT"),
            (current(client, key), "CURRENT"),
        ]
        assert "RotationDate" not in everything[0]
        assert {entry["KeyId"] for entry in everything} == {key["KeyId"]}

    def test_pages(self, client, key):
        for _ in range(5):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        pages = list(
            client.get_paginator("list_key_rotations").paginate(KeyId=key["KeyId"], PaginationConfig={"PageSize": 2})
        )

        assert [len(page["Rotations"]) for page in pages] == [2, 2, 1]


def test_a_seed_makes_the_same_rotations():
    def story():
        with FakeKms(seed=3) as fake:
            key = fake.client().create_key()["KeyMetadata"]
            fake.client().enable_key_rotation(KeyId=key["KeyId"])
            fake.clock.advance(days=800)
            return [entry["KeyMaterialId"] for entry in rotations(fake.client(), key)]

    assert story() == story()
