"""Keys, aliases, data keys, key agreement, AWS managed keys, custom key stores: what AWS was recorded to answer."""

from __future__ import annotations

import json

from facts.fact import Fact
from iam import ADMIN, NOT_BY_KEY_POLICY
from key_stores import NOT_CONNECTED, TEXTS, XKS, create_external_key

from fake_kms.xks import Failure, LocalXksProxy

RECORDED, EVIDENCE = "docs/aws/recorded.md", "docs/aws/evidence.md"
CREATE_KEY, DATA_KEYS = f"{RECORDED}#createkey", f"{RECORDED}#encrypt-decrypt-data-keys"
AGREEMENT, BENCH = f"{RECORDED}#getpublickey-derivesharedsecret", f"{RECORDED}#other-public-native-evidence"
ALIASES, STORES, FRONT_END = f"{EVIDENCE}#aliases", f"{EVIDENCE}#custom-key-stores", f"{EVIDENCE}#front-end"
INVALID, USAGE = "ValidationException", "InvalidKeyUsageException"
NO_PAIR = "You cannot generate a data key pair with an asymmetric CMK"


def unfit(spec, usage):
    """Return the row for a usage that a key spec does not have."""
    return Fact(
        f"CreateKey: {spec} with {usage}",
        CREATE_KEY,
        lambda world: world.client.create_key(KeySpec=spec, KeyUsage=usage),
        INVALID,
        f"KeyUsage {usage} is not compatible with KeySpec {spec}",
        aws=True,
    )


def pair_under_rsa(method):
    """Return a run that asks for a data key pair under an RSA key."""

    def run(world):
        key = world.key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
        getattr(world.client, method)(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")

    return run


def agree_with(peer_of):
    """Return a run that derives a shared secret with a peer's public key."""

    def run(world):
        key = world.key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")
        request = {"KeyAgreementAlgorithm": "ECDH", "PublicKey": peer_of(world)}
        world.client.derive_shared_secret(KeyId=key["KeyId"], **request)

    return run


def other_curve(world):
    """Return a public key on another curve."""
    key = world.client.create_key(KeySpec="ECC_NIST_P384", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]
    return world.client.get_public_key(KeyId=key["KeyId"])["PublicKey"]


def reserved(method):
    """Return a run that names an alias as AWS names its own."""

    def run(world):
        target = {} if method == "delete_alias" else {"TargetKeyId": world.key()["KeyId"]}
        getattr(world.client, method)(AliasName="alias/aws/mine", **target)

    return run


def alias_of_an_alias(world):
    """Create an alias whose target is an alias."""
    key = world.key()
    world.client.create_alias(AliasName=f"alias/{key['KeyId']}", TargetKeyId=key["KeyId"])
    world.client.create_alias(AliasName=f"alias/{key['KeyId']}/2", TargetKeyId=f"alias/{key['KeyId']}")


def foreign_target(world):
    """Create an alias whose target is the key of another account."""
    world.client.create_alias(
        AliasName="alias/x", TargetKeyId=world.key()["Arn"].replace("123456789012", "111122223333")
    )


def decrypt_by_the_related_key(world):
    """Decrypt in a replica's Region, and name the primary key in its own."""
    there = world.kms.client("eu-west-1")
    primary = there.create_key(MultiRegion=True)["KeyMetadata"]
    there.replicate_key(KeyId=primary["KeyId"], ReplicaRegion="us-east-1")
    blob = world.client.encrypt(KeyId=primary["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    world.client.decrypt(CiphertextBlob=blob, KeyId=primary["Arn"])


def rotation_of_acm(method):
    """Return a run that reads the rotation of ACM's AWS managed key."""

    def run(world):
        key = world.client.describe_key(KeyId="alias/aws/acm")["KeyMetadata"]
        world.names["arn"] = key["Arn"]
        getattr(world.client, method)(KeyId=key["KeyId"])

    return run


def through_a_proxy(failure, operation):
    """Return a run in which the proxy of an external key store fails, from CreateCustomKeyStore to Decrypt."""

    def run(world):
        client, proxy = world.client, LocalXksProxy()
        proxy.add_key("one")
        world.kms.xks.route(XKS["XksProxyUriEndpoint"], proxy)
        if operation == "CreateCustomKeyStore":
            proxy.fail_with(failure)
        key_store = client.create_custom_key_store(**XKS)["CustomKeyStoreId"]
        if operation == "CreateKey, not connected":
            create_external_key(client, key_store)
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
        client.describe_custom_key_stores()  # it is connected with the next request
        if operation == "CreateKey":
            proxy.fail_with(failure)
        key = create_external_key(client, key_store)
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        if operation == "Decrypt, not connected":
            client.disconnect_custom_key_store(CustomKeyStoreId=key_store)
            client.describe_custom_key_stores()
        elif operation == "Decrypt":
            proxy.fail_with(failure)
        client.decrypt(CiphertextBlob=blob)

    return run


def failing(failure, operation, code):
    """Return the row for a failure of a proxy."""
    title = f"{operation}: {failure.value} of an external key store proxy"
    return Fact(title, STORES, through_a_proxy(failure, operation), code, TEXTS.get(failure, ""))


def denied_to_the_account(action):
    """Return AWS's message for an action that the policy of an AWS managed key does not allow."""
    because = NOT_BY_KEY_POLICY.format(action=f"kms:{action}")
    return f"User: {ADMIN} is not authorized to perform: kms:{action} on resource: {{arn}} {because}"


def policy_of_sqs(world):
    """Check the policy of the AWS managed key of SQS."""
    key = world.client.describe_key(KeyId="alias/aws/sqs")["KeyMetadata"]
    assert key["Description"] == "Default key that protects my SQS messages when no other key is defined"
    text = world.client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
    assert text.startswith('{\n  "Version" : "2012-10-17",\n  "Id" : "auto-sqs-1",\n')
    sids = [statement["Sid"] for statement in json.loads(text)["Statement"]]
    through = "Allow access through Simple Queue Service (SQS) for all principals in the account that are authorized to use SQS"
    assert sids == [through, "Allow direct access to key metadata to the account"]


FACTS = [
    *(unfit(spec, "ENCRYPT_DECRYPT") for spec in ("HMAC_256", "ECC_NIST_P256", "ECC_SECG_P256K1")),
    unfit("ECC_SECG_P256K1", "KEY_AGREEMENT"),
    unfit("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
    Fact(
        "GenerateDataKeyPair under RSA", DATA_KEYS, pair_under_rsa("generate_data_key_pair"), USAGE, NO_PAIR, aws=True
    ),
    Fact(
        "GenerateDataKeyPairWithoutPlaintext under RSA",
        DATA_KEYS,
        pair_under_rsa("generate_data_key_pair_without_plaintext"),
        USAGE,
        NO_PAIR,
        aws=True,
    ),
    Fact("DeriveSharedSecret with garbage", AGREEMENT, agree_with(lambda _: b"x" * 91), INVALID, aws=True),
    Fact("DeriveSharedSecret with another curve", AGREEMENT, agree_with(other_curve), INVALID, aws=True),
    *(
        Fact(
            f"{method}: a name of AWS's own",
            BENCH,
            reserved(method),
            "NotAuthorizedException",
            "The alias name for a customer managed CMK cannot begin with alias/aws/.",
            aws=True,
        )
        for method in ("create_alias", "update_alias", "delete_alias")
    ),
    Fact("CreateAlias for an alias", ALIASES, alias_of_an_alias, INVALID, "Aliases must refer to keys. Not aliases"),
    Fact(
        "CreateAlias for the key of another account",
        ALIASES,
        foreign_target,
        INVALID,
        "This operation cannot be called cross account",
    ),
    Fact(
        "Decrypt by a related key of another Region",
        DATA_KEYS,
        decrypt_by_the_related_key,
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    ),
    Fact("the AWS managed key of SQS", f"{RECORDED}#policies-and-aws-managed-keys", policy_of_sqs, None),
    *(
        Fact(
            f"{action} of ACM's key",
            f"{EVIDENCE}#aws-managed-keys-usage",
            rotation_of_acm(method),
            "AccessDeniedException",
            denied_to_the_account(action),
        )
        for action, method in (
            ("GetKeyRotationStatus", "get_key_rotation_status"),
            ("ListKeyRotations", "list_key_rotations"),
        )
    ),
    failing(Failure.INVALID_CIPHERTEXT, "Decrypt", "KMSInvalidStateException"),
    failing(Failure.THROTTLED, "Decrypt", "KMSInvalidStateException"),
    failing(Failure.DEPENDENCY_TIMEOUT, "Decrypt", "KMSInvalidStateException"),
    failing(Failure.ACCESS_DENIED, "Decrypt", "KMSInvalidStateException"),
    failing(Failure.INTERNAL, "Decrypt", "KMSInvalidStateException"),
    failing(Failure.INVALID_URI_PATH, "CreateCustomKeyStore", "XksProxyInvalidConfigurationException"),
    failing(Failure.TLS, "CreateCustomKeyStore", "XksProxyInvalidConfigurationException"),
    failing(Failure.INTERNAL, "CreateCustomKeyStore", "XksProxyInvalidResponseException"),
    failing(Failure.KEY_DISABLED, "CreateKey", "XksKeyInvalidConfigurationException"),
    failing(Failure.INVALID_KEY_USAGE, "CreateKey", "XksKeyInvalidConfigurationException"),
    Fact(
        "CreateKey in an external key store that is not connected",
        STORES,
        through_a_proxy(None, "CreateKey, not connected"),
        "CustomKeyStoreInvalidStateException",
        NOT_CONNECTED,
    ),
    Fact(
        "Decrypt under a key whose external key store is not connected",
        STORES,
        through_a_proxy(None, "Decrypt, not connected"),
        "KMSInvalidStateException",
        NOT_CONNECTED,
    ),
]
