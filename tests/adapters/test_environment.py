"""Credentials and a Region are supplied only where there are none."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.httpsession import URLLib3Session
from botocore.monitoring import SocketPublisher
from botocore.utils import InstanceMetadataFetcher

from fake_kms import FakeKms, RealAwsError, adapters, fake_kms
from fake_kms.adapters.environment import FAKE_CREDENTIALS

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


REAL = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_SECURITY_TOKEN": "real",
    "AWS_CREDENTIAL_EXPIRATION": "2000-01-01T00:00:00Z",
    "AWS_ACCOUNT_ID": "111122223333",
}


def test_real_credentials_are_out_of_reach_while_a_fake_is_open(monkeypatch):
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    before = dict(os.environ)
    with fake_kms():
        inside = {name: os.environ.get(name) for name in REAL}
        assert inside == dict.fromkeys(REAL) | FAKE_CREDENTIALS
        assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"
        assert boto3.Session().get_credentials().access_key == "testing"
    assert dict(os.environ) == before


def test_credentials_are_kept_if_a_test_says_so(monkeypatch):
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_CREDENTIAL_EXPIRATION")
    with fake_kms(keep_credentials=True):
        assert {name: os.environ.get(name) for name in REAL} == REAL | {"AWS_CREDENTIAL_EXPIRATION": None}
        assert boto3.Session().get_credentials().access_key == "AKIAREAL"


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


@pytest.mark.parametrize("keep", [False, True])
def test_no_session_keeps_the_supplied_credentials(monkeypatch, keep):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    before = boto3.Session()
    with fake_kms(keep_credentials=keep):
        boto3.client("kms").list_keys()
        inside = boto3.Session()
        assert inside.get_credentials().access_key == before.get_credentials().access_key == "testing"
    assert boto3.DEFAULT_SESSION is None
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert before.get_credentials().access_key == inside.get_credentials().access_key == "AKIAREAL"


def test_the_default_session_is_afterwards_what_it_was(monkeypatch):
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_CREDENTIAL_EXPIRATION")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session())
    session, credentials = boto3.DEFAULT_SESSION, boto3.DEFAULT_SESSION.get_credentials()
    with fake_kms():
        assert boto3.client("s3")._request_signer._credentials.access_key == "testing"
        boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is session
    assert session.get_credentials() is credentials


def test_credentials_that_a_test_gives_are_used():
    with fake_kms() as kms:
        alice = kms.principals.user("alice")
        given = alice.credentials
        assert boto3.Session(**given).get_credentials().access_key == given["aws_access_key_id"]
        assert alice.session().get_credentials().access_key == given["aws_access_key_id"]


def test_an_access_key_that_a_test_puts_into_the_environment_is_used(monkeypatch):
    with fake_kms() as kms:
        alice = kms.principals.user("alice")
        for name, value in alice.credentials.items():
            monkeypatch.setenv(name.upper(), value or "")
        assert boto3.Session().get_credentials().access_key == alice.credentials["aws_access_key_id"]


def test_a_profile_by_name_has_no_credentials_of_its_own(monkeypatch, tmp_path):
    (tmp_path / "credentials").write_text("[prod]\naws_access_key_id = AKIAREAL\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with fake_kms():
        assert boto3.Session(profile_name="prod").get_credentials().access_key == "testing"
    with fake_kms(keep_credentials=True):
        assert boto3.Session(profile_name="prod").get_credentials().access_key == "AKIAREAL"
    assert boto3.Session(profile_name="prod").get_credentials().access_key == "AKIAREAL"


def test_a_client_made_before_with_a_role_does_not_fetch_credentials(monkeypatch, tmp_path):
    role = "role_arn = arn:aws:iam::123456789012:role/app\nsource_profile = base\n"
    base = "aws_access_key_id = AKIAREAL\naws_secret_access_key = x\n"
    (tmp_path / "config").write_text(f"[default]\nregion = us-east-1\n{role}[profile base]\n{base}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    session = boto3.Session()
    client = session.client("kms")
    credentials = session.get_credentials()
    with fake_kms() as kms:
        client.list_keys()
        session.client("kms").list_keys()
        assert {event.access_key_id for event in kms.journal} == {"testing"}
    assert session.get_credentials() is credentials


def test_credentials_that_a_test_refreshes_itself_are_its_own():
    def refreshed():
        return {"access_key": "ASIAOWN", "secret_key": "x", "token": "x", "expiry_time": "2099-01-01T00:00:00Z"}

    session = boto3.Session()
    session._session._credentials = RefreshableCredentials.create_from_metadata(
        refreshed(), refreshed, method="sts-assume-role"
    )
    with fake_kms() as kms:
        session.client("kms", region_name="us-east-1").list_keys()
        assert kms.journal[-1].access_key_id == "ASIAOWN"


def test_the_environment_that_others_put_back_too_early_reveals_nothing(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "AKIAREAL")
    with fake_kms():
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
        assert boto3.Session().get_credentials().access_key == "testing"


CHILD = "import os, boto3; print(boto3.client('kms', region_name='us-east-1').meta.endpoint_url)"


def test_a_child_process_is_sent_nowhere(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with fake_kms() as kms:
        child = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True, timeout=60)
        assert child.stdout == "http://fake-kms-answers-only-in-the-process-that-opened-it.invalid\n"
        assert boto3.client("kms").meta.endpoint_url == "https://kms.us-east-1.amazonaws.com"
        assert kms.client(config=Config(user_agent_extra="x")).meta.endpoint_url.endswith(".amazonaws.com")
    assert "AWS_ENDPOINT_URL_KMS" not in os.environ


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"])
def test_an_endpoint_of_the_users_stays(monkeypatch, name):
    monkeypatch.setenv(name, "http://localhost:4566")
    with fake_kms(), fake_kms():
        assert os.environ[name] == "http://localhost:4566"
        assert os.environ.get("AWS_ENDPOINT_URL_KMS", "http://localhost:4566") == "http://localhost:4566"
        client = boto3.client("kms")
        assert client.meta.endpoint_url == "http://localhost:4566"
        client.list_keys()


def test_the_instance_metadata_is_never_asked(monkeypatch):
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    fetcher = InstanceMetadataFetcher(num_attempts=1)
    with fake_kms():
        assert boto3.client("kms", config=Config(defaults_mode="auto")).list_keys()["Keys"] == []
        assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
        assert fetcher.retrieve_iam_role_credentials() == {}


def test_sso_is_never_asked():
    text = (
        "portal.sso.us-east-1.amazonaws.com was not asked for credentials: while a fake is open, no credentials are "
        "fetched. Make the client while the fake is open, or open it with keep_credentials=True."
    )
    client = boto3.client("sso", region_name="us-east-1")
    with fake_kms(), pytest.raises(RealAwsError, match=f"^{re.escape(text)}$"):
        client.get_role_credentials(roleName="x", accountId="1", accessToken="x")


def test_no_metrics_are_sent_meanwhile(monkeypatch):
    sent = []
    publisher = SocketPublisher(None, "192.0.2.1", 1, lambda event: sent.append(event) or b"")
    with fake_kms():
        publisher.publish({})
    assert sent == []


@pytest.mark.parametrize(
    ("text", "credentials", "region"),
    [
        ("[default]\naws_access_key_id = A\naws_secret_access_key = B\n", False, True),
        ("[default]\nregion = eu-west-1\n", True, False),
        ("[work]\naws_access_key_id = A\n", True, True),
        ("[default]\nsso_session = x\nregion = eu-west-1\n", False, False),
        ("[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = y\n", False, True),
        ("[default]\ncredential_process = /nowhere\n", False, True),
        ("nonsense", True, True),
    ],
)
def test_the_files_of_the_user(monkeypatch, tmp_path, text, credentials, region):
    (tmp_path / "config").write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with fake_kms(keep_credentials=True):
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

    def fail(*_, **__):
        raise ImportError("no such library")

    monkeypatch.setattr(adapters.environment, "supply", fail)
    with pytest.raises(ImportError):
        FakeKms().start()
    assert URLLib3Session.send is send
    assert dict(os.environ) == before
