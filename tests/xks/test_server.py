"""A served proxy: whose requests it answers."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import json
import socket
import ssl

import pytest
import time_machine
from xks_proxies import ABOUT, ACCESS_KEY_ID, PATH, SECRET, client_of, failing, over_http, served

from fake_kms.wire import sigv4
from fake_kms.xks import Failure, LocalXksProxy, protocol

PAYLOAD = json.dumps({"requestMetadata": ABOUT.to_dict()}).encode()


def signed_headers(endpoint, payload=PAYLOAD):
    return sigv4.sign(
        "POST",
        f"{endpoint}{PATH}/health",
        {"Content-Type": "application/json", "Host": endpoint.removeprefix("http://")},
        payload,
        access_key_id=ACCESS_KEY_ID,
        secret_access_key=SECRET,
        service="kms-xks-proxy",
        region="eu-west-1",
    )


def post(endpoint, headers, payload=PAYLOAD):
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=2)
    with contextlib.closing(connection):
        connection.request("POST", f"{PATH}/health", payload, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def test_another_credential(local):
    with over_http(local, secret=SECRET[::-1]) as proxy, failing(Failure.AUTHENTICATION_FAILED):
        protocol.check_health(proxy, ABOUT)
    with over_http(local, user=ACCESS_KEY_ID[::-1]) as proxy, failing(Failure.AUTHENTICATION_FAILED):
        protocol.check_health(proxy, ABOUT)


@pytest.mark.parametrize("path", ["/kms/xks/v1", "/prefix/kms/xks/v2", "/prefix/kms/xks/v11"])
def test_another_uri_path(local, path):
    with over_http(local, path=path) as proxy, failing(Failure.INVALID_URI_PATH):
        protocol.check_health(proxy, ABOUT)


def test_everything_that_is_signed_is_verified(local):
    with served(local) as endpoint:
        headers = signed_headers(endpoint)
        assert post(endpoint, headers)[0] == 200
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
            status, answer = post(endpoint, headers | change)
            assert (status, answer["errorName"]) == (401, "AuthenticationFailedException")
        assert post(endpoint, headers, PAYLOAD + b" ")[0] == 401


@pytest.mark.parametrize(("seconds", "status"), [(290, 200), (-290, 200), (310, 401), (-310, 401)])
def test_old_signatures_are_refused(local, seconds, status):
    now = datetime.datetime(2026, 5, 1, tzinfo=datetime.timezone.utc)
    with served(local) as endpoint:
        with time_machine.travel(now, tick=False):
            headers = signed_headers(endpoint)
        with time_machine.travel(now + datetime.timedelta(seconds=seconds), tick=False):
            assert status == post(endpoint, headers)[0]


def test_a_malformed_date_is_refused(local):
    from botocore import auth

    with served(local) as endpoint:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(auth, "SIGV4_TIMESTAMP", "%Y%m%d")
            headers = signed_headers(endpoint)
        assert post(endpoint, headers)[0] == 401


def test_a_silent_client_does_not_hold_up_the_others(local, certificate):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with (
        served(local, tls=tls) as endpoint,
        socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2]))),
    ):
        protocol.check_health(client_of(endpoint, ca_certs=certificate), ABOUT)


@pytest.mark.parametrize("payload", [b"{", b"\xff", b"[" * 60_000, b""])
def test_a_body_that_is_not_json_is_refused(local, payload):
    with served(local) as endpoint:
        status, answer = post(endpoint, signed_headers(endpoint, payload), payload)

    assert (status, answer["errorName"]) == (400, "ValidationException")


def test_a_mistake_in_a_proxy_is_printed(capfd):
    class Broken(LocalXksProxy):
        def respond(self, path, body):
            raise ZeroDivisionError

    with over_http(Broken()) as proxy, failing(Failure.UNREACHABLE):
        protocol.check_health(proxy, ABOUT)
    assert "ZeroDivisionError" in capfd.readouterr().err
