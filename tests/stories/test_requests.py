"""What is assumed about single requests: the order of checks, identifiers, algorithms, states, sets of values."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from keys import HAS_ML_KEM, alias_of, arn_beside, create

from fake_kms.tables import model

ABSENT = "00000000-0000-0000-0000-000000000000"
INVALID = "ValidationException"
RECIPIENT = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
# The rows of the key states that are newer than the guide's page: the key, and the request.
NEWER = {
    "derive_shared_secret": ("ECC_NIST_P256", "KEY_AGREEMENT", {"KeyAgreementAlgorithm": "ECDH"}),
    "get_key_last_usage": ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", {}),
    "list_key_rotations": ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", {}),
    "rotate_key_on_demand": ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", {}),
}
# The sets of values that CreateKey prints.
VALUES = {
    "KeySpec": "RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, "
    "ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, "
    "ML_DSA_87, ML_KEM_512, ML_KEM_768, ML_KEM_1024",
    "KeyUsage": "ENCRYPT_DECRYPT, SIGN_VERIFY, GENERATE_VERIFY_MAC, KEY_AGREEMENT, ENCAPSULATE_DECAPSULATE",
}
if HAS_ML_KEM:
    NEWER |= {"encapsulate": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", {"EncapsulationAlgorithm": "ML_KEM"})}

pytestmark = pytest.mark.aws


@pytest.mark.settles("errors.alias_type_change")
def test_an_alias_for_a_key_of_another_usage(settle, client, key):
    alias_name = alias_of(client, key)
    other = create(client, "ECC_NIST_P256")

    settle.refusal(
        INVALID,
        f"Alias {arn_beside(key, alias_name)} cannot be changed from a CMK with key usage ENCRYPT_DECRYPT to a CMK with key usage "
        "SIGN_VERIFY. The key usage of the current CMK and the new CMK must be the same.",
        client.update_alias,
        AliasName=alias_name,
        TargetKeyId=other["KeyId"],
    )


@pytest.mark.settles("service/check_constraints.py _printed")
@pytest.mark.parametrize(("written", "printed"), [("alias/é€", "alias/é?"), ("alias/😀", "alias/?")])
def test_how_a_message_prints_characters(settle, client, key, written, printed):
    settle.refusal(
        INVALID,
        f"1 validation error detected: Value '{printed}' at 'aliasName' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        client.create_alias,
        AliasName=written,
        TargetKeyId=key["KeyId"],
    )


@pytest.mark.settles("errors.invalid_tag", "operations/tags.py _is_written_in_tag_characters")
@pytest.mark.parametrize("name", ["a#b", "*"])
def test_a_tag_with_other_characters(settle, client, key, name):
    tags = [{"TagKey": name, "TagValue": ""}] * 2

    settle.refusal("TagException", "Invalid tag", client.tag_resource, KeyId=key["KeyId"], Tags=tags)


@pytest.mark.settles("errors/aliases.py")
def test_an_alias_of_a_name_that_aws_keeps(settle, client, key):
    settle.outcome(
        "NotAuthorizedException", client.create_alias, AliasName="alias/aws/fake-kms", TargetKeyId=key["KeyId"]
    )


@pytest.mark.settles("errors/aliases.py")
def test_an_alias_of_a_key_of_another_account(settle, client, key):
    parts = key["Arn"].split(":")
    parts[4] = "111122223333"

    settle.outcome(INVALID, client.create_alias, AliasName="alias/fake-kms-across", TargetKeyId=":".join(parts))


@pytest.mark.settles("errors/lookup.py invalid_arn")
@pytest.mark.parametrize("part", ["partition", "service", "length"])
def test_an_arn_of_another_kind(settle, client, key, part):
    given = {
        "partition": key["Arn"].replace("arn:aws:", "arn:aws-cn:"),
        "service": key["Arn"].replace(":kms:", ":s3:"),
        "length": "arn:aws:kms:key",
    }[part]

    settle.refusal("NotFoundException", f"Invalid arn {given}", client.describe_key, KeyId=given)


@pytest.mark.settles("operations/deletion.py _check_window")
def test_a_waiting_period_out_of_range_for_a_key_that_is_not_there(settle, client, key):
    absent = arn_beside(key, f"key/{ABSENT}")

    settle.refusal(
        INVALID,
        "PendingWindowInDays must be between 7 and 30",
        client.schedule_key_deletion,
        KeyId=absent,
        PendingWindowInDays=5,
    )


@pytest.mark.settles("operations/encryption.py _check_source")
def test_re_encrypt_from_a_disabled_key_to_one_that_is_not_there(settle, client, key):
    blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    client.disable_key(KeyId=key["KeyId"])
    absent = arn_beside(key, f"key/{ABSENT}")

    settle.refusal(
        "NotFoundException",
        f"Key '{absent}' does not exist",
        client.re_encrypt,
        CiphertextBlob=blob,
        DestinationKeyId=absent,
    )


@pytest.mark.settles("operations/call.py Call.ignores_ciphertext")
@pytest.mark.skipif("DryRunModifiers" not in model.load()["Decrypt"].input.members, reason="this botocore has none")
def test_a_modifier_of_dry_runs_without_one(settle, client, key):
    blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]

    settle.outcome(None, client.decrypt, CiphertextBlob=blob, DryRunModifiers=["IGNORE_CIPHERTEXT"])


@pytest.mark.settles("operations/keys.py _check_create")
def test_a_key_without_its_usage_and_of_another_region(settle, client):
    settle.refusal(
        INVALID,
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        client.create_key,
        KeySpec="SM2",
    )


@pytest.mark.settles("service/check_constraints.py")
def test_violations_of_the_model(settle, unchecked):
    settle.refusal(
        INVALID,
        "3 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length "
        "greater than or equal to 1; Value '' at 'keyId' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: ^\\p{ASCII}+$; Value at 'plaintext' failed to satisfy constraint: Member must have "
        "length greater than or equal to 1",
        unchecked.encrypt,
        Plaintext=b"",
        KeyId="",
    )


@pytest.mark.settles("crypto/signature_schemes.py verify")
def test_a_pss_signature_with_a_shorter_salt(settle, client, import_material):
    private = rsa.generate_private_key(65537, 2048)
    key = create(client, "RSA_2048", Origin="EXTERNAL")
    raw = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    import_material(client, key["KeyId"], raw, algorithm="RSA_AES_KEY_WRAP_SHA_256")
    short = private.sign(b"message", padding.PSS(padding.MGF1(hashes.SHA256()), 20), hashes.SHA256())

    settle.refusal(
        "KMSInvalidSignatureException",
        "",
        client.verify,
        KeyId=key["KeyId"],
        Message=b"message",
        Signature=short,
        SigningAlgorithm="RSASSA_PSS_SHA_256",
    )


@pytest.mark.settles("errors.attestation_invalid")
def test_an_attestation_document_that_is_none(settle, client):
    settle.refusal(
        INVALID,
        "The attestation document is not valid: the document is not CBOR: it ends too early.",
        client.generate_random,
        NumberOfBytes=32,
        Recipient=RECIPIENT | {"AttestationDocument": b"none"},
    )


@pytest.mark.settles("errors.attestation_missing")
def test_a_recipient_without_an_attestation_document(settle, client):
    settle.refusal(
        INVALID,
        "The attestation document is not valid: there is none.",
        client.generate_random,
        NumberOfBytes=32,
        Recipient=RECIPIENT,
    )


@pytest.mark.settles("tables/beyond_model.py")
@pytest.mark.skipif(not HAS_ML_KEM, reason="this botocore has no ML-KEM")
@pytest.mark.parametrize("member", ["KeySpec", "KeyUsage"])
def test_the_values_of_create_key(settle, unchecked, member):
    settle.refusal(
        INVALID,
        f"1 validation error detected: Value 'NONE' at '{member[0].lower()}{member[1:]}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{VALUES[member]}]",
        unchecked.create_key,
        **{member: "NONE"},
    )


@pytest.mark.settles("tables/imports.py")
def test_the_length_of_an_import_token(settle, client):
    key = create(client, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", Origin="EXTERNAL")
    request = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_3072"}

    settle.value(2755, len(client.get_parameters_for_import(KeyId=key["KeyId"], **request)["ImportToken"]))


@pytest.mark.settles("tables/key_states.py")
@pytest.mark.parametrize("state", ["disabled", "pending deletion"])
@pytest.mark.parametrize("method", sorted(NEWER))
def test_an_operation_that_the_page_of_key_states_lacks(settle, client, method, state):
    spec, usage, request = NEWER[method]
    key = create(client, spec, usage)
    if method == "derive_shared_secret":
        request = request | {"PublicKey": client.get_public_key(KeyId=key["KeyId"])["PublicKey"]}
    if state == "disabled":
        client.disable_key(KeyId=key["KeyId"])
    else:
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)

    code = {"disabled": "DisabledException", "pending deletion": "KMSInvalidStateException"}[state]
    works = method in {"get_key_last_usage", "list_key_rotations"}
    settle.refusal(
        None if works else code,
        "" if works else f"{key['Arn']} is {state}.",
        getattr(client, method),
        KeyId=key["KeyId"],
        **request,
    )
