"""Reading botocore's model of KMS."""

from __future__ import annotations

import sys

import boto3
import pytest
from botocore.loaders import JSONFileLoader, Loader
from botocore.model import ServiceModel
from installed import IS_OLD, NEWER_VALUES, needs

from fake_kms.tables import model

MODEL = Loader().load_service_model("kms", "service-2")


def test_the_model_of_a_client_of_the_default_session_is_not_read_again(monkeypatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    boto3.client("kms", region_name="us-east-1")
    monkeypatch.setattr(JSONFileLoader, "load_file", None)  # nothing can be read any more

    assert model._read() == MODEL


@pytest.mark.parametrize("session", [None, object()])
def test_without_such_a_session_it_is_the_model_that_clients_have(monkeypatch, session):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)

    assert model._read() == MODEL


def test_without_boto3_it_is_read_too(monkeypatch):
    monkeypatch.delitem(sys.modules, "boto3")

    assert model._read() == MODEL


def described(shape):
    """Give what a shape of ours says, with the shapes inside it."""
    return (
        None
        if shape is None
        else {
            "name": shape.name,
            "kind": shape.kind,
            "members": {name: described(member) for name, member in shape.members.items()},
            "required": shape.required,
            "element": described(shape.element),
            "value": described(shape.value),
            "range": (shape.minimum, shape.maximum),
            "pattern": shape.pattern,
            "enum": shape.enum,
            "sensitive": shape.sensitive,
        }
    )


def described_by_botocore(shape):
    """Give the same of a shape as botocore itself reads it."""
    if shape is None:
        return None
    metadata = shape.metadata
    return {
        "name": shape.name,
        "kind": shape.type_name,
        "members": {name: described_by_botocore(member) for name, member in getattr(shape, "members", {}).items()},
        "required": frozenset(metadata.get("required", ())),
        "element": described_by_botocore(getattr(shape, "member", None)),
        "value": described_by_botocore(getattr(shape, "value", None)),
        "range": (metadata.get("min"), metadata.get("max")),
        "pattern": r"^\p{ASCII}+$" if shape.name == "KeyIdType" else metadata.get("pattern"),  # AWS checks it
        "enum": tuple(metadata.get("enum", ())),
        "sensitive": metadata.get("sensitive", False),
    }


@pytest.mark.parametrize("name", sorted(MODEL["operations"]))
def test_an_operation_is_as_botocore_reads_it(name):
    ours, botocores = model.load()[name], ServiceModel(MODEL, "kms").operation_model(name)

    assert ours.name == name
    assert described(ours.input) == described_by_botocore(botocores.input_shape)
    assert described(ours.output) == described_by_botocore(botocores.output_shape)
    assert ours.errors == {error.name for error in botocores.error_shapes}


# Blobs, grant tokens, and what the model calls sensitive, at any depth.
SECRETS = {
    "CreateCustomKeyStore": {"KeyStorePassword", "XksProxyAuthenticationCredential"},
    "CreateKey": set(),
    "Decrypt": {"CiphertextBlob", "GrantTokens", "Recipient"},
    "DeriveSharedSecret": {"GrantTokens", "PublicKey", "Recipient"},
    "Encrypt": {"GrantTokens", "Plaintext"},
    "GenerateDataKey": {"GrantTokens", "Recipient"},
    "ImportKeyMaterial": {"EncryptedKeyMaterial", "ImportToken"},
    "ReEncrypt": {"CiphertextBlob", "GrantTokens"},
    "RetireGrant": {"GrantToken"},
    "TagResource": set(),
    "UpdateCustomKeyStore": {"KeyStorePassword", "XksProxyAuthenticationCredential"},
    "Verify": {"GrantTokens", "Message", "Signature"},
}


@pytest.mark.parametrize("operation", [pytest.param(name, marks=needs(name)) for name in sorted(SECRETS)])
def test_which_members_the_journal_never_shows(operation):
    assert model.load()[operation].secrets == SECRETS[operation]


def test_each_shape_is_built_once():
    assert model.load()["Encrypt"].input.members["KeyId"] is model.load()["Decrypt"].input.members["KeyId"]


def test_patterns_match_ascii_as_java_does():
    shape = model.load()["CreateAlias"].input.members["AliasName"]

    assert shape.pattern == "^[a-zA-Z0-9:/_-]+$"
    assert shape.matches is shape.matches
    assert shape.matches.fullmatch("alias/a")
    assert not shape.matches.fullmatch("alias/ä")
    assert model.load()["CreateAlias"].input.matches is None


def test_an_operation_of_a_newer_model_is_unknown(kms, send, monkeypatch):
    older = {name: operation for name, operation in model.load().items() if name != "GenerateRandom"}
    monkeypatch.setattr(model, "load", lambda: older)

    answer = send("GenerateRandom", {"NumberOfBytes": 1})

    assert (answer.status, answer.json) == (400, {"__type": "UnknownOperationException"})


def test_values_that_the_tests_call_newer_are_in_the_newest_model():
    enums = [member for operation in model.load().values() for member in operation.input.members.values()]
    values = {value for shape in enums for value in (shape.enum or (shape.element and shape.element.enum) or ())}

    assert values >= NEWER_VALUES or IS_OLD
