"""DeriveSharedSecret, Encapsulate, Decapsulate."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from expected import DRY_RUN, broken, disabled, members, other_usage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keys import HAS_ML_KEM, create, public_key, spki
from kyber_py.ml_kem import ML_KEM_512, ML_KEM_768, ML_KEM_1024

INVALID = ("ValidationException", "")
KYBER_PY = {512: ML_KEM_512, 768: ML_KEM_768, 1024: ML_KEM_1024}
ML_KEM_LENGTHS = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}


def agreement_key(client, spec="ECC_NIST_P256"):
    return create(client, spec, "KEY_AGREEMENT")


def request_with(key, peer):
    public = peer if isinstance(peer, bytes) else spki(peer.public_key())
    return {"KeyId": key["KeyId"], "KeyAgreementAlgorithm": "ECDH", "PublicKey": public}


class TestDeriveSharedSecret:
    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(min_size=1, max_size=200))
    def test_bytes_that_are_not_a_public_key(self, client, send, garbage):
        key = agreement_key(client)
        answer = send("DeriveSharedSecret", request_with(key, garbage))
        assert answer.json == {"__type": "ValidationException"}

    def test_keys_of_another_curve_or_kind(self, client, refused):
        key = agreement_key(client)
        for peer in (ec.generate_private_key(ec.SECP384R1()), Ed25519PrivateKey.generate()):
            with refused(*INVALID):
                client.derive_shared_secret(**request_with(key, peer))

    @pytest.mark.aws
    def test_a_key_of_another_usage(self, client, refused):
        key = create(client, "ECC_NIST_P256")
        with refused(*other_usage(key, "DeriveSharedSecret")):
            client.derive_shared_secret(**request_with(key, b"x"))

    @pytest.mark.aws
    def test_a_disabled_key(self, client, refused):
        key = agreement_key(client)
        client.disable_key(KeyId=key["KeyId"])

        with refused(*disabled(key)):
            client.derive_shared_secret(**request_with(key, ec.generate_private_key(ec.SECP256R1())))

    @pytest.mark.aws
    def test_dry_run(self, client, refused):
        key = agreement_key(client)

        with refused(*DRY_RUN):
            client.derive_shared_secret(**request_with(key, ec.generate_private_key(ec.SECP256R1())), DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "length"), [("ECC_NIST_P256", 32), ("ECC_NIST_P384", 48), ("ECC_NIST_P521", 66)])
    def test_both_sides_have_the_same_secret(self, client, spec, length):
        key = agreement_key(client, spec)
        here = public_key(client, key)
        peer = ec.generate_private_key(here.curve)

        answer = members(client.derive_shared_secret(**request_with(key, peer)))

        secret = answer.pop("SharedSecret")
        assert secret == peer.exchange(ec.ECDH(), here)
        assert len(secret) == length
        assert answer == {"KeyAgreementAlgorithm": "ECDH", "KeyId": key["Arn"], "KeyOrigin": "AWS_KMS"}


def encapsulation_key(client, spec="ML_KEM_768"):
    return create(client, spec, "ENCAPSULATE_DECAPSULATE")


def request_to(key):
    return {"KeyId": key["KeyId"], "EncapsulationAlgorithm": "ML_KEM"}


if HAS_ML_KEM:

    class TestEncapsulate:
        @pytest.mark.aws
        def test_an_unknown_algorithm(self, unchecked, refused):
            key = encapsulation_key(unchecked)

            with refused(*broken("encapsulationAlgorithm", "satisfy enum value set: [ML_KEM]", "RSA_KEM")):
                unchecked.encapsulate(KeyId=key["KeyId"], EncapsulationAlgorithm="RSA_KEM")

        @pytest.mark.aws
        def test_a_key_of_another_usage(self, client, key, refused):
            with refused(*other_usage(key, "Encapsulate")):
                client.encapsulate(**request_to(key))

        @pytest.mark.aws
        def test_a_disabled_key(self, client, refused):
            key = encapsulation_key(client)
            client.disable_key(KeyId=key["KeyId"])

            with refused(*disabled(key)):
                client.encapsulate(**request_to(key))

        @pytest.mark.aws
        def test_dry_run(self, client, refused):
            key = encapsulation_key(client)

            with refused(*DRY_RUN):
                client.encapsulate(DryRun=True, **request_to(key))

        @pytest.mark.aws
        @pytest.mark.parametrize("spec", ML_KEM_LENGTHS)
        def test_the_answer(self, client, spec):
            key = encapsulation_key(client, spec)
            answer = members(client.encapsulate(**request_to(key)))

            assert len(answer.pop("SharedSecret")) == 32
            assert len(answer.pop("SharedSecretCiphertextBlob")) == ML_KEM_LENGTHS[spec]
            assert answer == {"EncapsulationAlgorithm": "ML_KEM", "KeyId": key["Arn"]}

        @pytest.mark.aws
        def test_another_secret_each_time(self, client):
            request = request_to(encapsulation_key(client))

            assert client.encapsulate(**request)["SharedSecret"] != client.encapsulate(**request)["SharedSecret"]

    class TestDecapsulate:
        @pytest.mark.aws
        @pytest.mark.parametrize("spec", ML_KEM_LENGTHS)
        def test_a_ciphertext_of_another_length(self, client, refused, spec):
            key = encapsulation_key(client, spec)

            for length in (1, ML_KEM_LENGTHS[spec] - 1):
                with refused("InvalidCiphertextException"):
                    client.decapsulate(SharedSecretCiphertextBlob=bytes(length), **request_to(key))

        @pytest.mark.aws
        def test_a_key_of_another_usage(self, client, key, refused):
            with refused(*other_usage(key, "Decapsulate")):
                client.decapsulate(SharedSecretCiphertextBlob=bytes(1088), **request_to(key))

        @pytest.mark.aws
        def test_dry_run_decapsulates(self, client, refused):
            key = encapsulation_key(client)

            with refused(*DRY_RUN):
                client.decapsulate(SharedSecretCiphertextBlob=bytes(1088), DryRun=True, **request_to(key))
            with refused("InvalidCiphertextException"):
                client.decapsulate(SharedSecretCiphertextBlob=bytes(1), DryRun=True, **request_to(key))

        @pytest.mark.aws
        @pytest.mark.parametrize("spec", ML_KEM_LENGTHS)
        def test_both_sides_have_the_same_secret(self, client, spec):
            key = encapsulation_key(client, spec)
            encapsulated = client.encapsulate(**request_to(key))
            blob = encapsulated["SharedSecretCiphertextBlob"]

            assert members(client.decapsulate(SharedSecretCiphertextBlob=blob, **request_to(key))) == {
                "EncapsulationAlgorithm": "ML_KEM",
                "KeyId": key["Arn"],
                "SharedSecret": encapsulated["SharedSecret"],
            }

        @pytest.mark.aws
        @pytest.mark.parametrize("spec", ML_KEM_LENGTHS)
        def test_any_other_ciphertext_gives_another_secret(self, client, spec):
            request = request_to(encapsulation_key(client, spec))
            secret = client.encapsulate(**request)["SharedSecret"]

            wrong = client.decapsulate(SharedSecretCiphertextBlob=bytes(ML_KEM_LENGTHS[spec]), **request)
            assert wrong["SharedSecret"] != secret

        @pytest.mark.parametrize("level", [512, 768, 1024])
        def test_a_secret_of_another_implementation_is_recovered(self, client, level):
            key = encapsulation_key(client, f"ML_KEM_{level}")
            public = client.get_public_key(KeyId=key["KeyId"])["PublicKey"]
            raw = public[-{512: 800, 768: 1184, 1024: 1568}[level] :]
            secret, ciphertext = KYBER_PY[level].encaps(raw)

            answer = client.decapsulate(SharedSecretCiphertextBlob=ciphertext, **request_to(key))
            assert answer["SharedSecret"] == secret
