"""EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations."""

from __future__ import annotations

import datetime as dt

import pytest
from expected import NO_ALIAS, broken, disabled, members, other_origin, pending_deletion, pending_import
from installed import needs
from keys import create, describe

from fake_kms import FakeKms

DAY = dt.timedelta(days=1)
ALL = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL"}


def encrypt(client, key):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


def current(client, key):
    return describe(client, key)["CurrentKeyMaterialId"]


def status(client, key):
    return members(client.get_key_rotation_status(KeyId=key["KeyId"]))


def rotations(client, key, **more):
    return client.list_key_rotations(KeyId=key["KeyId"], **more)["Rotations"]


def about(date, expected):
    return abs(date - expected) < dt.timedelta(seconds=1)


class TestEnableKeyRotation:
    @pytest.mark.aws
    @pytest.mark.parametrize("period", [89, 2561])
    def test_the_range_comes_before_the_key(self, unchecked, refused, period):
        bound = "greater than or equal to 90" if period < 90 else "less than or equal to 2560"

        with refused(*broken("rotationPeriodInDays", f"have value {bound}", period)):
            unchecked.enable_key_rotation(KeyId="foo", RotationPeriodInDays=period)

    @pytest.mark.aws
    def test_a_disabled_key(self, client, key, refused):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.enable_key_rotation(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_the_state_comes_before_the_spec(self, client, refused):
        key = create(client, "HMAC_256", "GENERATE_VERIFY_MAC")
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.enable_key_rotation(KeyId=key["KeyId"])

    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_material_changes_and_old_ciphertexts_still_open(self, kms, client, key):
        kms.clock.freeze()
        assert members(client.enable_key_rotation(KeyId=key["KeyId"])) == {}
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
            (material, "AUTOMATIC") for material in materials[1:]
        ]
        assert [listed[n + 1]["RotationDate"] - listed[n]["RotationDate"] for n in range(2)] == [365 * DAY] * 2
        assert [event.operation for event in kms.journal.events(key=key["KeyId"])].count("RotateKey") == 3

    def test_several_that_were_due_happen_in_their_order(self, kms, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
        kms.clock.advance(days=365)

        listed = rotations(client, key)
        assert len(listed) == 4
        assert [entry["KeyMaterialState"] for entry in listed] == ["NON_CURRENT"] * 3 + ["CURRENT"]
        assert [entry["RotationDate"] for entry in listed] == sorted(entry["RotationDate"] for entry in listed)

    def test_a_new_period_counts_from_now_and_no_period_changes_nothing(self, kms, client, key):
        kms.clock.freeze()
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
        due = status(client, key)["NextRotationDate"]
        kms.clock.advance(days=10)

        client.enable_key_rotation(KeyId=key["KeyId"])
        assert status(client, key)["NextRotationDate"] == due
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
        assert about(status(client, key)["NextRotationDate"], kms.clock.now() + 100 * DAY)

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

    def test_a_seed_gives_the_same_materials(self):
        def materials():
            with FakeKms(seed=3) as fake:
                key = fake.client().create_key()["KeyMetadata"]
                fake.client().enable_key_rotation(KeyId=key["KeyId"])
                fake.clock.advance(days=800)
                return [entry["KeyMaterialId"] for entry in rotations(fake.client(), key)]

        assert materials() == materials()


class TestDisableKeyRotation:
    @pytest.mark.aws
    def test_a_disabled_key(self, client, key, refused):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.disable_key_rotation(KeyId=key["KeyId"])

    def test_no_rotation_happens_afterwards(self, kms, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=100)
        assert members(client.disable_key_rotation(KeyId=key["KeyId"])) == {}
        kms.clock.advance(days=200)

        assert rotations(client, key) == []
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}

    @pytest.mark.aws
    @needs("GetKeyRotationStatus:KeyId")
    def test_a_key_without_rotation_stays_as_it_is(self, client, key):
        client.disable_key_rotation(KeyId=key["KeyId"])

        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}


class TestGetKeyRotationStatus:
    @pytest.mark.aws
    @needs("GetKeyRotationStatus:KeyId")
    def test_a_key_without_rotation(self, client, key):
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}

    def test_a_key_with_rotation(self, kms, client, key):
        kms.clock.freeze()
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)

        answer = status(client, key)
        assert about(answer.pop("NextRotationDate"), kms.clock.now() + 90 * DAY)
        assert answer == {"KeyId": key["Arn"], "KeyRotationEnabled": True, "RotationPeriodInDays": 90}

    @pytest.mark.aws
    @needs("GetKeyRotationStatus:KeyId")
    def test_a_key_pending_deletion_reads_false_until_that_is_canceled(self, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"])
        client.schedule_key_deletion(KeyId=key["KeyId"])
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}

        client.cancel_key_deletion(KeyId=key["KeyId"])
        assert status(client, key)["KeyRotationEnabled"] is True

    @pytest.mark.aws
    def test_a_disabled_key_reads_as_before(self, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"])
        before = status(client, key)
        client.disable_key(KeyId=key["KeyId"])

        assert status(client, key) == before

    @needs("GetKeyRotationStatus:KeyId")
    def test_aws_managed_keys_read_false_until_they_have_been_rotated(self, kms, client):
        managed = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
        assert status(client, managed) == {"KeyId": managed["Arn"], "KeyRotationEnabled": False}
        kms.clock.advance(days=400)

        assert status(client, managed) == {
            "KeyId": managed["Arn"],
            "KeyRotationEnabled": True,
            "NextRotationDate": managed["CreationDate"] + 730 * DAY,
            "RotationPeriodInDays": 365,
        }


class TestRotateKeyOnDemand:
    @pytest.mark.aws
    def test_a_key_pending_deletion(self, client, key, refused):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

        with refused(*pending_deletion(key)):
            client.rotate_key_on_demand(KeyId=key["KeyId"])

    def test_at_most_twenty_five_times(self, client, key, refused):
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

    @needs("GetKeyRotationStatus:NextRotationDate")
    def test_at_once_and_without_moving_the_next_date(self, client, key):
        client.enable_key_rotation(KeyId=key["KeyId"])
        due = status(client, key)["NextRotationDate"]
        blob, before = encrypt(client, key), current(client, key)

        assert members(client.rotate_key_on_demand(KeyId=key["KeyId"])) == {"KeyId": key["Arn"]}

        assert current(client, key) != before
        assert status(client, key)["NextRotationDate"] == due
        assert client.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == before
        assert [entry["RotationType"] for entry in rotations(client, key)] == ["ON_DEMAND"]

    @pytest.mark.options(consistency="eventual")
    def test_it_takes_its_time_under_eventual_consistency(self, kms, client, key):
        kms.clock.freeze()
        client.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
        before, material = status(client, key), current(client, key)
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        requested = kms.clock.now()

        started = {"OnDemandRotationStartDate": status(client, key)["OnDemandRotationStartDate"]}
        assert about(started["OnDemandRotationStartDate"], requested)
        assert status(client, key) == before | started
        assert (current(client, key), rotations(client, key)) == (material, [])
        kms.clock.advance(seconds=119)
        assert status(client, key) == before | started
        kms.clock.advance(minutes=15)
        assert status(client, key) == before
        (entry,) = rotations(client, key)
        assert about(entry["RotationDate"], requested + dt.timedelta(seconds=120))
        assert entry["KeyMaterialId"] == current(client, key) != material

    @pytest.mark.options(consistency="eventual", quotas={"on_demand_rotations": 2})
    def test_asked_again_meanwhile_it_is_one_rotation(self, kms, client, key, refused):
        for _ in range(2):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
            started = status(client, key)
            kms.clock.advance(seconds=60)
            for _ in range(3):
                assert members(client.rotate_key_on_demand(KeyId=key["KeyId"])) == {"KeyId": key["Arn"]}
            assert status(client, key) == started
            kms.clock.advance(minutes=15)

        assert len(rotations(client, key)) == 2
        message = (
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
            f"performed for this key: {key['Arn']}"
        )
        with refused("LimitExceededException", message):
            client.rotate_key_on_demand(KeyId=key["KeyId"])

    @pytest.mark.options(consistency="eventual")
    @pytest.mark.parametrize("method", ["disable_key", "schedule_key_deletion"])
    def test_it_goes_on_whatever_the_state_of_the_key(self, kms, client, key, refused, method):
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        getattr(client, method)(KeyId=key["KeyId"])
        assert "OnDemandRotationStartDate" in status(client, key)
        with refused(*(disabled if method == "disable_key" else pending_deletion)(key)):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        kms.clock.advance(minutes=15)

        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}
        assert [entry["KeyMaterialId"] for entry in rotations(client, key)] == [current(client, key)]

    @pytest.mark.options(consistency="eventual")
    def test_the_primary_may_change_meanwhile(self, kms, client, elsewhere):
        key = client.create_key(MultiRegion=True)["KeyMetadata"]
        client.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
        kms.clock.advance(seconds=10)
        there = elsewhere(region="eu-west-1")
        blob = encrypt(client, key)
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        assert "OnDemandRotationStartDate" in status(there, key)
        client.update_primary_region(KeyId=key["KeyId"], PrimaryRegion="eu-west-1")
        kms.clock.advance(minutes=15)

        assert current(client, key) == current(there, key) != key["CurrentKeyMaterialId"]
        assert there.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == key["CurrentKeyMaterialId"]
        assert [entry["KeyId"] for entry in rotations(there, key)] == [describe(there, key)["Arn"]]

    @pytest.mark.aws
    def test_an_alias(self, client, key, refused):
        with refused(*NO_ALIAS):
            client.rotate_key_on_demand(KeyId="alias/app")


class TestListKeyRotations:
    def test_a_marker_of_another_listing(self, client, key, refused):
        for _ in range(2):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        marker = client.list_key_rotations(KeyId=key["KeyId"], Limit=1)["NextMarker"]

        with refused("InvalidMarkerException"):
            client.list_key_rotations(KeyId=key["KeyId"], Marker=marker, **ALL)

    @pytest.mark.aws
    def test_a_key_that_was_never_rotated(self, client, key):
        assert members(client.list_key_rotations(KeyId=key["KeyId"])) == {"Rotations": [], "Truncated": False}

    def test_the_members_of_an_entry(self, client, key):
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        (entry,) = rotations(client, key)

        assert entry.pop("RotationDate") >= key["CreationDate"]
        assert entry == {
            "KeyId": key["Arn"],
            "KeyMaterialId": current(client, key),
            "KeyMaterialState": "CURRENT",
            "RotationType": "ON_DEMAND",
        }

    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_all_material(self, client, key):
        first = current(client, key)
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        everything = rotations(client, key, **ALL)

        assert [(entry["KeyMaterialId"], entry["KeyMaterialState"]) for entry in everything] == [
            (first, "NON_CURRENT"),
            (current(client, key), "CURRENT"),
        ]
        assert set(everything[0]) == {"KeyId", "KeyMaterialId", "KeyMaterialState"}
        assert {entry["KeyId"] for entry in everything} == {key["Arn"]}
        assert rotations(client, key) == everything[1:]

    @pytest.mark.aws
    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_the_first_material_of_a_key_that_was_never_rotated(self, client, key):
        entry = {"KeyId": key["Arn"], "KeyMaterialId": current(client, key), "KeyMaterialState": "CURRENT"}

        assert rotations(client, key, **ALL) == [entry]

    @pytest.mark.aws
    def test_a_marker_that_no_listing_gave(self, client, key, refused):
        with refused("InvalidMarkerException"):
            client.list_key_rotations(KeyId=key["KeyId"], Marker="bad")

    @pytest.mark.aws
    def test_a_disabled_key_and_one_pending_deletion(self, client, key):
        client.disable_key(KeyId=key["KeyId"])
        assert rotations(client, key) == []
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        assert rotations(client, key) == []

    def test_pages(self, client, key):
        for _ in range(5):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        pages = list(
            client.get_paginator("list_key_rotations").paginate(KeyId=key["KeyId"], PaginationConfig={"PageSize": 2})
        )

        assert [len(page["Rotations"]) for page in pages] == [2, 2, 1]


class TestKeysThatDoNotRotate:
    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "usage"), [("RSA_2048", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")])
    def test_asymmetric_and_hmac(self, client, refused, spec, usage):
        key = create(client, spec, usage)

        for method in ("enable_key_rotation", "rotate_key_on_demand"):
            with refused("UnsupportedOperationException"):
                getattr(client, method)(KeyId=key["KeyId"])
        assert members(client.list_key_rotations(KeyId=key["KeyId"])) == {"Rotations": [], "Truncated": False}
        message = "Input parameter includeKeyMaterial can only be used with symmetric keys."
        with refused("ValidationException", message):
            client.list_key_rotations(KeyId=key["KeyId"], **ALL)
        client.disable_key_rotation(KeyId=key["KeyId"])
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}

    @pytest.mark.aws
    def test_the_origin_of_imported_material_comes_before_the_state(self, client, refused):
        key = client.create_key(Origin="EXTERNAL")["KeyMetadata"]

        for method in ("enable_key_rotation", "disable_key_rotation"):
            with refused(*other_origin(key)):
                getattr(client, method)(KeyId=key["KeyId"])
        with refused(*pending_import(key)):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        assert status(client, key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}
