"""The way of a request: its stages, and what becomes of a request in which something else than AWS's refusal is raised."""

from __future__ import annotations

import functools

import pytest

from fake_kms import FakeKms

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


@pytest.mark.default_stages
def test_answers_are_checked_against_the_model_where_that_is_asked_for(monkeypatch):
    from fake_kms.operations import DECLARATIONS

    wrong = DECLARATIONS["GenerateRandom"].body
    with FakeKms(check_answers=True) as kms:
        for output, message in (
            ({"Plaintext": "text"}, "GenerateRandom.Plaintext is of the type str"),
            ({"Surprise": b"x"}, "GenerateRandom.Surprise is not in the model"),
            (None, "GenerateRandom is of the type NoneType"),
        ):
            body = dict(output) if output else None
            declaration = DECLARATIONS["GenerateRandom"]
            monkeypatch.setitem(DECLARATIONS, "GenerateRandom", replaced(declaration, lambda _, body=body: body))
            with pytest.raises(AssertionError, match=message):
                kms.client().generate_random(NumberOfBytes=1)
            monkeypatch.setitem(DECLARATIONS, "GenerateRandom", replaced(declaration, wrong))


def test_the_tests_check_the_answers_of_every_fake_that_they_open():
    with FakeKms() as kms:
        assert "check_answer" in names(kms._service.stages)


def replaced(declaration, body):
    import dataclasses

    return dataclasses.replace(declaration, body=body)
