"""Multi-Region keys: CreateKey(MultiRegion), ReplicateKey, UpdatePrimaryRegion, and their deletion."""

from __future__ import annotations

import json
import re

import pytest
from expected import (
    INACCESSIBLE,
    RESERVED_TAG,
    disabled,
    members,
    not_multi_region,
    not_primary,
    pending_deletion,
    refusal,
    replica_key,
)
from iam import IAM, ROOT, allow
from installed import needs
from keys import create, describe

from fake_kms import FakeKms

THERE = "eu-west-1"


@pytest.fixture
def primary(client):
    return client.create_key(MultiRegion=True, Description="primary")["KeyMetadata"]


@pytest.fixture
def there(elsewhere):
    return elsewhere(region=THERE)


@pytest.fixture
def replica(client, primary, there):
    """Replicate the primary, and return the metadata of its replica."""
    replicate(client, primary)
    return describe(there, primary)


def replicate(client, key, region=THERE, **more):
    return client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=region, **more)


def configuration(key, kind, primary, *replicas):
    """Return a MultiRegionConfiguration; the Regions are those of its primary and its replicas."""

    def entry(region):
        return {"Arn": key["Arn"].replace("us-east-1", region), "Region": region}

    others = [entry(region) for region in replicas]
    return {"MultiRegionKeyType": kind, "PrimaryKey": entry(primary), "ReplicaKeys": others}


class TestMultiRegionKeys:
    def test_a_primary_alone(self, primary):
        assert re.fullmatch("mrk-[0-9a-f]{32}", primary["KeyId"])
        assert primary["MultiRegion"] is True
        assert primary["MultiRegionConfiguration"] == configuration(primary, "PRIMARY", "us-east-1")

    def test_ciphertexts_and_signatures_cross_regions(self, client, primary, there):
        replicate(client, primary)
        blob = client.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        answer = there.decrypt(CiphertextBlob=blob)
        assert (answer["Plaintext"], answer["KeyId"]) == (b"x", describe(there, primary)["Arn"])

        signer = create(client, "ECC_NIST_P256", MultiRegion=True)
        replicate(client, signer)
        request = {"KeyId": signer["KeyId"], "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
        assert there.verify(Signature=client.sign(**request)["Signature"], **request)["SignatureValid"]

    def test_a_key_of_one_region_stays_there(self, client, key, there, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        with refused(*INACCESSIBLE):
            there.decrypt(CiphertextBlob=blob)

    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_rotation_is_shared_and_belongs_to_the_primary(self, kms, client, primary, replica, there, refused):
        client.enable_key_rotation(KeyId=primary["KeyId"])
        assert there.get_key_rotation_status(KeyId=primary["KeyId"])["KeyRotationEnabled"] is True
        kms.clock.advance(days=366)

        assert describe(there, primary)["CurrentKeyMaterialId"] == describe(client, primary)["CurrentKeyMaterialId"]
        assert describe(there, primary)["CurrentKeyMaterialId"] != primary["CurrentKeyMaterialId"]
        blob = client.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        for operation in ("EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand"):
            with refused(*replica_key(replica, operation)):
                there._make_api_call(operation, {"KeyId": primary["KeyId"]})

    def test_the_status_of_rotation_is_the_primarys_also_while_it_waits_for_its_replicas(
        self, client, primary, replica, there
    ):
        client.enable_key_rotation(KeyId=primary["KeyId"], RotationPeriodInDays=90)
        status = members(client.get_key_rotation_status(KeyId=primary["KeyId"]))
        client.schedule_key_deletion(KeyId=primary["KeyId"])

        assert status["RotationPeriodInDays"] == 90
        assert members(client.get_key_rotation_status(KeyId=primary["KeyId"])) == status
        assert members(there.get_key_rotation_status(KeyId=primary["KeyId"])) == status | {"KeyId": replica["Arn"]}

    def test_each_key_has_its_own_state(self, client, primary, replica, there):
        there.disable_key(KeyId=replica["KeyId"])

        assert describe(client, primary)["KeyState"] == "Enabled"


class TestReplicateKey:
    def test_a_key_that_is_not_a_primary(self, client, key, replica, there, refused):
        with refused(*not_primary(replica)):
            replicate(there, replica, "ap-south-1")
        with refused(*not_multi_region(key)):
            replicate(client, key)

    def test_one_replica_a_region(self, client, primary, replica, there, refused):
        message = "You can create only one replica of each primary key in each AWS Region."
        with refused("AlreadyExistsException", message):
            replicate(client, primary)
        there.schedule_key_deletion(KeyId=replica["KeyId"])
        with refused("AlreadyExistsException", message):
            replicate(client, primary)

    @pytest.mark.aws
    def test_the_region_of_the_primary(self, client, refused):
        primary = client.create_key(MultiRegion=True)["KeyMetadata"]
        region = client.meta.region_name
        with refused("ValidationException", f"{region} cannot have a replica because it contains the primary."):
            replicate(client, primary, region)

    @pytest.mark.aws
    def test_a_region_of_another_partition(self, client, refused):
        primary = client.create_key(MultiRegion=True)["KeyMetadata"]
        message = "The replica key Region must be in the same AWS partition as the primary key Region."
        with refused("ValidationException", message):
            replicate(client, primary, "cn-north-1")

    @pytest.mark.parametrize("region", ["us-invalid-1", "foo-bar-9"])
    def test_a_region_that_does_not_exist(self, client, primary, refused, region):
        message = f"Region {region} is not a valid Region or multi-Region keys are not supported in Region {region}."
        with refused("ValidationException", message):
            replicate(client, primary, region)

    def test_a_disabled_primary(self, client, primary, refused):
        client.disable_key(KeyId=primary["KeyId"])

        with refused(*disabled(primary)):
            replicate(client, primary)

    @pytest.mark.options(quotas={"keys": 1})
    def test_tags_and_quota(self, client, primary, there, refused):
        with refused(*RESERVED_TAG):
            replicate(client, primary, Tags=[{"TagKey": "aws:a", "TagValue": "b"}])
        there.create_key()
        with refused(
            "LimitExceededException", "Key quota for this account in this region is 1 but the current usage is 1."
        ):
            replicate(client, primary)

    def test_a_replica_shares_id_and_material_and_nothing_else(self, client, primary, there):
        client.tag_resource(KeyId=primary["KeyId"], Tags=[{"TagKey": "a", "TagValue": "b"}])
        client.create_alias(AliasName="alias/app", TargetKeyId=primary["KeyId"])
        answer = members(replicate(client, primary, Description="replica"))

        metadata = answer["ReplicaKeyMetadata"]
        assert set(answer) == {"ReplicaKeyMetadata", "ReplicaPolicy"}
        assert (metadata["KeyState"], metadata["Enabled"], metadata["KeyId"]) == ("Creating", False, primary["KeyId"])
        assert "CurrentKeyMaterialId" not in metadata
        assert json.loads(answer["ReplicaPolicy"])["Id"] == "key-default-1"
        assert describe(there, primary) == primary | {
            "Arn": primary["Arn"].replace("us-east-1", THERE),
            "CreationDate": metadata["CreationDate"],
            "Description": "replica",
            "MultiRegionConfiguration": configuration(primary, "REPLICA", "us-east-1", THERE),
        }
        assert describe(client, primary) == primary | {
            "MultiRegionConfiguration": configuration(primary, "PRIMARY", "us-east-1", THERE)
        }
        assert there.list_resource_tags(KeyId=primary["KeyId"])["Tags"] == []
        assert there.list_aliases(KeyId=primary["KeyId"])["Aliases"] == []

    def test_tags_and_policy_of_its_own(self, client, primary, there):
        tags = [{"TagKey": "a", "TagValue": "b"}]
        policy = {"Statement": [allow(to=ROOT)]}
        answer = replicate(client, primary, Tags=tags, Policy=json.dumps(policy))

        assert answer["ReplicaTags"] == tags
        assert json.loads(answer["ReplicaPolicy"]) == policy
        assert there.list_resource_tags(KeyId=primary["KeyId"])["Tags"] == tags

    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_creating_passes_with_the_clock_under_eventual_consistency(self):
        with FakeKms(consistency="eventual") as fake:
            client, there = fake.client(), fake.client(THERE)
            key = client.create_key(MultiRegion=True)["KeyMetadata"]
            arn = replicate(client, key)["ReplicaKeyMetadata"]["Arn"]
            with refusal("KMSInvalidStateException", f"{arn} is creating."):
                there.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
            assert "CurrentKeyMaterialId" not in describe(there, key)
            fake.clock.advance(seconds=10)
            assert describe(there, key)["KeyState"] == "Enabled"
            assert describe(there, key)["CurrentKeyMaterialId"] == key["CurrentKeyMaterialId"]

    def test_a_replica_whose_deletion_is_scheduled_while_it_is_created_stays_pending_deletion(self):
        with FakeKms(consistency="eventual") as fake:
            client, there = fake.client(), fake.client(THERE)
            key = client.create_key(MultiRegion=True)["KeyMetadata"]
            replicate(client, key)
            there.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
            fake.clock.advance(seconds=10)
            assert describe(there, key)["KeyState"] == "PendingDeletion"


class TestUpdatePrimaryRegion:
    def test_a_key_that_is_not_a_primary_comes_before_its_state(self, client, key, refused):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*not_multi_region(key)):
            client.update_primary_region(KeyId=key["KeyId"], PrimaryRegion=THERE)

    def test_a_replica(self, replica, there, refused):
        for region in (THERE, "us-east-1", "ap-south-1"):
            with refused("KMSInvalidStateException", f"{replica['Arn']} is not a multi-Region primary key."):
                there.update_primary_region(KeyId=replica["KeyId"], PrimaryRegion=region)

    def test_a_region_without_a_replica(self, client, primary, replica, refused):
        for region in ("ap-south-1", "us-invalid-1"):
            message = f"{primary['KeyId']} does not have a replica key in the specified Region."
            with refused("ValidationException", message):
                client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=region)

    def test_the_region_of_the_primary_changes_nothing(self, client, primary, refused):
        before = describe(client, primary)
        assert members(client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion="us-east-1")) == {}
        assert describe(client, primary) == before
        client.disable_key(KeyId=primary["KeyId"])
        with refused(*disabled(primary)):
            client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion="us-east-1")

    def test_a_replica_pending_deletion(self, client, primary, replica, there, refused):
        there.schedule_key_deletion(KeyId=replica["KeyId"])

        with refused(*pending_deletion(replica)):
            client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)

    def test_both_must_be_enabled(self, client, primary, replica, there, refused):
        there.disable_key(KeyId=replica["KeyId"])
        with refused(*disabled(replica)):
            client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)
        client.disable_key(KeyId=primary["KeyId"])
        with refused(*disabled(primary)):
            client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)

    def test_the_roles_change(self, client, primary, replica, there, refused):
        assert members(client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)) == {}

        changed = configuration(primary, "REPLICA", THERE, "us-east-1")
        assert describe(client, primary)["MultiRegionConfiguration"] == changed
        changed = configuration(primary, "PRIMARY", THERE, "us-east-1")
        assert describe(there, primary)["MultiRegionConfiguration"] == changed
        assert describe(there, primary)["KeyState"] == "Enabled"
        there.rotate_key_on_demand(KeyId=primary["KeyId"])
        with refused(*replica_key(primary, "RotateKeyOnDemand")):
            client.rotate_key_on_demand(KeyId=primary["KeyId"])

    def test_replicas_are_listed_by_region(self, client, primary, there):
        for region in ("sa-east-1", "ap-south-1", THERE):
            replicate(client, primary, region)
        changed = configuration(primary, "PRIMARY", "us-east-1", "ap-south-1", THERE, "sa-east-1")
        assert describe(client, primary)["MultiRegionConfiguration"] == changed
        client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)
        changed = configuration(primary, "PRIMARY", THERE, "ap-south-1", "sa-east-1", "us-east-1")
        assert describe(there, primary)["MultiRegionConfiguration"] == changed

    def test_rotation_goes_with_the_primary(self, client, primary, replica, there):
        client.enable_key_rotation(KeyId=primary["KeyId"], RotationPeriodInDays=90)
        status = members(client.get_key_rotation_status(KeyId=primary["KeyId"]))
        client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)

        assert members(there.get_key_rotation_status(KeyId=primary["KeyId"])) == status | {"KeyId": replica["Arn"]}

    def test_updating_passes_with_the_clock_under_eventual_consistency(self):
        with FakeKms(consistency="eventual") as fake:
            client, there = fake.client(), fake.client(THERE)
            key = client.create_key(MultiRegion=True)["KeyMetadata"]
            replicate(client, key)
            fake.clock.advance(seconds=10)
            client.update_primary_region(KeyId=key["KeyId"], PrimaryRegion=THERE)
            states = [describe(one, key) for one in (client, there)]
            assert [(each["KeyState"], each["Enabled"]) for each in states] == [("Updating", False)] * 2
            there.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
            with refusal("KMSInvalidStateException", f"{key['Arn']} is updating."):
                client.disable_key(KeyId=key["KeyId"])
            fake.clock.advance(seconds=10)
            assert {describe(one, key)["KeyState"] for one in (client, there)} == {"Enabled"}


class TestScheduleKeyDeletion:
    def test_a_primary_waits_for_its_replicas(self, kms, client, primary, replica, there):
        answer = members(client.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7))
        assert answer == {"KeyId": primary["Arn"], "KeyState": "PendingReplicaDeletion", "PendingWindowInDays": 7}
        kms.clock.advance(days=30)
        metadata = describe(client, primary)
        assert (metadata["KeyState"], metadata["PendingDeletionWindowInDays"]) == ("PendingReplicaDeletion", 7)

        there.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=10)
        kms.clock.advance(days=10)
        metadata = describe(client, primary)
        assert metadata["KeyState"] == "PendingDeletion"
        assert "PendingDeletionWindowInDays" not in metadata
        assert metadata["MultiRegionConfiguration"]["ReplicaKeys"] == []
        kms.clock.advance(days=7)
        assert client.list_keys()["Keys"] == there.list_keys()["Keys"] == []

    def test_everything_in_one_step_of_time(self, kms, client, primary, replica, there):
        client.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
        there.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
        kms.clock.advance(days=14, seconds=1)

        assert client.list_keys()["Keys"] == []
        deleted = kms.journal.events("DeleteKey")
        assert [event.region for event in deleted] == [THERE, "us-east-1"]
        assert round((deleted[1].time - deleted[0].time).total_seconds()) == 7 * 86400

    def test_a_replica_is_deleted_alone(self, kms, client, primary, replica, there):
        blob = there.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        there.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
        kms.clock.advance(days=7)

        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        assert describe(client, primary)["MultiRegionConfiguration"]["ReplicaKeys"] == []
        replicate(client, primary)


class TestCancelKeyDeletion:
    def test_a_primary_that_waits_for_its_replicas(self, client, primary, replica):
        client.schedule_key_deletion(KeyId=primary["KeyId"])
        client.cancel_key_deletion(KeyId=primary["KeyId"])

        metadata = describe(client, primary)
        assert metadata["KeyState"] == "Disabled"
        assert "PendingDeletionWindowInDays" not in metadata


def test_what_passes_with_the_clock_is_in_the_journal():
    with FakeKms(consistency="eventual") as fake:
        client = fake.client()
        key = client.create_key(MultiRegion=True)["KeyMetadata"]
        replicate(client, key)
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=f"{IAM}user/a", Operations=["Encrypt"])
        external = client.create_key(Origin="EXTERNAL")["KeyMetadata"]
        wrapping = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
        client.get_parameters_for_import(KeyId=external["KeyId"], **wrapping)
        fake.clock.advance(days=2)
        client.list_keys()

        happened = [event.operation for event in fake.journal if event.principal == "AWS Internal"]
        assert happened == ["SynchronizeMultiRegionKey", "PropagateGrant", "ExpireImportToken"]
