"""Sign, Verify, GetPublicKey, DeriveSharedSecret, Encapsulate, Decapsulate, RSA encryption, data key pairs."""

from __future__ import annotations

import hashlib
import subprocess

import cryptography
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kyber_py.ml_kem import ML_KEM_512, ML_KEM_768, ML_KEM_1024

from fake_kms.crypto.fallback import ed25519ph, ml_kem
from fake_kms.tables import model
from fake_kms.tables.key_specs import ALGORITHM_LISTS, DIGEST_LENGTHS, KEY_SPECS

DRY_RUN = "The request would have succeeded, but the DryRun option is set."
HAS_ML_DSA = int(cryptography.__version__.split(".")[0]) >= 49
HAS_ML_KEM = "Encapsulate" in model.load()
KYBER_PY = {512: ML_KEM_512, 768: ML_KEM_768, 1024: ML_KEM_1024}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def possible(spec):
    """Tell whether the installed botocore and cryptography have a key spec."""
    return spec in model.load()["CreateKey"].input.members["KeySpec"].enum and (HAS_ML_DSA or "ML_DSA" not in spec)


PAIRS = [
    (spec.name, usage)
    for spec in KEY_SPECS.values()
    for usage in spec.usages
    if possible(spec.name) and spec.regions != "cn"
]
SIGNERS = [
    (spec, algorithm) for spec, usage in PAIRS if usage == "SIGN_VERIFY" for algorithm in KEY_SPECS[spec].usages[usage]
]


def make(client, spec, usage="SIGN_VERIFY"):
    return client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]


def public_key(client, key):
    return serialization.load_der_public_key(client.get_public_key(KeyId=key["KeyId"])["PublicKey"])


@pytest.mark.aws
@pytest.mark.parametrize(("spec", "usage"), PAIRS)
def test_every_spec_and_usage_is_made_and_described_with_its_own_list(client, spec, usage):
    key = make(client, spec, usage)

    lists = {name: key[name] for name in ALGORITHM_LISTS.values() if name in key}
    assert lists == {ALGORITHM_LISTS[usage]: list(KEY_SPECS[spec].usages[usage])}
    assert (key["KeySpec"], key["CustomerMasterKeySpec"], key["KeyUsage"]) == (spec, spec, usage)
    assert (key["KeyState"], key["Enabled"]) == ("Enabled", True)
    assert ("CurrentKeyMaterialId" in key) == (spec == "SYMMETRIC_DEFAULT")


class TestGetPublicKey:
    LENGTHS = {
        "RSA_2048": 294, "RSA_3072": 422, "RSA_4096": 550, "ECC_NIST_P256": 91, "ECC_NIST_P384": 120, "ECC_NIST_P521": 158,
        "ECC_SECG_P256K1": 88, "ECC_NIST_EDWARDS25519": 44, "ML_DSA_44": 1334, "ML_DSA_65": 1974, "ML_DSA_87": 2614,
        "ML_KEM_512": 822, "ML_KEM_768": 1206, "ML_KEM_1024": 1590,
    }  # fmt: skip

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "usage"), [pair for pair in PAIRS if KEY_SPECS[pair[0]].asymmetric])
    def test_the_members(self, client, spec, usage):
        key = make(client, spec, usage)
        answer = client.get_public_key(KeyId=key["KeyId"])
        again = client.get_public_key(KeyId=key["Arn"])

        assert answer["PublicKey"] == again["PublicKey"]
        assert len(answer["PublicKey"]) == self.LENGTHS[spec]
        assert set(answer) - {"ResponseMetadata"} == {
            "CustomerMasterKeySpec", "KeyId", "KeySpec", "KeyUsage", "PublicKey", ALGORITHM_LISTS[usage],
        }  # fmt: skip
        assert (answer["KeyId"], answer["KeySpec"], answer["KeyUsage"]) == (key["Arn"], spec, usage)

    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("spec", "usage"), [("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")]
    )
    def test_keys_without_a_public_half(self, client, refused, spec, usage):
        key = make(client, spec, usage)
        with refused("UnsupportedOperationException"):
            client.get_public_key(KeyId=key["KeyId"])


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


class TestSignAndVerify:
    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), SIGNERS)
    def test_a_signature_verifies_here_and_outside(self, client, refused, spec, algorithm):
        key = make(client, spec)
        message, request = b"a message", {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm}
        if algorithm == "ED25519_PH_SHA_512":
            message = hashlib.sha512(message).digest()
            request["MessageType"] = "DIGEST"

        signed = client.sign(Message=message, **request)

        assert (signed["KeyId"], signed["SigningAlgorithm"]) == (key["Arn"], algorithm)
        verify_outside(public_key(client, key), algorithm, message, signed["Signature"])
        answer = client.verify(Message=message, Signature=signed["Signature"], **request)
        assert (answer["SignatureValid"], answer["KeyId"], answer["SigningAlgorithm"]) == (True, key["Arn"], algorithm)
        for wrong in (
            signed["Signature"][:-1] + bytes([signed["Signature"][-1] ^ 1]),
            b"x",
            signed["Signature"] + b"\0",
        ):
            with refused("KMSInvalidSignatureException"):
                client.verify(Message=message, Signature=wrong, **request)
        with refused("KMSInvalidSignatureException"):
            client.verify(Message=bytes(len(message)), Signature=signed["Signature"], **request)

    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("spec", "algorithm"), [pair for pair in SIGNERS if "ED25519" not in pair[1] and "ML_DSA" not in pair[1]]
    )
    def test_a_digest_is_signed_as_it_is(self, client, spec, algorithm):
        key = make(client, spec)
        digest = hashlib.new(f"sha{algorithm[-3:]}", b"a message").digest()
        request = {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm}

        signature = client.sign(Message=digest, MessageType="DIGEST", **request)["Signature"]

        verify_outside(public_key(client, key), algorithm, b"a message", signature)
        assert client.verify(Message=b"a message", Signature=signature, MessageType="RAW", **request)["SignatureValid"]

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm"), [pair for pair in SIGNERS if pair[1] in DIGEST_LENGTHS])
    @pytest.mark.parametrize("method", ["sign", "verify"])
    def test_a_digest_of_another_length(self, client, refused, method, spec, algorithm):
        key = make(client, spec)
        request = {"Message": b"x" * 31, "MessageType": "DIGEST", "SigningAlgorithm": algorithm, "KeyId": key["KeyId"]}
        if method == "verify":
            request["Signature"] = b"x"
        with refused("ValidationException", f"Digest is invalid length for algorithm {algorithm}."):
            getattr(client, method)(**request)

    MISMATCHES = [
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "DIGEST", "algorithm ED25519_SHA_512"),
        ("ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512", "RAW", "algorithm ED25519_PH_SHA_512"),
        ("ECC_NIST_P256", "ECDSA_SHA_256", "EXTERNAL_MU", "key spec ECC_NIST_P256"),
        ("RSA_2048", "RSASSA_PSS_SHA_256", "EXTERNAL_MU", "key spec RSA_2048"),
    ] + ([("ML_DSA_44", "ML_DSA_SHAKE_256", "DIGEST", "key spec ML_DSA_44")] if HAS_ML_DSA else [])

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm", "message_type", "what"), MISMATCHES)
    def test_a_message_type_that_does_not_fit(self, client, refused, spec, algorithm, message_type, what):
        key = make(client, spec)
        with refused("ValidationException", f"Message type {message_type} is incompatible with {what}."):
            client.sign(KeyId=key["KeyId"], Message=b"x", MessageType=message_type, SigningAlgorithm=algorithm)

    @pytest.mark.aws
    @pytest.mark.parametrize("algorithm", ["RSASSA_PSS_SHA_256", "ECDSA_SHA_384"])
    def test_an_algorithm_that_the_key_has_not(self, client, refused, algorithm):
        key = make(client, "ECC_NIST_P256")
        message = f"Algorithm {algorithm} is incompatible with key spec ECC_NIST_P256."
        with refused("InvalidKeyUsageException", message):
            client.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm=algorithm)

    @pytest.mark.aws
    def test_symmetric_default_passes_the_enum_and_not_the_key(self, unchecked, refused):
        key = make(unchecked, "ECC_NIST_P256")
        message = "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec ECC_NIST_P256."
        with refused("InvalidKeyUsageException", message):
            unchecked.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="SYMMETRIC_DEFAULT")

    @pytest.mark.aws
    def test_usage_comes_before_state_and_state_before_algorithm(self, client, key, refused):
        signer = make(client, "ECC_NIST_P256")
        client.disable_key(KeyId=key["KeyId"])
        client.disable_key(KeyId=signer["KeyId"])

        message = f"{key['Arn']} key usage is ENCRYPT_DECRYPT which is not valid for Sign."
        with refused("InvalidKeyUsageException", message):
            client.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
        message = f"{signer['Arn']} key usage is SIGN_VERIFY which is not valid for Encrypt."
        with refused("InvalidKeyUsageException", message):
            client.encrypt(KeyId=signer["KeyId"], Plaintext=b"x")
        with refused("DisabledException", f"{signer['Arn']} is disabled."):
            client.sign(KeyId=signer["KeyId"], Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256")

    @pytest.mark.aws
    def test_dry_run(self, client, refused):
        key = make(client, "ECC_NIST_P256")
        request = {"KeyId": key["KeyId"], "Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256", "DryRun": True}
        with refused("DryRunOperationException", DRY_RUN):
            client.sign(**request)
        with refused("KMSInvalidSignatureException"):
            client.verify(Signature=b"x", **request)

    @pytest.mark.parametrize("algorithm", ["RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PSS_SHA_512"])
    def test_openssl_verifies_rsa(self, client, tmp_path, algorithm):
        key = make(client, "RSA_2048")
        hash_name = f"sha{algorithm[-3:]}"
        options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] if "PSS" in algorithm else []
        self.openssl_verifies(client, key, tmp_path, algorithm, hash_name, options)

    @pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"])
    def test_openssl_verifies_ecdsa(self, client, tmp_path, spec):
        key = make(client, spec)
        (algorithm,) = key["SigningAlgorithms"]
        self.openssl_verifies(client, key, tmp_path, algorithm, f"sha{algorithm[-3:]}", [])

    @staticmethod
    def openssl_verifies(client, key, folder, algorithm, hash_name, options):
        signature = client.sign(KeyId=key["KeyId"], Message=b"a message", SigningAlgorithm=algorithm)["Signature"]
        (folder / "public.der").write_bytes(client.get_public_key(KeyId=key["KeyId"])["PublicKey"])
        (folder / "signature").write_bytes(signature)
        command = ["openssl", "dgst", f"-{hash_name}", "-keyform", "DER", "-verify", str(folder / "public.der")]
        command += [*options, "-signature", str(folder / "signature")]
        done = subprocess.run(command, input=b"a message", capture_output=True, check=False)
        assert done.stdout == b"Verified OK\n", done.stderr

    if HAS_ML_DSA:

        @pytest.mark.aws
        @pytest.mark.parametrize("spec", ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
        def test_an_external_mu_signs_the_message_itself(self, client, refused, spec):
            key = make(client, spec)
            public = public_key(client, key)
            request = {"KeyId": key["KeyId"], "SigningAlgorithm": "ML_DSA_SHAKE_256"}
            tr = hashlib.shake_256(public.public_bytes_raw()).digest(64)
            mu = hashlib.shake_256(tr + b"\0\0" + b"a message").digest(64)

            signature = client.sign(Message=mu, MessageType="EXTERNAL_MU", **request)["Signature"]

            public.verify(signature, b"a message")
            assert client.verify(Message=b"a message", Signature=signature, **request)["SignatureValid"]
            with refused("ValidationException", "External Mu is invalid length for algorithm ML_DSA_SHAKE_256."):
                client.sign(Message=b"x" * 63, MessageType="EXTERNAL_MU", **request)

        @pytest.mark.aws
        def test_an_independent_implementation_verifies_ml_dsa(self, client):
            from dilithium_py.ml_dsa import ML_DSA_44

            key = make(client, "ML_DSA_44")
            signature = client.sign(KeyId=key["KeyId"], Message=b"m", SigningAlgorithm="ML_DSA_SHAKE_256")["Signature"]
            assert ML_DSA_44.verify(public_key(client, key).public_bytes_raw(), b"m", signature)

    else:

        def test_ml_dsa_needs_a_newer_cryptography(self, client, refused):
            text = "ML_DSA_44 needs cryptography 48 or newer with an OpenSSL that has ML-DSA."
            with refused("UnsupportedOperationException", text):
                make(client, "ML_DSA_44")


class TestRsaEncryption:
    LIMITS = [
        (spec, algorithm, limit)
        for spec, limits in {"RSA_2048": (214, 190), "RSA_3072": (342, 318), "RSA_4096": (470, 446)}.items()
        for algorithm, limit in zip(("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"), limits, strict=True)
    ]

    @pytest.mark.aws
    @pytest.mark.parametrize(("spec", "algorithm", "limit"), LIMITS)
    def test_up_to_the_limit_and_no_further(self, client, refused, spec, algorithm, limit):
        key = make(client, spec, "ENCRYPT_DECRYPT")
        request = {"KeyId": key["KeyId"], "EncryptionAlgorithm": algorithm}
        answer = client.encrypt(Plaintext=b"x" * limit, **request)

        assert len(answer["CiphertextBlob"]) == KEY_SPECS[spec].size
        assert (answer["KeyId"], answer["EncryptionAlgorithm"]) == (key["Arn"], algorithm)
        opened = client.decrypt(CiphertextBlob=answer["CiphertextBlob"], **request)
        del opened["ResponseMetadata"]
        assert opened == {"EncryptionAlgorithm": algorithm, "KeyId": key["Arn"], "Plaintext": b"x" * limit}
        message = f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {limit} bytes."
        with refused("ValidationException", message):
            client.encrypt(Plaintext=b"x" * (limit + 1), **request)

    @pytest.mark.aws
    def test_what_was_encrypted_outside_decrypts(self, client):
        key = make(client, "RSA_2048", "ENCRYPT_DECRYPT")
        sha = hashes.SHA256()
        blob = public_key(client, key).encrypt(b"outside", padding.OAEP(padding.MGF1(sha), sha, None))

        answer = client.decrypt(KeyId=key["KeyId"], CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        assert answer["Plaintext"] == b"outside"

    @pytest.mark.aws
    def test_the_refusals(self, client, refused):
        key = make(client, "RSA_2048", "ENCRYPT_DECRYPT")
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")[
            "CiphertextBlob"
        ]
        rsa = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256", "KeyId": key["KeyId"]}

        with refused("InvalidKeyUsageException", "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048."):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with refused(
            "ValidationException", "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs."
        ):
            client.encrypt(Plaintext=b"x", EncryptionContext={"a": "b"}, **rsa)
        for wrong in (b"x", blob[:-1], bytes(256), blob + b"\0"):
            with refused("InvalidCiphertextException"):
                client.decrypt(CiphertextBlob=wrong, **rsa)
        with refused("InvalidCiphertextException"):
            client.decrypt(CiphertextBlob=blob, KeyId=key["KeyId"], EncryptionAlgorithm="RSAES_OAEP_SHA_1")
        with refused("InvalidCiphertextException"):
            client.decrypt(CiphertextBlob=blob, KeyId=key["KeyId"])
        with refused("ValidationException", "KeyId must not be null"):
            client.decrypt(CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")

    @pytest.mark.aws
    def test_re_encrypt_between_kinds_of_keys(self, client, key, refused):
        rsa = make(client, "RSA_2048", "ENCRYPT_DECRYPT")
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 100)["CiphertextBlob"]
        moved = client.re_encrypt(
            CiphertextBlob=blob, DestinationKeyId=rsa["KeyId"], DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_1"
        )
        back = client.re_encrypt(
            CiphertextBlob=moved["CiphertextBlob"], SourceKeyId=rsa["KeyId"], SourceEncryptionAlgorithm="RSAES_OAEP_SHA_1",
            DestinationKeyId=key["KeyId"],
        )  # fmt: skip

        assert "DestinationKeyMaterialId" not in moved
        assert back["DestinationKeyMaterialId"] == key["CurrentKeyMaterialId"]
        assert client.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"x" * 100
        long = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 191)["CiphertextBlob"]
        message = "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes."
        with refused("ValidationException", message):
            client.re_encrypt(
                CiphertextBlob=long, DestinationKeyId=rsa["KeyId"], DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256"
            )

    @pytest.mark.aws
    def test_no_data_keys_under_an_asymmetric_key(self, client, refused):
        key = make(client, "RSA_2048", "ENCRYPT_DECRYPT")
        for call in (
            lambda: client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256"),
            lambda: client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256"),
        ):
            with refused("InvalidKeyUsageException", "You cannot generate a data key with an asymmetric CMK"):
                call()


class TestKeyAgreement:
    @pytest.mark.parametrize(("spec", "length"), [("ECC_NIST_P256", 32), ("ECC_NIST_P384", 48), ("ECC_NIST_P521", 66)])
    def test_both_sides_have_the_same_secret(self, client, spec, length):
        key = make(client, spec, "KEY_AGREEMENT")
        ours = public_key(client, key)
        theirs = ec.generate_private_key(ours.curve)
        spki = theirs.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

        answer = client.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=spki)

        assert answer["SharedSecret"] == theirs.exchange(ec.ECDH(), ours)
        assert len(answer["SharedSecret"]) == length
        assert (answer["KeyId"], answer["KeyAgreementAlgorithm"], answer["KeyOrigin"]) == (
            key["Arn"],
            "ECDH",
            "AWS_KMS",
        )

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(min_size=1, max_size=200))
    def test_what_is_no_public_key(self, client, send, garbage):
        key = make(client, "ECC_NIST_P256", "KEY_AGREEMENT")
        answer = send(
            "DeriveSharedSecret", {"KeyId": key["KeyId"], "KeyAgreementAlgorithm": "ECDH", "PublicKey": garbage}
        )
        assert answer.json == {
            "__type": "ValidationException",
            "message": "The public key is not valid for the key spec of the KMS key.",
        }

    def test_keys_of_another_curve_or_kind(self, client, refused):
        key = make(client, "ECC_NIST_P256", "KEY_AGREEMENT")
        others = (ec.generate_private_key(ec.SECP384R1()), Ed25519PrivateKey.generate())
        for other in others:
            spki = other.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            with refused("ValidationException", "The public key is not valid for the key spec of the KMS key."):
                client.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=spki)

    @pytest.mark.aws
    def test_a_key_for_signing_agrees_on_nothing(self, client, refused):
        key = make(client, "ECC_NIST_P256")
        message = f"{key['Arn']} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret."
        with refused("InvalidKeyUsageException", message):
            client.derive_shared_secret(KeyId=key["KeyId"], KeyAgreementAlgorithm="ECDH", PublicKey=b"x")


if HAS_ML_KEM:

    class TestEncapsulation:
        @pytest.mark.aws
        @pytest.mark.parametrize(("spec", "length"), [("ML_KEM_512", 768), ("ML_KEM_768", 1088), ("ML_KEM_1024", 1568)])
        def test_both_sides_have_the_same_secret(self, client, refused, spec, length):
            key = make(client, spec, "ENCAPSULATE_DECAPSULATE")
            request = {"KeyId": key["KeyId"], "EncapsulationAlgorithm": "ML_KEM"}
            made = client.encapsulate(**request)
            assert (len(made["SharedSecret"]), len(made["SharedSecretCiphertextBlob"])) == (32, length)
            assert (made["KeyId"], made["EncapsulationAlgorithm"]) == (key["Arn"], "ML_KEM")

            opened = client.decapsulate(SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"], **request)
            assert opened["SharedSecret"] == made["SharedSecret"]
            wrong = client.decapsulate(SharedSecretCiphertextBlob=bytes(length), **request)
            assert wrong["SharedSecret"] != made["SharedSecret"]
            with refused("InvalidCiphertextException"):
                client.decapsulate(SharedSecretCiphertextBlob=bytes(length - 1), **request)
            with refused("DryRunOperationException", DRY_RUN):
                client.encapsulate(DryRun=True, **request)

        @pytest.mark.parametrize("level", [512, 768, 1024])
        def test_a_secret_made_outside_is_recovered(self, client, level):
            key = make(client, f"ML_KEM_{level}", "ENCAPSULATE_DECAPSULATE")
            spki = client.get_public_key(KeyId=key["KeyId"])["PublicKey"]
            raw = spki[-{512: 800, 768: 1184, 1024: 1568}[level] :]
            secret, ciphertext = KYBER_PY[level].encaps(raw)

            answer = client.decapsulate(
                KeyId=key["KeyId"], EncapsulationAlgorithm="ML_KEM", SharedSecretCiphertextBlob=ciphertext
            )
            assert answer["SharedSecret"] == secret

        def test_not_in_china(self, elsewhere, refused):
            china = elsewhere(region="cn-north-1")
            with refused("UnsupportedOperationException", "KeySpec ML_KEM_768 is not supported in this Region"):
                make(china, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE")


def test_sm2_in_china_is_refused_clearly(elsewhere, refused):
    text = "fake_kms has no SM2: there is no well-kept library of it for Python."
    with refused("UnsupportedOperationException", text):
        make(elsewhere(region="cn-north-1"), "SM2")


class TestDataKeyPairs:
    SPECS = [
        spec
        for spec in model.load()["GenerateDataKeyPair"].input.members["KeyPairSpec"].enum
        if possible(spec) and KEY_SPECS[spec].regions != "cn"
    ]

    @pytest.mark.parametrize("spec", SPECS)
    def test_the_private_half_opens_and_fits_the_public_one(self, client, key, spec):
        answer = client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec=spec, EncryptionContext={"a": "b"})

        opened = client.decrypt(CiphertextBlob=answer["PrivateKeyCiphertextBlob"], EncryptionContext={"a": "b"})
        assert opened["Plaintext"] == answer["PrivateKeyPlaintext"]
        assert (answer["KeyId"], answer["KeyPairSpec"], answer["KeyMaterialId"]) == (
            key["Arn"],
            spec,
            key["CurrentKeyMaterialId"],
        )
        if "ML_KEM" in spec:
            assert len(answer["PrivateKeyPlaintext"]) == 86
            level = int(spec[7:])
            private = ml_kem.PrivateKey(level, answer["PrivateKeyPlaintext"][-64:])
            assert private.public_key().public_bytes_der() == answer["PublicKey"]
            return
        private = serialization.load_der_private_key(answer["PrivateKeyPlaintext"], None)
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert public == answer["PublicKey"]

    @pytest.mark.aws
    def test_without_plaintext(self, client, key):
        answer = client.generate_data_key_pair_without_plaintext(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")

        assert set(answer) - {"ResponseMetadata"} == {
            "KeyId",
            "KeyMaterialId",
            "KeyPairSpec",
            "PrivateKeyCiphertextBlob",
            "PublicKey",
        }

    def test_sm2_outside_china(self, client, key, refused):
        with refused("UnsupportedOperationException", "KeySpec SM2 is not supported in this Region"):
            client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="SM2")

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused("DryRunOperationException", DRY_RUN):
            client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256", DryRun=True)


@pytest.mark.aws
def test_digests_are_not_hashed_again(client):
    """The defect of a peer: a signature over a digest must be over that digest."""
    key = make(client, "ECC_NIST_P256")
    digest = hashlib.sha256(b"a message").digest()
    signature = client.sign(KeyId=key["KeyId"], Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")[
        "Signature"
    ]

    public_key(client, key).verify(signature, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
