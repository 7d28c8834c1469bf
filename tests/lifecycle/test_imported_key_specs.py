"""Imported material of HMAC, RSA and ECC keys."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from importing import external_key
from keys import describe, spki

from fake_kms.crypto.signature_schemes import mac
from fake_kms.tables.imports import IMPORTS
from fake_kms.tables.key_specs import KEY_SPECS

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}


def pkcs8(private):
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def signature_of(client, key, algorithm):
    return client.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm=algorithm)["Signature"]


@pytest.mark.aws
@pytest.mark.parametrize("spec", ["HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"])
def test_hmac(client, import_material, spec):
    key = external_key(client, spec, "GENERATE_VERIFY_MAC")
    raw = bytes(range(IMPORTS[spec].shortest))
    answer = import_material(client, key["KeyId"], raw)
    algorithm = f"HMAC_SHA_{spec[5:]}"

    assert "KeyMaterialId" not in answer
    assert "CurrentKeyMaterialId" not in describe(client, key)
    generated = client.generate_mac(KeyId=key["KeyId"], MacAlgorithm=algorithm, Message=b"m")["Mac"]
    assert generated == mac(raw, algorithm, b"m")
    client.delete_imported_key_material(KeyId=key["KeyId"])
    import_material(client, key["KeyId"], raw)
    assert client.verify_mac(KeyId=key["KeyId"], MacAlgorithm=algorithm, Message=b"m", Mac=generated)["MacValid"]


@pytest.mark.aws
@pytest.mark.parametrize("algorithm", ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"])
def test_rsa(client, import_material, algorithm):
    private = rsa.generate_private_key(65537, 2048)
    key = external_key(client, "RSA_2048", "SIGN_VERIFY")
    import_material(client, key["KeyId"], pkcs8(private), algorithm=algorithm)

    assert client.get_public_key(KeyId=key["KeyId"])["PublicKey"] == spki(private.public_key())
    signature = signature_of(client, key, "RSASSA_PKCS1_V1_5_SHA_256")
    private.public_key().verify(signature, b"m", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.aws
@pytest.mark.parametrize("spec", sorted(CURVES))
def test_ecc(client, import_material, spec):
    private = ec.generate_private_key(CURVES[spec]())
    key = external_key(client, spec, "SIGN_VERIFY")
    import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_256")
    (algorithm,) = KEY_SPECS[spec].usages["SIGN_VERIFY"]

    private.public_key().verify(signature_of(client, key, algorithm), b"m", ec.ECDSA(HASHES[algorithm[-3:]]))


@pytest.mark.aws
@pytest.mark.parametrize(
    "wrong",
    [
        lambda: pkcs8(ec.generate_private_key(ec.SECP384R1())),
        lambda: pkcs8(rsa.generate_private_key(65537, 2048)),
        lambda: b"garbage!",
    ],
    ids=["another curve", "RSA", "garbage"],
)
def test_another_kind_of_key(client, import_material, wrong):
    key = external_key(client, "ECC_NIST_P256", "SIGN_VERIFY")

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key["KeyId"], wrong(), algorithm="RSA_AES_KEY_WRAP_SHA_256")
    assert describe(client, key)["KeyState"] == "PendingImport"


@pytest.mark.aws
def test_only_the_same_key_again_however_it_is_wrapped(client, import_material):
    private = ec.generate_private_key(ec.SECP256R1())
    key = external_key(client, "ECC_NIST_P256", "SIGN_VERIFY")
    import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_256")
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key["KeyId"], pkcs8(other), algorithm="RSA_AES_KEY_WRAP_SHA_256")
    import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_1")
