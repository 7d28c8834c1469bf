"""What is assumed about imported key material."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from importing import FOREVER, RAW, external_key, parameters, request_for
from keys import describe

NEW, EXISTING = "NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"
OTHER = bytes(reversed(RAW))

pytestmark = pytest.mark.aws


def import_into(client, key, raw=RAW, **more):
    return client.import_key_material(**request_for(key, parameters(client, key), raw, **FOREVER, **more))


def pkcs8(private):
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.settles("errors.no_existing_material")
def test_existing_material_of_a_key_that_never_had_any(settle, client):
    settle.refusal("IncorrectKeyMaterialException", "", import_into, client, external_key(client), ImportType=EXISTING)


@pytest.mark.settles("crypto/wrapping.py fits")
def test_material_that_is_shorter_than_its_wrapping(settle, client):
    key = external_key(client)
    request = request_for(key, parameters(client, key))

    settle.refusal(
        "ValidationException",
        "Invalid encrypted key size.",
        client.import_key_material,
        **request | {"EncryptedKeyMaterial": bytes(255)},
    )


@pytest.mark.settles("crypto/wrapping.py read_material")
def test_material_of_another_curve(settle, client):
    key = external_key(client, "ECC_NIST_P256", "SIGN_VERIFY")

    settle.refusal(
        "InvalidCiphertextException", "", import_into, client, key, pkcs8(ec.generate_private_key(ec.SECP256K1()))
    )


@pytest.mark.settles("operations/imported_material.py import_key_material")
def test_new_material_for_a_disabled_key(settle, client):
    key = external_key(client)
    import_into(client, key)
    client.disable_key(KeyId=key["KeyId"])
    import_into(client, key, OTHER, ImportType=NEW)

    settle.value("Enabled", describe(client, key)["KeyState"])


@pytest.mark.settles("operations/imported_material.py delete_imported_key_material")
def test_deleting_material_that_waits_for_its_rotation_twice(settle, client):
    key = external_key(client)
    import_into(client, key)
    waiting = import_into(client, key, OTHER, ImportType=NEW)["KeyMaterialId"]
    client.delete_imported_key_material(KeyId=key["KeyId"], KeyMaterialId=waiting)

    settle.outcome(None, client.delete_imported_key_material, KeyId=key["KeyId"], KeyMaterialId=waiting)
