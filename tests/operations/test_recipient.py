"""Recipient: answers for Nitro Enclaves."""

from __future__ import annotations

import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from expected import refusal
from installed import needs

from fake_kms import FakeKms
from fake_kms.nitro import AttestationAuthority, attestation_document, open_ciphertext
from fake_kms.nitro.authority import default_authority

PCRS = {0: "ab" * 48, 8: bytes(48)}
ALGORITHM = "RSAES_OAEP_SHA_256"


@pytest.fixture(scope="module")
def enclave():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def recipient(enclave):
    return {
        "AttestationDocument": attestation_document(PCRS, enclave.public_key()),
        "KeyEncryptionAlgorithm": ALGORITHM,
    }


def test_decrypt(client, key, enclave, recipient):
    blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"a secret of 32 bytes, no more...")["CiphertextBlob"]
    answer = client.decrypt(CiphertextBlob=blob, Recipient=recipient)

    assert set(answer) - {"ResponseMetadata"} == {"CiphertextForRecipient", "EncryptionAlgorithm", "KeyId"}
    assert len(answer["CiphertextForRecipient"]) == 493
    assert open_ciphertext(enclave, answer["CiphertextForRecipient"]) == b"a secret of 32 bytes, no more..."


def test_generate_data_key(client, key, enclave, recipient):
    answer = client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", Recipient=recipient)

    assert set(answer) - {"ResponseMetadata"} == {"CiphertextBlob", "CiphertextForRecipient", "KeyId"}
    opened = client.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]
    assert open_ciphertext(enclave, answer["CiphertextForRecipient"]) == opened


@needs("GenerateDataKeyPair:KeyMaterialId")
def test_generate_data_key_pair(client, key, enclave, recipient):
    answer = client.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256", Recipient=recipient)

    assert "PrivateKeyPlaintext" not in answer
    assert "KeyMaterialId" in answer
    private = serialization.load_der_private_key(open_ciphertext(enclave, answer["CiphertextForRecipient"]), None)
    spki = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert spki == answer["PublicKey"]


def test_generate_random(client, enclave, recipient):
    answer = client.generate_random(NumberOfBytes=24, Recipient=recipient)

    assert "Plaintext" not in answer
    assert len(open_ciphertext(enclave, answer["CiphertextForRecipient"])) == 24


def test_derive_shared_secret(client, enclave, recipient):
    key = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]
    peer = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = peer.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    request = {"KeyId": key["KeyId"], "KeyAgreementAlgorithm": "ECDH", "PublicKey": spki}
    answer = client.derive_shared_secret(Recipient=recipient, **request)

    assert "SharedSecret" not in answer
    assert (
        open_ciphertext(enclave, answer["CiphertextForRecipient"])
        == client.derive_shared_secret(**request)["SharedSecret"]
    )


def test_openssl_opens_it(client, enclave, recipient, tmp_path):
    sealed = client.generate_random(NumberOfBytes=24, Recipient=recipient)["CiphertextForRecipient"]
    pem = enclave.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", str(tmp_path / "key.pem")]
    done = subprocess.run(command, input=sealed, capture_output=True, check=False)

    assert done.stdout == open_ciphertext(enclave, sealed), done.stderr


class TestAttestationDocuments:
    def expect(self, client, refused, document, reason):
        with refused("ValidationException", f"The attestation document is not valid: {reason}."):
            client.generate_random(NumberOfBytes=1, Recipient=document)

    def test_no_document(self, client, refused):
        self.expect(client, refused, {"KeyEncryptionAlgorithm": ALGORITHM}, "there is none")

    def test_a_changed_bit(self, client, refused, recipient):
        document = bytearray(recipient["AttestationDocument"])
        document[-1] ^= 1
        self.expect(
            client, refused, recipient | {"AttestationDocument": bytes(document)}, "the signature does not match"
        )

    def test_another_root(self, client, refused, enclave, recipient):
        document = AttestationAuthority().document(PCRS, enclave.public_key())
        reason = "the root certificate is not a trusted one"
        self.expect(client, refused, recipient | {"AttestationDocument": document}, reason)

    @pytest.mark.parametrize("kind", ["elliptic curve", "short"])
    def test_a_public_key_that_no_enclave_has(self, client, refused, kind):
        short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point
        private = short if kind == "short" else ec.generate_private_key(ec.SECP256R1())
        der = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        document = {"AttestationDocument": attestation_document(PCRS, der), "KeyEncryptionAlgorithm": ALGORITHM}
        self.expect(client, refused, document, "the public key is not an RSA key of 2048 bits or more")

    @pytest.mark.parametrize("public_key", [None, b"no DER", bytes.fromhex("3000")])
    def test_no_public_key(self, client, refused, public_key):
        document = {"AttestationDocument": default_authority().document(PCRS, public_key)}
        document["KeyEncryptionAlgorithm"] = ALGORITHM
        self.expect(client, refused, document, "the public key is not one that can be read")

    def test_another_algorithm(self, unchecked, refused, recipient):
        message = (
            "1 validation error detected: Value 'RSAES_OAEP_SHA_1' at 'recipient.keyEncryptionAlgorithm' failed to satisfy "
            "constraint: Member must satisfy enum value set: [RSAES_OAEP_SHA_256]"
        )
        with refused("ValidationException", message):
            unchecked.generate_random(
                NumberOfBytes=1, Recipient=recipient | {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_1"}
            )


def test_a_root_certificate_that_the_user_trusts(enclave, recipient):
    authority = AttestationAuthority()
    with FakeKms(attestation_roots=[authority.root]) as fake:
        document = authority.document(PCRS, enclave.public_key())
        answer = fake.client().generate_random(NumberOfBytes=1, Recipient=recipient | {"AttestationDocument": document})
        assert len(open_ciphertext(enclave, answer["CiphertextForRecipient"])) == 1
        reason = "the root certificate is not a trusted one"
        with refusal("ValidationException", f"The attestation document is not valid: {reason}."):
            fake.client().generate_random(NumberOfBytes=1, Recipient=recipient)
