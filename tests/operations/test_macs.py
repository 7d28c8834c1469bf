"""GenerateMac and VerifyMac."""

from __future__ import annotations

import pytest
from expected import DRY_RUN, broken, disabled, members, other_algorithm, other_usage
from keys import create

SPECS = [
    ("HMAC_224", "HMAC_SHA_224", 28),
    ("HMAC_256", "HMAC_SHA_256", 32),
    ("HMAC_384", "HMAC_SHA_384", 48),
    ("HMAC_512", "HMAC_SHA_512", 64),
]
ALGORITHMS = "satisfy enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]"


def hmac_key(client, spec="HMAC_256"):
    return create(client, spec, "GENERATE_VERIFY_MAC")


def request_with(key, algorithm="HMAC_SHA_256", message=b"a message"):
    return {"KeyId": key["KeyId"], "MacAlgorithm": algorithm, "Message": message}


class TestGenerateMac:
    @pytest.mark.aws
    def test_an_unknown_algorithm(self, unchecked, refused):
        key = hmac_key(unchecked)

        with refused(*broken("macAlgorithm", ALGORITHMS, "HMAC_MD5")):
            unchecked.generate_mac(**request_with(key, "HMAC_MD5"))

    @pytest.mark.aws
    def test_a_message_that_is_too_long(self, client, refused):
        key = hmac_key(client)

        with refused(*broken("message", "have length less than or equal to 4096")):
            client.generate_mac(**request_with(key, message=bytes(4097)))

    @pytest.mark.aws
    def test_an_algorithm_that_the_key_does_not_have(self, client, refused):
        key = hmac_key(client)

        with refused(*other_algorithm(key, "HMAC_SHA_512")):
            client.generate_mac(**request_with(key, "HMAC_SHA_512"))

    @pytest.mark.aws
    def test_a_key_of_another_usage(self, client, key, refused):
        with refused(*other_usage(key, "GenerateMac")):
            client.generate_mac(**request_with(key))

    @pytest.mark.aws
    def test_a_disabled_key(self, client, refused):
        key = hmac_key(client)
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.generate_mac(**request_with(key))

    @pytest.mark.aws
    def test_dry_run(self, client, refused):
        key = hmac_key(client)

        with refused(*DRY_RUN):
            client.generate_mac(**request_with(key), DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm", "length"), SPECS)
    def test_the_answer(self, client, spec, algorithm, length):
        key = hmac_key(client, spec)
        answer = members(client.generate_mac(**request_with(key, algorithm)))

        assert len(answer.pop("Mac")) == length
        assert answer == {"KeyId": key["Arn"], "MacAlgorithm": algorithm}

    @pytest.mark.aws
    def test_the_mac_depends_on_key_and_message_alone(self, client):
        first, second = hmac_key(client), hmac_key(client)

        def mac(key, message):
            return client.generate_mac(**request_with(key, message=message))["Mac"]

        assert mac(first, b"x" * 4096) == mac(first, b"x" * 4096)
        assert len({mac(first, b"x"), mac(first, b"y"), mac(second, b"x")}) == 3


class TestVerifyMac:
    @pytest.mark.aws
    def test_an_unknown_algorithm(self, unchecked, refused):
        key = hmac_key(unchecked)

        with refused(*broken("macAlgorithm", ALGORITHMS, "HMAC_MD5")):
            unchecked.verify_mac(**request_with(key, "HMAC_MD5"), Mac=b"x")

    @pytest.mark.aws
    def test_an_algorithm_that_the_key_does_not_have(self, client, refused):
        key = hmac_key(client)

        with refused(*other_algorithm(key, "HMAC_SHA_512")):
            client.verify_mac(**request_with(key, "HMAC_SHA_512"), Mac=b"x")

    @pytest.mark.aws
    def test_usage_comes_before_state(self, client, key, refused):
        client.disable_key(KeyId=key["KeyId"])

        with refused(*other_usage(key, "VerifyMac")):
            client.verify_mac(**request_with(key), Mac=b"x")

    @pytest.mark.aws
    def test_dry_run_verifies(self, client, refused):
        request = request_with(hmac_key(client))
        mac = client.generate_mac(**request)["Mac"]

        with refused(*DRY_RUN):
            client.verify_mac(**request, Mac=mac, DryRun=True)
        with refused("KMSInvalidMacException"):
            client.verify_mac(**request, Mac=b"x", DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm", "length"), SPECS)
    def test_a_mac_verifies_and_no_other_does(self, client, refused, spec, algorithm, length):
        key = hmac_key(client, spec)
        request = request_with(key, algorithm)
        mac = client.generate_mac(**request)["Mac"]

        answer = members(client.verify_mac(Mac=mac, **request))
        assert answer == {"KeyId": key["Arn"], "MacAlgorithm": algorithm, "MacValid": True}
        for wrong in (mac[:-1], mac + b"\0", b"x" * length):
            with refused("KMSInvalidMacException"):
                client.verify_mac(Mac=wrong, **request)
        with refused("KMSInvalidMacException"):
            client.verify_mac(Mac=mac, **request | {"Message": b"another message"})
