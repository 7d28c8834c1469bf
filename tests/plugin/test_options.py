"""The options of a fake: where they come from, what they can be, and their one description."""

from __future__ import annotations

import dataclasses
import re
import typing

import pytest

from fake_kms import FakeKms, OptionKeywords, Options, fake_kms
from fake_kms._api.options import OPTIONS


def test_an_option_that_does_not_exist():
    with pytest.raises(TypeError) as caught:
        FakeKms(regoin="eu-west-1")
    assert str(caught.value) == (
        "fake_kms has no option regoin; there are region, account_id, seed, quotas, strict_identity, "
        "verify_signatures, consistency, keep_credentials, attestation_roots, check_answers"
    )


def test_options_are_keywords():
    with pytest.raises(TypeError):
        FakeKms("eu-west-1")
    with pytest.raises(TypeError):
        Options("eu-west-1")


def test_quotas_that_do_not_exist():
    with pytest.raises(TypeError) as caught:
        FakeKms(quotas={"kyes": 1, "keys": 1, "gants": 1})
    assert str(caught.value) == (
        "no such quota: gants, kyes; there are keys, aliases_per_key, grants_per_key, custom_key_stores, "
        "on_demand_rotations, policy_bytes, tags_per_key, encryption_context_bytes"
    )


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
        ({"region": "../x"}, "region is the name of an AWS Region, not '../x'"),
        ({"region": b"us-east-1"}, "region is the name of an AWS Region, not b'us-east-1'"),
        ({"account_id": 123}, "account_id is twelve digits in a string, not 123"),
        ({"account_id": None}, "account_id is twelve digits in a string, not None"),
        ({"strict_identity": "false"}, "strict_identity is True or False, not 'false'"),
        ({"verify_signatures": 1}, "verify_signatures is True or False, not 1"),
        (
            {"quotas": {"keys": "five"}},
            "quotas is a dictionary of names and whole numbers from 0 on, not {'keys': 'five'}",
        ),
        ({"quotas": {"keys": True}}, "quotas is a dictionary of names and whole numbers from 0 on, not {'keys': True}"),
        ({"quotas": 5}, "quotas is a dictionary of names and whole numbers from 0 on, not 5"),
        ({"quotas": {"keys": -1}}, "quotas is a dictionary of names and whole numbers from 0 on, not {'keys': -1}"),
        ({"quotas": {1: 5}}, "quotas is a dictionary of names and whole numbers from 0 on, not {1: 5}"),
        ({"attestation_roots": b"pem"}, "attestation_roots is a list of certificates in bytes, not b'pem'"),
        ({"attestation_roots": ["pem"]}, "attestation_roots is a list of certificates in bytes, not ['pem']"),
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

    assert option.accepts(option.default)
    assert option.help
    assert getattr(Options(), name) == option.default


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("region", "eu-west-1", "eu-west-1"),
        ("account_id", "111122223333", "111122223333"),
        ("seed", "7", 7),
        ("seed", "seven", "seven"),
        ("quotas", '{"keys": 5}', {"keys": 5}),
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
    with pytest.raises(ValueError, match=r"^say true or false$"):
        OPTIONS["strict_identity"].read("perhaps")
