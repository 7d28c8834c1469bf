"""Multi-Region keys: CreateKey(MultiRegion), ReplicateKey, UpdatePrimaryRegion, and their deletion."""

from __future__ import annotations

import json
import re

import pytest
from iam import ROOT, allow

from fake_kms import FakeKms

THERE = "eu-west-1"


@pytest.fixture
def primary(client):
    return client.create_key(MultiRegion=True, Description="primary")["KeyMetadata"]


@pytest.fixture
def there(elsewhere):
    return elsewhere(region=THERE)


def replicate(client, key, region=THERE, **more):
    return client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=region, **more)


def describe(client, key):
    return client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]


def arn(key, region):
    return key["Arn"].replace("us-east-1", region)


class TestReplicas:
    def test_a_primary_alone(self, primary):
        assert re.fullmatch("mrk-[0-9a-f]{32}", primary["KeyId"])
        assert primary["MultiRegion"] is True
        assert primary["MultiRegionConfiguration"] == {
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": {"Arn": primary["Arn"], "Region": "us-east-1"},
            "ReplicaKeys": [],
        }

    def test_a_replica_shares_id_and_material_and_nothing_else(self, client, primary, there):
        client.tag_resource(KeyId=primary["KeyId"], Tags=[{"TagKey": "a", "TagValue": "b"}])
        client.create_alias(AliasName="alias/app", TargetKeyId=primary["KeyId"])
        answer = replicate(client, primary, Description="replica")

        metadata = answer["ReplicaKeyMetadata"]
        assert (metadata["KeyState"], metadata["Enabled"], metadata["KeyId"]) == ("Creating", False, primary["KeyId"])
        assert json.loads(answer["ReplicaPolicy"])["Id"] == "key-default-1"
        assert "ReplicaTags" not in answer
        metadata = describe(there, primary)
        assert (metadata["Arn"], metadata["KeyState"], metadata["Description"]) == (
            arn(primary, THERE),
            "Enabled",
            "replica",
        )
        assert metadata["CurrentKeyMaterialId"] == primary["CurrentKeyMaterialId"]
        configuration = {
            "PrimaryKey": {"Arn": primary["Arn"], "Region": "us-east-1"},
            "ReplicaKeys": [{"Arn": arn(primary, THERE), "Region": THERE}],
        }
        assert metadata["MultiRegionConfiguration"] == configuration | {"MultiRegionKeyType": "REPLICA"}
        assert describe(client, primary)["MultiRegionConfiguration"] == configuration | {
            "MultiRegionKeyType": "PRIMARY"
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

    def test_ciphertexts_and_signatures_cross_regions(self, client, primary, there):
        replicate(client, primary)
        blob = client.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        answer = there.decrypt(CiphertextBlob=blob)
        assert (answer["Plaintext"], answer["KeyId"]) == (b"x", arn(primary, THERE))

        signer = client.create_key(MultiRegion=True, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
        replicate(client, signer)
        request = {"KeyId": signer["KeyId"], "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
        assert there.verify(Signature=client.sign(**request)["Signature"], **request)["SignatureValid"]

    def test_a_key_of_one_region_stays_there(self, client, key, there, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        message = (
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are "
            "not allowed to access."
        )
        with refused("AccessDeniedException", message):
            there.decrypt(CiphertextBlob=blob)

    def test_rotation_is_shared_and_belongs_to_the_primary(self, kms, client, primary, there, refused):
        replicate(client, primary)
        client.enable_key_rotation(KeyId=primary["KeyId"])
        assert there.get_key_rotation_status(KeyId=primary["KeyId"])["KeyRotationEnabled"] is True
        kms.clock.advance(days=366)

        assert describe(there, primary)["CurrentKeyMaterialId"] == describe(client, primary)["CurrentKeyMaterialId"]
        assert describe(there, primary)["CurrentKeyMaterialId"] != primary["CurrentKeyMaterialId"]
        blob = client.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        for method in ("enable_key_rotation", "rotate_key_on_demand"):
            with refused("UnsupportedOperationException", f"{arn(primary, THERE)} is not a multi-region primary key."):
                getattr(there, method)(KeyId=primary["KeyId"])

    def test_states_are_their_own(self, client, primary, there):
        replicate(client, primary)
        describe(there, primary)
        there.disable_key(KeyId=primary["KeyId"])

        assert describe(client, primary)["KeyState"] == "Enabled"

    def test_creating_passes_with_the_clock_under_eventual_consistency(self, refused):
        with FakeKms(consistency="eventual") as fake:
            client, there = fake.client(), fake.client(THERE)
            key = client.create_key(MultiRegion=True)["KeyMetadata"]
            replicate(client, key)
            with pytest.raises(there.exceptions.KMSInvalidStateException, match=f"{arn(key, THERE)} is creating."):
                there.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
            fake.clock.advance(seconds=10)
            assert describe(there, key)["KeyState"] == "Enabled"


class TestRefusals:
    def test_not_a_primary(self, client, key, primary, there, refused):
        replicate(client, primary)
        describe(there, primary)
        with refused("UnsupportedOperationException", f"{arn(primary, THERE)} is not a multi-region primary key."):
            replicate(there, primary, "ap-south-1")
        with refused("UnsupportedOperationException", f"{key['Arn']} is not a multi-region primary key."):
            replicate(client, key)
        client.disable_key(KeyId=key["KeyId"])
        with refused("UnsupportedOperationException", f"{key['Arn']} is not a multi-region primary key."):
            client.update_primary_region(KeyId=key["KeyId"], PrimaryRegion=THERE)

    def test_one_replica_a_region(self, client, primary, there, refused):
        replicate(client, primary)
        describe(there, primary)
        for region in (THERE, "us-east-1"):
            with refused(
                "AlreadyExistsException", "You can create only one replica of each primary key in each AWS Region."
            ):
                replicate(client, primary, region)

    def test_another_partition_or_no_region_at_all(self, client, primary, refused):
        for region in ("cn-north-1", "foo-bar-9"):
            with refused("UnsupportedOperationException", f"{region} is not in the partition of the primary key."):
                replicate(client, primary, region)

    @pytest.mark.options(quotas={"keys": 1})
    def test_tags_and_quota(self, client, primary, there, refused):
        with refused("TagException", "Tags beginning with aws: are reserved"):
            replicate(client, primary, Tags=[{"TagKey": "aws:a", "TagValue": "b"}])
        there.create_key()
        with refused(
            "LimitExceededException", "Key quota for this account in this region is 1 but the current usage is 1."
        ):
            replicate(client, primary)


class TestPrimaryRegion:
    def test_the_roles_change(self, client, primary, there, refused):
        replicate(client, primary)
        describe(there, primary)
        client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)

        assert describe(client, primary)["MultiRegionConfiguration"] == {
            "MultiRegionKeyType": "REPLICA",
            "PrimaryKey": {"Arn": arn(primary, THERE), "Region": THERE},
            "ReplicaKeys": [{"Arn": primary["Arn"], "Region": "us-east-1"}],
        }
        assert describe(there, primary)["KeyState"] == "Enabled"
        there.rotate_key_on_demand(KeyId=primary["KeyId"])
        with refused("UnsupportedOperationException", f"{primary['Arn']} is not a multi-region primary key."):
            client.rotate_key_on_demand(KeyId=primary["KeyId"])

    def test_where_there_is_no_replica(self, client, primary, refused):
        for region in ("ap-south-1", "us-east-1"):
            with refused("NotFoundException", f"Key '{primary['KeyId']}' has no replica key in {region}"):
                client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=region)

    def test_both_must_be_enabled(self, client, primary, there, refused):
        replicate(client, primary)
        describe(there, primary)
        there.disable_key(KeyId=primary["KeyId"])
        with refused("DisabledException", f"{arn(primary, THERE)} is disabled."):
            client.update_primary_region(KeyId=primary["KeyId"], PrimaryRegion=THERE)

    def test_updating_passes_with_the_clock_under_eventual_consistency(self):
        with FakeKms(consistency="eventual") as fake:
            client, there = fake.client(), fake.client(THERE)
            key = client.create_key(MultiRegion=True)["KeyMetadata"]
            replicate(client, key)
            fake.clock.advance(seconds=10)
            client.update_primary_region(KeyId=key["KeyId"], PrimaryRegion=THERE)
            assert {describe(one, key)["KeyState"] for one in (client, there)} == {"Updating"}
            there.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
            with pytest.raises(client.exceptions.KMSInvalidStateException, match=f"{key['Arn']} is updating."):
                client.disable_key(KeyId=key["KeyId"])
            fake.clock.advance(seconds=10)
            assert {describe(one, key)["KeyState"] for one in (client, there)} == {"Enabled"}


class TestDeletion:
    def test_a_primary_waits_for_its_replicas(self, kms, client, primary, there):
        replicate(client, primary)
        describe(there, primary)
        answer = client.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
        assert answer["KeyState"] == "PendingReplicaDeletion"
        assert "DeletionDate" not in answer
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

    def test_everything_in_one_step_of_time(self, kms, client, primary, there):
        replicate(client, primary)
        describe(there, primary)
        client.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
        there.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
        kms.clock.advance(days=14, seconds=1)

        assert client.list_keys()["Keys"] == []
        deleted = kms.journal.events("DeleteKey")
        assert [event.region for event in deleted] == [THERE, "us-east-1"]
        assert round((deleted[1].time - deleted[0].time).total_seconds()) == 7 * 86400

    def test_a_replica_goes_alone(self, kms, client, primary, there):
        replicate(client, primary)
        describe(there, primary)
        blob = there.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        there.schedule_key_deletion(KeyId=primary["KeyId"], PendingWindowInDays=7)
        kms.clock.advance(days=7)

        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        assert describe(client, primary)["MultiRegionConfiguration"]["ReplicaKeys"] == []
        replicate(client, primary)

    def test_it_can_be_cancelled(self, client, primary, there):
        replicate(client, primary)
        describe(there, primary)
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
        client.create_grant(
            KeyId=key["KeyId"], GranteePrincipal="arn:aws:iam::123456789012:user/a", Operations=["Encrypt"]
        )
        external = client.create_key(Origin="EXTERNAL")["KeyMetadata"]
        wrapping = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
        client.get_parameters_for_import(KeyId=external["KeyId"], **wrapping)
        fake.clock.advance(days=2)
        client.list_keys()

        happened = [event.operation for event in fake.journal if event.principal == "AWS Internal"]
        assert happened == ["SynchronizeMultiRegionKey", "PropagateGrant", "ExpireImportToken"]
