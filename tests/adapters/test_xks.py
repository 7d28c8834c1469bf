"""External key stores: the API's client, the container, and the small proxy, in this process and over HTTP.

One file for crypto/xks.py, adapters/xks.py and xks_proxy.py: pytest takes no two test files of one name here.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import http.client
import ipaddress
import json
import socket
import ssl
import subprocess
import sys
import threading

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from fake_kms import fake_kms
from fake_kms.adapters.xks import HttpXksProxy
from fake_kms.crypto import xks
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.crypto.xks import Encrypted, ExternalKey, Failure, FleetMember, Health, RequestMetadata, XksFailure
from fake_kms.entropy import SeededEntropy
from fake_kms.xks_proxy import LocalXksProxy, serve

ACCESS_KEY_ID = "ABCDEFGHIJKLMNOPQRST234567"
SECRET = "3n/+Dxh2P0x6YF0XqkJ7T1ZbR8mWcVaLsEiUoGtKp4Q="
PATH = "/prefix/kms/xks/v1"
ARN = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
ABOUT = RequestMetadata("arn:aws:iam::123456789012:user/Alice", ARN, "Encrypt", "4112f4d6-db54-4af4-ae30-c55a22a8dfae")
HEALTH = {
    "xksProxyFleetSize": 2,
    "xksProxyVendor": "a",
    "xksProxyModel": "b",
    "ekmVendor": "c",
    "ekmFleetDetails": [{"id": "d", "model": "e", "healthStatus": "ACTIVE"}],
}
KEY = {"keySpec": "AES_256", "keyUsage": ["ENCRYPT", "DECRYPT"], "keyStatus": "ENABLED"}


class Answering:
    """A proxy that remembers what it was asked and answers the same always."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def call(self, path, body):
        self.asked.append((path, body))
        return self.answer


def b64(data):
    return base64.b64encode(data).decode()


def make_local():
    proxy = LocalXksProxy(ciphertext_metadata=b"version 7")
    proxy.add_key("key_1.a-b")
    return proxy


@pytest.fixture
def local():
    return make_local()


@contextlib.contextmanager
def over_http(local, **options):
    with serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, uri_path=PATH) as endpoint:
        yield reaching(endpoint, **options)


def reaching(endpoint, *, path=PATH, user=ACCESS_KEY_ID, secret=SECRET, timeout=2.0, ca_certs=None):
    return HttpXksProxy(endpoint, path, "eu-west-1", user, secret, timeout=timeout, ca_certs=ca_certs)


@pytest.fixture(params=["in process", "over HTTP"])
def proxy(request, local):
    with contextlib.ExitStack() as stack:
        yield local if request.param == "in process" else stack.enter_context(over_http(local))


@contextlib.contextmanager
def failing(kind):
    with pytest.raises(XksFailure) as caught:
        yield
    assert kind == caught.value.kind


# What a proxy does right


@pytest.mark.parametrize("size", [1, 27, 4300])
@pytest.mark.parametrize("aad", [b"", b"context", bytes(8192)])
def test_what_was_encrypted_decrypts(proxy, size, aad):
    plaintext = b"x" * size
    encrypted = xks.encrypt(proxy, "key_1.a-b", ABOUT, plaintext, aad)

    assert size == 1 or plaintext != encrypted.ciphertext  # a single byte may come out as itself
    assert (size, b"version 7", 12, 16) == (
        len(encrypted.ciphertext),
        encrypted.metadata,
        len(encrypted.iv),
        len(encrypted.tag),
    )
    assert plaintext == xks.decrypt(proxy, "key_1.a-b", ABOUT, xks.unpack(xks.pack(encrypted)), aad)


@pytest.mark.parametrize("member", Encrypted._fields)
def test_every_part_is_authenticated(proxy, member):
    encrypted = xks.encrypt(proxy, "key_1.a-b", ABOUT, b"x" * 32, b"context")
    value = getattr(encrypted, member)
    changed = encrypted._replace(**{member: bytes([value[0] ^ 1]) + value[1:]})

    with failing(Failure.INVALID_CIPHERTEXT):
        xks.decrypt(proxy, "key_1.a-b", ABOUT, changed, b"context")


def test_the_additional_data_is_authenticated(proxy):
    encrypted = xks.encrypt(proxy, "key_1.a-b", ABOUT, b"x" * 32, b"context")

    with failing(Failure.INVALID_CIPHERTEXT):
        xks.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"")


def test_a_proxy_describes_itself_and_its_keys(proxy, local):
    local.set_health("UNAVAILABLE", "DEGRADED")
    local.add_key("other", key_spec="RSA_2048", key_usage=["SIGN"], status="DISABLED")

    fleet = FleetMember("ekm-1", "in memory", "UNAVAILABLE"), FleetMember("ekm-2", "in memory", "DEGRADED")
    assert Health(1, "fake_kms", "LocalXksProxy", "fake_kms", fleet) == xks.health(proxy, ABOUT)
    assert ExternalKey("AES_256", ("ENCRYPT", "DECRYPT"), "ENABLED") == xks.key_metadata(proxy, "key_1.a-b", ABOUT)
    assert ExternalKey("RSA_2048", ("SIGN",), "DISABLED") == xks.key_metadata(proxy, "other", ABOUT)


def test_a_key_that_is_not_fit(proxy, local):
    encrypted = xks.encrypt(proxy, "key_1.a-b", ABOUT, b"x", b"")
    local.set_status("key_1.a-b", "DISABLED")
    local.add_key("decrypts", key_usage=["DECRYPT"])
    local.add_key("rsa", key_spec="RSA_2048")

    with failing(Failure.KEY_DISABLED):
        xks.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"")
    with failing(Failure.INVALID_KEY_USAGE):
        xks.encrypt(proxy, "decrypts", ABOUT, b"x", b"")
    with failing(Failure.INVALID_KEY_USAGE):
        xks.encrypt(proxy, "rsa", ABOUT, b"x", b"")
    local.set_status("key_1.a-b", "ENABLED")
    assert xks.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"") == b"x"
    local.delete_key("key_1.a-b")
    with failing(Failure.KEY_NOT_FOUND):
        xks.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"")


def test_all_key_managers_unavailable(proxy, local):
    local.set_health("UNAVAILABLE", "UNAVAILABLE")

    with failing(Failure.UNHEALTHY):
        xks.health(proxy, ABOUT)


@pytest.mark.parametrize("statuses", [(), ("ACTIVE",) * 11, ("WELL",)])
def test_no_such_health(local, statuses):
    with pytest.raises(ValueError, match="ACTIVE, DEGRADED, UNAVAILABLE"):
        local.set_health(*statuses)


def test_a_seed_makes_a_proxy_repeatable():
    def one():
        proxy = LocalXksProxy(entropy=SeededEntropy(1))
        proxy.add_key("k")
        return xks.encrypt(proxy, "k", ABOUT, b"x" * 32, b"")

    assert one() == one()


# What KMS sends


def test_the_request_of_encrypt():
    answer = {"ciphertext": b64(b"c"), "initializationVector": b64(bytes(16)), "authenticationTag": b64(bytes(16))}
    proxy = Answering(answer)
    about = RequestMetadata(
        "arn:aws:iam::123456789012:root", ARN, "GenerateDataKey", "id", "s3.eu-west-1.amazonaws.com"
    )

    assert Encrypted(b"c", b"", bytes(16), bytes(16)) == xks.encrypt(proxy, "k", about, b"p", b"context")
    assert [
        (
            "/keys/k/encrypt",
            {
                "requestMetadata": {
                    "awsPrincipalArn": "arn:aws:iam::123456789012:root",
                    "kmsKeyArn": ARN,
                    "kmsOperation": "GenerateDataKey",
                    "kmsRequestId": "id",
                    "kmsViaService": "s3.eu-west-1.amazonaws.com",
                },
                "plaintext": b64(b"p"),
                "encryptionAlgorithm": "AES_GCM",
                "additionalAuthenticatedData": b64(b"context"),
                "ciphertextDataIntegrityValueAlgorithm": "SHA_256",
            },
        )
    ] == proxy.asked


def test_the_request_of_decrypt():
    proxy = Answering({"plaintext": b64(b"p")})

    xks.decrypt(proxy, "k", ABOUT, Encrypted(b"c", b"", bytes(12), bytes(16)), b"")
    xks.decrypt(proxy, "k", ABOUT, Encrypted(b"c", b"m", bytes(12), bytes(16)), b"")
    expected = {
        "requestMetadata": ABOUT.to_dict(),
        "ciphertext": b64(b"c"),
        "initializationVector": b64(bytes(12)),
        "authenticationTag": b64(bytes(16)),
        "encryptionAlgorithm": "AES_GCM",
    }
    assert [
        ("/keys/k/decrypt", expected),
        ("/keys/k/decrypt", expected | {"ciphertextMetadata": b64(b"m")}),
    ] == proxy.asked


def test_the_requests_that_describe():
    proxy, about = Answering(HEALTH | KEY), RequestMetadata("arn", None, "CreateKey", "id")

    xks.health(proxy, about)
    xks.key_metadata(proxy, "k", about)
    assert proxy.asked == [
        ("/health", {"requestMetadata": {"kmsOperation": "CreateKey", "kmsRequestId": "id"}}),
        (
            "/keys/k/metadata",
            {"requestMetadata": {"awsPrincipalArn": "arn", "kmsOperation": "CreateKey", "kmsRequestId": "id"}},
        ),
    ]


@pytest.mark.parametrize(("plaintext", "aad"), [(b"", b""), (bytes(4301), b""), (b"x", bytes(8193))])
def test_what_the_api_has_no_room_for(local, plaintext, aad):
    with pytest.raises(ValueError, match="the proxy API takes"):
        xks.encrypt(local, "key_1.a-b", ABOUT, plaintext, aad)


# Malformed answers


def encrypted_answer(*, metadata=b"m", iv=bytes(12), tag=bytes(16), ciphertext=b"cc", aad=b"a"):
    value = xks.sha256(aad + metadata + iv + ciphertext + tag)
    return {
        "ciphertext": b64(ciphertext),
        "ciphertextMetadata": b64(metadata),
        "initializationVector": b64(iv),
        "authenticationTag": b64(tag),
        "ciphertextDataIntegrityValue": b64(value),
    }


def encrypt_two(answer):
    return xks.encrypt(Answering(answer), "k", ABOUT, b"pp", b"a")


MEMBER = HEALTH["ekmFleetDetails"][0]
ABSENT = object()
MALFORMED_HEALTH = [
    *[(name, value) for name in HEALTH for value in (ABSENT, None, {}, "")],
    *[("xksProxyFleetSize", value) for value in (0, True, 1.5, "1")],
    *[("ekmVendor", value) for value in (1, ["c"])],
    *[("ekmFleetDetails", value) for value in ([], [MEMBER] * 11, [MEMBER, "x"], MEMBER)],
    *[("ekmFleetDetails", [{**MEMBER, name: value}]) for name in MEMBER for value in (None, 1, "")],
    ("ekmFleetDetails", [MEMBER, MEMBER | {"healthStatus": "active"}]),
]
MALFORMED_KEY = [
    *[(name, value) for name in KEY for value in (ABSENT, None, 1, "", [])],
    *[("keyUsage", value) for value in (["ENCRYPT", 1], ["ENCRYPT", ""], ["ENCRYPT"] * 11, "ENCRYPT")],
]
MALFORMED_ENCRYPTED = [
    *[(name, ABSENT) for name in ("ciphertext", "initializationVector", "authenticationTag")],
    *[(name, value) for name in encrypted_answer() for value in (1, "?", "YQ", "YR==", "é", b"YQ==", [])],
    ("ciphertext", b64(b"c")),
    ("ciphertext", b64(b"ccc")),
    ("ciphertextMetadata", b64(bytes(21))),
    ("initializationVector", b64(bytes(13))),
    ("authenticationTag", b64(bytes(15))),
    ("ciphertextDataIntegrityValue", b64(bytes(31))),
    ("ciphertextDataIntegrityValue", b64(bytes(32))),
]


def spoiled(answer, name, value):
    answer = answer | {name: value}
    return {key: item for key, item in answer.items() if item is not ABSENT}


@pytest.mark.parametrize(("name", "value"), MALFORMED_HEALTH)
def test_malformed_health(name, value):
    with failing(Failure.INVALID_RESPONSE):
        xks.health(Answering(spoiled(HEALTH, name, value)), ABOUT)


@pytest.mark.parametrize(("name", "value"), MALFORMED_KEY)
def test_malformed_key_metadata(name, value):
    with failing(Failure.INVALID_RESPONSE):
        xks.key_metadata(Answering(spoiled(KEY, name, value)), "k", ABOUT)


@pytest.mark.parametrize(("name", "value"), MALFORMED_ENCRYPTED)
def test_malformed_encryption(name, value):
    with failing(Failure.INVALID_RESPONSE):
        encrypt_two(spoiled(encrypted_answer(), name, value))


@pytest.mark.parametrize("value", [ABSENT, None, 1, "?", b64(b"pp"), ""])
def test_malformed_decryption(value):
    with failing(Failure.INVALID_RESPONSE):
        xks.decrypt(
            Answering(spoiled({}, "plaintext", value)), "k", ABOUT, Encrypted(b"c", b"", bytes(12), bytes(16)), b""
        )


@pytest.mark.parametrize("answer", [None, [], "x", 1])
def test_an_answer_that_is_no_object(answer):
    with failing(Failure.INVALID_RESPONSE):
        xks.health(Answering(answer), ABOUT)


@pytest.mark.parametrize("member", ["metadata", "iv", "tag", "ciphertext", "aad"])
def test_the_integrity_value_covers_everything(member):
    other = {"metadata": b"n", "iv": b"1" * 12, "tag": b"1" * 16, "ciphertext": b"dd", "aad": b"b"}[member]
    value = encrypted_answer(**{member: other})["ciphertextDataIntegrityValue"]

    assert Encrypted(b"cc", b"m", bytes(12), bytes(16)) == encrypt_two(encrypted_answer())
    with failing(Failure.INVALID_RESPONSE):
        encrypt_two(encrypted_answer() | {"ciphertextDataIntegrityValue": value})


# Errors

STATED = [failure for failure in Failure if failure.value in xks.ERROR_NAMES]
UNSTATED = [failure for failure in Failure if failure.value not in xks.ERROR_NAMES]
PROXY_ERRORS = [
    (400, "ValidationException", Failure.VALIDATION),
    (400, "InvalidStateException", Failure.KEY_DISABLED),
    (400, "InvalidCiphertextException", Failure.INVALID_CIPHERTEXT),
    (400, "InvalidKeyUsageException", Failure.INVALID_KEY_USAGE),
    (401, "AuthenticationFailedException", Failure.AUTHENTICATION_FAILED),
    (403, "AccessDeniedException", Failure.ACCESS_DENIED),
    (404, "KeyNotFoundException", Failure.KEY_NOT_FOUND),
    (404, "InvalidUriPathException", Failure.INVALID_URI_PATH),
    (429, "ThrottlingException", Failure.THROTTLED),
    (500, "InternalException", Failure.INTERNAL),
    (501, "UnsupportedOperationException", Failure.UNSUPPORTED_OPERATION),
    (503, "DependencyTimeoutException", Failure.DEPENDENCY_TIMEOUT),
]
BY_STATUS = [
    (400, Failure.INVALID_RESPONSE),
    (401, Failure.AUTHENTICATION_FAILED),
    (403, Failure.ACCESS_DENIED),
    (404, Failure.INVALID_URI_PATH),
    (429, Failure.THROTTLED),
    (500, Failure.INTERNAL),
    (501, Failure.UNSUPPORTED_OPERATION),
    (502, Failure.INVALID_RESPONSE),
    (503, Failure.DEPENDENCY_TIMEOUT),
]


def test_the_failures_are_complete():
    assert {kind for _, _, kind in PROXY_ERRORS} == set(STATED)
    assert {name: status for status, name, _ in PROXY_ERRORS} == dict(xks.ERROR_NAMES)


def test_every_error_of_a_proxy(proxy, local):
    for status, name, kind in PROXY_ERRORS:
        local.fail_with(name)
        local.fail_with(kind)
        for _ in range(2):
            with pytest.raises(XksFailure) as caught:
                xks.health(proxy, ABOUT)
            assert (kind, f"HTTP {status}, {name}: injected") == (caught.value.kind, caught.value.detail)
            assert f"{name}: HTTP {status}, {name}: injected" == str(caught.value)
    assert xks.health(proxy, ABOUT).fleet_size == 1


def test_errors_without_a_name_of_the_api(proxy, local):
    for status, kind in BY_STATUS:
        local.fail_with("Nonsense", status)
        with failing(kind):
            xks.health(proxy, ABOUT)
    local.fail_with("Nonsense", times=2)
    for _ in range(2):
        with failing(Failure.INTERNAL):
            xks.health(proxy, ABOUT)
    assert xks.health(proxy, ABOUT).fleet_size == 1


def test_the_name_counts_before_the_status(proxy, local):
    local.fail_with("KeyNotFoundException", 500)

    with failing(Failure.KEY_NOT_FOUND):
        xks.health(proxy, ABOUT)


@pytest.mark.parametrize("failure", UNSTATED)
def test_failures_of_the_transport_can_be_injected(local, failure):
    local.fail_with(failure)
    with failing(failure):
        xks.health(local, ABOUT)
    local.fail_with(failure)
    with over_http(local) as proxy, failing(Failure.UNREACHABLE):
        xks.health(proxy, ABOUT)


def test_a_slow_proxy_in_this_process_is_not_waited_for(local):
    local.delay = 3600.0
    with failing(Failure.TIMEOUT):
        xks.health(local, ABOUT)
    local.delay = 0.25
    assert xks.health(local, ABOUT).fleet_size == 1


def test_a_failure_without_detail():
    assert str(XksFailure(Failure.UNREACHABLE)) == "unreachable"


GOOD = {"requestMetadata": ABOUT.to_dict(), "encryptionAlgorithm": "AES_GCM", "plaintext": "eA=="}


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("encrypt", None),
        ("encrypt", []),
        ("encrypt", GOOD | {"requestMetadata": "x"}),
        *[("encrypt", GOOD | {"requestMetadata": spoiled(ABOUT.to_dict(), n, ABSENT)}) for n in ABOUT.to_dict()],
        ("encrypt", GOOD | {"plaintext": ""}),
        ("encrypt", GOOD | {"plaintext": b64(bytes(4301))}),
        ("encrypt", GOOD | {"additionalAuthenticatedData": b64(bytes(8193))}),
        ("encrypt", GOOD | {"encryptionAlgorithm": "AES_CBC"}),
        ("encrypt", GOOD | {"ciphertextDataIntegrityValueAlgorithm": "MD5"}),
        ("decrypt", GOOD),
        ("metadata", {}),
    ],
)
def test_a_proxy_validates(proxy, action, body):
    with failing(Failure.VALIDATION):
        proxy.call(f"/keys/key_1.a-b/{action}", body)


def test_the_integrity_value_is_given_only_if_asked_for(local):
    assert "ciphertextDataIntegrityValue" not in local.call("/keys/key_1.a-b/encrypt", GOOD)


@pytest.mark.parametrize(
    "path", ["", "/", "/keys", "/keys/key_1.a-b", "/keys/key_1.a-b/sign", "/keys//encrypt", "/./", "/../h"]
)
def test_no_such_path(proxy, path):
    with failing(Failure.INVALID_URI_PATH):
        proxy.call(path, GOOD)


# Over HTTP


def test_another_credential(local):
    with over_http(local, secret=SECRET[::-1]) as proxy, failing(Failure.AUTHENTICATION_FAILED):
        xks.health(proxy, ABOUT)
    with over_http(local, user=ACCESS_KEY_ID[::-1]) as proxy, failing(Failure.AUTHENTICATION_FAILED):
        xks.health(proxy, ABOUT)


@pytest.mark.parametrize("path", ["/kms/xks/v1", "/prefix/kms/xks/v2", "/prefix/kms/xks/v11"])
def test_another_uri_path(local, path):
    with over_http(local, path=path) as proxy, failing(Failure.INVALID_URI_PATH):
        xks.health(proxy, ABOUT)


def test_a_query_is_not_served(local):
    with over_http(local) as proxy, failing(Failure.AUTHENTICATION_FAILED):
        proxy.call("/health?x=1", {"requestMetadata": ABOUT.to_dict()})


class _Recording(HttpXksProxy):
    """Signs without sending."""

    def sign(self, target, payload):
        return self._signed_headers(target, payload)


def post(endpoint, headers, payload):
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=2)
    with contextlib.closing(connection):
        connection.request("POST", f"{PATH}/health", payload, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def test_what_is_signed(local):
    payload = json.dumps({"requestMetadata": ABOUT.to_dict()}).encode()
    with serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, uri_path=PATH) as endpoint:
        headers = _Recording(endpoint, PATH, "eu-west-1", ACCESS_KEY_ID, SECRET).sign(f"{PATH}/health", payload)
        assert post(endpoint, headers, payload)[0] == 200
        assert f"Credential={ACCESS_KEY_ID}/" in headers["Authorization"]
        assert "/eu-west-1/kms-xks-proxy/aws4_request" in headers["Authorization"]
        assert "SignedHeaders=content-type;host;x-amz-date," in headers["Authorization"]
        for change in (
            {"Content-Type": "text/plain"},
            {"Host": "elsewhere"},
            {"X-Amz-Date": "19700101T000000Z"},
            {"X-Amz-Date": headers["X-Amz-Date"][:-2] + "xZ"},
            {"Authorization": headers["Authorization"].replace("eu-west-1", "eu-west-2")},
            {"Authorization": headers["Authorization"].replace("kms-xks-proxy", "kms")},
            {"Authorization": headers["Authorization"].replace(";x-amz-date", "")},
            {"Authorization": "Basic eDp5"},
            {"Authorization": ""},
            {"Content-Length": "x"},
        ):
            assert (
                (answer := post(endpoint, headers | change, payload))[0],
                answer[1]["errorName"],
            ) == (401, "AuthenticationFailedException")
        assert post(endpoint, headers, payload + b" ")[0] == 401


@pytest.mark.parametrize(("seconds", "status"), [(290, 200), (-290, 200), (310, 401), (-310, 401)])
def test_old_signatures_are_refused(local, seconds, status):
    payload = json.dumps({"requestMetadata": ABOUT.to_dict()}).encode()
    now = datetime.datetime(2026, 5, 1, tzinfo=datetime.timezone.utc)
    with serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, uri_path=PATH) as endpoint:
        with time_machine.travel(now, tick=False):
            headers = _Recording(endpoint, PATH, "eu-west-1", ACCESS_KEY_ID, SECRET).sign(f"{PATH}/health", payload)
        with time_machine.travel(now + datetime.timedelta(seconds=seconds), tick=False):
            assert status == post(endpoint, headers, payload)[0]


def test_a_timestamp_that_is_none_is_refused(local):
    from botocore import auth

    payload = b"{}"
    with serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, uri_path=PATH) as endpoint:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(auth, "SIGV4_TIMESTAMP", "%Y%m%d")
            headers = _Recording(endpoint, PATH, "eu-west-1", ACCESS_KEY_ID, SECRET).sign(f"{PATH}/health", payload)
        assert post(endpoint, headers, payload)[0] == 401


def test_the_fake_does_not_come_between(local):
    with over_http(local) as proxy, fake_kms():
        assert xks.health(proxy, ABOUT).vendor == "fake_kms"


def test_proxies_of_the_environment_are_not_used(local, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with over_http(local) as proxy:
        assert xks.health(proxy, ABOUT).vendor == "fake_kms"


def test_nobody_there():
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        with failing(Failure.UNREACHABLE):
            xks.health(reaching(f"http://127.0.0.1:{unheard.getsockname()[1]}"), ABOUT)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_never_answers(scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent, failing(Failure.TIMEOUT):
        xks.health(reaching(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}", timeout=0.05), ABOUT)


def test_a_proxy_that_answers_late(local):
    local.delay = 3600.0
    with over_http(local, timeout=0.05) as proxy, failing(Failure.TIMEOUT):
        xks.health(proxy, ABOUT)


@contextlib.contextmanager
def raw_server(answer):
    """Answer one request with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_answer_once, args=(listening, answer))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            thread.join()


def _answer_once(listening, answer):
    connection = listening.accept()[0]
    with connection:
        received = b""
        while b"}}" not in received:
            received += connection.recv(4096)
        connection.sendall(answer)


def response(status, body, *headers):
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


JSON = json.dumps(HEALTH).encode()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (response(200, b""), Failure.INVALID_RESPONSE),
        (response(200, b"<html>"), Failure.INVALID_RESPONSE),
        (response(200, b"\xff\xfe"), Failure.INVALID_RESPONSE),
        (response(200, b"[]"), Failure.INVALID_RESPONSE),
        (response(200, b"[" * 100_000), Failure.INVALID_RESPONSE),
        (response(200, b'{"errorName": "KeyNotFoundException"}'), Failure.INVALID_RESPONSE),
        (response(201, JSON), Failure.INVALID_RESPONSE),
        (response(502, b"<html>"), Failure.INVALID_RESPONSE),
        (response(503, b'{"errorName": ["x"]}'), Failure.DEPENDENCY_TIMEOUT),
        (response(200, JSON, "Content-Encoding: gzip"), Failure.INVALID_RESPONSE),
        (response(200, JSON)[:-1], Failure.INVALID_RESPONSE),
        (b"SSH-2.0-OpenSSH_9.9\r\n", Failure.INVALID_RESPONSE),
        (b"", Failure.UNREACHABLE),
        (response(302, b"{}", "Location: /health"), Failure.INVALID_RESPONSE),
        (response(307, b"{}", "Location: http://127.0.0.1:9/"), Failure.INVALID_RESPONSE),
    ],
)
def test_answers_that_are_none(answer, kind):
    with raw_server(answer) as endpoint, failing(kind):
        xks.health(reaching(endpoint), ABOUT)


def test_members_unknown_to_the_api_are_passed_over():
    with raw_server(response(200, json.dumps(HEALTH | {"more": 1}).encode())) as endpoint:
        assert xks.health(reaching(endpoint), ABOUT).fleet_size == 2


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "127.0.0.1",
        "ftp://127.0.0.1",
        "https://",
        "https://a:b@c",
        "https://a/kms/xks/v1",
        "https://a?b",
        "https://a#b",
    ],
)
def test_no_endpoint(endpoint):
    with pytest.raises(ValueError, match=r"endpoint|belongs into uri_path"):
        reaching(endpoint)


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://Proxy.Example.com", "proxy.example.com"),
        ("https://proxy.example.com:443/", "proxy.example.com"),
        ("https://proxy.example.com:8443", "proxy.example.com:8443"),
        ("http://[::1]:80", "[::1]"),
    ],
)
def test_the_host_header(endpoint, host):
    headers = _Recording(endpoint, PATH, "eu-west-1", ACCESS_KEY_ID, SECRET).sign(f"{PATH}/health", b"{}")

    assert host == headers["Host"]


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Make a certificate for 127.0.0.1 and give the file it lies in with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "proxy")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    made = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "proxy.pem"
    file.write_bytes(secret + made.public_bytes(pem))
    return str(file)


@contextlib.contextmanager
def over_tls(local, certificate):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, uri_path=PATH, tls=tls) as endpoint:
        yield endpoint


def test_tls(local, certificate, capfd):
    with over_tls(local, certificate) as endpoint:
        encrypted = xks.encrypt(reaching(endpoint, ca_certs=certificate), "key_1.a-b", ABOUT, b"x", b"")
        with failing(Failure.TLS):
            xks.health(reaching(endpoint), ABOUT)
        with failing(Failure.TLS):
            xks.health(reaching(endpoint.replace("127.0.0.1", "localhost"), ca_certs=certificate), ABOUT)
        assert xks.decrypt(reaching(endpoint, ca_certs=certificate), "key_1.a-b", ABOUT, encrypted, b"") == b"x"
    assert capfd.readouterr() == ("", "")


def test_certificates_that_are_none(tmp_path):
    (tmp_path / "empty").touch()
    for name in ("empty", "missing"):
        with pytest.raises(OSError):
            reaching("https://127.0.0.1", ca_certs=str(tmp_path / name))


def test_a_silent_client_does_not_hold_up_the_others(local, certificate):
    with (
        over_tls(local, certificate) as endpoint,
        socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2]))),
    ):
        assert xks.health(reaching(endpoint, ca_certs=certificate), ABOUT).fleet_size == 1


def test_no_tls_where_it_was_expected(local):
    with serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET) as endpoint, failing(Failure.TLS):
        xks.health(reaching(endpoint.replace("http:", "https:")), ABOUT)


# The container

ENCRYPTED = st.builds(
    Encrypted,
    st.binary(min_size=1, max_size=300),
    st.binary(max_size=20),
    st.one_of(st.binary(min_size=12, max_size=12), st.binary(min_size=16, max_size=16)),
    st.binary(min_size=16, max_size=16),
)


@given(ENCRYPTED)
def test_what_was_packed_unpacks(encrypted):
    packed = xks.pack(encrypted)

    assert encrypted == xks.unpack(packed)
    assert len(packed) == 2 + sum(map(len, encrypted))


@given(st.one_of(st.binary(max_size=100), st.binary(max_size=80).map(lambda rest: b"\2ab\x0c" + rest)))
def test_unpacking_never_fails_otherwise(garbage):
    try:
        encrypted = xks.unpack(garbage)
    except BadCiphertext:
        return
    assert garbage == xks.pack(encrypted)


@given(ENCRYPTED, st.data())
def test_a_container_cut_short_is_noticed_or_holds_less_ciphertext(encrypted, data):
    packed = xks.pack(encrypted)
    kept = data.draw(st.integers(0, len(packed) - 1))
    if kept <= len(packed) - len(encrypted.ciphertext):
        with pytest.raises(BadCiphertext):
            xks.unpack(packed[:kept])
    else:
        assert encrypted.ciphertext.startswith(xks.unpack(packed[:kept]).ciphertext)


FITTING = Encrypted(b"c", b"", bytes(12), bytes(16))
UNFIT = [
    FITTING._replace(ciphertext=b""),
    FITTING._replace(ciphertext=bytes(4301)),
    FITTING._replace(metadata=bytes(21)),
    FITTING._replace(metadata=bytes(256)),
    FITTING._replace(iv=bytes(13)),
    FITTING._replace(tag=bytes(15)),
]


@pytest.mark.parametrize("encrypted", UNFIT)
def test_impossible_lengths_are_not_packed(encrypted):
    with pytest.raises(ValueError, match="no proxy gives such lengths"):
        xks.pack(encrypted)


@pytest.mark.parametrize("packed", [b"", bytes([21]) + bytes(22) + b"\x0c" + bytes(29), b"\0\x0d" + bytes(30)])
def test_impossible_lengths_are_not_unpacked(packed):
    with pytest.raises(BadCiphertext):
        xks.unpack(packed)


def test_the_layout():
    assert xks.pack(Encrypted(b"cc", b"mm", b"i" * 12, b"t" * 16)) == b"\2mm\x0c" + b"i" * 12 + b"t" * 16 + b"cc"


# Nothing heavy


def test_importing_the_adapter_loads_neither_botocore_nor_urllib3():
    code = (
        "import sys, fake_kms.adapters.xks; print([m for m in ('botocore', 'urllib3', 'requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
