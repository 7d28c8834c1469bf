"""The table of key states, cell by cell: every operation on a key, in every state, through boto3."""

from __future__ import annotations

import botocore.exceptions
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from iam import ROOT, allow, key_policy
from internals import stored_key

from fake_kms import errors
from fake_kms.operations import DECLARATIONS
from fake_kms.tables import model
from fake_kms.tables.key_states import KEY_STATES, TRANSITIONS, Change, KeyState

TEXTS = {
    errors.disabled: ("DisabledException", "{arn} is disabled."),
    errors.pending_deletion: ("KMSInvalidStateException", "{arn} is pending deletion."),
    errors.pending_replica_deletion: ("KMSInvalidStateException", "{arn} is pending replica deletion."),
    errors.not_pending_deletion: ("KMSInvalidStateException", "{arn} is not pending deletion."),
    errors.pending_import: ("KMSInvalidStateException", "{arn} is pending import."),
    errors.unavailable: ("KMSInvalidStateException", "{arn} is unavailable."),
    errors.creating: ("KMSInvalidStateException", "{arn} is creating."),
    errors.updating: ("KMSInvalidStateException", "{arn} is updating."),
}
POLICY = key_policy(allow(to=ROOT))
SIGNING = {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
MACKING = {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
WRAPPING = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
EXTERNAL = {"DeleteImportedKeyMaterial", "GetParametersForImport", "ImportKeyMaterial"}
MULTI_REGION = {"ReplicateKey", "UpdatePrimaryRegion"}
REQUESTS = {
    "GetParametersForImport": WRAPPING,
    "ReplicateKey": {"ReplicaRegion": "eu-west-1"},
    "UpdatePrimaryRegion": {"PrimaryRegion": "eu-west-1"},
    "CreateGrant": {"GranteePrincipal": ROOT, "Operations": ["Encrypt"]},
    "DeriveSharedSecret": {"KeyAgreementAlgorithm": "ECDH"},
    "Encapsulate": {"EncapsulationAlgorithm": "ML_KEM"},
    "Decapsulate": {"EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": b"x" * 1088},
    "DeleteAlias": {"AliasName": "alias/present"},
    "GenerateMac": MACKING,
    "Sign": SIGNING,
    "Verify": SIGNING,
    "VerifyMac": MACKING,
    "CreateAlias": {"AliasName": "alias/new"},
    "Encrypt": {"Plaintext": b"x"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "GenerateDataKeyPair": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
    "PutKeyPolicy": {"PolicyName": "default", "Policy": POLICY},
    "TagResource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "UntagResource": {"TagKeys": ["a"]},
    "UpdateAlias": {"AliasName": "alias/present"},
    "UpdateKeyDescription": {"Description": "new"},
}
BUILT = sorted(set(KEY_STATES) & set(DECLARATIONS) & set(model.load()))


SPECS = {
    "Sign": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "Verify": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "GetPublicKey": ("ECC_NIST_P256", "SIGN_VERIFY"),
    "GenerateMac": ("HMAC_256", "GENERATE_VERIFY_MAC"),
    "VerifyMac": ("HMAC_256", "GENERATE_VERIFY_MAC"),
    "DeriveSharedSecret": ("ECC_NIST_P256", "KEY_AGREEMENT"),
    "Encapsulate": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
    "Decapsulate": ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"),
}


def made(client, operation, key):
    """Give the request members that must be made under the key first."""
    key_id = key["KeyId"]
    if operation in {"Decrypt", "ReEncrypt"}:
        return {"CiphertextBlob": client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]}
    if operation == "Verify":
        return {"Signature": client.sign(KeyId=key_id, **SIGNING)["Signature"]}
    if operation == "VerifyMac":
        return {"Mac": client.generate_mac(KeyId=key_id, **MACKING)["Mac"]}
    if operation in {"RetireGrant", "RevokeGrant"}:
        grant = client.create_grant(KeyId=key_id, GranteePrincipal=ROOT, RetiringPrincipal=ROOT, Operations=["Encrypt"])
        by_token = operation == "RetireGrant"
        return {"GrantToken": grant["GrantToken"]} if by_token else {"GrantId": grant["GrantId"]}
    if operation == "DeriveSharedSecret":
        return {"PublicKey": client.get_public_key(KeyId=key_id)["PublicKey"]}
    return {}


def named(client, operation, key):
    """Give the request members that name the key."""
    if operation in {"UpdateAlias", "DeleteAlias"}:
        target = client.create_key()["KeyMetadata"]["KeyId"] if operation == "UpdateAlias" else key["KeyId"]
        client.create_alias(AliasName="alias/present", TargetKeyId=target)
    if operation == "ReEncrypt":
        return {"DestinationKeyId": client.create_key()["KeyMetadata"]["KeyId"]}
    if operation in {"Decrypt", "DeleteAlias", "RetireGrant"}:
        return {}
    return {"TargetKeyId" if operation.endswith("Alias") else "KeyId": key["KeyId"]}


def external(client, operation, key):
    """Give the members of ImportKeyMaterial, for material that the key has already."""
    parameters = client.get_parameters_for_import(KeyId=key["KeyId"], **WRAPPING)
    public = serialization.load_der_public_key(parameters["PublicKey"])
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    request = {
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": public.encrypt(bytes(32), oaep),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    client.import_key_material(KeyId=key["KeyId"], **request)
    return request if operation == "ImportKeyMaterial" else {}


def prepare(kms, client, operation):
    """Make a key and a request that works on it; give both."""
    spec, usage = SPECS.get(operation, ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"))
    request = {"KeySpec": spec, "KeyUsage": usage}
    if operation in EXTERNAL:
        key = client.create_key(Origin="EXTERNAL", **request)["KeyMetadata"]
        return key, REQUESTS.get(operation, {}) | external(client, operation, key) | {"KeyId": key["KeyId"]}
    key = client.create_key(MultiRegion=operation in MULTI_REGION, **request)["KeyMetadata"]
    if operation == "UpdatePrimaryRegion":
        client.replicate_key(KeyId=key["KeyId"], ReplicaRegion="eu-west-1")
    return key, REQUESTS.get(operation, {}) | made(client, operation, key) | named(client, operation, key)


@pytest.mark.parametrize("state", list(KeyState), ids=lambda state: state.value)
@pytest.mark.parametrize("operation", BUILT)
def test_a_cell_of_the_table(kms, client, operation, state):
    key, request = prepare(kms, client, operation)
    # Some states are only reached through other operations; the table must hold for all of them.
    stored_key(kms, key["KeyId"]).state = state
    expected = KEY_STATES[operation][state]

    if expected is None:
        client._make_api_call(operation, request)
        return
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        client._make_api_call(operation, request)
    error = refusal.value.response["Error"]
    code, text = TEXTS[expected]
    assert (error["Code"], error["Message"]) == (code, text.format(arn=key["Arn"]))


@pytest.mark.parametrize("state", list(KeyState), ids=lambda state: state.value)
@pytest.mark.parametrize("change", list(Change), ids=lambda change: change.value)
def test_a_change_of_state_is_the_tables_or_impossible_and_then_nothing_happens(kms, client, key, state, change):
    stored = stored_key(kms, key["KeyId"])
    stored.state = state

    if change in TRANSITIONS[state]:
        stored.transition(change)
        assert stored.state is TRANSITIONS[state][change]
    else:
        with pytest.raises(KeyError):
            stored.transition(change)
        assert stored.state is state
