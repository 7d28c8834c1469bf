"""What is assumed about rotation, imported key material and multi-Region keys."""

from __future__ import annotations

import pytest
from conftest import wrap
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from importing import EXISTING, FOREVER, NEW, RAW, external_key, parameters, request_for
from keys import create, describe

pytestmark = pytest.mark.aws
OTHER = bytes(32)


@pytest.mark.settles("errors.no_existing_material")
def test_existing_material_for_a_key_that_has_none(settle, client):
    key = external_key(client)
    request = request_for(key, parameters(client, key), ImportType=EXISTING, **FOREVER)

    settle.refusal("IncorrectKeyMaterialException", "", client.import_key_material, **request)


@pytest.mark.settles("crypto/wrapping.py fits")
@pytest.mark.parametrize("length", [1, 255, 257])
def test_wrapped_material_of_another_length(settle, client, length):
    key = external_key(client)
    request = request_for(key, parameters(client, key)) | {"EncryptedKeyMaterial": bytes(length)}

    settle.refusal("ValidationException", "Invalid encrypted key size.", client.import_key_material, **request)


@pytest.mark.settles("crypto/wrapping.py read_material")
def test_material_that_is_no_private_key(settle, client):
    algorithm = "RSA_AES_KEY_WRAP_SHA_256"
    key = external_key(client, "ECC_NIST_P256", "SIGN_VERIFY")
    answer = parameters(client, key, algorithm)
    wrapped = {"EncryptedKeyMaterial": wrap(answer["PublicKey"], algorithm, bytes(64))}
    request = {"KeyId": key["KeyId"], "ImportToken": answer["ImportToken"]} | wrapped | FOREVER

    settle.refusal("InvalidCiphertextException", "", client.import_key_material, **request)


@pytest.mark.settles("crypto/wrapping.py read_material")
def test_material_of_another_curve(settle, client):
    key = external_key(client, "ECC_NIST_P256", "SIGN_VERIFY")
    der = ec.generate_private_key(ec.SECP256K1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    request = request_for(key, parameters(client, key), der, **FOREVER)

    settle.refusal("InvalidCiphertextException", "", client.import_key_material, **request)


@pytest.mark.settles("operations/imported_material.py import_key_material")
def test_new_material_for_a_disabled_key(settle, client, import_material):
    key = external_key(client)
    import_material(client, key["KeyId"], RAW)
    client.disable_key(KeyId=key["KeyId"])
    import_material(client, key["KeyId"], OTHER, ImportType=NEW, **FOREVER)

    settle.value("Enabled", describe(client, key)["KeyState"])


@pytest.mark.settles("operations/imported_material.py delete_imported_key_material")
def test_waiting_material_deleted_twice(settle, client, import_material):
    key = external_key(client)
    import_material(client, key["KeyId"], RAW)
    waiting = import_material(client, key["KeyId"], OTHER, ImportType=NEW, **FOREVER)["KeyMaterialId"]
    request = {"KeyId": key["KeyId"], "KeyMaterialId": waiting}
    client.delete_imported_key_material(**request)

    settle.outcome(None, client.delete_imported_key_material, **request)


@pytest.mark.settles("errors.not_multi_region")
@pytest.mark.parametrize(
    ("method", "region"),
    [("replicate_key", {"ReplicaRegion": "eu-west-1"}), ("update_primary_region", {"PrimaryRegion": "eu-west-1"})],
)
def test_a_key_of_one_region(settle, client, key, method, region):
    message = f"{key['Arn']} is not a multi-region key."
    settle.refusal("UnsupportedOperationException", message, getattr(client, method), KeyId=key["KeyId"], **region)


@pytest.mark.settles("operations/multi_region.py _check_roles")
def test_a_disabled_primary_without_a_replica_there(settle, client):
    key = client.create_key(MultiRegion=True)["KeyMetadata"]
    client.disable_key(KeyId=key["KeyId"])
    there = "eu-west-1" if client.meta.region_name != "eu-west-1" else "us-east-1"
    message = f"{key['KeyId']} does not have a replica key in the specified Region."

    settle.refusal(
        "ValidationException", message, client.update_primary_region, KeyId=key["KeyId"], PrimaryRegion=there
    )


@pytest.mark.settles("operations/rotation.py _check_lists")
def test_rotations_only_of_an_hmac_key(settle, client):
    key = create(client, "HMAC_256", "GENERATE_VERIFY_MAC")

    settle.outcome(None, client.list_key_rotations, KeyId=key["KeyId"], IncludeKeyMaterial="ROTATIONS_ONLY")
