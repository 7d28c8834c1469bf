"""GenerateMac and VerifyMac."""

from __future__ import annotations

import pytest

SPECS = [
    ("HMAC_224", "HMAC_SHA_224", 28),
    ("HMAC_256", "HMAC_SHA_256", 32),
    ("HMAC_384", "HMAC_SHA_384", 48),
    ("HMAC_512", "HMAC_SHA_512", 64),
]


def make(client, spec="HMAC_256"):
    return client.create_key(KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]


@pytest.mark.aws
@pytest.mark.parametrize(("spec", "algorithm", "length"), SPECS)
def test_a_mac_verifies_and_no_other_does(client, refused, spec, algorithm, length):
    key = make(client, spec)
    request = {"KeyId": key["KeyId"], "MacAlgorithm": algorithm, "Message": b"a message"}
    made = client.generate_mac(**request)

    assert (len(made["Mac"]), made["KeyId"], made["MacAlgorithm"]) == (length, key["Arn"], algorithm)
    answer = client.verify_mac(Mac=made["Mac"], **request)
    assert (answer["MacValid"], answer["KeyId"], answer["MacAlgorithm"]) == (True, key["Arn"], algorithm)
    for wrong in (made["Mac"][:-1], made["Mac"] + b"\0", b"x" * length):
        with refused("KMSInvalidMacException"):
            client.verify_mac(Mac=wrong, **request)


@pytest.mark.aws
def test_an_algorithm_that_the_key_has_not(client, refused):
    key = make(client)
    message = "Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256."
    with refused("InvalidKeyUsageException", message):
        client.generate_mac(KeyId=key["KeyId"], MacAlgorithm="HMAC_SHA_512", Message=b"x")


@pytest.mark.aws
def test_usage_comes_before_state(client, key, refused):
    client.disable_key(KeyId=key["KeyId"])
    message = f"{key['Arn']} key usage is ENCRYPT_DECRYPT which is not valid for VerifyMac."
    with refused("InvalidKeyUsageException", message):
        client.verify_mac(KeyId=key["KeyId"], MacAlgorithm="HMAC_SHA_256", Message=b"x", Mac=b"x")


@pytest.mark.aws
def test_an_unknown_algorithm(client, unchecked, refused):
    key = make(client)
    message = (
        "1 validation error detected: Value 'HMAC_MD5' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy "
        "enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]"
    )
    with refused("ValidationException", message):
        unchecked.generate_mac(KeyId=key["KeyId"], MacAlgorithm="HMAC_MD5", Message=b"x")


@pytest.mark.aws
def test_dry_run(client, refused):
    key = make(client)
    with refused("DryRunOperationException", "The request would have succeeded, but the DryRun option is set."):
        client.generate_mac(KeyId=key["KeyId"], MacAlgorithm="HMAC_SHA_256", Message=b"x", DryRun=True)
