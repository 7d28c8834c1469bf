"""What the installed botocore has. With one that is older than the fake, tests of what it lacks are left out.

A test is left out when it makes a request that the installed botocore cannot make: `leave_out_what_is_newer`, for every
test. What a test cannot find in an answer it says itself: `@needs("ImportKeyMaterial:KeyMaterialId")`.
"""

from __future__ import annotations

import re

import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.loaders import Loader

from fake_kms.operations import DECLARATIONS
from fake_kms.tables import model

NEWER_OPERATIONS = DECLARATIONS.keys() - model.load().keys()
IS_OLD = bool(NEWER_OPERATIONS)

# Values that botocore learned after the lower bound. Others that it does not know are tests of what AWS refuses.
NEWER_VALUES = {
    "ECDH", "KEY_AGREEMENT", "EXTERNAL_MU", "SM2PKE", "IGNORE_CIPHERTEXT", "ENCAPSULATE_DECAPSULATE",
    "ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "ED25519_PH_SHA_512",
    "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ML_DSA_SHAKE_256", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024",
    *NEWER_OPERATIONS,
}  # fmt: skip

# Members that botocore required once, and that AWS does not.
OPTIONAL = {
    ("CreateGrant", "GranteePrincipal"),
    ("Decrypt", "CiphertextBlob"),
    ("GetKeyPolicy", "PolicyName"),
    ("ListRetirableGrants", "RetiringPrincipal"),
    ("PutKeyPolicy", "PolicyName"),
    ("ReEncrypt", "CiphertextBlob"),
}


def has(path):
    """Whether the installed botocore has an operation, a member of its request, or a member of its answer.

    Input: `Sign`, `Sign.MessageType`, `Sign:Signature`. Members inside follow with dots, those of a list's elements
    too: `CreateKey:KeyMetadata.KeyId`.
    """
    name, separator, members = re.fullmatch(r"(\w+)([.:]?)(.*)", path).groups()
    operation = model.load().get(name)
    if operation is None or not separator:
        return operation is not None
    shape = operation.output if separator == ":" else operation.input
    for member in members.split("."):
        structure = shape and (shape.element or shape)
        shape = structure and structure.members.get(member)
    return shape is not None


def needs(*paths):
    """Return a mark that leaves a test out if the installed botocore is older than what it names; see `has`."""
    lacks = [path for path in paths if not has(path)]
    if lacks and not IS_OLD:
        raise ValueError(f"no botocore has {lacks[0]}: a mistake in the mark")
    return pytest.mark.skipif(bool(lacks), reason=f"this botocore has no {', '.join(lacks)}")


def leave_out_what_is_newer(monkeypatch):
    """Leave the test out that makes a request which the installed botocore cannot make."""
    if not IS_OLD:
        return
    methods = {xform_name(name): name for name in NEWER_OPERATIONS}
    get, make_call = BaseClient.__getattr__, BaseClient._make_api_call

    def get_method(client, name):
        if _is_kms(client) and name in methods:
            _leave_out(methods[name])
        return get(client, name)

    def make_api_call(client, name, request):
        if _is_kms(client):
            if name in NEWER_OPERATIONS:
                _leave_out(name)
            shape = model.load()[name].input
            _leave_out_newer_members(name, shape, request)
            if client.meta.config.parameter_validation:
                _leave_out_newly_optional_members(name, shape.required - request.keys())
        return make_call(client, name, request)

    monkeypatch.setattr(BaseClient, "__getattr__", get_method)
    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)


def _is_kms(client):
    return client.meta.service_model.service_name == "kms"


def _leave_out_newly_optional_members(name, missing):
    for member in missing:
        if (name, member) in OPTIONAL:
            _leave_out(f"{name} without {member}")


def _leave_out_newer_members(path, shape, value):
    if isinstance(value, dict) and shape.kind == "structure":
        for member, inner in value.items():
            if member not in shape.members:
                _leave_out(f"{path}.{member}")
            _leave_out_newer_members(f"{path}.{member}", shape.members[member], inner)
    elif isinstance(value, list | tuple) and shape.element is not None:
        for inner in value:
            _leave_out_newer_members(path, shape.element, inner)
    elif shape.enum and value not in shape.enum and value in NEWER_VALUES:
        _leave_out(f"{path}.{value}")


def needs_region(name):
    """Return a mark that leaves a test out if the installed botocore is older than a Region's kind of names."""
    partitions = Loader().load_data("partitions")["partitions"]
    known = any(re.fullmatch(partition["regionRegex"], name) for partition in partitions)
    return pytest.mark.skipif(IS_OLD and not known, reason=f"this botocore knows no Region like {name}")


def _leave_out(path):
    pytest.skip(f"this botocore has no {path}")
