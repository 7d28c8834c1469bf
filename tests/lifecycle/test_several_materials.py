"""Several imported materials in one key: rotation to new material, and keys of several Regions."""

from __future__ import annotations

import pytest
from importing import FOREVER, RAW, external_key, parameters, request_for
from keys import describe

from fake_kms.crypto.material import derive_material_id

NEW, EXISTING = "NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"


def encrypt(client, key):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


@pytest.mark.aws
def test_new_material_waits_for_its_rotation(client, refused, import_material):
    key = external_key(client)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    blob = encrypt(client, key)
    with refused("KMSInvalidStateException", f"No available key material pending rotation for the key: {key['Arn']}."):
        client.rotate_key_on_demand(KeyId=key["KeyId"])

    second = import_material(
        client, key["KeyId"], bytes(32), ImportType=NEW, KeyMaterialDescription="second", **FOREVER
    )["KeyMaterialId"]
    assert describe(client, key)["CurrentKeyMaterialId"] == first
    listed = client.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert [(entry["KeyMaterialState"], entry["ImportState"]) for entry in listed] == [
        ("CURRENT", "IMPORTED"),
        ("PENDING_ROTATION", "IMPORTED"),
    ]
    assert listed[1]["KeyMaterialDescription"] == "second"
    client.rotate_key_on_demand(KeyId=key["KeyId"])

    assert describe(client, key)["CurrentKeyMaterialId"] == second
    assert client.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == first


def test_one_material_waits_at_a_time(client, refused, import_material):
    key = external_key(client)
    import_material(client, key["KeyId"], RAW)
    second = import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)["KeyMaterialId"]
    third = b"3" * 32
    answer = parameters(client, key)

    message = (
        f"New key material (id: {derive_material_id(key['KeyId'], third).hex()}) cannot be imported into KMS key {key['Arn']}, "
        f"because another key material (id: {second}) is pending rotation."
    )
    with refused("KMSInvalidStateException", message):
        client.import_key_material(**request_for(key, answer, third, ImportType=NEW, **FOREVER))


@pytest.mark.aws
def test_every_material_must_be_there(client, refused, import_material):
    key = external_key(client)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)
    client.rotate_key_on_demand(KeyId=key["KeyId"])
    client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=first)
    assert describe(client, key)["KeyState"] == "PendingImport"

    import_material(client, key["KeyId"], RAW, ImportType=EXISTING, KeyMaterialId=first, **FOREVER)
    assert describe(client, key)["KeyState"] == "Enabled"
    with refused("IncorrectKeyMaterialException"):
        client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId="0" * 64)


@pytest.mark.aws
def test_one_of_two_missing_materials_is_not_enough(client, import_material):
    key = external_key(client)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    second = import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)["KeyMaterialId"]
    client.rotate_key_on_demand(KeyId=key["KeyId"])
    for material_id in (first, second):
        client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=material_id)
    listed = client.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert [entry["ImportState"] for entry in listed] == ["PENDING_IMPORT", "PENDING_IMPORT"]

    import_material(client, key["KeyId"], RAW, ImportType=EXISTING, KeyMaterialId=first, **FOREVER)
    assert describe(client, key)["KeyState"] == "PendingImport"
    import_material(client, key["KeyId"], bytes(32), ImportType=EXISTING, KeyMaterialId=second, **FOREVER)
    assert describe(client, key)["KeyState"] == "Enabled"


def test_material_that_the_key_has_already_is_not_new(client, refused, import_material):
    key = external_key(client)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    assert import_material(client, key["KeyId"], RAW, ImportType=NEW, **FOREVER)["KeyMaterialId"] == first
    second = import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)["KeyMaterialId"]
    assert import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)["KeyMaterialId"] == second

    answer = parameters(client, key)
    with refused("IncorrectKeyMaterialException"):
        client.import_key_material(**request_for(key, answer, RAW, ImportType=NEW, **FOREVER))


def test_the_same_material_in_two_regions_opens_the_ciphertexts_of_both(client, elsewhere, import_material):
    key = external_key(client, MultiRegion=True)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    client.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    there = elsewhere(region="eu-west-1")
    assert describe(there, key)["KeyState"] == "PendingImport"
    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(there, key["KeyId"], bytes(32))
    assert import_material(there, key["KeyId"], RAW)["KeyMaterialId"] == first
    blob = encrypt(client, key)

    assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    with pytest.raises(there.exceptions.UnsupportedOperationException, match="is not a multi-region primary key"):
        import_material(there, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)
    import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)
    states = [
        entry["KeyMaterialState"]
        for entry in client.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    ]
    assert states == ["CURRENT", "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"]
    with pytest.raises(client.exceptions.KMSInvalidStateException, match="No available key material"):
        client.rotate_key_on_demand(KeyId=key["KeyId"])
    import_material(there, key["KeyId"], bytes(32))
    client.rotate_key_on_demand(KeyId=key["KeyId"])
    assert there.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
