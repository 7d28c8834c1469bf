"""Several imported materials in one key: rotation to new material, and keys of several Regions."""

from __future__ import annotations

import datetime as dt

import pytest
from expected import members, pending_import
from importing import EXISTING, FOREVER, NEW, RAW, expected_material, external_key, parameters, request_for
from installed import needs
from keys import describe

from fake_kms.crypto.material import derive_material_id

SECOND, THIRD = bytes(32), b"3" * 32
ALL = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL"}


def materials(client, key):
    """Return every material of a key, as ListKeyRotations lists it."""
    return client.list_key_rotations(KeyId=key["KeyId"], **ALL)["Rotations"]


def never_imported(key, material_id):
    message = f"Key material (id: {material_id}) has never been imported into KMS key {key['Arn']}."
    return "ValidationException", message


def states(client, key):
    return [(entry["KeyMaterialState"], entry["ImportState"]) for entry in materials(client, key)]


def encrypt(client, key):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


@needs("ImportKeyMaterial:KeyMaterialId")
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


@needs("ImportKeyMaterial:KeyMaterialId")
def test_every_material_must_be_there(client, refused, import_material):
    key = external_key(client)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    import_material(client, key["KeyId"], bytes(32), ImportType=NEW, **FOREVER)
    client.rotate_key_on_demand(KeyId=key["KeyId"])
    client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=first)
    assert describe(client, key)["KeyState"] == "PendingImport"

    import_material(client, key["KeyId"], RAW, ImportType=EXISTING, KeyMaterialId=first, **FOREVER)
    assert describe(client, key)["KeyState"] == "Enabled"
    with refused(*never_imported(key, "0" * 64)):
        client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId="0" * 64)


@needs("ImportKeyMaterial:KeyMaterialId")
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


@pytest.mark.aws
def test_the_members_of_an_entry(client, import_material):
    key = external_key(client)
    assert materials(client, key) == []
    first = import_material(client, key["KeyId"], RAW, KeyMaterialDescription="first", **FOREVER)["KeyMaterialId"]
    entry = {
        "KeyId": key["Arn"],
        "KeyMaterialId": first,
        "KeyMaterialState": "CURRENT",
        "KeyMaterialDescription": "first",
    }
    present = {"ImportState": "IMPORTED", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    assert materials(client, key) == [entry | present]
    client.delete_imported_key_material(KeyId=key["KeyId"])
    assert materials(client, key) == [entry | {"ImportState": "PENDING_IMPORT"}]


@pytest.mark.aws
@needs("ImportKeyMaterial:KeyMaterialId")
def test_waiting_material_that_is_deleted(client, refused, import_material):
    key = external_key(client)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    second = import_material(client, key["KeyId"], SECOND, ImportType=NEW, **FOREVER)["KeyMaterialId"]
    for _ in range(2):
        answer = client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=second)
        assert members(answer) == {"KeyId": key["Arn"], "KeyMaterialId": second}
        assert [entry["KeyMaterialId"] for entry in materials(client, key)] == [first]
        assert describe(client, key)["KeyState"] == "Enabled"
    request = request_for(key, parameters(client, key), SECOND)
    with refused(*expected_material(first)):
        client.import_key_material(**request)

    assert import_material(client, key["KeyId"], SECOND, ImportType=NEW, **FOREVER)["KeyMaterialId"] == second


@pytest.mark.aws
def test_waiting_material_may_be_imported_again(client, import_material):
    key = external_key(client)
    import_material(client, key["KeyId"], RAW)
    import_material(client, key["KeyId"], SECOND, ImportType=NEW, KeyMaterialDescription="second", **FOREVER)
    import_material(client, key["KeyId"], SECOND)

    assert states(client, key) == [("CURRENT", "IMPORTED"), ("PENDING_ROTATION", "IMPORTED")]
    assert materials(client, key)[1]["KeyMaterialDescription"] == "second"


@pytest.mark.options(consistency="eventual")
class TestWhileARotationGoesOn:
    @pytest.fixture
    def key(self, client, import_material):
        """Create a key whose second material waits for the rotation that has begun."""
        key = external_key(client)
        import_material(client, key["KeyId"], RAW)
        import_material(client, key["KeyId"], SECOND, ImportType=NEW, **FOREVER)
        client.rotate_key_on_demand(KeyId=key["KeyId"])
        return key

    def test_nothing_is_rotated_if_the_waiting_material_is_deleted(self, kms, client, key, refused):
        first, second = (entry["KeyMaterialId"] for entry in materials(client, key))
        client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=second)
        assert "OnDemandRotationStartDate" in client.get_key_rotation_status(KeyId=key["KeyId"])
        message = f"No available key material pending rotation for the key: {key['Arn']}."
        with refused("KMSInvalidStateException", message):
            client.rotate_key_on_demand(KeyId=key["KeyId"])
        kms.clock.advance(minutes=15)

        status = members(client.get_key_rotation_status(KeyId=key["KeyId"]))
        assert status == {"KeyId": key["Arn"], "KeyRotationEnabled": False}
        assert client.list_key_rotations(KeyId=key["KeyId"])["Rotations"] == []
        metadata = describe(client, key)
        assert (metadata["CurrentKeyMaterialId"], metadata["KeyState"]) == (first, "Enabled")

    def test_what_waits_when_it_ends_becomes_current(self, kms, client, key, import_material):
        second = materials(client, key)[1]["KeyMaterialId"]
        client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=second)
        third = import_material(client, key["KeyId"], THIRD, ImportType=NEW, **FOREVER)["KeyMaterialId"]
        kms.clock.advance(minutes=15)

        assert describe(client, key)["CurrentKeyMaterialId"] == third
        assert states(client, key) == [("NON_CURRENT", "IMPORTED"), ("CURRENT", "IMPORTED")]


@pytest.mark.options(consistency="eventual")
@needs("ImportKeyMaterial:KeyMaterialId")
def test_waiting_material_that_has_expired(kms, client, refused, import_material):
    key = external_key(client)
    first = import_material(client, key["KeyId"], RAW)["KeyMaterialId"]
    blob = encrypt(client, key)
    valid_to = kms.clock.now() + dt.timedelta(days=1)
    second = import_material(client, key["KeyId"], SECOND, ImportType=NEW, ValidTo=valid_to)["KeyMaterialId"]
    before = materials(client, key)
    kms.clock.advance(days=2)
    assert materials(client, key) == before
    request = request_for(key, parameters(client, key), SECOND, ImportType=NEW, **FOREVER)
    message = f"Key material (id: {second}) being imported as NEW_KEY_MATERIAL is already associated with KMS key {key['Arn']}."
    with refused("IncorrectKeyMaterialException", message):
        client.import_key_material(**request)
    client.rotate_key_on_demand(KeyId=key["KeyId"])
    assert describe(client, key)["CurrentKeyMaterialId"] == first
    kms.clock.advance(minutes=15)

    metadata = describe(client, key)
    assert (metadata["KeyState"], metadata["CurrentKeyMaterialId"]) == ("PendingImport", second)
    assert states(client, key) == [("NON_CURRENT", "IMPORTED"), ("CURRENT", "PENDING_IMPORT")]
    assert [event.principal for event in kms.journal.events("DeleteExpiredKeyMaterial")] == ["AWS Internal"]
    with refused(*pending_import(key)):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    import_material(client, key["KeyId"], SECOND)
    assert describe(client, key)["KeyState"] == "Enabled"
    assert client.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == first


def test_waiting_material_that_is_renewed_after_it_has_expired(kms, client, import_material):
    key = external_key(client)
    import_material(client, key["KeyId"], RAW)
    valid_to = kms.clock.now() + dt.timedelta(days=1)
    second = import_material(client, key["KeyId"], SECOND, ImportType=NEW, ValidTo=valid_to)["KeyMaterialId"]
    kms.clock.advance(days=2)
    import_material(client, key["KeyId"], SECOND)
    client.rotate_key_on_demand(KeyId=key["KeyId"])

    metadata = describe(client, key)
    assert (metadata["KeyState"], metadata["CurrentKeyMaterialId"]) == ("Enabled", second)
