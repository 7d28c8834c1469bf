"""Mistakes with routes, proxies and servers: told when they are made, not by a request."""

from __future__ import annotations

import re

import pytest

from fake_kms.xks import Failure, LocalXksProxy, XksFailure, serve

ENDPOINT = "https://proxy.example.com"
SECONDS = "timeout is a positive number of seconds, not "
CREDENTIAL = "credential is a pair of texts: (AccessKeyId, RawSecretAccessKey)"


def refuses(error, message):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


class CoroutineProxy:
    """A proxy whose method does not answer, but returns a coroutine."""

    def __repr__(self):
        return "<CoroutineProxy>"

    async def call(self, path, body):
        return {}


class TestRoutes:
    @pytest.mark.parametrize("proxy", [LocalXksProxy(), "http://127.0.0.1:8000"])
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"uri": 5}, TypeError, "uri is text such as 'https://proxy.example.com', not 5"),
            ({"timeout": "x"}, TypeError, f"{SECONDS}'x'"),
            ({"timeout": -1}, ValueError, f"{SECONDS}-1"),
            ({"timeout": 0}, ValueError, f"{SECONDS}0"),
            ({"timeout": float("inf")}, ValueError, f"{SECONDS}inf"),
            ({"timeout": True}, TypeError, f"{SECONDS}True"),
            ({"ca_certs": 5}, TypeError, "ca_certs is the name of a PEM file, not 5"),
        ],
    )
    def test_for_every_proxy(self, kms, proxy, arguments, error, message):
        with refuses(error, message):
            kms.xks.route(**({"uri": ENDPOINT, "proxy": proxy} | arguments))
        assert repr(kms.xks) == "<Xks without routes>"

    @pytest.mark.parametrize(
        ("proxy", "error", "message"),
        [
            (LocalXksProxy, TypeError, "a proxy is an object: LocalXksProxy(), not the class"),
            (5, TypeError, "a proxy has a method `call(path, body)`: 5 has none"),
            (
                CoroutineProxy(),
                TypeError,
                "the method `call` of a proxy is a plain one, and no coroutine as that of <CoroutineProxy>",
            ),
            (
                "http://[",
                ValueError,
                "a fake KMS talks to this machine only (127.0.0.1, [::1], localhost), not to 'http://['",
            ),
            (
                "http://127.0.0.1:99999",
                ValueError,
                "not the endpoint of a proxy: 'http://127.0.0.1:99999' (Port out of range 0-65535)",
            ),
        ],
    )
    def test_what_is_no_proxy(self, kms, proxy, error, message):
        with refuses(error, message):
            kms.xks.route(ENDPOINT, proxy)

    @pytest.mark.parametrize("credential", ["ID", ("ID",), ("ID", b"secret"), 5])
    def test_what_is_no_credential(self, kms, credential):
        with refuses(TypeError, CREDENTIAL):
            kms.xks.route(ENDPOINT, LocalXksProxy(), credential=credential)

    def test_it_shows_its_routes(self, kms):
        kms.xks.route(ENDPOINT, LocalXksProxy())
        kms.xks.route(f"{ENDPOINT}/kms/xks/v1", LocalXksProxy())
        assert repr(kms.xks) == f"<Xks {ENDPOINT}, {ENDPOINT}/kms/xks/v1>"

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (
                {"name": 5},
                TypeError,
                "the name of a VPC endpoint service is text such as 'com.amazonaws.vpce.us-east-1.vpce-svc-0', not 5",
            ),
            ({"owner": 1}, TypeError, "an account is twelve digits in a string, not 1"),
            ({"meets_requirements": "no"}, TypeError, "meets_requirements is True or False, not 'no'"),
        ],
    )
    def test_endpoint_services(self, kms, arguments, error, message):
        with refuses(error, message):
            kms.xks.add_vpc_endpoint_service(**({"name": "service"} | arguments))


DELAY = "delay is a number of seconds from 0 on, not "


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda _: LocalXksProxy(ciphertext_metadata="x"), TypeError, "ciphertext_metadata is bytes, not of type str"),
        (lambda _: LocalXksProxy(ciphertext_metadata=bytes(21)), ValueError, "ciphertext_metadata is 0 to 20 bytes, not 21"),
        (lambda _: LocalXksProxy(entropy=5), TypeError, "entropy has a method `bytes(count)`: 5 has none"),
        (lambda local: setattr(local, "ciphertext_metadata", None), TypeError, "ciphertext_metadata is bytes, not of type NoneType"),
        (lambda local: setattr(local, "delay", "x"), TypeError, f"{DELAY}'x'"),
        (lambda local: setattr(local, "delay", -0.5), ValueError, f"{DELAY}-0.5"),
        (lambda local: local.add_key(5), TypeError, "key_id is text such as 'one', not 5"),
        (lambda local: local.add_key("a/b"), ValueError, "key_id is 1 to 128 letters, digits and ._-, unlike 'a/b'"),
        (lambda local: local.add_key("a", key_spec=256), TypeError, "key_spec is text such as 'AES_256', not 256"),
        (lambda local: local.add_key("a", key_usage="ENCRYPT"), TypeError, "key_usage is a list of texts such as ['ENCRYPT'], not 'ENCRYPT'"),
        (lambda local: local.add_key("a", status="on"), ValueError, "status is one of ENABLED, DISABLED, not 'on'"),
        (lambda local: local.set_status("one", "on"), ValueError, "status is one of ENABLED, DISABLED, not 'on'"),
        (lambda local: local.set_status("two", "ENABLED"), KeyError, '"no key \'two\' was added"'),
        (lambda local: local.delete_key("two"), KeyError, '"no key \'two\' was added"'),
        (lambda local: local.delete_key(["one"]), TypeError, "key_id is text such as 'one', not ['one']"),
        (lambda local: local.set_health([]), ValueError, "1 to 10 of ACTIVE, DEGRADED, UNAVAILABLE, not ([],)"),
        (lambda local: local.fail_with(5), TypeError, "error_name is text such as 'ThrottlingException', not 5"),
        (lambda local: local.fail_with("X", status="400"), TypeError, "status is a whole number from 100 to 599, not '400'"),
        (lambda local: local.fail_with(Failure.TLS, times=0), ValueError, "times is a whole number from 1 to 1000000, not 0"),
        (lambda local: local.call(5, {}), TypeError, "path is text such as '/health', not 5"),
        (
            lambda _: XksFailure("timeout"),
            TypeError,
            "the kind of a failure is a member of Failure, such as Failure.TIMEOUT, not 'timeout'",
        ),
    ],
)  # fmt: skip
def test_proxies(call, error, message):
    local = LocalXksProxy()
    local.add_key("one")
    with refuses(error, message):
        call(local)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"proxy": LocalXksProxy}, TypeError, f"serve takes a LocalXksProxy(), not {LocalXksProxy!r}"),
        ({"access_key_id": 5}, TypeError, "access_key_id is text such as 'BETWEENTWENTYANDTHIRTYCHARS', not 5"),
        ({"secret_access_key": b"s"}, TypeError, "secret_access_key is text, not of type bytes"),
        ({"uri_path": None}, TypeError, "uri_path is text such as '/kms/xks/v1', not None"),
        ({"port": "80"}, TypeError, "port is a whole number from 0 to 65535, not '80'"),
        ({"port": 65536}, ValueError, "port is a whole number from 0 to 65535, not 65536"),
        ({"tls": "cert.pem"}, TypeError, "tls is an ssl.SSLContext, not 'cert.pem'"),
    ],
)
def test_servers(arguments, error, message):
    right = {"proxy": LocalXksProxy(), "access_key_id": "ID", "secret_access_key": "secret"}
    with refuses(error, message), serve(**(right | arguments)):
        pass
