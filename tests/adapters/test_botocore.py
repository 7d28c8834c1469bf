"""Every botocore client of the process is reached, and nothing stays behind."""

from __future__ import annotations

import threading

import boto3
import botocore.exceptions
import botocore.httpsession
import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config
from botocore.stub import Stubber
from expected import refusal
from iam import denied
from installed import needs_region

from fake_kms import FakeKms, current, fake_kms
from fake_kms.adapters.answers import Answer
from fake_kms.adapters.kms_requests import is_kms, is_kms_url
from fake_kms.wire import HttpResponse

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


def make(**options):
    return boto3.Session().client("kms", **({"region_name": "us-east-1"} | CREDENTIALS | options))


def works(client):
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    return client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"endpoint_url": "http://localhost:4566"},
        {"endpoint_url": "https://vpce-0123-abcd.kms.us-east-1.vpce.amazonaws.com"},
        {"config": Config(use_fips_endpoint=True)},
        {"config": Config(use_dualstack_endpoint=True)},
        {"config": Config(use_fips_endpoint=True, use_dualstack_endpoint=True)},
        {"region_name": "cn-north-1"},
        {"region_name": "us-gov-west-1"},
        {"region_name": "us-gov-west-1", "config": Config(use_fips_endpoint=True)},
        {"region_name": "eu-central-2"},
        {"use_ssl": False},
    ],
)
def test_a_client_however_it_was_configured(kms, options):
    assert works(make(**options))


def test_a_client_made_before_the_fake():
    client = make()
    with fake_kms():
        assert works(client)


def test_clients_of_the_default_session_and_of_sessions_of_their_own(kms):
    assert works(boto3.client("kms"))
    assert works(boto3.Session(region_name="eu-west-1").client("kms"))


def test_what_looks_at_an_answer_before_botocore_parses_it_finds_all_of_it(kms):
    client, seen = make(), []
    client.meta.events.register("response-received.kms", lambda response_dict, **_: seen.append(response_dict))
    client.meta.events.register("before-parse.kms", lambda response_dict, **_: seen.append(response_dict))

    answer = client.list_keys()["ResponseMetadata"]

    headers = seen[0]["headers"]
    assert isinstance(headers, HeadersDict)
    assert answer["HTTPHeaders"] == {name.lower(): value for name, value in headers.items()}
    assert answer["RequestId"] == headers["X-AMZN-REQUESTID"] == headers["x-amzn-RequestId"]
    assert "x-amz-crc32" not in headers
    assert headers.get("x-amz-crc32") is None
    kept = headers.copy()
    headers["content-type"] = "changed"
    del headers["EXPIRES"]
    headers["New"] = "added"
    assert (headers["Content-Type"], headers["new"], len(headers), len(kept)) == ("changed", "added", 7, 7)
    assert "Expires" not in headers
    assert kept["expires"] == "0"
    assert dict(type(headers)(kept)) == dict(type(headers)(**kept)) == dict(kept)


def test_the_answer_itself_can_be_read_as_a_stream(kms):
    client, session = make(), botocore.httpsession.URLLib3Session()
    answers = []

    def send_once_more(request, **_):
        answers.append(session.send(request))

    client.meta.events.register("before-send.kms", send_once_more)
    client.list_keys()

    (answer,) = answers
    assert (
        b"".join(answer.raw.stream())
        == answer.content
        == answer.text.encode()
        == b'{"KeyCount":0,"Keys":[],"Truncated":false}'
    )


def _plain(url, response):
    class Raw:
        def stream(self):
            yield response.body

    return AWSResponse(url, response.status, HeadersDict(response.headers), Raw())


@pytest.mark.parametrize(("operation", "status"), [("ListKeys", 200), ("Nonsense", 400)])
def test_the_quick_response_reads_like_botocores_own(send, operation, status):
    answer = send(operation)
    response = HttpResponse(answer.status, dict(answer.headers), answer.body)
    quick, plain = Answer("https://kms", response), _plain("https://kms", response)

    assert (quick.status_code, quick.url, quick.content, quick.text) == (
        status, plain.url, plain.content, plain.text,
    )  # fmt: skip
    assert {**quick.headers} == {**plain.headers}
    assert len(quick.headers) == len(plain.headers)
    for name in response.headers:
        for spelled in (name, name.lower(), name.upper()):
            assert spelled in quick.headers
            assert quick.headers[spelled] == quick.headers.get(spelled) == plain.headers[spelled]
    for headers in (quick.headers, plain.headers):
        assert "Nothing" not in headers
        assert headers.get("Nothing", "else") == "else"
        with pytest.raises(KeyError):
            headers["Nothing"]


def test_clients_in_other_threads(kms):
    client = make()
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(works(client))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [True] * 8
    assert len(client.list_keys()["Keys"]) == 8


@pytest.mark.parametrize(
    "url",
    [
        "https://kms.us-east-1.amazonaws.com/", "https://kms-fips.us-east-1.amazonaws.com/", "https://kms.us-east-1.api.aws/",
        "https://kms-fips.us-east-1.api.aws", "https://kms.cn-north-1.amazonaws.com.cn/",
        "https://kms.cn-north-1.api.amazonwebservices.com.cn/", "https://kms.us-gov-west-1.amazonaws.com:443/",
        "https://KMS.us-east-1.amazonaws.com", "https://vpce-1-a.kms.us-east-1.vpce.amazonaws.com/", "http://kms.eu-isoe-west-1.cloud.adc-e.uk/",
        pytest.param("https://kms.eusc-de-east-1.amazonaws.eu/", marks=needs_region("eusc-de-east-1")),
    ],
)  # fmt: skip
def test_kms_is_recognized_by_its_host_alone(url):
    assert is_kms(url, "", "")


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.us-east-1.amazonaws.com/kms.us-east-1.amazonaws.com", "https://my-kms.us-east-1.amazonaws.com/",
        "https://kms.example.com/", "https://example.com/?u=https://kms.us-east-1.amazonaws.com/",
        "https://kms.us-east-1.amazonaws.com.evil.example/",
        "https://kms.s3.amazonaws.com/k", "https://kms.s3-us-west-2.amazonaws.com/", "https://a.kms.s3.amazonaws.com/",
        "https://kms.s3-accelerate.amazonaws.com/", "https://kms.s3.us-east-1.amazonaws.com/",
    ],
)  # fmt: skip
def test_what_only_looks_like_kms_is_not(url):
    assert not is_kms_url(url)


def test_every_endpoint_that_botocore_knows_is_recognized_by_its_host():
    session = boto3.Session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("kms", partition):
            if "-fips" not in region:
                host = session.client("kms", region_name=region, **CREDENTIALS).meta.endpoint_url
                assert is_kms(host, "", ""), host


def test_a_request_to_kms_that_is_no_operation_stays_here(kms):
    import botocore.awsrequest

    request = botocore.awsrequest.AWSRequest("GET", "https://kms.us-east-1.amazonaws.com/", data=None).prepare()
    response = botocore.httpsession.URLLib3Session().send(request)

    assert (response.status_code, response.content) == (400, b'{"__type":"UnknownOperationException"}')


def test_other_services_pass_on_untouched(kms, monkeypatch):
    sts = boto3.client("sts", endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1}))

    with pytest.raises(botocore.exceptions.EndpointConnectionError):
        sts.get_caller_identity()


class TestAfterwards:
    def test_botocore_is_as_before(self):
        before = dict(botocore.httpsession.URLLib3Session.__dict__)
        with fake_kms():
            assert botocore.httpsession.URLLib3Session.__dict__ != before
        assert dict(botocore.httpsession.URLLib3Session.__dict__) == before

    def test_also_when_the_block_fails(self):
        before = botocore.httpsession.URLLib3Session.send
        with pytest.raises(ZeroDivisionError), fake_kms():
            raise ZeroDivisionError
        assert botocore.httpsession.URLLib3Session.send is before

    def test_also_when_fakes_nest(self):
        before = botocore.httpsession.URLLib3Session.send
        client = make()
        with fake_kms() as outer:
            client.create_key()
            with fake_kms() as inner:
                assert current() is inner
                assert client.list_keys()["Keys"] == []
            assert current() is outer
            assert len(client.list_keys()["Keys"]) == 1
        assert botocore.httpsession.URLLib3Session.send is before

    def test_also_when_fakes_close_out_of_order(self):
        before = botocore.httpsession.URLLib3Session.send
        client = make()
        first, second = FakeKms().start(), FakeKms().start()
        client.create_key()
        first.stop()
        assert len(client.list_keys()["Keys"]) == 1
        second.stop()
        assert botocore.httpsession.URLLib3Session.send is before

    def test_a_replacement_that_somebody_put_on_top_keeps_working(self, monkeypatch):
        before = botocore.httpsession.URLLib3Session.send
        calls = []
        with fake_kms():
            below = botocore.httpsession.URLLib3Session.send

            def on_top(session, request):
                calls.append(request)
                return below(session, request)

            botocore.httpsession.URLLib3Session.send = on_top
            make().list_keys()
        assert botocore.httpsession.URLLib3Session.send is on_top
        assert len(calls) == 1
        botocore.httpsession.URLLib3Session.send = before


class TestKmsClient:
    def test_it_is_made_once(self, kms):
        assert kms.client() is kms.client("us-east-1")
        assert kms.client("eu-west-1") is not kms.client()

    def test_it_never_reaches_aws(self):
        with fake_kms() as kms:
            client = kms.client()
        with pytest.raises(
            RuntimeError, match=r"^this client belongs to a fake that is closed: ask an open one for a client$"
        ):
            client.list_keys()

    def test_what_is_done_to_one_is_gone_with_its_fake(self):
        with fake_kms() as first:
            client = first.client()
            client.meta.events.register("before-call.kms.CreateKey", lambda **_: 1 / 0)
            client.describe_key = lambda **_: "patched"
            Stubber(client).activate()
        with fake_kms() as second:
            key = second.client().create_key()["KeyMetadata"]
            assert second.client().describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key

    def test_it_talks_to_its_fake_inside_another_one(self):
        with fake_kms() as outer:
            client, role = outer.client(), outer.principals.role("App")
            with fake_kms(account_id="111122223333"):
                arn = client.create_key()["KeyMetadata"]["Arn"]
                assert boto3.client("kms").list_keys()["Keys"] == []
                with refusal("AccessDeniedException", denied(role, "ListKeys", "*")):
                    role.client().list_keys()
        assert arn.startswith("arn:aws:kms:us-east-1:123456789012:")
        assert [event.operation for event in outer.journal] == ["CreateKey", "ListKeys"]

    def test_its_requests_are_signed_once_and_its_pages_are_read(self, kms):
        for _ in range(3):
            kms.client().create_key()
        pages = kms.client().get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1})
        assert [len(page["Keys"]) for page in pages] == [1, 1, 1]
        signed = []
        kms.client().meta.events.register("before-sign.kms", lambda **_: signed.append(1))
        kms.client().list_keys()
        assert signed == [1]

    def test_a_configuration_that_cannot_be_compared(self, kms):
        assert works(kms.client(verify=[]))


class TestRetries:
    def test_an_answer_of_the_client_kind_is_not_retried(self, kms, client):
        with pytest.raises(botocore.exceptions.ClientError):
            client.describe_key(KeyId="foo")
        assert len(kms.journal) == 1


class TestRegionsThatDoNotExist:
    @pytest.mark.parametrize("region", ["us-fakey-12", "eu-nowhere-1", "cn-moon-9"])
    def test_their_host_is_not_found(self, kms, region):
        client = kms.client(region, config=Config(retries={"total_max_attempts": 1}))

        with pytest.raises(botocore.exceptions.EndpointConnectionError, match=f"https://kms.{region}.amazonaws.com"):
            client.list_keys()
        assert len(kms.journal) == 0

    @pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-4", "cn-north-1", "us-gov-west-1"])
    def test_others_answer(self, kms, region):
        assert kms.client(region).list_keys()["Keys"] == []

    def test_the_region_of_the_fake_exists_for_it(self, monkeypatch):
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-future-7")
        with FakeKms() as kms:
            assert kms.client().list_keys()["Keys"] == []

    def test_an_endpoint_of_a_tests_own_has_no_region(self, kms):
        assert kms.client("us-fakey-12", endpoint_url="http://localhost:9").list_keys()["Keys"] == []
