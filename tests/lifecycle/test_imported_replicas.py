"""Imported key material of replicas."""

from __future__ import annotations

import datetime as dt

import pytest
from expected import members, pending_import
from importing import FOREVER, NEW, RAW, expected_material, external_key, parameters, request_for
from installed import needs
from keys import describe

SECOND = bytes(32)
THERE = "eu-west-1"


def encrypt(client, key):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


def materials(client, key):
    """Return every material of a key, as ListKeyRotations lists it."""
    return client.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]


def states(client, key):
    return [(entry["KeyMaterialState"], entry["ImportState"]) for entry in materials(client, key)]


class TestReplicas:
    @pytest.fixture
    def key(self, client, import_material):
        """Create a primary key with material and replicate it."""
        key = external_key(client, MultiRegion=True)
        import_material(client, key["KeyId"], RAW, KeyMaterialDescription="first", **FOREVER)
        client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=THERE)
        return key

    @pytest.fixture
    def there(self, elsewhere):
        return elsewhere(region=THERE)

    @needs("ImportKeyMaterial:KeyMaterialId")
    def test_a_new_replica(self, client, there, import_material):
        key = external_key(client, MultiRegion=True)
        valid_to = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=9)
        first = import_material(client, key["KeyId"], RAW, ValidTo=valid_to)["KeyMaterialId"]
        creating = client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=THERE)["ReplicaKeyMetadata"]
        assert (creating["KeyState"], creating["ExpirationModel"]) == ("Creating", "KEY_MATERIAL_DOES_NOT_EXPIRE")
        assert not {"CurrentKeyMaterialId", "ValidTo"} & set(creating)
        metadata = describe(there, key)
        assert (metadata["KeyState"], metadata["CurrentKeyMaterialId"]) == ("PendingImport", first)
        assert "ExpirationModel" not in metadata

    def test_a_primary_without_material(self, client, refused):
        key = external_key(client, MultiRegion=True)
        with refused(*pending_import(key)):
            client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=THERE)

    def test_the_materials_of_its_primary_under_its_own_arn(self, client, there, key, import_material):
        first = describe(client, key)["CurrentKeyMaterialId"]
        entry = {
            "KeyId": describe(there, key)["Arn"],
            "KeyMaterialId": first,
            "KeyMaterialState": "CURRENT",
            "KeyMaterialDescription": "first",
        }
        assert materials(there, key) == [entry | {"ImportState": "PENDING_IMPORT"}]
        import_material(there, key["KeyId"], RAW)
        present = {"ImportState": "IMPORTED", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        assert materials(there, key) == [entry | present]

    def test_what_only_the_primary_takes(self, there, key, refused):
        replica = describe(there, key)
        answer = parameters(there, replica)
        message = "Key material description can only be specified on primary Multi-Region keys"
        with refused("ValidationException", message):
            there.import_key_material(**request_for(replica, answer, KeyMaterialDescription="own", **FOREVER))
        message = "Input parameter ImportType NEW_KEY_MATERIAL cannot be used on replica Multi-Region keys"
        with refused("ValidationException", message):
            there.import_key_material(**request_for(replica, answer, SECOND, ImportType=NEW, **FOREVER))

    def test_other_bytes_than_those_of_the_primary(self, there, key, refused):
        replica = describe(there, key)
        request = request_for(replica, parameters(there, replica), SECOND)
        with refused(*expected_material(replica["CurrentKeyMaterialId"])):
            there.import_key_material(**request)

    def test_ciphertexts_open_in_both_regions(self, client, there, key, import_material):
        import_material(there, key["KeyId"], RAW)

        assert there.decrypt(CiphertextBlob=encrypt(client, key))["Plaintext"] == b"x"

    def test_a_rotation_waits_until_every_replica_has_the_material(self, client, there, key, refused, import_material):
        import_material(there, key["KeyId"], RAW)
        blob = encrypt(client, key)
        import_material(client, key["KeyId"], SECOND, ImportType=NEW, KeyMaterialDescription="second", **FOREVER)
        lacking = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
        assert states(client, key) == [("CURRENT", "IMPORTED"), (lacking, "IMPORTED")]
        assert states(there, key) == [("CURRENT", "IMPORTED"), (lacking, "PENDING_IMPORT")]
        assert materials(there, key)[1]["KeyMaterialDescription"] == "second"
        message = "Cannot perform key material rotation: Key material has not been imported for replicas of the Multi-Region key."
        with refused("KMSInvalidStateException", message):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        there.delete_imported_key_material(KeyId=key["KeyId"])
        second = import_material(there, key["KeyId"], SECOND)["KeyMaterialId"]
        assert states(there, key) == [("CURRENT", "PENDING_IMPORT"), ("PENDING_ROTATION", "IMPORTED")]
        client.rotate_key_on_demand(KeyId=key["KeyId"])

        assert describe(client, key)["CurrentKeyMaterialId"] == describe(there, key)["CurrentKeyMaterialId"] == second
        assert describe(there, key)["KeyState"] == "PendingImport"
        import_material(there, key["KeyId"], RAW)  # the older one
        assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_waiting_material_that_a_replica_never_had_is_deleted_there(self, client, there, key, import_material):
        second = import_material(client, key["KeyId"], SECOND, ImportType=NEW, **FOREVER)["KeyMaterialId"]
        answer = there.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=second)

        assert members(answer) == {"KeyId": describe(there, key)["Arn"], "KeyMaterialId": second}
        assert [entry["KeyMaterialId"] for entry in materials(there, key)][1:] == [second]

    def test_waiting_material_that_is_deleted_on_the_primary_goes_from_its_replicas(
        self, client, there, key, import_material
    ):
        second = import_material(client, key["KeyId"], SECOND, ImportType=NEW, **FOREVER)["KeyMaterialId"]
        import_material(there, key["KeyId"], SECOND)
        client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=second)
        import_material(client, key["KeyId"], SECOND, ImportType=NEW, **FOREVER)

        assert states(there, key)[1][1] == "PENDING_IMPORT"

    @pytest.mark.options(consistency="eventual")
    def test_a_replica_loses_the_material_while_the_rotation_goes_on(self, kms, client, there, key, import_material):
        kms.clock.advance(seconds=10)
        import_material(there, key["KeyId"], RAW)
        second = import_material(client, key["KeyId"], SECOND, ImportType=NEW, **FOREVER)["KeyMaterialId"]
        import_material(there, key["KeyId"], SECOND)
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        there.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=second)
        assert describe(there, key)["KeyState"] == "Enabled"
        assert states(there, key)[1] == ("PENDING_ROTATION", "PENDING_IMPORT")
        kms.clock.advance(minutes=15)

        shown = [describe(each, key) for each in (client, there)]
        assert [metadata["KeyState"] for metadata in shown] == ["Enabled", "PendingImport"]
        assert [metadata["CurrentKeyMaterialId"] for metadata in shown] == [second, second]
