"""The clusters and the proxies of a fake: `kms.clusters`, `kms.xks`, and proxies that are reached over HTTP."""

from __future__ import annotations

import pytest
from expected import refusal
from key_stores import (
    ACCESS_KEY_ID,
    CLUSTER,
    ENDPOINT,
    OTHER_CREDENTIAL,
    PATH,
    SECRET,
    TEXTS,
    XKS,
    create_external_key,
)

from fake_kms import FakeKms
from fake_kms.xks import Failure, LocalXksProxy, serve
from fake_kms.xks.http_client import HttpXksProxy

PATIENCE = 10  # seconds that a busy machine may need to answer


@pytest.fixture
def local():
    """Give a proxy without a route."""
    proxy = LocalXksProxy(ciphertext_metadata=b"meta")
    proxy.add_key("one")
    return proxy


def served(local, **options):
    return serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, **options)


def test_a_proxy_over_http(kms, client, local):
    with served(local, uri_path="/prefix/kms/xks/v1") as url:
        kms.xks.route(ENDPOINT, url, timeout=PATIENCE)
        request = XKS | {"XksProxyUriPath": "/prefix/kms/xks/v1"}
        key_store = client.create_custom_key_store(**request)["CustomKeyStoreId"]
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
        key = create_external_key(client, key_store)
        answer = client.encrypt(KeyId=key["KeyId"], Plaintext=b"p" * 4096, EncryptionContext={"a": "b"})
        decrypted = client.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"a": "b"})
        assert decrypted["Plaintext"] == b"p" * 4096


def test_failures_over_http(kms, client, create_key_store, local, refused):
    with served(local) as url:
        kms.xks.route(ENDPOINT, url, timeout=PATIENCE)
        with refused("XksProxyInvalidConfigurationException", TEXTS[Failure.INVALID_URI_PATH]):
            client.create_custom_key_store(**XKS | {"XksProxyUriPath": "/prefix/kms/xks/v1"})
        with refused("XksProxyIncorrectAuthenticationCredentialException", TEXTS[Failure.AUTHENTICATION_FAILED]):
            client.create_custom_key_store(**XKS | {"XksProxyAuthenticationCredential": OTHER_CREDENTIAL})
        key = create_external_key(client, create_key_store(XKS))
        local.fail_with(Failure.UNREACHABLE)
        with refused("KMSInvalidStateException", TEXTS[Failure.UNREACHABLE]):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with refused("KMSInvalidStateException", TEXTS[Failure.UNREACHABLE]):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


def test_https_without_tls(kms, client, local, refused):
    with served(local) as url:
        kms.xks.route(ENDPOINT, url.replace("http:", "https:"), timeout=PATIENCE)
        with refused("XksProxyInvalidConfigurationException", TEXTS[Failure.TLS]):
            client.create_custom_key_store(**XKS)


@pytest.mark.parametrize(
    "url",
    [
        "https://proxy.example.com",
        "https://10.0.0.1",
        "http://169.254.169.254",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com:80",
        "http://[::2]:80",
        "http://0.0.0.0",
        "127.0.0.1:80",
        "",
    ],
)
def test_urls_of_other_machines(kms, url):
    with pytest.raises(ValueError, match="a fake KMS talks to this machine only"):
        kms.xks.route(ENDPOINT, url)


@pytest.mark.parametrize("url", ["http://127.0.0.1/path", "ftp://127.0.0.1", "http://user@127.0.0.1"])
def test_urls_that_are_not_endpoints(kms, url):
    with pytest.raises(ValueError, match=r"endpoint|belongs into uri_path"):
        kms.xks.route(ENDPOINT, url)


@pytest.mark.parametrize("url", ["http://localhost:8000", "https://[::1]:8000", "http://127.0.0.2"])
def test_urls_of_this_machine(kms, url):
    kms.xks.route(ENDPOINT, url)


@pytest.mark.parametrize(
    "uri",
    ["http://proxy.example.com", "https://proxy.example.com:443", "https://proxy.example.com/v1", "https://a_b", ""],
)
def test_uris_that_no_key_store_can_have(kms, uri):
    with pytest.raises(ValueError, match="not a URI of a key store"):
        kms.xks.route(uri, LocalXksProxy())


def test_objects_that_are_not_proxies(kms):
    with pytest.raises(TypeError, match="has none"):
        kms.xks.route(ENDPOINT, object())
    with pytest.raises(TypeError, match="give the URL"):
        kms.xks.route(ENDPOINT, HttpXksProxy("https://proxy.example.com", PATH, "us-east-1", ACCESS_KEY_ID, SECRET))


def test_certificates_that_do_not_exist(kms):
    with pytest.raises(OSError):
        kms.xks.route(ENDPOINT, "https://127.0.0.1", ca_certs="/nowhere.pem")


def test_cluster_ids_are_those_of_cloudhsm(kms):
    with pytest.raises(ValueError, match="KMS refuses others"):
        kms.clusters.add("cluster-1a23b4cdefg")


def test_clusters_are_added_and_removed(kms):
    cluster = kms.clusters.add(CLUSTER)
    assert list(kms.clusters) == [cluster]
    assert kms.clusters[CLUSTER] is cluster
    kms.clusters.remove(CLUSTER)
    assert len(kms.clusters) == 0
    assert "kmsPswd" not in repr(kms.clusters.add(CLUSTER, password="kmsPswd"))


def test_clusters_and_proxies_need_an_open_fake():
    for name in ("clusters", "xks"):
        with pytest.raises(RuntimeError, match="not open yet"):
            getattr(FakeKms(), name)


def test_a_reset_removes_clusters_routes_and_key_stores(kms, client, proxy, hsm):
    kms.clusters.add(CLUSTER)
    kms.reset()
    assert len(kms.clusters) == 0
    assert client.describe_custom_key_stores()["CustomKeyStores"] == []
    with refusal("XksProxyUriUnreachableException", TEXTS[Failure.UNREACHABLE]):
        client.create_custom_key_store(**XKS)
