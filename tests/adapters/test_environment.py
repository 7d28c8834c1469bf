"""Credentials and a Region are supplied only where there are none."""

from __future__ import annotations

import os

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
        assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"
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


def test_a_profile_is_enough(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "work")
    with fake_kms():
        assert "AWS_ACCESS_KEY_ID" not in os.environ


@pytest.mark.parametrize(
    ("text", "credentials", "region"),
    [
        ("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", False, True),
        ("[default]\nregion = eu-west-1\n", True, False),
        ("[work]\naws_access_key_id = A\n", True, True),
        ("[default]\nsso_session = x\nregion = eu-west-1\n", False, False),
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

    monkeypatch.setattr(adapters, "_patch_requests", fail)
    with pytest.raises(ImportError):
        FakeKms().start()
    assert URLLib3Session.send is send
    assert dict(os.environ) == before
