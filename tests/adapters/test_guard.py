"""The guard: what no fake answers is refused before anything is sent, from every library."""

from __future__ import annotations

import asyncio
import functools
import http.client
import importlib
import importlib.util
import re
import socket
import sys
import urllib.request

import boto3
import botocore.awsrequest
import botocore.httpsession
import pytest
import requests
import urllib3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, HTTPClientError

import fake_kms
from fake_kms import FakeKms, RealAwsError, RealKmsError
from fake_kms.adapters import guarded
from fake_kms.adapters.guard import Guard, is_on

URL = "https://kms.us-east-1.amazonaws.com/"
KEYS = {"aws_access_key_id": "AKIAREAL", "aws_secret_access_key": "x", "region_name": "us-east-1"}
ADVICE = "no fake_kms is open. Open a fake around it: `with fake_kms():`."
NO_CONNECTION = f"A connection to kms.us-east-1.amazonaws.com was not made: {ADVICE}"
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/kms/aws4_request, x"}
SIGNED_FOR_ALL_REGIONS = {"Authorization": "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/kms/aws4_request, x"}


def not_sent(operation="A request", host="https://kms.us-east-1.amazonaws.com", reason=ADVICE):
    return f"^{re.escape(f'{operation} to {host} was not sent: {reason}')}$"


def send(url, headers=None):
    request = botocore.awsrequest.AWSRequest("POST", url, headers or {}, b"{}").prepare()
    return botocore.httpsession.URLLib3Session().send(request)


def urllib3_through_a_proxy():
    urllib3.ProxyManager("http://127.0.0.1:1").request("GET", "http://kms.us-east-1.amazonaws.com/", retries=False)


LIBRARIES = {
    "boto3": (lambda: boto3.client("kms", **KEYS).list_keys(), not_sent("ListKeys")),
    "botocore's HTTP session": (lambda: send(URL), not_sent()),
    "botocore's session, signed as its CRT does": (
        lambda: send("https://example.com/", SIGNED_FOR_ALL_REGIONS),
        not_sent(host="https://example.com"),
    ),
    "requests": (lambda: requests.get(URL, timeout=1), not_sent()),
    "urllib3": (lambda: urllib3.PoolManager().request("GET", URL), not_sent()),
    "urllib3 through a proxy": (urllib3_through_a_proxy, not_sent(host="http://kms.us-east-1.amazonaws.com")),
    "urllib": (lambda: urllib.request.urlopen(URL, timeout=1), f"^{re.escape(NO_CONNECTION)}$"),
    "http.client": (
        lambda: http.client.HTTPSConnection("kms.us-east-1.amazonaws.com", timeout=1).connect(),
        f"^{re.escape(NO_CONNECTION)}$",
    ),
    "a socket": (
        lambda: socket.create_connection((b"kms.us-east-1.amazonaws.com", 443), timeout=1),
        f"^{re.escape(NO_CONNECTION)}$",
    ),
}


@pytest.mark.parametrize(("call", "text"), LIBRARIES.values(), ids=LIBRARIES)
def test_nothing_is_sent_to_kms(call, text):
    with fake_kms.guard(), pytest.raises(RealKmsError, match=text):
        call()


HOSTS = [
    "kms.eu-west-1.amazonaws.com",
    "kms.cn-north-1.amazonaws.com.cn",
    "kms-fips.us-gov-west-1.amazonaws.com",
    "kms.us-east-1.api.aws",
    "vpce-0-abc.kms.us-east-1.vpce.amazonaws.com",
    "kms.us-east-1.amazonaws.com.",
    "user:pw@kms.us-east-1.amazonaws.com",
    "kms.amazonaws.com",
    "KMS.US-EAST-1.AMAZONAWS.COM:443",
]


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_of_kms_counts(host):
    with fake_kms.guard(), pytest.raises(RealKmsError, match="was not sent: no fake_kms is open"):
        send(f"https://{host}/")


def test_a_guard_ends_with_its_block():
    with fake_kms.guard():
        assert is_on()
    with guarded(Guard(kms=False)):
        assert not is_on()
        with pytest.raises(HTTPClientError, match="a test tried to reach"):
            send(URL)


def test_this_machine_is_no_account():
    with fake_kms.guard(strict=True):
        for host in ("localhost", "127.0.0.1"):
            with pytest.raises(EndpointConnectionError):
                boto3.client(
                    "kms", endpoint_url=f"http://{host}:1", config=Config(retries={"total_max_attempts": 1}), **KEYS
                ).list_keys()


def test_a_fake_inside_a_guard_answers():
    with fake_kms.guard(), FakeKms():
        boto3.client("kms").list_keys()


UNANSWERED = (
    "fake_kms answers boto3 and requests, not {}. If it was boto3 or requests, other code has ended a patch of its own "
    "and taken that of the fake out with it: open the fake inside that one."
)


def test_what_a_fake_does_not_answer_is_refused_without_a_guard_too():
    with FakeKms():
        with pytest.raises(RealKmsError, match=not_sent(reason=UNANSWERED.format("urllib3"))):
            urllib3.PoolManager().request("GET", URL)
        with pytest.raises(RealKmsError, match=re.escape(UNANSWERED.format("this library"))):
            urllib.request.urlopen(URL, timeout=1)


def test_a_patch_that_others_take_out_with_their_own_sends_nothing():
    original = botocore.httpsession.URLLib3Session.send
    with FakeKms():
        botocore.httpsession.URLLib3Session.send = original  # as an older patch that ends meanwhile leaves it
        client = boto3.client("kms", region_name="us-east-1")
        reason = UNANSWERED.format("urllib3")
        with pytest.raises(HTTPClientError, match=re.escape(f"was not sent: {reason}")):
            client.list_keys()


@pytest.mark.parametrize(
    ("url", "headers", "service"),
    [
        ("https://s3.us-east-1.amazonaws.com/", {}, "s3"),
        ("https://bucket.s3.amazonaws.com/", {}, "s3"),
        ("https://sts.amazonaws.com/", {}, "sts"),
        ("https://bucket.s3.cn-north-1.amazonaws.com.cn/", {}, "s3"),
        ("https://example.com/", {"Authorization": SIGNED["Authorization"].replace("kms", "sqs")}, "sqs"),
    ],
)
def test_a_strict_guard_refuses_other_services(url, headers, service):
    reason = (
        f"{service} is not moto's, and the guard of fake_kms is strict. "
        "Open moto's mock_aws() around it, or allow the service."
    )
    host = f"https://{url.split('/')[2]}"
    with (
        fake_kms.guard(strict=True, allow=["dynamodb"]),
        pytest.raises(RealAwsError, match=not_sent(host=host, reason=reason)),
    ):
        send(url, headers)
    for rules in (fake_kms.guard(), fake_kms.guard(strict=True, allow=[service])):
        with rules, pytest.raises(HTTPClientError, match="a test tried to reach"):
            send(url, headers)


def test_a_strict_guard_leaves_moto_and_the_rest_of_the_world_alone():
    from moto import mock_aws

    with fake_kms.guard(strict=True), mock_aws():
        assert boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"] == []
    with fake_kms.guard(strict=True), pytest.raises(HTTPClientError, match="a test tried to reach"):
        send("https://example.com/")


def test_a_service_is_named_in_a_list():
    with pytest.raises(TypeError, match=r"^allow is a list of texts such as \['s3'\], not 's3'$"):
        fake_kms.guard(allow="s3")


def test_moto_passes_nothing_through():
    from moto import mock_aws

    passthrough = {"core": {"passthrough": {"services": ["kms"]}}}
    with fake_kms.guard(), mock_aws(config=passthrough), pytest.raises(RealKmsError, match=not_sent("ListKeys")):
        boto3.client("kms", **KEYS).list_keys()


# Its own versions of botocore are not the ones that are tested here, so this stands for it.
AIOBOTOCORE = """
class {name}:
    async def send(self, request):
        return "sent"
"""


@pytest.fixture
def aiobotocore(monkeypatch, tmp_path):
    """Let a package of this name be imported, and forget it afterwards."""
    package = tmp_path / "aiobotocore"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for module, name in SESSIONS:
        (package / f"{module}.py").write_text(AIOBOTOCORE.format(name=name))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "aiobotocore"]:
        del sys.modules[loaded]


SESSIONS = [("httpsession", "AIOHTTPSession"), ("httpxsession", "HttpxSession")]


def sent_by_aiobotocore(module, name, url):
    session = getattr(importlib.import_module(f"aiobotocore.{module}"), name)()
    return asyncio.run(session.send(botocore.awsrequest.AWSRequest("POST", url).prepare()))


@pytest.mark.parametrize(("module", "name"), SESSIONS)
@pytest.mark.usefixtures("aiobotocore")
def test_aiobotocore_is_refused_also_while_a_fake_is_open(module, name):
    with FakeKms():
        with pytest.raises(RealKmsError, match=not_sent(reason=UNANSWERED.format("aiobotocore"))):
            sent_by_aiobotocore(module, name, URL)
        assert sent_by_aiobotocore(module, name, "https://example.com/") == "sent"
    with fake_kms.guard(), pytest.raises(RealKmsError, match=not_sent()):
        sent_by_aiobotocore(module, name, URL)
    assert sent_by_aiobotocore(module, name, URL) == "sent"


@pytest.mark.usefixtures("aiobotocore")
def test_asking_whether_a_library_is_there_changes_nothing():
    with fake_kms.guard():
        assert importlib.util.find_spec("aiobotocore.httpsession") is not None
        with pytest.raises(RealKmsError, match=not_sent()):
            sent_by_aiobotocore("httpsession", "AIOHTTPSession", URL)


def test_a_refused_request_does_not_fetch_credentials_first(monkeypatch, tmp_path):
    role = "role_arn = arn:aws:iam::123456789012:role/app\nsource_profile = base\n"
    base = "aws_access_key_id = AKIAREAL\naws_secret_access_key = x\n"
    (tmp_path / "config").write_text(f"[default]\nregion = us-east-1\n{role}[profile base]\n{base}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    client = boto3.Session().client("kms")
    with fake_kms.guard(), pytest.raises(RealKmsError, match=not_sent("ListKeys")):
        client.list_keys()


def test_moto_alone_answers_inside_a_guard():
    from moto import mock_aws

    with fake_kms.guard(), mock_aws():
        assert boto3.client("kms", **KEYS).list_keys()["Keys"] == []


def test_a_tunnel_to_kms_is_refused():
    connection = http.client.HTTPSConnection("127.0.0.1", 1)
    with fake_kms.guard(), pytest.raises(RealKmsError, match=f"^{re.escape(NO_CONNECTION)}$"):
        connection.set_tunnel("kms.us-east-1.amazonaws.com")


def test_overlaps_with_other_patches_add_no_layers(monkeypatch):
    session = botocore.httpsession.URLLib3Session
    original = session.send
    for _ in range(1200):
        first, second = FakeKms().start(), FakeKms()
        saved = session.send
        session.send = functools.partialmethod(saved)
        first.stop()
        second.start()
        session.send = saved
        second.stop()
    with pytest.raises(HTTPClientError, match="a test tried to reach"):
        send("https://example.com/")
    FakeKms().start().stop()
    assert session.send is original
