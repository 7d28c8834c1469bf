"""Sign and Verify."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from expected import DRY_RUN, broken, disabled, members, other_algorithm, other_usage
from keys import HAS_ML_DSA, PAIRS, create, public_key

from fake_kms.crypto.fallback import ed25519ph
from fake_kms.tables.key_specs import DIGEST_LENGTHS, KEY_SPECS

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
SIGNERS = [
    (spec, algorithm) for spec, usage in PAIRS if usage == "SIGN_VERIFY" for algorithm in KEY_SPECS[spec].usages[usage]
]
DIGESTS = [pair for pair in SIGNERS if "ED25519" not in pair[1] and "ML_DSA" not in pair[1]]
WITH_LENGTH = [pair for pair in SIGNERS if pair[1] in DIGEST_LENGTHS]
# Key spec, algorithm, message type, and what AWS says the message type is incompatible with.
MISMATCHES = [
    ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "DIGEST", "algorithm ED25519_SHA_512"),
    ("ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512", "RAW", "algorithm ED25519_PH_SHA_512"),
    ("ECC_NIST_P256", "ECDSA_SHA_256", "EXTERNAL_MU", "key spec ECC_NIST_P256"),
    ("RSA_2048", "RSASSA_PSS_SHA_256", "EXTERNAL_MU", "key spec RSA_2048"),
] + ([("ML_DSA_44", "ML_DSA_SHAKE_256", "DIGEST", "key spec ML_DSA_44")] if HAS_ML_DSA else [])
MESSAGE = b"a message"


def request_with(key, algorithm="ECDSA_SHA_256", **more):
    return {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm, "Message": MESSAGE} | more


def signable(key, algorithm):
    """Return a request for a message, in the form that the algorithm takes."""
    if algorithm != "ED25519_PH_SHA_512":
        return request_with(key, algorithm)
    return request_with(key, algorithm, Message=hashlib.sha512(MESSAGE).digest(), MessageType="DIGEST")


def digest_of(algorithm):
    return hashlib.new(f"sha{algorithm[-3:]}", MESSAGE).digest()


def verify_outside(public, algorithm, message, signature):
    """Verify with `cryptography` directly."""
    if algorithm.startswith("ECDSA"):
        public.verify(signature, message, ec.ECDSA(HASHES[algorithm[-3:]]))
    elif algorithm.startswith("RSASSA_PSS"):
        chosen = HASHES[algorithm[-3:]]
        public.verify(signature, message, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
    elif algorithm.startswith("RSASSA"):
        public.verify(signature, message, padding.PKCS1v15(), HASHES[algorithm[-3:]])
    elif algorithm == "ED25519_PH_SHA_512":
        assert ed25519ph.verify(public.public_bytes_raw(), message, signature)
    else:
        public.verify(signature, message)


class TestSign:
    @pytest.mark.aws
    def test_a_message_that_is_too_long(self, client, refused):
        key = create(client, "ECC_NIST_P256")

        with refused(*broken("message", "have length less than or equal to 4096")):
            client.sign(**request_with(key, Message=bytes(4097)))

    @pytest.mark.aws
    def test_symmetric_default_passes_the_enum_and_not_the_key(self, unchecked, refused):
        key = create(unchecked, "ECC_NIST_P256")

        with refused(*other_algorithm(key, "SYMMETRIC_DEFAULT")):
            unchecked.sign(**request_with(key, "SYMMETRIC_DEFAULT"))

    @pytest.mark.aws
    @pytest.mark.parametrize("algorithm", ["RSASSA_PSS_SHA_256", "ECDSA_SHA_384"])
    def test_an_algorithm_that_the_key_does_not_have(self, client, refused, algorithm):
        key = create(client, "ECC_NIST_P256")

        with refused(*other_algorithm(key, algorithm)):
            client.sign(**request_with(key, algorithm))

    @pytest.mark.aws
    def test_usage_comes_before_state_and_state_before_algorithm(self, client, key, refused):
        signer = create(client, "ECC_NIST_P256")
        client.disable_key(KeyId=key["KeyId"])
        client.disable_key(KeyId=signer["KeyId"])

        with refused(*other_usage(key, "Sign")):
            client.sign(**request_with(key))
        with refused(*disabled(signer)):
            client.sign(**request_with(signer, "RSASSA_PSS_SHA_256"))

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), WITH_LENGTH)
    def test_a_digest_of_another_length(self, client, refused, spec, algorithm):
        key = create(client, spec)

        with refused("ValidationException", f"Digest is invalid length for algorithm {algorithm}."):
            client.sign(**request_with(key, algorithm, Message=b"x" * 31, MessageType="DIGEST"))

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm", "message_type", "what"), MISMATCHES)
    def test_a_message_type_that_does_not_fit(self, client, refused, spec, algorithm, message_type, what):
        key = create(client, spec)

        with refused("ValidationException", f"Message type {message_type} is incompatible with {what}."):
            client.sign(**request_with(key, algorithm, MessageType=message_type))

    @pytest.mark.aws
    def test_dry_run(self, client, refused):
        key = create(client, "ECC_NIST_P256")

        with refused(*DRY_RUN):
            client.sign(**request_with(key), DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), SIGNERS)
    def test_a_signature_verifies_outside(self, client, spec, algorithm):
        key = create(client, spec)
        request = signable(key, algorithm)
        answer = members(client.sign(**request))

        verify_outside(public_key(client, key), algorithm, request["Message"], answer.pop("Signature"))
        assert answer == {"KeyId": key["Arn"], "SigningAlgorithm": algorithm}

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), DIGESTS)
    def test_a_digest_is_signed_as_it_is(self, client, spec, algorithm):
        key = create(client, spec)
        request = request_with(key, algorithm, Message=digest_of(algorithm), MessageType="DIGEST")

        verify_outside(public_key(client, key), algorithm, MESSAGE, client.sign(**request)["Signature"])

    @pytest.mark.aws
    def test_a_digest_is_not_hashed_again(self, client):
        """Another emulator had this defect: a signature over a digest must be over that digest."""
        key = create(client, "ECC_NIST_P256")
        digest = hashlib.sha256(MESSAGE).digest()
        signature = client.sign(**request_with(key, Message=digest, MessageType="DIGEST"))["Signature"]

        public_key(client, key).verify(signature, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))

    if HAS_ML_DSA:

        @pytest.mark.aws
        @pytest.mark.parametrize("spec", ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
        def test_an_external_mu_signs_the_message_itself(self, client, refused, spec):
            key = create(client, spec)
            public = public_key(client, key)
            tr = hashlib.shake_256(public.public_bytes_raw()).digest(64)
            mu = hashlib.shake_256(tr + b"\0\0" + MESSAGE).digest(64)
            request = request_with(key, "ML_DSA_SHAKE_256", MessageType="EXTERNAL_MU")

            signature = client.sign(**request | {"Message": mu})["Signature"]

            public.verify(signature, MESSAGE)
            assert client.verify(**request_with(key, "ML_DSA_SHAKE_256"), Signature=signature)["SignatureValid"]
            with refused("ValidationException", "External Mu is invalid length for algorithm ML_DSA_SHAKE_256."):
                client.sign(**request | {"Message": b"x" * 63})

        @pytest.mark.aws
        def test_an_independent_implementation_verifies_ml_dsa(self, client):
            from dilithium_py.ml_dsa import ML_DSA_44

            key = create(client, "ML_DSA_44")
            signature = client.sign(**request_with(key, "ML_DSA_SHAKE_256", Message=b"m"))["Signature"]
            assert ML_DSA_44.verify(public_key(client, key).public_bytes_raw(), b"m", signature)


class TestVerify:
    @pytest.mark.aws
    def test_a_key_of_another_usage(self, client, key, refused):
        with refused(*other_usage(key, "Verify")):
            client.verify(**request_with(key), Signature=b"x")

    @pytest.mark.aws
    def test_an_algorithm_that_the_key_does_not_have(self, client, refused):
        key = create(client, "ECC_NIST_P256")

        with refused(*other_algorithm(key, "ECDSA_SHA_384")):
            client.verify(**request_with(key, "ECDSA_SHA_384"), Signature=b"x")

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), WITH_LENGTH)
    def test_a_digest_of_another_length(self, client, refused, spec, algorithm):
        key = create(client, spec)
        request = request_with(key, algorithm, Message=b"x" * 31, MessageType="DIGEST")

        with refused("ValidationException", f"Digest is invalid length for algorithm {algorithm}."):
            client.verify(**request, Signature=b"x")

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm", "message_type", "what"), MISMATCHES)
    def test_a_message_type_that_does_not_fit(self, client, refused, spec, algorithm, message_type, what):
        key = create(client, spec)

        with refused("ValidationException", f"Message type {message_type} is incompatible with {what}."):
            client.verify(**request_with(key, algorithm, MessageType=message_type), Signature=b"x")

    @pytest.mark.aws
    def test_dry_run_verifies(self, client, refused):
        request = request_with(create(client, "ECC_NIST_P256"))
        signature = client.sign(**request)["Signature"]

        with refused(*DRY_RUN):
            client.verify(**request, Signature=signature, DryRun=True)
        with refused("KMSInvalidSignatureException"):
            client.verify(**request, Signature=b"x", DryRun=True)

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), SIGNERS)
    def test_a_signature_verifies_and_no_other_does(self, client, refused, spec, algorithm):
        key = create(client, spec)
        request = signable(key, algorithm)
        signature = client.sign(**request)["Signature"]

        answer = members(client.verify(Signature=signature, **request))
        assert answer == {"KeyId": key["Arn"], "SignatureValid": True, "SigningAlgorithm": algorithm}
        for wrong in (signature[:-1] + bytes([signature[-1] ^ 1]), b"x", signature + b"\0"):
            with refused("KMSInvalidSignatureException"):
                client.verify(Signature=wrong, **request)
        with refused("KMSInvalidSignatureException"):
            client.verify(Signature=signature, **request | {"Message": bytes(len(request["Message"]))})

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), DIGESTS)
    def test_the_signature_of_a_digest_is_that_of_its_message(self, client, spec, algorithm):
        key = create(client, spec)
        digest = request_with(key, algorithm, Message=digest_of(algorithm), MessageType="DIGEST")
        signature = client.sign(**digest)["Signature"]

        for request in (digest, request_with(key, algorithm, MessageType="RAW")):
            assert client.verify(Signature=signature, **request)["SignatureValid"]


@pytest.mark.aws
class TestOpenssl:
    @pytest.mark.parametrize("algorithm", ["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_512"])
    def test_openssl_verifies_rsa(self, client, tmp_path, algorithm):
        key = create(client, "RSA_2048")
        options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] if "PSS" in algorithm else []
        self.openssl_verifies(client, key, tmp_path, algorithm, options)

    @pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"])
    def test_openssl_verifies_ecdsa(self, client, tmp_path, spec):
        key = create(client, spec)
        (algorithm,) = key["SigningAlgorithms"]
        self.openssl_verifies(client, key, tmp_path, algorithm, [])

    @staticmethod
    def openssl_verifies(client, key, folder, algorithm, options):
        signature = client.sign(**request_with(key, algorithm))["Signature"]
        (folder / "public.der").write_bytes(client.get_public_key(KeyId=key["KeyId"])["PublicKey"])
        (folder / "signature").write_bytes(signature)
        command = ["openssl", "dgst", f"-sha{algorithm[-3:]}", "-keyform", "DER", "-verify", str(folder / "public.der")]
        command += [*options, "-signature", str(folder / "signature")]
        done = subprocess.run(command, input=MESSAGE, capture_output=True, check=False)
        assert done.stdout == b"Verified OK\n", done.stderr
