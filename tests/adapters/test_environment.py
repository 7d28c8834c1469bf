"""Credentials and a Region are supplied only where there are none."""

from __future__ import annotations

import os

import boto3
import pytest
from botocore.httpsession import URLLib3Session

from fake_kms import FakeKms, adapters, fake_kms

NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION")


def given():
    return {name: os.environ.get(name) for name in NAMES}


def test_supplied_and_taken_out_again():
    before = dict(os.environ)
    with fake_kms(region="eu-north-1"):
        assert given() == dict(zip(NAMES, ("testing", "testing", "testing", "eu-north-1"), strict=True))
    assert dict(os.environ) == before


def test_nested_fakes_take_out_what_they_supplied():
    before = dict(os.environ)
    with fake_kms(), fake_kms(region="eu-north-1"):
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-1"
    assert dict(os.environ) == before


def test_what_the_user_has_stays(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMINE")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    with fake_kms():
        assert given() == dict(zip(NAMES, ("AKIAMINE", None, None, "ap-south-1"), strict=True))
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAMINE"


def test_what_the_test_changed_stays(monkeypatch):
    with fake_kms():
        monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"


def test_a_profile_without_keys_is_none(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "work")
    with fake_kms():
        assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_variable_is_none(monkeypatch, name):
    for variable in NAMES[:2]:
        monkeypatch.setenv(variable, "")
    monkeypatch.setenv(name, "")
    with fake_kms():
        boto3.Session().client("kms").create_key()
    assert os.environ[name] == ""


FETCHED = {
    "a role": "role_arn = arn:aws:iam::123456789012:role/app\nsource_profile = default",
    "SSO": "sso_start_url = https://example.awsapps.com/start\nsso_account_id = 1\nsso_role_name = x\nsso_region = us-east-1",
    "an SSO session": "sso_session = s\nsso_account_id = 1\nsso_role_name = x",
    "a web identity": "role_arn = arn:aws:iam::123456789012:role/app\nweb_identity_token_file = /nowhere",
}


@pytest.mark.parametrize("settings", FETCHED.values(), ids=FETCHED)
def test_an_access_key_beside_what_botocore_would_fetch_is_none(monkeypatch, tmp_path, settings):
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = x\n")
    session = "[sso-session s]\nsso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n"
    (tmp_path / "config").write_text(f"[default]\n{settings}\n{session}")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with fake_kms():
        assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
        boto3.Session().client("kms").create_key()


def test_an_access_key_beside_a_web_identity_of_the_environment_is_none(monkeypatch, tmp_path):
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = AKIAMINE\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app")
    with fake_kms():
        boto3.Session().client("kms").create_key()


def test_a_region_that_is_asked_for_beats_the_configured_one(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with fake_kms(region="eu-west-1") as fake:
        assert boto3.Session().region_name == fake.region == "eu-west-1"
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-central-1"


def test_a_configured_region_is_the_fakes(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with fake_kms() as fake:
        assert fake.region == "eu-central-1"
        assert fake.client().create_key()["KeyMetadata"]["Arn"].startswith("arn:aws:kms:eu-central-1:")


def test_credentials_do_not_outlive_the_fake_in_the_default_session(monkeypatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with fake_kms():
        boto3.client("kms").list_keys()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert boto3.DEFAULT_SESSION.get_credentials().access_key == "AKIAREAL"


@pytest.mark.parametrize(
    ("text", "credentials", "region"),
    [
        ("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", False, True),
        ("[default]\nregion = eu-west-1\n", True, False),
        ("[work]\naws_access_key_id = A\n", True, True),
        # What botocore would have to fetch from the network is no credential in a test.
        ("[default]\nsso_session = x\nregion = eu-west-1\n", True, False),
        ("[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = y\n", True, True),
        ("nonsense", True, True),
    ],
)
def test_the_files_of_the_user(monkeypatch, tmp_path, text, credentials, region):
    (tmp_path / "config").write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with fake_kms():
        assert ("AWS_ACCESS_KEY_ID" in os.environ, "AWS_DEFAULT_REGION" in os.environ) == (
            credentials,
            region,
        )


def test_the_last_to_close_takes_out_what_the_first_supplied():
    before = dict(os.environ)
    first, second = FakeKms().start(), FakeKms().start()
    first.stop()
    assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
    second.stop()
    assert dict(os.environ) == before


def test_the_region_of_the_chosen_profile_stays(monkeypatch, tmp_path):
    (tmp_path / "config").write_text("[profile work]\nregion = eu-west-1\n[default]\noutput = json\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "work")
    with fake_kms():
        assert "AWS_DEFAULT_REGION" not in os.environ


def test_a_fake_that_fails_to_open_leaves_nothing_behind(monkeypatch):
    send, before = URLLib3Session.send, dict(os.environ)

    def fail():
        raise ImportError("no such library")

    monkeypatch.setattr(adapters, "_PATCHES", (*adapters._PATCHES, fail))
    with pytest.raises(ImportError):
        FakeKms().start()
    assert URLLib3Session.send is send
    assert dict(os.environ) == before
