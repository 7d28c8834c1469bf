"""AWS JSON 1.1, as clients see it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_kms.operations import DECLARATIONS
from fake_kms.tables import model

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SERIALIZATION = {"__type": "SerializationException"}


def test_an_answer_has_awss_headers_and_sorted_members(send, key):
    answer = send("DescribeKey", {"KeyId": key["KeyId"]})

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert UUID.fullmatch(answer.headers["x-amzn-RequestId"])
    assert answer.headers["Content-Length"] == str(len(answer.body))
    members = list(answer.json["KeyMetadata"])
    assert members == sorted(members)


def test_a_date_is_a_number_of_seconds_with_milliseconds(send, key):
    date = send("DescribeKey", {"KeyId": key["KeyId"]}).json["KeyMetadata"]["CreationDate"]

    assert isinstance(date, float | int)
    assert round(date, 3) == date


def test_an_operation_without_output_answers_with_no_byte(send, key):
    answer = send("DisableKey", {"KeyId": key["KeyId"]})

    assert (answer.status, answer.body) == (200, b"")


def test_an_error_without_message_has_no_such_member(send):
    assert send("Decrypt", {"CiphertextBlob": "eA=="}).json == {"__type": "InvalidCiphertextException"}


@pytest.mark.parametrize("body", [b"", b"null"])
def test_an_empty_body_is_refused(send, body):
    assert send("ListKeys", body).json == SERIALIZATION


@pytest.mark.parametrize(
    ("operation", "request_", "text"),
    [
        ("ListKeys", {"Marker": 1}, "NUMBER_VALUE can not be converted to a String"),
        ("ListKeys", {"Marker": 1.5}, "NUMBER_VALUE can not be converted to a String"),
        ("ListKeys", {"Limit": "1"}, "STRING_VALUE can not be converted to an Integer"),
        ("ListKeys", {"Marker": ["x"]}, "Start of list found where not expected"),
        ("ListKeys", {"Limit": [1]}, "Start of list found where not expected"),
        ("DescribeKey", {"KeyId": "x", "GrantTokens": [1]}, "NUMBER_VALUE can not be converted to a String"),
        ("Encrypt", {"EncryptionContext": {"a": 1}}, "NUMBER_VALUE can not be converted to a String"),
    ],
)
def test_a_value_of_another_type(send, operation, request_, text):
    answer = send(operation, json.dumps(request_))

    assert answer.json == {"__type": "SerializationException", "message": text}


@pytest.mark.parametrize(
    "unknown", ['"\\ud800"', '{"\\ud800":["\\ud800"]}', "1e999", "[" * 500 + '"\\u00e9"' + "]" * 500]
)
def test_nothing_is_asked_of_a_member_that_the_model_does_not_know(send, unknown):
    assert send("ListKeys", f'{{"Nonsense":{unknown}}}'.encode()).json == {
        "KeyCount": 0,
        "Keys": [],
        "Truncated": False,
    }


def test_members_that_the_model_does_not_know_and_nulls_are_passed_over(send):
    assert send("ListKeys", {"Nonsense": 1, "Limit": None}).json == {"KeyCount": 0, "Keys": [], "Truncated": False}


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"1", b'"x"', b"null", b"\xff", b"{" * 100_000, b'{"Limit":' + b"[" * 100_000,
        b'{"Limit":1.5}', b'{"Limit":true}', b'{"Limit":1' + b"0" * 5000 + b"}", b'{"Limit":99999999999}',
        b'{"Marker":"\\ud800"}',
    ],
)  # fmt: skip
def test_what_is_not_json_or_has_the_wrong_type_is_refused(send, body):
    answer = send("ListKeys", body)

    assert (answer.status, answer.json) == (400, SERIALIZATION)


@pytest.mark.parametrize("date", ['"2026-11-24"', "true", "-1", "1e400", "NaN", "253402300800", "1" + "0" * 400])
def test_a_date_is_a_number_of_seconds_before_the_year_10000(send, date):
    answer = send("ImportKeyMaterial", f'{{"ValidTo":{date}}}'.encode())

    assert (answer.status, answer.json) == (400, SERIALIZATION)


@pytest.mark.parametrize("tokens", ["x", [True], {"a": "b"}])
def test_a_list_of_texts_is_nothing_else(send, tokens):
    assert send("DescribeKey", {"KeyId": "x", "GrantTokens": tokens}).json == SERIALIZATION


@pytest.mark.parametrize("blob", [1, "no base64!", "eA", "é", ["eA=="]])
def test_a_blob_that_is_not_base64_is_refused(send, blob):
    assert send("Decrypt", {"CiphertextBlob": blob}).json == SERIALIZATION


@pytest.mark.parametrize("context", ["x", {"a": True}, {"a": None}, {"\ud800": "x"}, [1]])
def test_an_encryption_context_is_a_map_of_texts(send, context):
    assert send("Decrypt", json.dumps({"CiphertextBlob": "eA==", "EncryptionContext": context})).json == SERIALIZATION


@pytest.mark.parametrize(
    "target", ["", "TrentService.", "TrentService.Nonsense", "Other.Encrypt", "Encrypt", "TrentService"]
)
def test_an_unknown_target_is_refused(send, target):
    answer = send("", target=target)

    assert (answer.status, answer.json) == (400, {"__type": "UnknownOperationException"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
MEMBERS = sorted({member for operation in model.load().values() for member in operation.input.members})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    operation=st.sampled_from(sorted(set(DECLARATIONS) & set(model.load()))),
    request=st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=6),
)
def test_no_request_makes_the_fake_itself_fail(send, operation, request):
    answer = send(operation, json.dumps(request))

    assert answer.status in {200, 400}
    assert answer.status == 200 or answer.json["__type"].endswith("Exception")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), authorization=st.text(max_size=80), target=st.text(max_size=40))
def test_no_bytes_make_the_fake_itself_fail(send, body, authorization, target):
    assert send("", body, authorization=authorization, target=target).status == 400
    assert send("Encrypt", body).status == 400
