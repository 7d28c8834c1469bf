"""Facts in which the fake has agreed with AWS from the day that they were collected."""

from __future__ import annotations

import functools

from facts.fact import Fact
from iam import allow, key_policy
from importing import FOREVER, external_key, parameters, request_for
from keys import HAS_ML_DSA, account_root, alias_of

EVIDENCE = "docs/aws/evidence.md"
KEYS, ALIASES = f"{EVIDENCE}#createkey-describekey", f"{EVIDENCE}#aliases"
CIPHERS, SIGNATURES = f"{EVIDENCE}#encrypt-decrypt-data-keys", f"{EVIDENCE}#sign-verify-mac-key-agreement-public-keys"
GRANTS, ROTATION, IMPORTS = f"{EVIDENCE}#grants", f"{EVIDENCE}#rotation", f"{EVIDENCE}#imported-key-material"
REPLICAS, POLICIES = f"{EVIDENCE}#multi-region-keys", f"{EVIDENCE}#key-policies"

INVALID, STATE, USAGE = "ValidationException", "KMSInvalidStateException", "InvalidKeyUsageException"
DRY_RUN = ("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
EMPTY_MESSAGE = (
    "1 validation error detected: Value at 'message' failed to satisfy constraint: "
    "Member must have length greater than or equal to 1"
)
NO_CONTEXT = "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs."
NEEDS_USAGE = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
NOT_AT_ALIASES = "Key Aliases are not supported for this operation."
SYMMETRIC = ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
RSA, HMAC = ("RSA_2048", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")
P256, RSA_SIGNING = ("ECC_NIST_P256", "SIGN_VERIFY"), ("RSA_2048", "SIGN_VERIFY")
ED25519, ML_DSA = ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY"), ("ML_DSA_44", "SIGN_VERIFY")
AGREEMENT = ("ECC_NIST_P256", "KEY_AGREEMENT")
# Members of requests.
SHA256 = {"SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
ECDSA = {"SigningAlgorithm": "ECDSA_SHA_256"}
OAEP = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}


def on(kind, method, *, state=None, **request):
    """Return a run that creates a key of a kind, brings it into a state, and calls a method about it."""

    def run(world):
        key = world.key(KeySpec=kind[0], KeyUsage=kind[1])
        if state == "disabled":
            world.client.disable_key(KeyId=key["KeyId"])
        elif state == "pending deletion":
            world.client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        return getattr(world.client, method)(KeyId=key["KeyId"], **request)

    return run


def waiting(method, **request):
    """Return a run that calls a method about a key without its imported material."""

    def run(world):
        key = world.key(Origin="EXTERNAL")
        return getattr(world.client, method)(KeyId=key["KeyId"], **request)

    return run


def signed(kind, **request):
    return on(kind, "sign", **{"Message": b"message"} | request)


def through_alias(method, **request):
    """Return a run that calls a method with an alias in place of the key."""
    return lambda world: getattr(world.client, method)(KeyId=alias_of(world.client, world.key()), **request)


def imports(world, **more):
    """Import key material into a new key."""
    key = external_key(world.client)
    world.names["arn"] = key["Arn"]
    return world.client.import_key_material(**request_for(key, parameters(world.client, key), **more))


def with_a_corrupt_material(world):
    key = external_key(world.client)
    request = request_for(key, parameters(world.client, key))
    return world.client.import_key_material(**request | {"EncryptedKeyMaterial": bytes(256)})


def with_the_token_of_another_key(world):
    one, other = external_key(world.client), external_key(world.client)
    return world.client.import_key_material(**request_for(one, parameters(world.client, other)))


def material_for(world, kind, algorithm, spec="RSA_2048"):
    return parameters(world.client, external_key(world.client, *kind), algorithm, spec)


def elsewhere(world):
    """Create a key and return its ARN in another Region."""
    key = world.key()
    parts = key["Arn"].split(":")
    parts[3] = "eu-west-1" if parts[3] != "eu-west-1" else "us-east-1"
    world.names["region"] = parts[3]
    return ":".join(parts)


def absent(world):
    """Create a key and return the ARN of one beside it that does not exist."""
    key = world.key()
    world.names["absent"] = key["Arn"].rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"
    return world.names["absent"]


def unknown_alias(world):
    key = world.key()
    world.names["alias"] = key["Arn"].rpartition(":")[0] + ":alias/fake-kms-there-is-none"
    return world.client.describe_key(KeyId="alias/fake-kms-there-is-none")


def short_digest(world):
    return signed(RSA_SIGNING, Message=b"short", MessageType="DIGEST", **SHA256)(world)


def wrong_signature(world, **more):
    key = world.key(KeySpec=P256[0], KeyUsage=P256[1])
    return world.client.verify(KeyId=key["KeyId"], Message=b"message", Signature=b"x", **ECDSA, **more)


def grants_only_to_grant(world):
    key = world.key()
    return world.client.create_grant(
        KeyId=key["KeyId"], GranteePrincipal=account_root(key) + "/none", Operations=["CreateGrant"]
    )


def locks_out(world):
    nobody = key_policy(allow("kms:Encrypt", to="*"))
    return world.client.put_key_policy(KeyId=world.key()["KeyId"], PolicyName="default", Policy=nobody)


def replicates_a_replica_region(world, method="replicate_key"):
    """Replicate a multi-Region key twice into the same Region."""
    key = world.key(MultiRegion=True)
    region = "eu-west-1" if ":eu-west-1:" not in key["Arn"] else "us-east-1"
    for _ in range(2):
        world.client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=region)


def enum(member, values):
    return (
        f"1 validation error detected: Value 'NONE' at '{member}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{values}]"
    )


fact = functools.partial(Fact, aws=True)
FACTS = [
    fact("an HMAC key without KeyUsage", KEYS, lambda w: w.client.create_key(KeySpec="HMAC_256"), INVALID, NEEDS_USAGE),
    fact("an ECC key without KeyUsage", KEYS, lambda w: w.client.create_key(KeySpec=P256[0]), INVALID, NEEDS_USAGE),
    fact("SM2 outside of China", KEYS, lambda w: w.client.create_key(KeySpec="SM2", KeyUsage="SIGN_VERIFY"),
         "UnsupportedOperationException", "KeySpec SM2 is not supported in this Region"),
    fact("an alias without its prefix", ALIASES, lambda w: w.client.create_alias(
        AliasName="fake-kms", TargetKeyId=w.key()["KeyId"]), INVALID, 'Alias must start with the prefix "alias/". '
         "Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"),
    fact("an alias of a key of another Region", ALIASES, lambda w: w.client.create_alias(
        AliasName="alias/fake-kms", TargetKeyId=elsewhere(w)), "NotFoundException", "Invalid arn {region}"),
    fact("EnableKey through an alias", ALIASES, through_alias("enable_key"), "InvalidArnException", NOT_AT_ALIASES),
    fact("DisableKey through an alias", ALIASES, through_alias("disable_key"), "InvalidArnException", NOT_AT_ALIASES),
    fact("GetKeyRotationStatus through an alias", ALIASES, through_alias("get_key_rotation_status"),
         "InvalidArnException", NOT_AT_ALIASES),
    fact("ListKeyRotations through an alias", ALIASES, through_alias("list_key_rotations"),
         "InvalidArnException", NOT_AT_ALIASES),
    fact("RotateKeyOnDemand through an alias", ALIASES, through_alias("rotate_key_on_demand"),
         "InvalidArnException", NOT_AT_ALIASES),
    fact("ReplicateKey through an alias", ALIASES, through_alias("replicate_key", ReplicaRegion="eu-west-1"),
         "InvalidArnException", NOT_AT_ALIASES),
    fact("UpdatePrimaryRegion through an alias", ALIASES,
         through_alias("update_primary_region", PrimaryRegion="eu-west-1"), "InvalidArnException", NOT_AT_ALIASES),
    fact("an unknown alias", ALIASES, unknown_alias, "NotFoundException", "Alias {alias} is not found."),
    fact("an unknown key", ALIASES, lambda w: w.client.describe_key(KeyId=absent(w)),
         "NotFoundException", "Key '{absent}' does not exist"),
    fact("a key id that is none", ALIASES, lambda w: w.client.describe_key(KeyId="auto"),
         "NotFoundException", "Invalid keyId 'auto'"),
    fact("an empty plaintext", CIPHERS, on(SYMMETRIC, "encrypt", Plaintext=b""), INVALID,
         "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
         "Member must have length greater than or equal to 1"),
    fact("Decrypt for RSA without KeyId", CIPHERS,
         lambda w: w.client.decrypt(CiphertextBlob=bytes(256), **OAEP), INVALID, "KeyId must not be null"),
    fact("Decrypt for RSA without the algorithm", CIPHERS, on(RSA, "decrypt", CiphertextBlob=bytes(256)),
         "InvalidCiphertextException"),
    fact("Encrypt for RSA without the algorithm", CIPHERS, on(RSA, "encrypt", Plaintext=b"text"), USAGE,
         "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."),
    fact("Encrypt for RSA with a context", CIPHERS,
         on(RSA, "encrypt", Plaintext=b"text", EncryptionContext={"a": "b"}, **OAEP), INVALID, NO_CONTEXT),
    fact("Decrypt for RSA with a context", CIPHERS,
         on(RSA, "decrypt", CiphertextBlob=bytes(256), EncryptionContext={"a": "b"}, **OAEP), INVALID, NO_CONTEXT),
    fact("Encrypt for RSA with an empty context", CIPHERS,
         on(RSA, "encrypt", Plaintext=b"text", EncryptionContext={}, **OAEP), None),
    fact("a plaintext too long for SHA-1", CIPHERS,
         on(RSA, "encrypt", Plaintext=bytes(215), EncryptionAlgorithm="RSAES_OAEP_SHA_1"), INVALID,
         "Algorithm RSAES_OAEP_SHA_1 and key spec RSA_2048 cannot encrypt data larger than 214 bytes."),
    fact("a plaintext too long for SHA-256", CIPHERS, on(RSA, "encrypt", Plaintext=bytes(191), **OAEP), INVALID,
         "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes."),
    fact("a bad ciphertext", CIPHERS, lambda w: w.client.decrypt(CiphertextBlob=b"bad"), "InvalidCiphertextException"),
    fact("a bad ciphertext with DryRun", CIPHERS, lambda w: w.client.decrypt(CiphertextBlob=b"bad", DryRun=True),
         "InvalidCiphertextException"),
    fact("Encrypt with DryRun", CIPHERS, on(SYMMETRIC, "encrypt", Plaintext=b"text", DryRun=True), *DRY_RUN),
    fact("GenerateDataKeyPair with DryRun", CIPHERS,
         on(SYMMETRIC, "generate_data_key_pair", KeyPairSpec="ECC_NIST_P256", DryRun=True), *DRY_RUN),
    fact("Encrypt under a disabled key", CIPHERS, on(SYMMETRIC, "encrypt", state="disabled", Plaintext=b"text"),
         "DisabledException", "{arn} is disabled."),
    fact("Encrypt under a key that is pending deletion", CIPHERS,
         on(SYMMETRIC, "encrypt", state="pending deletion", Plaintext=b"text"), STATE, "{arn} is pending deletion."),
    fact("Encrypt under a key that is pending import", CIPHERS, waiting("encrypt", Plaintext=b"text"), STATE,
         "{arn} is pending import."),
    fact("Encrypt under an HMAC key", "docs/aws/recorded.md#encrypt-decrypt-data-keys",
         on(HMAC, "encrypt", Plaintext=b"text"), USAGE,
         "{arn} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt."),
    fact("a wrong signature", SIGNATURES, wrong_signature, "KMSInvalidSignatureException"),
    fact("a wrong signature with DryRun", SIGNATURES, functools.partial(wrong_signature, DryRun=True),
         "KMSInvalidSignatureException"),
    fact("a wrong MAC", SIGNATURES, on(HMAC, "verify_mac", Message=b"m", Mac=b"x", MacAlgorithm="HMAC_SHA_256"),
         "KMSInvalidMacException"),
    fact("a digest of a wrong length", SIGNATURES, short_digest, INVALID,
         "Digest is invalid length for algorithm RSASSA_PKCS1_V1_5_SHA_256."),
    fact("EXTERNAL_MU for RSA", SIGNATURES, signed(RSA_SIGNING, MessageType="EXTERNAL_MU", **SHA256), INVALID,
         "Message type EXTERNAL_MU is incompatible with key spec RSA_2048."),
    fact("EXTERNAL_MU for an elliptic curve", SIGNATURES, signed(P256, MessageType="EXTERNAL_MU", **ECDSA), INVALID,
         "Message type EXTERNAL_MU is incompatible with key spec ECC_NIST_P256."),
    fact("Ed25519 of a digest", SIGNATURES,
         signed(ED25519, Message=bytes(64), MessageType="DIGEST", SigningAlgorithm="ED25519_SHA_512"), INVALID,
         "Message type DIGEST is incompatible with algorithm ED25519_SHA_512."),
    fact("Ed25519ph of a raw message", SIGNATURES,
         signed(ED25519, MessageType="RAW", SigningAlgorithm="ED25519_PH_SHA_512"), INVALID,
         "Message type RAW is incompatible with algorithm ED25519_PH_SHA_512."),
    fact("the algorithm of another key spec", SIGNATURES, signed(RSA_SIGNING, **ECDSA), USAGE,
         "Algorithm ECDSA_SHA_256 is incompatible with key spec RSA_2048."),
    fact("an empty message to sign", SIGNATURES, signed(P256, Message=b"", **ECDSA), INVALID, EMPTY_MESSAGE),
    fact("an empty message for a MAC", SIGNATURES,
         on(HMAC, "generate_mac", Message=b"", MacAlgorithm="HMAC_SHA_256"), INVALID, EMPTY_MESSAGE),
    fact("a disabled key and a wrong algorithm", SIGNATURES,
         on(HMAC, "generate_mac", state="disabled", Message=b"m", MacAlgorithm="HMAC_SHA_512"),
         "DisabledException", "{arn} is disabled."),
    fact("the public key of a symmetric key", SIGNATURES, on(SYMMETRIC, "get_public_key"),
         "UnsupportedOperationException"),
    fact("the public key of a disabled key", SIGNATURES, on(P256, "get_public_key", state="disabled"), None),
    fact("the public key of a key that is pending deletion", SIGNATURES,
         on(P256, "get_public_key", state="pending deletion"), STATE, "{arn} is pending deletion."),
    fact("an unknown key agreement algorithm", SIGNATURES, on(AGREEMENT, "derive_shared_secret", PublicKey=b"x",
         KeyAgreementAlgorithm="NONE"), INVALID, enum("keyAgreementAlgorithm", "ECDH")),
    fact("a grant of CreateGrant alone", GRANTS, grants_only_to_grant, INVALID,
         "Grants must not contain only the CreateGrant operation."),
    fact("EnableKeyRotation of an HMAC key", ROTATION, on(HMAC, "enable_key_rotation"),
         "UnsupportedOperationException"),
    fact("RotateKeyOnDemand of an HMAC key", ROTATION, on(HMAC, "rotate_key_on_demand"),
         "UnsupportedOperationException"),
    fact("DisableKeyRotation of an HMAC key", ROTATION, on(HMAC, "disable_key_rotation"), None),
    fact("GetKeyRotationStatus of an HMAC key", ROTATION, on(HMAC, "get_key_rotation_status"), None),
    fact("a rotation period that is too long", ROTATION,
         on(SYMMETRIC, "enable_key_rotation", RotationPeriodInDays=2561), INVALID,
         "1 validation error detected: Value '2561' at 'rotationPeriodInDays' failed to satisfy constraint: "
         "Member must have value less than or equal to 2560"),
    fact("EnableKeyRotation of a disabled key", ROTATION, on(SYMMETRIC, "enable_key_rotation", state="disabled"),
         "DisabledException", "{arn} is disabled."),
    fact("GetKeyRotationStatus of a disabled key", ROTATION,
         on(SYMMETRIC, "get_key_rotation_status", state="disabled"), None),
    fact("a bad marker", ROTATION, on(SYMMETRIC, "list_key_rotations", Marker="bad"), "InvalidMarkerException"),
    fact("EnableKeyRotation of a key of origin EXTERNAL", ROTATION, waiting("enable_key_rotation"),
         "UnsupportedOperationException", "{arn} origin is EXTERNAL which is not valid for this operation."),
    fact("GetKeyRotationStatus of a key of origin EXTERNAL", ROTATION, waiting("get_key_rotation_status"), None),
    fact("RotateKeyOnDemand of a key that is pending import", ROTATION, waiting("rotate_key_on_demand"), STATE,
         "{arn} is pending import."),
    fact("EnableKey of a key that is pending import", IMPORTS, waiting("enable_key"), STATE,
         "{arn} is pending import."),
    fact("DisableKey of a key that is pending import", IMPORTS, waiting("disable_key"), STATE,
         "{arn} is pending import."),
    fact("DeleteImportedKeyMaterial of a key that is pending import", IMPORTS,
         waiting("delete_imported_key_material"), None),
    fact("material that expires without saying when", IMPORTS,
         functools.partial(imports, ExpirationModel="KEY_MATERIAL_EXPIRES"), INVALID,
         "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"),
    fact("material that never expires", IMPORTS, functools.partial(imports, **FOREVER), None),
    fact("corrupt material", IMPORTS, with_a_corrupt_material, "InvalidCiphertextException"),
    fact("the import token of another key", IMPORTS, with_the_token_of_another_key, "InvalidImportTokenException"),
    fact("PKCS #1 v1.5 for a symmetric key", "docs/aws/recorded.md#imported-key-material",
         lambda w: material_for(w, SYMMETRIC, "RSAES_PKCS1_V1_5"), INVALID,
         "Wrapping algorithm RSAES_PKCS1_V1_5 and wrapping key spec RSA_2048 cannot be used to import a "
         "SYMMETRIC_DEFAULT key."),
    fact("OAEP for a key of P-521", IMPORTS,
         lambda w: material_for(w, ("ECC_NIST_P521", "SIGN_VERIFY"), "RSAES_OAEP_SHA_256"), INVALID,
         "Wrapping algorithm RSAES_OAEP_SHA_256 and wrapping key spec RSA_2048 cannot be used to import a "
         "ECC_NIST_P521 key."),
    fact("import parameters for a key of origin AWS_KMS", "docs/aws/recorded.md#imported-key-material",
         on(SYMMETRIC, "get_parameters_for_import", WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"),
         "UnsupportedOperationException", "{arn} origin is AWS_KMS which is not valid for this operation."),
    fact("a second replica in a Region", REPLICAS, replicates_a_replica_region, "AlreadyExistsException",
         "You can create only one replica of each primary key in each AWS Region."),
    fact("a key policy that locks out", POLICIES, locks_out, "MalformedPolicyDocumentException",
         "The new key policy will not allow you to update the key policy in the future."),
    fact("an unknown custom key store", f"{EVIDENCE}#custom-key-stores",
         lambda w: w.client.describe_custom_key_stores(CustomKeyStoreId="cks-1234567890abcdef0"),
         "CustomKeyStoreNotFoundException"),
]  # fmt: skip
if HAS_ML_DSA:
    FACTS += [
        fact("ML-DSA of a digest", SIGNATURES,
             signed(ML_DSA, MessageType="DIGEST", SigningAlgorithm="ML_DSA_SHAKE_256"), INVALID,
             "Message type DIGEST is incompatible with key spec ML_DSA_44."),
        fact("a mu of a wrong length", SIGNATURES,
             signed(ML_DSA, Message=bytes(63), MessageType="EXTERNAL_MU", SigningAlgorithm="ML_DSA_SHAKE_256"),
             INVALID, "External Mu is invalid length for algorithm ML_DSA_SHAKE_256."),
    ]  # fmt: skip
