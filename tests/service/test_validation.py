"""The grammar of ValidationException, over every constraint of the model."""

from __future__ import annotations

import base64

import pytest

from fake_kms.operations import DECLARATIONS
from fake_kms.tables import beyond_model, model

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
NULL = "Member must not be null"


def violation(value, path, constraint):
    return f"Value {value}at '{path}' failed to satisfy constraint: {constraint}"


def camel(name):
    return name[0].lower() + name[1:]


def valid(shape):
    """Make a value that the shape's constraints allow."""
    if shape.enum:
        return shape.enum[0]
    if shape.name == "RegionType":
        return "eu-west-1"
    return {
        "blob": lambda: base64.b64encode(b"x" * max(1, shape.minimum or 1)).decode(),
        "integer": lambda: shape.minimum or 1,
        "boolean": lambda: False,
        "timestamp": lambda: 1,
        "list": lambda: [valid(shape.element)],
        "map": dict,
        "structure": lambda: {name: valid(shape.members[name]) for name in shape.required},
        "string": lambda: KEY_ID if shape.name == "KeyIdType" else "1" * max(1, shape.minimum or 1),
    }[shape.kind]()


def operations():
    return sorted(set(DECLARATIONS) & set(model.load()))


def required_members():
    for name in operations():
        for member in model.load()[name].input.required - {beyond_model.REQUIRED_MEMBERS.get(name)}:
            yield name, member


def cases():
    """Break each constraint of each member of each operation, one at a time."""
    for name in operations():
        for member, shape in model.load()[name].input.members.items():

            def shown(value, shape=shape):
                return "" if shape.sensitive or shape.kind == "blob" else f"'{value}' "

            path = camel(member)
            if shape.kind == "blob":
                for size in {(shape.minimum or 1) - 1, shape.maximum + 1} if shape.maximum else ():
                    bound = (
                        f"less than or equal to {shape.maximum}"
                        if size
                        else f"greater than or equal to {shape.minimum}"
                    )
                    value = base64.b64encode(b"x" * size).decode()
                    yield name, member, value, violation("", path, f"Member must have length {bound}")
            elif shape.kind == "integer":
                low, high = shape.minimum - 1, shape.maximum + 1
                yield (
                    name,
                    member,
                    low,
                    violation(shown(low), path, f"Member must have value greater than or equal to {low + 1}"),
                )
                yield (
                    name,
                    member,
                    high,
                    violation(shown(high), path, f"Member must have value less than or equal to {high - 1}"),
                )
            elif shape.kind == "string" and shape.enum:
                printed = ", ".join(beyond_model.PRINTED_ENUM_SETS.get(shape.name, shape.enum))
                yield (
                    name,
                    member,
                    "NONSENSE",
                    violation(shown("NONSENSE"), path, f"Member must satisfy enum value set: [{printed}]"),
                )
            elif shape.kind == "string" and shape.maximum and not shape.matches:
                long = "1" * (shape.maximum + 1)
                yield (
                    name,
                    member,
                    long,
                    violation(shown(long), path, f"Member must have length less than or equal to {shape.maximum}"),
                )
            elif shape.kind == "string" and shape.matches:
                value = "☃" * max(1, shape.minimum or 1)
                constraint = f"Member must satisfy regular expression pattern: {shape.pattern}"
                # AWS prints characters beyond U+00FF as question marks.
                yield name, member, value, violation(shown(value.replace("☃", "?")), path, constraint)


def request_for(name, **changes):
    shape = model.load()[name].input
    return {member: valid(shape.members[member]) for member in shape.required} | changes


@pytest.mark.parametrize(("name", "member"), sorted(required_members()))
def test_a_required_member_is_missing(send, name, member):
    request = request_for(name)
    del request[member]
    if name in {"Decrypt", "ReEncrypt"}:
        request["CiphertextBlob"] = "eA=="
    shape = model.load()[name].input.members[member]
    shown = "" if shape.sensitive else "null "

    answer = send(name, request)

    assert answer.status == 400
    assert answer.json == {
        "__type": "ValidationException",
        "message": f"1 validation error detected: {violation(shown, camel(member), NULL)}",
    }


@pytest.mark.parametrize(("name", "member", "value", "expected"), list(cases()))
def test_a_constraint_of_the_model_is_broken(send, name, member, value, expected):
    request = request_for(name, **{member: value})
    if name in {"Decrypt", "ReEncrypt"}:
        request.setdefault("CiphertextBlob", base64.b64encode(b"x").decode())

    answer = send(name, request)

    assert answer.json == {
        "__type": "ValidationException",
        "message": f"1 validation error detected: {expected}",
    }


def test_all_violations_stand_in_one_message_in_the_order_of_the_model(send):
    answer = send("Encrypt", {"KeyId": "", "Plaintext": "", "EncryptionAlgorithm": "ROT13"})

    assert answer.json["message"] == (
        "4 validation errors detected: "
        "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        r"Value '' at 'keyId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^\p{ASCII}+$; "
        "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        "Value 'ROT13' at 'encryptionAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: "
        "[RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT]"
    )


def test_the_empty_key_id_breaks_two_constraints(send):
    answer = send("DescribeKey", {"KeyId": ""})

    assert answer.json["message"] == (
        "2 validation errors detected: "
        "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        r"Value '' at 'keyId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^\p{ASCII}+$"
    )


def test_paths_into_lists_count_from_one(send):
    tags = [{"TagKey": "a", "TagValue": "b"}, {"TagKey": "k" * 129, "TagValue": "v"}, {"TagValue": "w"}]

    answer = send("CreateKey", {"Tags": tags})

    assert answer.json["message"] == (
        f"2 validation errors detected: Value '{'k' * 129}' at 'tags.2.member.tagKey' failed to satisfy constraint: "
        "Member must have length less than or equal to 128; "
        "Value null at 'tags.3.member.tagKey' failed to satisfy constraint: Member must not be null"
    )


def test_a_null_in_a_list_is_a_violation(send):
    answer = send("DescribeKey", {"KeyId": KEY_ID, "GrantTokens": [None]})

    assert answer.json["message"] == (
        "1 validation error detected: Value null at 'grantTokens.1.member' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_too_many_grant_tokens(send):
    answer = send("DescribeKey", {"KeyId": KEY_ID, "GrantTokens": ["t"] * 11})

    assert answer.json["message"] == (
        f"1 validation error detected: Value '[{', '.join(['t'] * 11)}]' at 'grantTokens' failed to satisfy constraint: "
        "Member must have length less than or equal to 10"
    )


@pytest.mark.parametrize("name", ["Decrypt", "ReEncrypt"])
def test_the_ciphertext_is_required_although_the_model_says_otherwise(send, name):
    request = request_for(name)
    request.pop("CiphertextBlob", None)  # older models require it

    answer = send(name, request)

    assert answer.json["message"] == (
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null"
    )


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("Encrypt", "EncryptionContext"),
        ("GenerateDataKey", "EncryptionContext"),
        ("ReEncrypt", "SourceEncryptionContext"),
        ("ReEncrypt", "DestinationEncryptionContext"),
    ],
)
def test_an_encryption_context_has_a_limit(send, name, member):
    answer = send(name, {**request_for(name), "CiphertextBlob": "eA==", member: {"a": "b" * 9000}})

    assert answer.json == {"__type": "ValidationException", "message": "EncryptionContext is too long."}


def test_an_encryption_context_of_exactly_the_limit(client, refused):
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    request = {"KeyId": key_id, "Plaintext": b"x"}
    client.encrypt(**request, EncryptionContext={"a": "b" * (8192 - 7)})
    with refused("ValidationException", "EncryptionContext is too long."):
        client.encrypt(**request, EncryptionContext={"a": "b" * (8192 - 6)})


def test_a_length_alone_is_a_violation_of_its_own(send):
    key_id = "x" * 2049
    answer = send("DescribeKey", {"KeyId": key_id, "GrantTokens": [None] * 11})

    null = violation("null ", "grantTokens.{}.member", NULL)
    assert answer.json["message"] == "; ".join([
        f"13 validation errors detected: {violation(repr(key_id) + ' ', 'keyId', 'Member must have length less than or equal to 2048')}",
        violation(f"'[{', '.join(['null'] * 11)}]' ", "grantTokens", "Member must have length less than or equal to 10"),
        *(null.format(number) for number in range(1, 12)),
    ])  # fmt: skip


def test_constraints_come_before_the_key_is_looked_up_and_after_the_signature(send):
    assert send("Encrypt", {"KeyId": "nonsense"}).json["__type"] == "ValidationException"
    assert send("Encrypt", {}, authorization="").json["__type"] == "MissingAuthenticationTokenException"
