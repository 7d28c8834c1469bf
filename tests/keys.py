"""Keys for the tests: of every spec that the installed libraries have, their public keys, and their aliases."""

from __future__ import annotations

import cryptography
from cryptography.hazmat.primitives import serialization

from fake_kms.tables import model
from fake_kms.tables.key_specs import KEY_SPECS

HAS_ML_DSA = int(cryptography.__version__.split(".")[0]) >= 49
HAS_ML_KEM = "Encapsulate" in model.load()  # the lowest botocore that is tested does not know it


def possible(spec):
    """Whether the installed botocore and cryptography have a key spec."""
    return spec in model.load()["CreateKey"].input.members["KeySpec"].enum and (HAS_ML_DSA or "ML_DSA" not in spec)


# Every key spec with each of its usages, outside of China.
PAIRS = [
    (spec.name, usage)
    for spec in KEY_SPECS.values()
    for usage in spec.usages
    if possible(spec.name) and spec.regions != "cn"
]


def create(client, spec, usage="SIGN_VERIFY", **more):
    """Create a key of a spec and return its metadata."""
    return client.create_key(KeySpec=spec, KeyUsage=usage, **more)["KeyMetadata"]


def describe(client, key):
    """Return a key's metadata as they are now."""
    return client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]


def public_key(client, key):
    """Return the public key of an asymmetric key, loaded."""
    return serialization.load_der_public_key(client.get_public_key(KeyId=key["KeyId"])["PublicKey"])


def spki(public):
    """Return a public key as KMS takes and gives it: DER SubjectPublicKeyInfo."""
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def arn_beside(key, resource):
    """Return the ARN of another resource in the account and Region of a key, e.g. of `alias/app`."""
    return key["Arn"].rpartition(":")[0] + ":" + resource


def alias_of(client, key):
    """Give a key an alias that no other test uses, and return its name."""
    alias_name = f"alias/{key['KeyId']}"
    client.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    return alias_name


def account_root(key):
    """Return the ARN of the account of a key: a principal that every account has."""
    _, partition, _, _, account, _ = key["Arn"].split(":", 5)
    return f"arn:{partition}:iam::{account}:root"
