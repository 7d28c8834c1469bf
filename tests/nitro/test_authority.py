"""The attestation documents that tests make."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fake_kms.crypto import attestation, cbor
from fake_kms.nitro import AttestationAuthority, attestation_document, open_ciphertext
from fake_kms.nitro.authority import default_authority

AUTHORITY = default_authority()
PCRS = {0: bytes(range(48)), 1: b"\1" * 48, 2: b"\2" * 48, 8: b"\x08" * 48}


def test_a_document_is_in_the_form_of_aws():
    document = AUTHORITY.document(PCRS, b"public key", user_data=b"data", nonce=b"", timestamp_ms=1234)
    protected, _, payload, signature = cbor.decode(document)

    assert document[:6].hex() == "8444a1013822"
    assert [len(signature), protected.hex()] == [96, "a1013822"]
    assert list(cbor.decode(payload)) == [
        "module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle", "public_key", "user_data", "nonce",
    ]  # fmt: skip


def test_pcrs_are_given_in_hexadecimal_too():
    document = AUTHORITY.document({0: "aB" * 48, 1: "01" * 32}, None)

    assert attestation.parse(document).pcrs == {0: b"\xab" * 48, 1: b"\1" * 32}


def test_in_debug_mode_all_pcrs_are_zero():
    document = AUTHORITY.document({0: "ab" * 48, 4: b"\1" * 48}, None, debug=True)

    assert attestation.parse(document).pcrs == dict.fromkeys([0, 1, 2, 4], bytes(48))


def test_an_rsa_key_is_given_as_an_object():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()

    read = attestation.parse(AUTHORITY.document(PCRS, key))

    assert read.public_key == key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_private_key_is_no_public_key():
    private = rsa.generate_private_key(65537, 2048)
    with pytest.raises(TypeError, match=r"^the public key is an RSAPublicKey or its DER, not \w*RSAPrivateKey$"):
        attestation_document({0: "ab" * 48}, private)


def test_the_default_authority_is_one_for_all():
    assert default_authority() is AUTHORITY
    assert AttestationAuthority().root != AUTHORITY.root


def test_a_document_of_the_package_is_from_the_default_authority_and_dated_now():
    import time

    read = attestation.parse(attestation_document({0: "ab" * 48}, b"public key", nonce=b"once"))

    attestation.verify_chain(read, [AUTHORITY.root], time.time())
    assert abs(read.timestamp / 1000 - time.time()) < 600
    assert (read.module_id, read.nonce, read.user_data) == ("i-1234567890abcdef0-enc0123456789abcdef", b"once", None)


def refuses(error, message):
    return pytest.raises(error, match=f"^{re.escape(message)}$")


@pytest.mark.parametrize(
    ("pcrs", "error", "message"),
    [
        ({0: "xy" * 48}, ValueError, f"PCR0 is bytes or hexadecimal digits, not {'xy' * 48!r}"),
        ({0: "ab"}, ValueError, "PCR0 of 1 bytes: there are PCR0 to PCR31, of 32, 48 or 64 bytes"),
        ({32: bytes(48)}, ValueError, "PCR32 of 48 bytes: there are PCR0 to PCR31, of 32, 48 or 64 bytes"),
        ({0: 5}, TypeError, "PCR0 is bytes, not of type int"),
        ({"0": bytes(48)}, TypeError, f"the number of a PCR is a whole number from 0 to {2**64 - 1}, not '0'"),
        (["ab"], TypeError, "pcrs is a dictionary of bytes or hexadecimal digits by register numbers, not ['ab']"),
    ],
)
def test_pcrs_that_no_enclave_has(pcrs, error, message):
    with refuses(error, message):
        attestation_document(pcrs, b"public key")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"public_key": "key"}, TypeError, "the public key is an RSAPublicKey or its DER, not str"),
        ({"module_id": 5}, TypeError, "module_id is text such as 'i-1234567890abcdef0-enc0123456789abcdef', not 5"),
        ({"user_data": "x"}, TypeError, "user_data is bytes, not of type str"),
        ({"nonce": 5}, TypeError, "nonce is bytes, not of type int"),
        ({"debug": "no"}, TypeError, "debug is True or False, not 'no'"),
    ],
)
def test_what_no_document_has(arguments, error, message):
    right = {"pcrs": {0: "ab" * 48}, "public_key": b"public key"}
    for make in (attestation_document, AUTHORITY.document):
        with refuses(error, message):
            make(**(right | arguments))


def test_times_before_1970_are_no_time():
    with refuses(ValueError, f"timestamp_ms is a whole number from 0 to {2**64 - 1}, not -1"):
        AUTHORITY.document(PCRS, None, timestamp_ms=-1)


def test_what_opens_nothing():
    key = rsa.generate_private_key(65537, 2048)
    with refuses(ValueError, "this is no CiphertextForRecipient for this key: not an OCTET STRING"):
        open_ciphertext(key, b"x")
    with refuses(TypeError, "ciphertext_for_recipient is bytes, not of type str"):
        open_ciphertext(key, "x")
    with pytest.raises(TypeError, match=r"^the private key is an RSAPrivateKey, not of type \w*RSAPublicKey$"):
        open_ciphertext(key.public_key(), b"x")


def test_a_fake_without_recipients_loads_no_certificates():
    code = (
        "import sys, fake_kms; kms = fake_kms.FakeKms().start(); kms.client().create_key();"
        "names = ('cryptography.x509', 'fake_kms.nitro', 'fake_kms.crypto.attestation', 'fake_kms.crypto.cbor');"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
