"""The options of a fake: where they come from, what they can be, and their one description."""

from __future__ import annotations

import dataclasses
import re
import typing
from datetime import date, datetime, timedelta, timezone

import pytest

from fake_kms import FakeKms, OptionKeywords, Options, Quotas, fake_kms
from fake_kms._api.options import OPTIONS, replace_defaults
from fake_kms.nitro import AttestationAuthority
from fake_kms.tables.quotas import QUOTAS

INSTANT = "a datetime, a date or ISO 8601 text such as '2030-01-01T12:00:00Z', from 1970 to 9999"


def test_an_option_that_does_not_exist():
    with pytest.raises(TypeError) as caught:
        FakeKms(regoin="eu-west-1")
    assert str(caught.value) == (
        "fake_kms has no option 'regoin': did you mean 'region'? There are region, account_id, seed, now, quotas, "
        "strict_identity, verify_signatures, consistency, keep_credentials, attestation_roots, check_answers."
    )


def test_options_are_keywords():
    with pytest.raises(TypeError):
        FakeKms("eu-west-1")
    with pytest.raises(TypeError):
        Options("eu-west-1")


def test_quotas_that_do_not_exist():
    with pytest.raises(TypeError) as caught:
        FakeKms(quotas={"keys": 1, "grants": 1})
    assert str(caught.value) == (
        "there is no quota 'grants': did you mean 'grants_per_key'? There are keys, aliases_per_key, grants_per_key, "
        "custom_key_stores, on_demand_rotations, policy_bytes, tags_per_key, encryption_context_bytes."
    )
    with pytest.raises(TypeError, match=r"^there is no quota 1\. There are keys, "):
        FakeKms(quotas={1: 5})


def test_the_types_of_quotas_are_those_of_the_table():
    assert typing.get_type_hints(Quotas) == dict.fromkeys(QUOTAS, int)
    assert Quotas.__required_keys__ == frozenset()


def test_an_encryption_context_has_a_longest_length():
    with pytest.raises(ValueError, match=r"^the quota encryption_context_bytes is at most 65535$"):
        FakeKms(quotas={"encryption_context_bytes": 65_536})


@pytest.mark.options(quotas={"encryption_context_bytes": 65_535})
def test_the_longest_encryption_context(client, key, refused):
    for length in (65_535 - 7, 65_535 - 6):
        context = {"a": "b" * length}
        if length + 7 > 65_535:
            with refused("ValidationException", "EncryptionContext is too long."):
                client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)
        else:
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"region": "../x"}, "region is the name of an AWS Region that the installed botocore knows, not '../x'"),
        (
            {"region": b"us-east-1"},
            "region is the name of an AWS Region that the installed botocore knows, not b'us-east-1'",
        ),
        (
            {"region": "eu-west-99"},
            (
                "region is the name of an AWS Region that the installed botocore knows, not 'eu-west-99': "
                "did you mean 'eu-west-3'?"
            ),
        ),
        (
            {"region": "aws-global"},
            "region is the name of an AWS Region that the installed botocore knows, not 'aws-global'",
        ),
        ({"account_id": 123}, "account_id is twelve digits in a string, not 123"),
        ({"account_id": None}, "account_id is twelve digits in a string, not None"),
        ({"strict_identity": "false"}, "strict_identity is True or False, not 'false'"),
        ({"verify_signatures": 1}, "verify_signatures is True or False, not 1"),
        ({"quotas": {"keys": "five"}}, "the quota keys is a whole number from 0 on, not 'five'"),
        ({"quotas": {"keys": True}}, "the quota keys is a whole number from 0 on, not True"),
        ({"quotas": {"keys": -1}}, "the quota keys is a whole number from 0 on, not -1"),
        ({"quotas": 5}, "quotas is a dictionary such as {'keys': 5}, not 5"),
        ({"now": "tomorrow"}, f"now is {INSTANT}, not 'tomorrow'"),
        ({"now": 0}, f"now is {INSTANT}, not 0"),
        ({"now": "1969-12-31"}, f"now is {INSTANT}, not '1969-12-31'"),
        ({"now": "0001-01-01T00:00:00+05:00"}, f"now is {INSTANT}, not '0001-01-01T00:00:00+05:00'"),
        ({"keep_credentials": None}, "keep_credentials is True or False, not None"),
        ({"attestation_roots": b"pem"}, "attestation_roots is a list of certificates in bytes, not b'pem'"),
        ({"attestation_roots": ["pem"]}, "attestation_roots is a list of certificates in bytes, not ['pem']"),
        (
            {"attestation_roots": [AttestationAuthority().root, b"x"]},
            "number 2 of attestation_roots is not a certificate in PEM or DER",
        ),
        ({"consistency": "later"}, "consistency is 'immediate' or 'eventual', not 'later'"),
        ({"consistency": ["eventual"]}, "consistency is 'immediate' or 'eventual', not ['eventual']"),
    ],
)
def test_values_that_an_option_cannot_have(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fake_kms(**options)


def test_the_options_of_a_fake_can_be_read_and_not_changed():
    fake = FakeKms(region="eu-west-1", quotas={"keys": 5}, strict_identity=True)

    assert (fake.options.region, fake.options.quotas, fake.options.strict_identity) == ("eu-west-1", {"keys": 5}, True)
    assert (fake.options.seed, fake.options.account_id) == (None, "123456789012")
    with pytest.raises(dataclasses.FrozenInstanceError):
        fake.options.region = "us-east-1"


def test_the_keywords_have_the_names_and_types_of_the_options():
    assert typing.get_type_hints(OptionKeywords) == typing.get_type_hints(Options)
    assert [*typing.get_type_hints(Options)] == [*OPTIONS]
    assert OptionKeywords.__required_keys__ == frozenset()


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_has_a_default_that_it_accepts(name):
    option = OPTIONS[name]

    option.check(name, option.default)
    assert option.help
    assert getattr(Options(), name) == option.default


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("region", "eu-west-1", "eu-west-1"),
        ("account_id", "111122223333", "111122223333"),
        ("seed", "7", 7),
        ("seed", "seven", "seven"),
        ("quotas", '{"keys": 5, "grants_per_key": 3}', {"keys": 5, "grants_per_key": 3}),
        ("quotas", "keys=5, grants_per_key=3", {"keys": 5, "grants_per_key": 3}),
        ("quotas", "{keys = 100_000,}", {"keys": 100_000}),
        ("quotas", "\nkeys: 5\n'grants_per_key': -3\n", {"keys": 5, "grants_per_key": -3}),
        ("quotas", "{}", {}),
        ("now", "2030-01-01", "2030-01-01"),
        ("strict_identity", "on", True),
        ("verify_signatures", "No", False),
        ("consistency", "eventual", "eventual"),
    ],
)
def test_how_text_is_read(name, text, value):
    assert OPTIONS[name].read(text) == value


def test_files_and_flags_in_text(tmp_path):
    for name, content in (("a.pem", b"A"), ("b.der", b"B")):
        (tmp_path / name).write_bytes(content)

    assert OPTIONS["attestation_roots"].read(f"{tmp_path}/a.pem {tmp_path}/b.der") == [b"A", b"B"]
    with pytest.raises(ValueError, match=r"^say true or false, not 'perhaps'$"):
        OPTIONS["strict_identity"].read("perhaps")
    with pytest.raises(ValueError, match=r"^quotas are written as keys=5, grants_per_key=3, not 'keys'$"):
        OPTIONS["quotas"].read("keys")


@pytest.mark.parametrize(
    "now",
    [
        "2020-02-03",
        "2020-02-03T01:00:00+01:00",
        date(2020, 2, 3),
        datetime(2020, 2, 3),  # noqa: DTZ001 - read as UTC
        datetime(2020, 2, 3, 1, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_a_fake_begins_at_an_instant_and_stays_there_until_it_is_moved(now):
    begin = datetime(2020, 2, 3, tzinfo=timezone.utc)
    with FakeKms(now=now) as kms:
        assert kms.clock.now() == begin
        assert kms.client().create_key()["KeyMetadata"]["CreationDate"] == begin
        assert kms.clock.advance(days=1) == begin + timedelta(days=1)
        kms.clock.unfreeze()
        assert kms.clock.now() > begin + timedelta(days=1)


def test_with_a_seed_everything_repeats():
    def answers():
        with FakeKms(seed=7, now="2020-02-03") as kms:
            client = kms.client()
            key = client.create_key()["KeyMetadata"]
            return key, client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

    assert answers() == answers()


@pytest.mark.parametrize("now", ["2000-01-01", "2035-01-01"])
def test_wherever_a_fake_begins_signatures_of_clients_are_valid(now):
    with FakeKms(now=now, verify_signatures=True) as kms:
        allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
        assert kms.principals.role("App", policies=[allow]).client().list_keys()["Keys"] == []


def test_defaults_hold_for_what_a_fake_does_not_name():
    before = replace_defaults({"region": "eu-west-1", "seed": 7})
    try:
        inherited, told = FakeKms(), FakeKms(region="eu-north-1", seed=None)
        again = repr(FakeKms(region="eu-north-1"))
    finally:
        replace_defaults(before)

    assert (inherited.options.region, inherited.options.seed) == ("eu-west-1", 7)
    assert (told.options.region, told.options.seed) == ("eu-north-1", None)
    assert repr(inherited) == "<FakeKms eu-west-1 123456789012, not opened; configured in pytest: region, seed>"
    assert repr(told) == "<FakeKms eu-north-1 123456789012, not opened>"
    assert again == "<FakeKms eu-north-1 123456789012, not opened; configured in pytest: seed>"
    assert FakeKms().options.region is None
