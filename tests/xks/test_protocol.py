"""The proxy API as KMS speaks it: its requests, and answers that it does not accept."""

from __future__ import annotations

import hashlib

import pytest
from xks_proxies import ABOUT, ABSENT, ARN, HEALTH, Answering, b64, changed, failing

from fake_kms.xks import Failure, protocol
from fake_kms.xks.protocol import Encrypted, ExternalKey, RequestMetadata

KEY = {"keySpec": "AES_256", "keyUsage": ["ENCRYPT", "DECRYPT"], "keyStatus": "ENABLED"}
MEMBER = HEALTH["ekmFleetDetails"][0]


# Requests


def test_the_request_of_encrypt():
    answer = {"ciphertext": b64(b"c"), "initializationVector": b64(bytes(16)), "authenticationTag": b64(bytes(16))}
    proxy = Answering(answer)
    about = RequestMetadata("arn:aws:iam::123456789012:root", ARN, "GenerateDataKey", "id")

    assert Encrypted(b"c", b"", bytes(16), bytes(16)) == protocol.encrypt(proxy, "k", about, b"p", b"context")
    assert [
        (
            "/keys/k/encrypt",
            {
                "requestMetadata": {
                    "awsPrincipalArn": "arn:aws:iam::123456789012:root",
                    "kmsKeyArn": ARN,
                    "kmsOperation": "GenerateDataKey",
                    "kmsRequestId": "id",
                },
                "plaintext": b64(b"p"),
                "encryptionAlgorithm": "AES_GCM",
                "additionalAuthenticatedData": b64(b"context"),
                "ciphertextDataIntegrityValueAlgorithm": "SHA_256",
            },
        )
    ] == proxy.requests


def test_the_request_of_decrypt():
    proxy = Answering({"plaintext": b64(b"p")})

    protocol.decrypt(proxy, "k", ABOUT, Encrypted(b"c", b"", bytes(12), bytes(16)), b"")
    protocol.decrypt(proxy, "k", ABOUT, Encrypted(b"c", b"m", bytes(12), bytes(16)), b"")
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
    ] == proxy.requests


def test_the_requests_that_describe():
    proxy, about = Answering(HEALTH | KEY), RequestMetadata("arn", None, "CreateKey", "id")

    protocol.check_health(proxy, about)
    assert protocol.describe_key(proxy, "k", about) == ExternalKey("AES_256", ("ENCRYPT", "DECRYPT"), "ENABLED")
    assert proxy.requests == [
        ("/health", {"requestMetadata": {"kmsOperation": "CreateKey", "kmsRequestId": "id"}}),
        (
            "/keys/k/metadata",
            {"requestMetadata": {"awsPrincipalArn": "arn", "kmsOperation": "CreateKey", "kmsRequestId": "id"}},
        ),
    ]


@pytest.mark.parametrize(("plaintext", "aad"), [(b"", b""), (bytes(4301), b""), (b"x", bytes(8193))])
def test_lengths_that_the_api_does_not_allow(local, plaintext, aad):
    with pytest.raises(ValueError, match="the proxy API takes"):
        protocol.encrypt(local, "key_1.a-b", ABOUT, plaintext, aad)


# Answers


def encrypted_answer(*, metadata=b"m", iv=bytes(12), tag=bytes(16), ciphertext=b"cc", aad=b"a"):
    value = hashlib.sha256(aad + metadata + iv + ciphertext + tag).digest()
    return {
        "ciphertext": b64(ciphertext),
        "ciphertextMetadata": b64(metadata),
        "initializationVector": b64(iv),
        "authenticationTag": b64(tag),
        "ciphertextDataIntegrityValue": b64(value),
    }


def encrypt_two(answer):
    return protocol.encrypt(Answering(answer), "k", ABOUT, b"pp", b"a")


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


@pytest.mark.parametrize(("name", "value"), MALFORMED_HEALTH)
def test_malformed_health(name, value):
    with failing(Failure.INVALID_RESPONSE):
        protocol.check_health(Answering(changed(HEALTH, name, value)), ABOUT)


@pytest.mark.parametrize(("name", "value"), MALFORMED_KEY)
def test_malformed_key_metadata(name, value):
    with failing(Failure.INVALID_RESPONSE):
        protocol.describe_key(Answering(changed(KEY, name, value)), "k", ABOUT)


@pytest.mark.parametrize(("name", "value"), MALFORMED_ENCRYPTED)
def test_malformed_encryption(name, value):
    with failing(Failure.INVALID_RESPONSE):
        encrypt_two(changed(encrypted_answer(), name, value))


@pytest.mark.parametrize("value", [ABSENT, None, 1, "?", b64(b"pp"), ""])
def test_malformed_decryption(value):
    proxy = Answering(changed({}, "plaintext", value))
    with failing(Failure.INVALID_RESPONSE):
        protocol.decrypt(proxy, "k", ABOUT, Encrypted(b"c", b"", bytes(12), bytes(16)), b"")


@pytest.mark.parametrize("answer", [None, [], "x", 1])
def test_an_answer_that_is_not_an_object(answer):
    with failing(Failure.INVALID_RESPONSE):
        protocol.check_health(Answering(answer), ABOUT)


@pytest.mark.parametrize("member", ["metadata", "iv", "tag", "ciphertext", "aad"])
def test_the_integrity_value_covers_everything(member):
    other = {"metadata": b"n", "iv": b"1" * 12, "tag": b"1" * 16, "ciphertext": b"dd", "aad": b"b"}[member]
    value = encrypted_answer(**{member: other})["ciphertextDataIntegrityValue"]

    assert Encrypted(b"cc", b"m", bytes(12), bytes(16)) == encrypt_two(encrypted_answer())
    with failing(Failure.INVALID_RESPONSE):
        encrypt_two(encrypted_answer() | {"ciphertextDataIntegrityValue": value})


@pytest.mark.parametrize(
    ("statuses", "unhealthy"),
    [
        (["UNAVAILABLE"], True),
        (["UNAVAILABLE", "UNAVAILABLE"], True),
        (["UNAVAILABLE", "DEGRADED"], False),
        (["ACTIVE"], False),
    ],
)
def test_a_proxy_is_unhealthy_when_all_its_key_managers_are_unavailable(statuses, unhealthy):
    fleet = [MEMBER | {"healthStatus": status} for status in statuses]
    proxy = Answering(HEALTH | {"ekmFleetDetails": fleet})
    if unhealthy:
        with failing(Failure.UNHEALTHY):
            protocol.check_health(proxy, ABOUT)
    else:
        protocol.check_health(proxy, ABOUT)
