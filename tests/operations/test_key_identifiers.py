"""How requests name keys: key ids, ARNs and aliases; what names no key; keys of other Regions and accounts."""

from __future__ import annotations

import pytest
from expected import NO_ALIAS, no_key
from iam import across
from keys import HAS_ML_KEM, arn_beside

MISSING = "1234abcd-12ab-34cd-56ef-1234567890ab"

# An identifier -> the message; {here} is the ARN of the account and Region up to the resource, {there} another Region.
NOT_FOUND = [
    (MISSING, f"Key '{{here}}key/{MISSING}' does not exist"),
    (MISSING.upper(), f"Key '{{here}}key/{MISSING.upper()}' does not exist"),
    ("mrk-" + "0" * 32, f"Key '{{here}}key/mrk-{'0' * 32}' does not exist"),
    ("foo", "Invalid keyId 'foo'"),
    ("mrk-1234", "Invalid keyId 'mrk-1234'"),
    ("0" * 32, f"Invalid keyId '{'0' * 32}'"),
    (f"{{here}}key/{MISSING}", f"Key '{{here}}key/{MISSING}' does not exist"),
    ("{here}key/foo", "Invalid keyId foo"),
    (f"arn:aws:kms:{{there}}:123456789012:key/{MISSING}", "Invalid arn {there}"),
    ("arn:aws:kms:{there}:123456789012:alias/app", "Invalid arn {there}"),
    ("alias/nothing", "Alias {here}alias/nothing is not found."),
    ("{here}alias/nothing", "Alias {here}alias/nothing is not found."),
    ("alias/aws/nothing", "Alias {here}alias/aws/nothing is not found."),
    ("arn:aws:s3:::bucket", "Invalid arn arn:aws:s3:::bucket"),
    ("arn:aws-cn:kms:us-east-1:123456789012:key/x", "Invalid arn arn:aws-cn:kms:us-east-1:123456789012:key/x"),
    ("{here}grant/x", "Invalid arn {here}grant/x"),
    ("arn:nonsense", "Invalid arn arn:nonsense"),
]


@pytest.mark.aws
@pytest.mark.parametrize(("identifier", "message"), NOT_FOUND)
def test_an_identifier_without_a_key(client, key, refused, identifier, message):
    here = arn_beside(key, "")
    there = next(region for region in ("eu-west-1", "us-east-1") if region not in here)

    with refused("NotFoundException", message.format(here=here, there=there)):
        client.describe_key(KeyId=identifier.format(here=here, there=there))


# Method -> what it needs besides KeyId.
TAKES_NO_ALIAS = {
    "cancel_key_deletion": {},
    "disable_key": {},
    "enable_key": {},
    "get_key_policy": {"PolicyName": "default"},
    "list_key_policies": {},
    "list_resource_tags": {},
    "list_aliases": {},
    "put_key_policy": {"PolicyName": "default", "Policy": "{}"},
    "schedule_key_deletion": {},
    "tag_resource": {"Tags": []},
    "untag_resource": {"TagKeys": []},
    "update_key_description": {"Description": ""},
    "create_grant": {"GranteePrincipal": "arn:aws:iam::123456789012:root", "Operations": ["Encrypt"]},
    "delete_imported_key_material": {},
    "disable_key_rotation": {},
    "enable_key_rotation": {},
    "get_key_last_usage": {},
    "get_key_rotation_status": {},
    "get_parameters_for_import": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    "import_key_material": {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"},
    "list_grants": {},
    "list_key_rotations": {},
    "replicate_key": {"ReplicaRegion": "eu-west-1"},
    "revoke_grant": {"GrantId": "0" * 64},
    "rotate_key_on_demand": {},
    "update_primary_region": {"PrimaryRegion": "eu-west-1"},
}
TAKES_ALIAS = {
    "describe_key": {},
    "derive_shared_secret": {"KeyAgreementAlgorithm": "ECDH", "PublicKey": b"x"},
    "decrypt": {"CiphertextBlob": b"x", "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"},
    "encrypt": {"Plaintext": b"x"},
    "generate_data_key": {"KeySpec": "AES_256"},
    "generate_data_key_pair": {"KeyPairSpec": "ECC_NIST_P256"},
    "generate_data_key_pair_without_plaintext": {"KeyPairSpec": "ECC_NIST_P256"},
    "generate_data_key_without_plaintext": {"KeySpec": "AES_256"},
    "generate_mac": {"MacAlgorithm": "HMAC_SHA_256", "Message": b"x"},
    "get_public_key": {},
    "sign": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
    "verify": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256", "Signature": b"x"},
    "verify_mac": {"MacAlgorithm": "HMAC_SHA_256", "Message": b"x", "Mac": b"x"},
} | (
    {
        "encapsulate": {"EncapsulationAlgorithm": "ML_KEM"},
        "decapsulate": {"EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": b"x"},
    }
    if HAS_ML_KEM
    else {}
)


@pytest.mark.parametrize("identifier", ["alias/app", "alias/nothing", "arn:aws:kms:us-east-1:123456789012:alias/app"])
@pytest.mark.parametrize("method", sorted(TAKES_NO_ALIAS))
def test_operations_that_take_no_alias(client, key, refused, method, identifier):
    client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])

    with refused(*NO_ALIAS):
        getattr(client, method)(KeyId=identifier, **TAKES_NO_ALIAS[method])


@pytest.mark.parametrize("identifier", ["arn:nonsense", "arn:aws:s3:us-east-1:123456789012:alias/app"])
def test_an_arn_of_something_else_is_no_alias(client, refused, identifier):
    with refused("NotFoundException", f"Invalid arn {identifier}"):
        client.enable_key(KeyId=identifier)


@pytest.mark.parametrize("method", sorted(TAKES_ALIAS))
def test_operations_that_take_an_alias(client, refused, method):
    message = "Alias arn:aws:kms:us-east-1:123456789012:alias/nothing is not found."

    with refused("NotFoundException", message):
        getattr(client, method)(KeyId="alias/nothing", **TAKES_ALIAS[method])


@pytest.mark.parametrize("method", sorted(TAKES_ALIAS | TAKES_NO_ALIAS))
def test_a_key_that_does_not_exist(client, refused, method):
    arn = f"arn:aws:kms:us-east-1:123456789012:key/{MISSING}"

    with refused(*no_key({"Arn": arn})):
        getattr(client, method)(KeyId=MISSING, **(TAKES_ALIAS | TAKES_NO_ALIAS)[method])


class TestAccountsAndRegions:
    def test_a_key_is_in_one_region(self, client, key, elsewhere, refused):
        there = elsewhere(region="eu-west-1")

        with refused(*no_key({"Arn": key["Arn"].replace("us-east-1", "eu-west-1")})):
            there.describe_key(KeyId=key["KeyId"])
        with refused("NotFoundException", "Invalid arn us-east-1"):
            there.describe_key(KeyId=key["Arn"])
        assert there.list_keys()["Keys"] == []

    def test_a_key_is_in_one_account(self, client, key, elsewhere, refused):
        other = elsewhere(account="999999999999")

        with refused(*no_key({"Arn": key["Arn"].replace("123456789012", "999999999999")})):
            other.describe_key(KeyId=key["KeyId"])
        assert other.list_keys()["Keys"] == []

    def test_an_arn_of_another_account_does_not_show_whether_the_key_exists(self, client, key, elsewhere, refused):
        other, caller = elsewhere(account="999999999999"), "arn:aws:iam::999999999999:user/admin"
        missing = f"arn:aws:kms:us-east-1:888888888888:key/{MISSING}"

        with refused("AccessDeniedException", across(caller, "DescribeKey")):
            other.describe_key(KeyId=missing)
        with refused("AccessDeniedException", across(caller, "DisableKey")):
            other.disable_key(KeyId=key["Arn"])

    @pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
    def test_other_partitions_have_their_own_arns(self, elsewhere, region, partition):
        arn = elsewhere(region=region).create_key()["KeyMetadata"]["Arn"]

        assert arn.startswith(f"arn:{partition}:kms:{region}:123456789012:key/")
