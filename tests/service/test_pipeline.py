"""The way of a request: its stages, and what becomes of a request in which something else than AWS's refusal is raised."""

from __future__ import annotations

import dataclasses
import functools
import re

import pytest
from installed import IS_OLD

from fake_kms import FakeKms
from fake_kms.operations import DECLARATIONS

ORDER = [
    "recognize",
    "decode",
    "identify",
    "verify_signature",
    "check_constraints",
    "read_recipient",
    "check_request",
    "find_keys",
    "authorize",
    "before_key_checks",
    "check_keys",
    "after_key_checks",
    "check_key_policy",
    "perform",
    "record_use",
    "keep_managed_keys",
    "seal_for_recipient",
]


def names(stages):
    return [(stage.func if isinstance(stage, functools.partial) else stage).__name__ for stage in stages]


@pytest.mark.default_stages
def test_the_stages_are_in_awss_order_and_each_is_in_a_file_of_its_own_name():
    with FakeKms(verify_signatures=True) as kms:
        service = kms._service

    assert names(service.stages) == ORDER
    for stage in (*service.stages, service.last_stage):
        function = stage.func if isinstance(stage, functools.partial) else stage
        assert function.__module__ == f"fake_kms.service.{function.__name__}"


class Broken:
    """An external key store proxy with a mistake in it."""

    def call(self, path, body):
        raise ZeroDivisionError("a mistake")


def test_a_mistake_of_a_users_proxy_surfaces_and_is_in_the_journal_as_what_it_was(kms, client):
    kms.xks.route("https://proxy.example.com", Broken())

    with pytest.raises(ZeroDivisionError):
        client.create_custom_key_store(
            CustomKeyStoreName="store",
            CustomKeyStoreType="EXTERNAL_KEY_STORE",
            XksProxyUriEndpoint="https://proxy.example.com",
            XksProxyUriPath="/kms/xks/v1",
            XksProxyConnectivity="PUBLIC_ENDPOINT",
            XksProxyAuthenticationCredential={
                "AccessKeyId": "ABCDEFGHIJKLMNOPQRST",
                "RawSecretAccessKey": "0123456789012345678901234567890123456789012",
            },
        )

    event = kms.journal[-1]
    assert (event.operation, event.succeeded, event.error_code, event.raised) == (
        "CreateCustomKeyStore", False, None, "ZeroDivisionError",
    )  # fmt: skip
    assert str(event) == ("CreateCustomKeyStore - by arn:aws:iam::123456789012:user/admin -> raised ZeroDivisionError")
    assert kms.journal.events(succeeded=False) == [event]


NOT_IF_OLD = pytest.mark.skipif(IS_OLD, reason="an older model does not know all members of the answers")


@pytest.mark.parametrize(
    ("operation", "request_", "output", "message"),
    [
        ("GenerateRandom", {"NumberOfBytes": 1}, {"Plaintext": "text"}, "GenerateRandom.Plaintext is of the type str"),
        pytest.param(
            "GenerateRandom", {"NumberOfBytes": 1}, {"Surprise": b"x"}, "GenerateRandom.Surprise is not in the model",
            marks=NOT_IF_OLD,
        ),
        ("GenerateRandom", {"NumberOfBytes": 1}, None, "GenerateRandom is of the type NoneType"),
        ("DescribeCustomKeyStores", {}, {"CustomKeyStores": {}},
         "DescribeCustomKeyStores.CustomKeyStores is of the type dict"),
        ("DescribeCustomKeyStores", {}, {"CustomKeyStores": ["a"]},
         "DescribeCustomKeyStores.CustomKeyStores[] is of the type str"),
        ("DescribeCustomKeyStores", {}, {"CustomKeyStores": [{"CustomKeyStoreId": 1}]},
         "DescribeCustomKeyStores.CustomKeyStores[].CustomKeyStoreId is of the type int"),
        ("DescribeCustomKeyStores", {}, {"Truncated": "true"}, "DescribeCustomKeyStores.Truncated is of the type str"),
        ("DescribeCustomKeyStores", {}, {"CustomKeyStores": [{"CreationDate": "x"}]},
         "DescribeCustomKeyStores.CustomKeyStores[].CreationDate is of the type str"),
        (
            "ListRetirableGrants", {"RetiringPrincipal": "arn:aws:iam::123456789012:root"},
            {"Grants": [{"Constraints": {"EncryptionContextSubset": []}}]},
            "ListRetirableGrants.Grants[].Constraints.EncryptionContextSubset is of the type list",
        ),
        ("DescribeKey", {}, {"KeyMetadata": {"PendingDeletionWindowInDays": "7"}},
         "DescribeKey.KeyMetadata.PendingDeletionWindowInDays is of the type str"),
        pytest.param("DisableKey", {}, {}, "DisableKey has no output in the model", marks=NOT_IF_OLD),
    ],
)  # fmt: skip
def test_answers_are_checked_against_the_model_where_that_is_asked_for(
    monkeypatch, kms, key, operation, request_, output, message
):
    declaration = DECLARATIONS[operation]
    changed = dataclasses.replace(declaration, body=lambda _: output)
    monkeypatch.setitem(DECLARATIONS, operation, changed)
    request = {"KeyId": key["KeyId"]} if operation in {"DescribeKey", "DisableKey"} else request_

    with pytest.raises(AssertionError, match=f"^{re.escape(message)}$"):
        kms.client()._make_api_call(operation, request)


@pytest.mark.default_stages
def test_answers_are_not_checked_by_default(monkeypatch):
    changed = dataclasses.replace(DECLARATIONS["GenerateRandom"], body=lambda _: {"Surprise": 1})
    monkeypatch.setitem(DECLARATIONS, "GenerateRandom", changed)
    with FakeKms() as kms:
        assert "Plaintext" not in kms.client().generate_random(NumberOfBytes=1)


def test_the_tests_check_the_answers_of_every_fake_that_they_open():
    with FakeKms() as kms:
        assert "check_answer" in names(kms._service.stages)
