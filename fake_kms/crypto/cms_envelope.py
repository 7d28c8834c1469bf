"""CiphertextForRecipient: an envelope that only the enclave of the attestation document can open.

CMS EnvelopedData (RFC 5652) in AWS's own form: BER with indefinite lengths outside, version 2, the recipient by
a key identifier of 32 bytes, RSAES-OAEP with SHA-256, AES-256-CBC. Source: aws-nitro-enclaves-sdk-c, the
sample in tests/cms_test.c; docs/aws/crypto.md#nitro-enclaves.

Assumed: the key identifier is the SHA-256 of the SubjectPublicKeyInfo; one real answer together with its public
key would settle it. Clients do not look at it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from fake_kms.crypto.der import tlv

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from fake_kms.entropy import Entropy

__all__ = ["load_public_key", "open_envelope", "seal_envelope"]

_KEY_BYTES = 32
_IV_BYTES = 16
_IDENTIFIER_BYTES = 32
_MIN_RSA_BITS = 2048
_END = b"\0\0"
_VERSION_2 = bytes.fromhex("020102")
_ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
_DATA = bytes.fromhex("06092a864886f70d010701")
_AES256_CBC = bytes.fromhex("060960864801650304012a")
# RSAES-OAEP { [0] sha256, [1] mgf1 with sha256 }
_OAEP_SHA256 = bytes.fromhex(
    "303c06092a864886f70d010107302f"
    "a00f300d06096086480165030402010500"
    "a11c301a06092a864886f70d010108300d06096086480165030402010500"
)


def seal_envelope(public_key: RSAPublicKey, plaintext: bytes, entropy: Entropy) -> bytes:
    """Return the CiphertextForRecipient of a plaintext, encrypted to the recipient's key.

    32 bytes of plaintext and an RSA-2048 key make 493 bytes. The padding of OAEP is OpenSSL's own randomness, so
    the same entropy does not give the same envelope.
    """
    random = entropy.bytes(_KEY_BYTES + _IV_BYTES)
    key, iv = random[:_KEY_BYTES], random[_KEY_BYTES:]
    spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    content = encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()
    return _write(hashlib.sha256(spki).digest(), public_key.encrypt(key, _oaep()), iv, content)


def open_envelope(private_key: RSAPrivateKey, blob: bytes) -> bytes:
    """Decrypt a CiphertextForRecipient, as the enclave would.

    Anything that is not exactly in AWS's form is refused. AES-CBC is not authenticated: a changed content may decrypt
    to another plaintext, for AWS's clients as well.

    Raises: ValueError for another form, another private key or a wrong padding.
    """
    encrypted_key, iv, content = _parse(blob)
    key = private_key.decrypt(encrypted_key, _oaep())
    if len(key) != _KEY_BYTES:
        raise ValueError("the content key is not of 256 bits")
    decryptor, unpadder = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor(), PKCS7(128).unpadder()
    padded = decryptor.update(content) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def load_public_key(der: bytes) -> RSAPublicKey:
    """Read the public key of an attestation document: a SubjectPublicKeyInfo with an RSA key of 2048 bits or more.

    Assumed: RSA keys longer than the documented 2048 bits work too; an enclave with one would settle it.

    Raises: ValueError for anything else.
    """
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        # The library's own reason differs from version to version: it is not passed on.
        raise ValueError("the public key is not one that can be read") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < _MIN_RSA_BITS:
        raise ValueError("the public key is not an RSA key of 2048 bits or more")
    return key


def _oaep() -> padding.OAEP:
    return padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def _write(identifier: bytes, encrypted_key: bytes, iv: bytes, content: bytes) -> bytes:
    recipient = tlv(0x30, _VERSION_2 + tlv(0x80, identifier) + _OAEP_SHA256 + tlv(0x04, encrypted_key))
    algorithm = tlv(0x30, _AES256_CBC + tlv(0x04, iv))
    encrypted = _endless(0x30, _DATA + algorithm + _endless(0xA0, tlv(0x04, content)))
    enveloped = _endless(0x30, _VERSION_2 + tlv(0x31, recipient) + encrypted)
    return _endless(0x30, _ENVELOPED_DATA + _endless(0xA0, enveloped))


def _parse(blob: bytes) -> tuple[bytes, bytes, bytes]:
    # Finds the parts loosely; writing them again then proves that the form is exactly AWS's.
    before, _, rest = blob.partition(_OAEP_SHA256)
    identifier = before[-_IDENTIFIER_BYTES:]
    encrypted_key, rest = _octets(rest)
    iv, rest = _octets(rest.partition(_AES256_CBC)[2])
    content, _ = _octets(rest[2:])
    sizes = len(identifier), len(iv)
    if sizes != (_IDENTIFIER_BYTES, _IV_BYTES) or _write(identifier, encrypted_key, iv, content) != blob:
        raise ValueError("not an EnvelopedData in the form of AWS KMS")
    return encrypted_key, iv, content


def _octets(data: bytes) -> tuple[bytes, bytes]:
    if data[:1] != b"\x04" or len(data) == 1:
        raise ValueError("not an OCTET STRING")
    start = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    length = int.from_bytes(data[2:start], "big") if data[1] & 0x80 else data[1]
    return data[start : start + length], data[start + length :]


def _endless(tag: int, body: bytes) -> bytes:
    return bytes((tag, 0x80)) + body + _END
