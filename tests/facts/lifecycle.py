"""Facts about rotation, imported key material and multi-Region keys."""

from __future__ import annotations

import datetime as dt

from facts.fact import Fact
from importing import EXISTING, FOREVER, NEW, RAW, external_key, parameters, request_for

RECORDED = "docs/aws/recorded.md"
ROTATION, REPLICAS, IMPORTS = (
    f"{RECORDED}#key-rotation",
    f"{RECORDED}#multi-region-keys",
    f"{RECORDED}#imported-key-material",
)
KEYS, GENERAL = f"{RECORDED}#createkey", f"{RECORDED}#general"

INVALID, STATE, INCORRECT = "ValidationException", "KMSInvalidStateException", "IncorrectKeyMaterialException"
UNSUPPORTED = "UnsupportedOperationException"
HMAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
RSA = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}
OTHER = bytes(32)
THERE = "eu-west-1"
NOT_EXPECTED = "Imported key material does not have the expected identifier ({material_id})."
NEVER_IMPORTED = "Key material (id: {id}) has never been imported into KMS key {{arn}}."
NOT_FOR_REPLICAS = "{{arn}} is a multi-region replica key which is not valid for {operation}."


def on(method, spec=None, **request):
    """Return a run that calls a method about a new key."""

    def run(world):
        key = world.key(**(spec or {}))
        return getattr(world.client, method)(KeyId=key["KeyId"], **request)

    return run


def waiting_key(world, spec="SYMMETRIC_DEFAULT", usage="ENCRYPT_DECRYPT", **more):
    """Create a key that waits for its material, and name it."""
    key = external_key(world.client, spec, usage, **more)
    world.names |= {"arn": key["Arn"], "key_id": key["KeyId"]}
    return key


def imported(world, key, raw=RAW, **more):
    """Import material, and name its id where the answer has one."""
    request = request_for(key, parameters(world.client, key), raw, **(more or FOREVER))
    answer = world.client.import_key_material(**request)
    world.names["material_id"] = answer.get("KeyMaterialId", "")
    return answer


def importing(raw=RAW, *, first=None, then=None, spec=("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), **more):
    """Return a run that imports material into a key, after other material if `first` says so."""

    def run(world):
        key = waiting_key(world, *spec)
        if first is not None:
            imported(world, key, first)
        if then is not None:
            getattr(world.client, then)(KeyId=key["KeyId"])
        members = {name: value(world) if callable(value) else value for name, value in more.items()}
        return world.client.import_key_material(**request_for(key, parameters(world.client, key), raw, **members))

    return run


def in_days(days):
    """Return a function that gives the date in so many days, by the clock of the world."""

    def date(world):
        now = world.kms.clock.now() if world.kms else dt.datetime.now(dt.timezone.utc)
        return now + dt.timedelta(days=days)

    return date


def wrapping(spec, usage, algorithm, wrapping_spec):
    """Return a run that fetches parameters for an import."""

    def run(world):
        key = waiting_key(world, spec, usage)
        return parameters(world.client, key, algorithm, wrapping_spec)

    return run


def after_import(method, **request):
    """Return a run that imports material and calls a method about the key."""

    def run(world):
        key = waiting_key(world)
        imported(world, key)
        return getattr(world.client, method)(KeyId=key["KeyId"], **request)

    return run


def settle(world):
    """Let happen what is due at the next request, so that the request after it is all that may change something."""
    for _ in range(2):
        world.client.list_keys()


def replicated(world):
    """Create a primary key and its replica; return a client in the Region of the replica, which is named."""
    key = world.key(MultiRegion=True)
    replica = world.client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=THERE)["ReplicaKeyMetadata"]
    world.names |= {"arn": replica["Arn"], "primary_arn": key["Arn"]}
    settle(world)
    return world.kms.client(THERE), key


def on_replica(method, **request):
    """Return a run that calls a method about a replica."""

    def run(world):
        there, key = replicated(world)
        return getattr(there, method)(KeyId=key["KeyId"], **request)

    return run


def replicated_into(region, then=None):
    """Return a run that replicates a primary key into a Region."""

    def run(world):
        key = world.key(MultiRegion=True)
        if then is not None:
            getattr(world.client, then)(KeyId=key["KeyId"])
        return world.client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=region or world.client.meta.region_name)

    return run


def twice_replicated(world):
    _, key = replicated(world)
    return world.client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=THERE)


def updated(region, *, here=None, away=None):
    """Return a run that changes the primary Region, after a change of the state of one of the keys."""

    def run(world):
        there, key = replicated(world)
        if here is not None:
            getattr(world.client, here)(KeyId=key["KeyId"])
        if away is not None:
            getattr(there, away)(KeyId=key["KeyId"])
        return world.client.update_primary_region(KeyId=key["KeyId"], PrimaryRegion=region)

    return run


def token_of_another_key(world):
    answer = parameters(world.client, waiting_key(world))
    world.client.import_key_material(**request_for(waiting_key(world), answer))


def not_new(world):
    key = waiting_key(world)
    imported(world, key)
    world.client.import_key_material(**request_for(key, parameters(world.client, key), ImportType=NEW, **FOREVER))


def deleted_twice(world):
    key = waiting_key(world)
    imported(world, key)
    for _ in range(2):
        world.client.delete_imported_key_material(KeyId=key["KeyId"])


def waiting_replica(world):
    """Create a primary key with material and its replica without; return a client there and the replica's metadata."""
    key = waiting_key(world, MultiRegion=True)
    imported(world, key)
    world.client.replicate_key(KeyId=key["KeyId"], ReplicaRegion=THERE)
    there = world.kms.client(THERE)
    return there, there.describe_key(KeyId=key["KeyId"])["KeyMetadata"]


def on_waiting_replica(raw=RAW, **more):
    """Return a run that imports material into a replica."""

    def run(world):
        there, replica = waiting_replica(world)
        request = request_for(replica, parameters(there, replica), raw, **more)
        settle(world)
        return there.import_key_material(**request)

    return run


def rotation_before_the_replica_has_it(world):
    there, replica = waiting_replica(world)
    there.import_key_material(**request_for(replica, parameters(there, replica)))
    key = {"KeyId": replica["KeyId"]}
    world.client.import_key_material(
        **request_for(key, parameters(world.client, key), OTHER, ImportType=NEW, **FOREVER)
    )
    world.client.rotate_key_on_demand(**key)


ROTATED = [
    Fact("EnableKeyRotation, HMAC", ROTATION, on("enable_key_rotation", HMAC), UNSUPPORTED, aws=True),
    Fact("RotateKeyOnDemand, RSA", ROTATION, on("rotate_key_on_demand", RSA), UNSUPPORTED, aws=True),
    Fact("GetKeyRotationStatus, HMAC", ROTATION, on("get_key_rotation_status", HMAC), None, aws=True),
    Fact("ListKeyRotations, RSA", ROTATION, on("list_key_rotations", RSA), None, aws=True),
    Fact(
        "ListKeyRotations, every material of an HMAC key",
        ROTATION,
        on("list_key_rotations", HMAC, IncludeKeyMaterial="ALL_KEY_MATERIAL"),
        INVALID,
        "Input parameter includeKeyMaterial can only be used with symmetric keys.",
        aws=True,
    ),
    Fact(
        "ListKeyRotations, bad marker",
        ROTATION,
        on("list_key_rotations", Marker="bad"),
        "InvalidMarkerException",
        aws=True,
    ),
    Fact(
        "EnableKeyRotation, EXTERNAL",
        ROTATION,
        on("enable_key_rotation", {"Origin": "EXTERNAL"}),
        UNSUPPORTED,
        "{arn} origin is EXTERNAL which is not valid for this operation.",
        aws=True,
    ),
    Fact(
        "GetKeyRotationStatus, EXTERNAL",
        ROTATION,
        on("get_key_rotation_status", {"Origin": "EXTERNAL"}),
        None,
        aws=True,
    ),
    *(
        Fact(
            f"{operation}, replica",
            ROTATION,
            on_replica(method),
            UNSUPPORTED,
            NOT_FOR_REPLICAS.format(operation=operation),
        )
        for operation, method in (
            ("EnableKeyRotation", "enable_key_rotation"),
            ("DisableKeyRotation", "disable_key_rotation"),
            ("RotateKeyOnDemand", "rotate_key_on_demand"),
        )
    ),
]

MULTI_REGION = [
    Fact(
        "ReplicateKey, the primary's Region",
        REPLICAS,
        replicated_into("us-east-1"),
        INVALID,
        "us-east-1 cannot have a replica because it contains the primary.",
    ),
    Fact(
        "ReplicateKey, another partition",
        REPLICAS,
        replicated_into("cn-north-1"),
        INVALID,
        "The replica key Region must be in the same AWS partition as the primary key Region.",
    ),
    Fact(
        "ReplicateKey, no Region",
        REPLICAS,
        replicated_into("us-invalid-1"),
        INVALID,
        "Region us-invalid-1 is not a valid Region or multi-Region keys are not supported in Region us-invalid-1.",
    ),
    Fact(
        "ReplicateKey, twice",
        REPLICAS,
        twice_replicated,
        "AlreadyExistsException",
        "You can create only one replica of each primary key in each AWS Region.",
    ),
    Fact(
        "ReplicateKey, replica",
        REPLICAS,
        on_replica("replicate_key", ReplicaRegion="sa-east-1"),
        UNSUPPORTED,
        "{arn} is not a multi-region primary key.",
    ),
    Fact(
        "ReplicateKey, disabled",
        REPLICAS,
        replicated_into(THERE, "disable_key"),
        "DisabledException",
        "{arn} is disabled.",
        aws=True,
    ),
    Fact(
        "ReplicateKey, EXTERNAL without material",
        REPLICAS,
        on("replicate_key", {"Origin": "EXTERNAL", "MultiRegion": True}, ReplicaRegion=THERE),
        STATE,
        "{arn} is pending import.",
        aws=True,
    ),
    Fact(
        "ReplicateKey, a key of one Region",
        "docs/aws/evidence.md#multi-region-keys",
        on("replicate_key", ReplicaRegion=THERE),
        UNSUPPORTED,
        "{arn} is not a multi-region key.",
        aws=True,
    ),
    Fact("UpdatePrimaryRegion, where it is", REPLICAS, updated("us-east-1"), None),
    Fact(
        "UpdatePrimaryRegion, no replica there",
        REPLICAS,
        updated("sa-east-1"),
        INVALID,
        "{key_id} does not have a replica key in the specified Region.",
    ),
    Fact(
        "UpdatePrimaryRegion, replica",
        REPLICAS,
        on_replica("update_primary_region", PrimaryRegion=THERE),
        STATE,
        "{arn} is not a multi-Region primary key.",
    ),
    Fact(
        "UpdatePrimaryRegion, primary disabled",
        REPLICAS,
        updated(THERE, here="disable_key"),
        "DisabledException",
        "{primary_arn} is disabled.",
    ),
    Fact(
        "UpdatePrimaryRegion, replica disabled",
        REPLICAS,
        updated(THERE, away="disable_key"),
        "DisabledException",
        "{arn} is disabled.",
    ),
    Fact(
        "UpdatePrimaryRegion, replica pending deletion",
        REPLICAS,
        updated(THERE, away="schedule_key_deletion"),
        STATE,
        "{arn} is pending deletion.",
    ),
]

IMPORTED = [
    Fact(
        "CreateKey, Ed25519 EXTERNAL",
        KEYS,
        lambda world: waiting_key(world, "ECC_NIST_EDWARDS25519", "SIGN_VERIFY"),
        None,
        aws=True,
    ),
    *(
        Fact(
            f"GetParametersForImport, {algorithm} and {wrapping_spec} for {spec}",
            IMPORTS,
            wrapping(spec, usage, algorithm, wrapping_spec),
            INVALID,
            f"Wrapping algorithm {algorithm} and wrapping key spec {wrapping_spec} cannot be used to import a {spec} key.",
            aws=True,
        )
        for spec, usage, algorithm, wrapping_spec in (
            ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSAES_PKCS1_V1_5", "RSA_2048"),
            ("RSA_2048", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048"),
            ("ECC_NIST_P521", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048"),
            ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_2048"),
        )
    ),
    Fact(
        "GetParametersForImport, Ed25519 with RSA_3072",
        IMPORTS,
        wrapping("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "RSAES_OAEP_SHA_256", "RSA_3072"),
        None,
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, no ValidTo",
        IMPORTS,
        importing(ExpirationModel="KEY_MATERIAL_EXPIRES"),
        INVALID,
        "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, ValidTo in the past",
        IMPORTS,
        importing(ValidTo=in_days(-1)),
        INVALID,
        "ValidTo must be in the future",
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, ValidTo too late",
        IMPORTS,
        importing(ValidTo=in_days(366)),
        INVALID,
        "ValidTo must be less than 365 days in the future",
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, ValidTo of what does not expire",
        IMPORTS,
        importing(ValidTo=in_days(1), **FOREVER),
        INVALID,
        "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
        aws=True,
    ),
    Fact("ImportKeyMaterial, ValidTo alone", IMPORTS, importing(ValidTo=in_days(1)), None, aws=True),
    Fact("ImportKeyMaterial, 16 bytes", IMPORTS, importing(bytes(16)), "InvalidCiphertextException", aws=True),
    Fact(
        "ImportKeyMaterial, HMAC one byte less",
        IMPORTS,
        importing(bytes(31), spec=("HMAC_256", "GENERATE_VERIFY_MAC")),
        "InvalidCiphertextException",
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, token of another key",
        IMPORTS,
        token_of_another_key,
        "InvalidImportTokenException",
        aws=True,
    ),
    Fact("ImportKeyMaterial, other bytes", IMPORTS, importing(OTHER, first=RAW), INCORRECT, NOT_EXPECTED, aws=True),
    Fact(
        "ImportKeyMaterial, other bytes after the deletion",
        IMPORTS,
        importing(OTHER, first=RAW, then="delete_imported_key_material"),
        INCORRECT,
        NOT_EXPECTED,
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, another id",
        "docs/aws/evidence.md#imported-key-material",
        importing(first=RAW, ImportType=EXISTING, KeyMaterialId="0" * 64, **FOREVER),
        INCORRECT,
        f"Imported key material does not have the expected identifier ({'0' * 64}).",
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, not new",
        IMPORTS,
        not_new,
        INCORRECT,
        "Key material (id: {material_id}) being imported as NEW_KEY_MATERIAL is already associated with KMS key {arn}.",
        aws=True,
    ),
    Fact(
        "ImportKeyMaterial, an id for new material",
        IMPORTS,
        importing(first=RAW, ImportType=NEW, KeyMaterialId="0" * 64, **FOREVER),
        INVALID,
        "Input parameter keyMaterialId cannot be used with NEW_KEY_MATERIAL importType.",
        aws=True,
    ),
    Fact("ImportKeyMaterial, disabled", IMPORTS, importing(first=RAW, then="disable_key"), None, aws=True),
    Fact(
        "ImportKeyMaterial, new on a replica",
        IMPORTS,
        on_waiting_replica(ImportType=NEW, **FOREVER),
        INVALID,
        "Input parameter ImportType NEW_KEY_MATERIAL cannot be used on replica Multi-Region keys",
    ),
    Fact(
        "ImportKeyMaterial, description on a replica",
        IMPORTS,
        on_waiting_replica(KeyMaterialDescription="own", **FOREVER),
        INVALID,
        "Key material description can only be specified on primary Multi-Region keys",
    ),
    Fact("ImportKeyMaterial, other bytes on a replica", IMPORTS, on_waiting_replica(OTHER), INCORRECT, NOT_EXPECTED),
    Fact(
        "RotateKeyOnDemand, without material",
        IMPORTS,
        on("rotate_key_on_demand", {"Origin": "EXTERNAL"}),
        STATE,
        "{arn} is pending import.",
        aws=True,
    ),
    Fact(
        "RotateKeyOnDemand, nothing pending",
        IMPORTS,
        after_import("rotate_key_on_demand"),
        STATE,
        "No available key material pending rotation for the key: {arn}.",
        aws=True,
    ),
    Fact(
        "RotateKeyOnDemand, a replica lacks it",
        IMPORTS,
        rotation_before_the_replica_has_it,
        STATE,
        "Cannot perform key material rotation: Key material has not been imported for replicas of the Multi-Region key.",
    ),
    Fact("DeleteImportedKeyMaterial, twice", IMPORTS, deleted_twice, None, aws=True),
    Fact(
        "DeleteImportedKeyMaterial, never imported",
        IMPORTS,
        after_import("delete_imported_key_material", KeyMaterialId="0" * 64),
        INVALID,
        NEVER_IMPORTED.format(id="0" * 64),
        aws=True,
    ),
]

FACTS = ROTATED + MULTI_REGION + IMPORTED
