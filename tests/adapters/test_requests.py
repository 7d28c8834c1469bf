"""Raw HTTP: code that signs a request itself and sends it with `requests`."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
import requests
import responses
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=testing/20261124/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0"
)


def post(operation, body, *, url="https://kms.eu-west-1.amazonaws.com/"):
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"TrentService.{operation}"}
    request = AWSRequest("POST", url, data=json.dumps(body), headers=headers)
    SigV4Auth(Credentials("testing", "testing"), "kms", "eu-west-1").add_auth(request)
    return requests.post(url, data=request.data, headers=dict(request.headers), timeout=5)


def test_a_signed_request_is_answered(kms):
    created = post("CreateKey", {"Description": "raw"})

    assert created.status_code == 200
    assert created.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert (
        kms.client("eu-west-1").describe_key(KeyId=created.json()["KeyMetadata"]["KeyId"])["KeyMetadata"]["Description"]
        == "raw"
    )


def test_an_adapter_that_passes_the_request_by_name(kms):
    class Adapter(requests.adapters.HTTPAdapter):
        def send(self, request, **kwargs):
            return super().send(request=request, **kwargs)

    with requests.Session() as session:
        session.mount("https://", Adapter())
        session.mount("http://", Adapter())
        request = {"X-Amz-Target": "TrentService.ListKeys", "Authorization": AUTHORIZATION}
        answer = session.post("https://kms.us-east-1.amazonaws.com/", data="{}", headers=request, timeout=5)
        assert answer.json()["Keys"] == []
        with pytest.raises(requests.ConnectionError):
            session.get("http://127.0.0.1:9/", timeout=5)


def test_an_endpoint_of_ones_own(kms):
    assert post("ListKeys", {}, url="http://localhost:9/").json() == {"KeyCount": 0, "Keys": [], "Truncated": False}


def test_an_error(kms):
    answer = post("DescribeKey", {"KeyId": "foo"})

    assert (answer.status_code, answer.json()) == (
        400,
        {"__type": "NotFoundException", "message": "Invalid keyId 'foo'"},
    )


def test_the_answer_to_no_output_is_empty(kms):
    key_id = post("CreateKey", {}).json()["KeyMetadata"]["KeyId"]

    assert post("DisableKey", {"KeyId": key_id}).content == b""


@pytest.mark.parametrize("kind", [io.BytesIO, lambda raw: iter([raw[:5], raw[5:]]), memoryview, bytearray, bytes])
def test_a_body_of_any_kind(kms, kind):
    signed = {"X-Amz-Target": "TrentService.GenerateRandom", "Authorization": AUTHORIZATION}
    answer = requests.post(
        "https://kms.us-east-1.amazonaws.com/", data=kind(b'{"NumberOfBytes":4}'), headers=signed, timeout=5
    )

    assert answer.status_code == 200, answer.text


def test_inside_a_mock_that_was_opened_later(kms):
    with responses.RequestsMock() as mock:
        mock.get("https://example.com/", json={"a": 1})
        assert post("ListKeys", {}).json() == {"KeyCount": 0, "Keys": [], "Truncated": False}
        assert requests.get("https://example.com/", timeout=5).json() == {"a": 1}


def test_a_host_alone_is_enough(kms):
    answer = requests.get("https://kms.us-east-1.amazonaws.com/", timeout=5)

    assert answer.json() == {"__type": "UnknownOperationException"}


def test_other_hosts_pass_on(kms):
    with pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:9/", timeout=5)


def test_other_hosts_pass_on_to_somebody_elses_mock(kms):
    with responses.RequestsMock() as mock:
        mock.get("https://example.com/", json={"a": 1})
        assert requests.get("https://example.com/", timeout=5).json() == {"a": 1}


def test_requests_is_as_before_afterwards():
    from fake_kms import fake_kms

    before = requests.adapters.HTTPAdapter.send
    with fake_kms():
        assert requests.adapters.HTTPAdapter.send is not before
    assert requests.adapters.HTTPAdapter.send is before


@pytest.mark.parametrize("late", ["from moto import mock_aws", "import responses", "import requests, responses"])
def test_libraries_that_are_first_loaded_inside_a_fake(late):
    program = f"""
from fake_kms import fake_kms
with fake_kms():
    {late}
    import requests
    answer = requests.get("https://kms.us-east-1.amazonaws.com/")
    assert answer.json() == {{"__type": "UnknownOperationException"}}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_responses_is_loaded_only_with_requests_and_requests_may_come_later():
    program = """
import sys
from fake_kms import fake_kms
with fake_kms():
    assert "responses" not in sys.modules and "requests" not in sys.modules
    import requests
    assert "responses" not in sys.modules
    answer = requests.get("https://kms.us-east-1.amazonaws.com/")
    assert answer.json() == {"__type": "UnknownOperationException"}
    assert "responses" in sys.modules
    assert type(sys.modules["requests.adapters"].__loader__).__name__ == "SourceFileLoader"
assert sys.modules["requests.adapters"].HTTPAdapter.send.__module__ == "requests.adapters"
assert not [finder for finder in sys.meta_path if "fake_kms" in type(finder).__module__]
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
