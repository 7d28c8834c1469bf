"""The proxy of a user, called over HTTP: what is sent, and what can go wrong on the way."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading

import pytest
from xks_proxies import ABOUT, ACCESS_KEY_ID, HEALTH, PATH, client_of, failing, over_http, served

from fake_kms import fake_kms
from fake_kms.xks import Failure, protocol

JSON = json.dumps(HEALTH).encode()


@contextlib.contextmanager
def raw_server(answer):
    """Answer one request with these bytes, and collect its own."""
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_answer_once, args=(listening, answer, received))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", received
        finally:
            thread.join()


def _answer_once(listening, answer, received):
    connection = listening.accept()[0]
    with connection:
        while b"}}" not in received:
            received += connection.recv(4096)
        connection.sendall(answer)


def response(status, body, *headers):
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def sent_headers(received):
    head = received.decode().partition("\r\n\r\n")[0].split("\r\n")
    return head[0], dict(line.split(": ", 1) for line in head[1:])


def test_what_is_sent():
    with raw_server(response(200, JSON)) as (endpoint, received):
        protocol.check_health(client_of(endpoint), ABOUT)

    request, headers = sent_headers(received)
    assert request == f"POST {PATH}/health HTTP/1.1"
    assert headers["Content-Type"] == "application/json"
    assert f"Credential={ACCESS_KEY_ID}/" in headers["Authorization"]
    assert "/eu-west-1/kms-xks-proxy/aws4_request" in headers["Authorization"]
    assert "SignedHeaders=content-type;host;x-amz-date," in headers["Authorization"]


def test_the_fake_does_not_come_between(local):
    with over_http(local) as proxy, fake_kms():
        protocol.check_health(proxy, ABOUT)


def test_proxies_of_the_environment_are_not_used(local, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with over_http(local) as proxy:
        protocol.check_health(proxy, ABOUT)


def test_nobody_listens():
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        with failing(Failure.UNREACHABLE):
            protocol.check_health(client_of(f"http://127.0.0.1:{unheard.getsockname()[1]}"), ABOUT)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_never_answers(scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent, failing(Failure.TIMEOUT):
        protocol.check_health(client_of(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}", timeout=0.05), ABOUT)


def test_a_proxy_that_answers_late(local):
    local.delay = 3600.0
    with over_http(local, timeout=0.05) as proxy, failing(Failure.TIMEOUT):
        protocol.check_health(proxy, ABOUT)


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
        (response(503, b'{"errorName": ["x"]}'), Failure.INVALID_RESPONSE),
        (response(200, JSON, "Content-Encoding: gzip"), Failure.INVALID_RESPONSE),
        (response(200, JSON)[:-1], Failure.INVALID_RESPONSE),
        (b"SSH-2.0-OpenSSH_9.9\r\n", Failure.INVALID_RESPONSE),
        (b"", Failure.UNREACHABLE),
        (response(302, b"{}", "Location: /health"), Failure.INVALID_RESPONSE),
        (response(307, b"{}", "Location: http://127.0.0.1:9/"), Failure.INVALID_RESPONSE),
    ],
)
def test_answers_outside_the_api(answer, kind):
    with raw_server(answer) as (endpoint, _), failing(kind):
        protocol.check_health(client_of(endpoint), ABOUT)


def test_members_unknown_to_the_api_are_ignored():
    with raw_server(response(200, json.dumps(HEALTH | {"more": 1}).encode())) as (endpoint, _):
        protocol.check_health(client_of(endpoint), ABOUT)


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
def test_not_an_endpoint(endpoint):
    with pytest.raises(ValueError, match=r"endpoint|belongs into uri_path"):
        client_of(endpoint)


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
    headers = client_of(endpoint)._signed_headers(f"{PATH}/health", b"{}")

    assert host == headers["Host"]


# TLS


def test_tls(local, certificate, capfd):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with served(local, tls=tls) as endpoint:
        encrypted = protocol.encrypt(client_of(endpoint, ca_certs=certificate), "key_1.a-b", ABOUT, b"x", b"")
        with failing(Failure.TLS):
            protocol.check_health(client_of(endpoint), ABOUT)
        with failing(Failure.TLS):
            protocol.check_health(client_of(endpoint.replace("127.0.0.1", "localhost"), ca_certs=certificate), ABOUT)
        again = client_of(endpoint, ca_certs=certificate)
        assert protocol.decrypt(again, "key_1.a-b", ABOUT, encrypted, b"") == b"x"
    assert capfd.readouterr() == ("", "")


def test_files_without_certificates(tmp_path):
    (tmp_path / "empty").touch()
    for name in ("empty", "missing"):
        with pytest.raises(OSError):
            client_of("https://127.0.0.1", ca_certs=str(tmp_path / name))


def test_no_tls_where_it_was_expected(local):
    with served(local) as endpoint, failing(Failure.TLS):
        protocol.check_health(client_of(endpoint.replace("http:", "https:")), ABOUT)
