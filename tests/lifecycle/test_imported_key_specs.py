"""Imported material of HMAC, RSA and ECC keys."""

from __future__ import annotations

import re

import pytest
from conftest import wrap
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from expected import members
from importing import FOREVER, expected_material, external_key, parameters
from keys import PAIRS, describe, spki

from fake_kms.crypto.material import derive_material_id
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


def request(client, key, raw, algorithm="RSA_AES_KEY_WRAP_SHA_256", spec="RSA_4096"):
    """Return a request of ImportKeyMaterial, with the material wrapped."""
    answer = parameters(client, key, algorithm, spec)
    wrapped = {"ImportToken": answer["ImportToken"], "EncryptedKeyMaterial": wrap(answer["PublicKey"], algorithm, raw)}
    return {"KeyId": key["KeyId"]} | wrapped | FOREVER


def in_ber(pkcs8_der):
    """Return a DER SEQUENCE with an indefinite length."""
    header = 2 if pkcs8_der[1] < 128 else 2 + pkcs8_der[1] - 128
    return b"\x30\x80" + pkcs8_der[header:] + b"\0\0"


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
def test_another_kind_of_key(client, refused, wrong):
    key = external_key(client, "ECC_NIST_P256", "SIGN_VERIFY")

    sent = request(client, key, wrong())
    with refused("InvalidCiphertextException"):
        client.import_key_material(**sent)
    assert describe(client, key)["KeyState"] == "PendingImport"


def test_only_the_same_key_again_however_it_is_wrapped(client, refused, import_material):
    private = ec.generate_private_key(ec.SECP256R1())
    key = external_key(client, "ECC_NIST_P256", "SIGN_VERIFY")
    import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_256")
    other = ec.generate_private_key(ec.SECP256R1())
    expected = id_of(key, private)
    sent = request(client, key, pkcs8(other))
    with refused(*expected_material(expected)):
        client.import_key_material(**sent)
    import_material(client, key["KeyId"], pkcs8(private), algorithm="RSA_AES_KEY_WRAP_SHA_1")


def id_of(key, private):
    return derive_material_id(key["KeyId"], str(private.private_numbers().private_value).encode()).hex()


@pytest.mark.aws
def test_other_bytes_than_those_of_an_hmac_key_whose_material_has_an_id_too(client, import_material):
    key = external_key(client, "HMAC_256", "GENERATE_VERIFY_MAC")
    import_material(client, key["KeyId"], bytes(32))

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException) as refusal:
        import_material(client, key["KeyId"], b"x" * 32)
    message = r"Imported key material does not have the expected identifier \([0-9a-f]{64}\)\."
    assert re.fullmatch(message, refusal.value.response["Error"]["Message"])


@pytest.mark.aws
@pytest.mark.parametrize("spec", ["HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"])
def test_hmac_material_that_is_too_short_or_too_long(client, refused, spec):
    key = external_key(client, spec, "GENERATE_VERIFY_MAC")
    for length in (IMPORTS[spec].shortest - 1, 129):
        sent = request(client, key, bytes(length), "RSAES_OAEP_SHA_256")
        with refused("InvalidCiphertextException"):
            client.import_key_material(**sent)


@pytest.mark.aws
@pytest.mark.parametrize(
    ("algorithm", "spec"), [("RSAES_OAEP_SHA_256", "RSA_3072"), ("RSA_AES_KEY_WRAP_SHA_256", "RSA_2048")]
)
def test_ed25519(client, import_material, algorithm, spec):
    private = ed25519.Ed25519PrivateKey.generate()
    key = external_key(client, "ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    assert (key["KeyState"], key["Origin"]) == ("PendingImport", "EXTERNAL")
    assert members(import_material(client, key["KeyId"], pkcs8(private), algorithm=algorithm, spec=spec)) == {
        "KeyId": key["Arn"]
    }

    assert client.get_public_key(KeyId=key["KeyId"])["PublicKey"] == spki(private.public_key())
    private.public_key().verify(signature_of(client, key, "ED25519_SHA_512"), b"m")


@pytest.mark.aws
@pytest.mark.parametrize(
    ("spec", "generate"),
    [
        ("RSA_2048", lambda: rsa.generate_private_key(65537, 2048)),
        ("ECC_NIST_P256", lambda: ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_material_in_ber(client, spec, generate):
    private = generate()
    key = external_key(client, spec, "SIGN_VERIFY")
    client.import_key_material(**request(client, key, in_ber(pkcs8(private))))

    assert client.get_public_key(KeyId=key["KeyId"])["PublicKey"] == spki(private.public_key())
    client.import_key_material(**request(client, key, pkcs8(private)))


@pytest.mark.aws
def test_ed25519_in_ber(client, refused):
    key = external_key(client, "ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    sent = request(client, key, in_ber(pkcs8(ed25519.Ed25519PrivateKey.generate())))
    with refused("InvalidCiphertextException"):
        client.import_key_material(**sent)


@pytest.mark.aws
@pytest.mark.parametrize(("spec", "usage"), [pair for pair in PAIRS if pair[0].startswith(("ML_DSA", "ML_KEM"))])
def test_specs_without_imported_material(client, refused, spec, usage):
    with refused("ValidationException", f"KeySpec {spec} is not supported for Origin EXTERNAL"):
        client.create_key(KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL")


MEMBERS = {
    "ImportType": ("importType", "NEW_KEY_MATERIAL"),
    "KeyMaterialId": ("keyMaterialId", "0" * 64),
    "KeyMaterialDescription": ("keyMaterialDescription", "first"),
}


@pytest.mark.aws
@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        ("HMAC_224", "GENERATE_VERIFY_MAC"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY"),
    ],
)
def test_members_for_symmetric_keys(client, refused, member, spec, usage):
    key = external_key(client, spec, usage)
    printed, value = MEMBERS[member]
    algorithm = "RSAES_OAEP_SHA_256" if spec.startswith("HMAC") else "RSA_AES_KEY_WRAP_SHA_256"
    sent = request(client, key, bytes(32), algorithm) | {member: value}

    with refused("ValidationException", f"Input parameter {printed} cannot be used with {spec} imported keys."):
        client.import_key_material(**sent)
