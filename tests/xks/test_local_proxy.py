"""The proxy of this package, called in this process and over HTTP."""

from __future__ import annotations

import pytest
from xks_proxies import ABOUT, ABSENT, b64, changed, failing

from fake_kms.entropy import SeededEntropy
from fake_kms.xks import Failure, LocalXksProxy, protocol
from fake_kms.xks.container import pack, unpack
from fake_kms.xks.protocol import Encrypted, ExternalKey

METADATA = {"requestMetadata": ABOUT.to_dict()}
ENCRYPT = {**METADATA, "encryptionAlgorithm": "AES_GCM", "plaintext": "eA=="}


@pytest.mark.parametrize("size", [1, 27, 4300])
@pytest.mark.parametrize("aad", [b"", b"context", bytes(8192)])
def test_what_was_encrypted_decrypts(proxy, size, aad):
    plaintext = b"x" * size
    encrypted = protocol.encrypt(proxy, "key_1.a-b", ABOUT, plaintext, aad)

    assert size == 1 or plaintext != encrypted.ciphertext  # a single byte may be encrypted to itself
    assert (size, b"version 7", 12, 16) == (
        len(encrypted.ciphertext),
        encrypted.metadata,
        len(encrypted.iv),
        len(encrypted.tag),
    )
    assert plaintext == protocol.decrypt(proxy, "key_1.a-b", ABOUT, unpack(pack(encrypted)), aad)


@pytest.mark.parametrize("member", Encrypted._fields)
def test_every_part_is_authenticated(proxy, member):
    encrypted = protocol.encrypt(proxy, "key_1.a-b", ABOUT, b"x" * 32, b"context")
    value = getattr(encrypted, member)
    other = encrypted._replace(**{member: bytes([value[0] ^ 1]) + value[1:]})

    with failing(Failure.INVALID_CIPHERTEXT):
        protocol.decrypt(proxy, "key_1.a-b", ABOUT, other, b"context")


def test_the_additional_data_is_authenticated(proxy):
    encrypted = protocol.encrypt(proxy, "key_1.a-b", ABOUT, b"x" * 32, b"context")

    with failing(Failure.INVALID_CIPHERTEXT):
        protocol.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"")


def test_a_proxy_describes_itself(proxy, local):
    local.set_health("UNAVAILABLE", "DEGRADED")

    assert proxy.call("/health", METADATA) == {
        "xksProxyFleetSize": 1,
        "xksProxyVendor": "fake_kms",
        "xksProxyModel": "LocalXksProxy",
        "ekmVendor": "fake_kms",
        "ekmFleetDetails": [
            {"id": "ekm-1", "model": "in memory", "healthStatus": "UNAVAILABLE"},
            {"id": "ekm-2", "model": "in memory", "healthStatus": "DEGRADED"},
        ],
    }
    protocol.check_health(proxy, ABOUT)


def test_a_proxy_describes_its_keys(proxy, local):
    local.add_key("other", key_spec="RSA_2048", key_usage=["SIGN"], status="DISABLED")

    known = ExternalKey("AES_256", ("ENCRYPT", "DECRYPT"), "ENABLED")
    assert known == protocol.describe_key(proxy, "key_1.a-b", ABOUT)
    assert ExternalKey("RSA_2048", ("SIGN",), "DISABLED") == protocol.describe_key(proxy, "other", ABOUT)


def test_a_key_that_cannot_be_used(proxy, local):
    encrypted = protocol.encrypt(proxy, "key_1.a-b", ABOUT, b"x", b"")
    local.set_status("key_1.a-b", "DISABLED")
    local.add_key("decrypts", key_usage=["DECRYPT"])
    local.add_key("rsa", key_spec="RSA_2048")

    with failing(Failure.KEY_DISABLED):
        protocol.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"")
    with failing(Failure.INVALID_KEY_USAGE):
        protocol.encrypt(proxy, "decrypts", ABOUT, b"x", b"")
    with failing(Failure.INVALID_KEY_USAGE):
        protocol.encrypt(proxy, "rsa", ABOUT, b"x", b"")
    local.set_status("key_1.a-b", "ENABLED")
    assert protocol.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"") == b"x"
    local.delete_key("key_1.a-b")
    with failing(Failure.KEY_NOT_FOUND):
        protocol.decrypt(proxy, "key_1.a-b", ABOUT, encrypted, b"")


def test_all_key_managers_unavailable(proxy, local):
    local.set_health("UNAVAILABLE", "UNAVAILABLE")

    with failing(Failure.UNHEALTHY):
        protocol.check_health(proxy, ABOUT)


@pytest.mark.parametrize("statuses", [(), ("ACTIVE",) * 11, ("WELL",)])
def test_no_such_health(local, statuses):
    with pytest.raises(ValueError, match="ACTIVE, DEGRADED, UNAVAILABLE"):
        local.set_health(*statuses)


def test_a_seed_makes_a_proxy_repeatable():
    def one():
        proxy = LocalXksProxy(entropy=SeededEntropy(1))
        proxy.add_key("k")
        return protocol.encrypt(proxy, "k", ABOUT, b"x" * 32, b"")

    assert one() == one()


def test_a_slow_proxy_in_this_process_is_not_waited_for(local):
    local.delay = 3600.0
    with failing(Failure.TIMEOUT):
        protocol.check_health(local, ABOUT)
    local.delay = 0.25
    protocol.check_health(local, ABOUT)


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("encrypt", None),
        ("encrypt", []),
        ("encrypt", ENCRYPT | {"requestMetadata": "x"}),
        *[("encrypt", ENCRYPT | {"requestMetadata": changed(ABOUT.to_dict(), n, ABSENT)}) for n in ABOUT.to_dict()],
        ("encrypt", ENCRYPT | {"plaintext": ""}),
        ("encrypt", ENCRYPT | {"plaintext": b64(bytes(4301))}),
        ("encrypt", ENCRYPT | {"additionalAuthenticatedData": b64(bytes(8193))}),
        ("encrypt", ENCRYPT | {"encryptionAlgorithm": "AES_CBC"}),
        ("encrypt", ENCRYPT | {"ciphertextDataIntegrityValueAlgorithm": "MD5"}),
        ("decrypt", ENCRYPT),
        ("metadata", {}),
    ],
)
def test_a_proxy_validates(proxy, action, body):
    with failing(Failure.VALIDATION):
        proxy.call(f"/keys/key_1.a-b/{action}", body)


def test_the_integrity_value_is_given_only_on_request(local):
    assert "ciphertextDataIntegrityValue" not in local.call("/keys/key_1.a-b/encrypt", ENCRYPT)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/keys", "/keys/key_1.a-b", "/keys/key_1.a-b/sign", "/keys//encrypt", "/./", "/../h", "/health?x=1"],
)
def test_no_such_path(proxy, path):
    with failing(Failure.INVALID_URI_PATH):
        proxy.call(path, ENCRYPT)
