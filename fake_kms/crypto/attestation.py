"""Attestation documents of AWS Nitro Enclaves: read them, and verify that they descend from a root certificate.

A document is a COSE_Sign1 (RFC 9052) signed with ES384 by the key in the certificate it carries. Source: AWS Nitro
Enclaves, attestation_process.md; docs/aws/crypto.md#nitro-enclaves.

No root certificate of AWS is built in, as its fingerprint (of "CN=aws.nitro-enclaves", generation 1) is known here
only in part. Documents of real enclaves need AWS's root, PEM or DER, through `load_root`.

Documents of NitroTPM, which name their PCRs differently, are refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from fake_kms.crypto import cbor, cose

__all__ = ["Attestation", "BadAttestation", "load_root", "parse", "verify_chain"]

_DIGEST = "SHA384"
_PCR_COUNT = 32
_PCR_SIZES = {32, 48, 64}
_MAX_DER = 1024
_MAX_DATA = 512
_PEM = b"-----BEGIN "
# All that cryptography raises for a certificate it cannot read; Warning where warnings are errors.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, Warning)
_NO_EXTENSION = (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


class BadAttestation(Exception):  # noqa: N818 - a verdict on the document
    """The document is malformed, not signed by its certificate, or not to be trusted."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """The content of a document. The timestamp is in milliseconds since 1970, certificates are in DER."""

    module_id: str
    digest: str
    timestamp: int
    pcrs: dict[int, bytes]
    public_key: bytes | None
    user_data: bytes | None
    nonce: bytes | None
    certificate: bytes
    cabundle: tuple[bytes, ...]


def parse(document: bytes) -> Attestation:
    """Read a document and verify its signature with the key in its own certificate.

    This shows that the document is intact, not that it is genuine: for that, see `verify_chain`.
    Assumed: members of other names are ignored, and a timestamp of 0 is refused; KMS's answer to such documents
    would settle it, but only AWS can sign them.

    Raises: BadAttestation, and nothing else, whatever the bytes.
    """
    try:
        signed = cose.parse(document)
        attestation = _attestation(_payload(signed.payload))
        cose.verify(signed, _certificate_key(attestation.certificate))
    except cose.BadCose as error:
        raise BadAttestation(str(error)) from error
    return attestation


def verify_chain(attestation: Attestation, roots: Sequence[bytes], now: float) -> None:
    """Verify that the certificate descends, through the cabundle, from one of the roots.

    Input: roots in DER, compared byte for byte with the first of the cabundle; now in seconds since 1970, when every
    certificate must be valid.

    Raises: BadAttestation.
    """
    if attestation.cabundle[0] not in roots:
        raise BadAttestation("the root certificate is not a trusted one")
    chain = [_certificate(der) for der in (attestation.certificate, *reversed(attestation.cabundle))]
    for certificate in chain:
        _verify_validity(certificate, now)
    for certificate, issuer in itertools.pairwise(chain):
        _verify_issued(certificate, issuer)


def load_root(certificate: bytes) -> bytes:
    """Return a root certificate, PEM or DER, in the DER that `verify_chain` compares. Raises: ValueError."""
    load = x509.load_pem_x509_certificate if _PEM in certificate else x509.load_der_x509_certificate
    try:
        return load(certificate).public_bytes(Encoding.DER)
    except _UNREADABLE as error:
        raise ValueError("not a certificate in PEM or DER") from error


def _payload(data: bytes) -> object:
    try:
        return cbor.decode(data)
    except cbor.BadCbor as error:
        raise BadAttestation(f"the payload is not CBOR: {error}") from error


def _attestation(payload: object) -> Attestation:
    if not isinstance(payload, dict):
        raise BadAttestation("the payload is not a map")
    timestamp = payload.get("timestamp")
    if isinstance(timestamp, bool) or not isinstance(timestamp, int) or timestamp <= 0:
        raise BadAttestation("timestamp is not a positive integer")
    if payload.get("digest") != _DIGEST:
        raise BadAttestation("digest is not SHA384")
    return Attestation(
        module_id=_module_id(payload.get("module_id")),
        digest=_DIGEST,
        timestamp=timestamp,
        pcrs=_pcrs(payload.get("pcrs")),
        public_key=_optional(payload, "public_key", 1, _MAX_DER),
        user_data=_optional(payload, "user_data", 0, _MAX_DATA),
        nonce=_optional(payload, "nonce", 0, _MAX_DATA),
        certificate=_bytes(payload.get("certificate"), "certificate", 1, _MAX_DER),
        cabundle=_cabundle(payload.get("cabundle")),
    )


def _module_id(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise BadAttestation("module_id is not a text of one character or more")
    return value


def _pcrs(value: object) -> dict[int, bytes]:
    if not isinstance(value, dict) or not 1 <= len(value) <= _PCR_COUNT:
        raise BadAttestation("pcrs is not a map of 1 to 32 entries")
    for index, pcr in value.items():
        if not isinstance(index, int) or not 0 <= index < _PCR_COUNT:
            raise BadAttestation("the index of a PCR is not an integer from 0 to 31")
        if not isinstance(pcr, bytes) or len(pcr) not in _PCR_SIZES:
            raise BadAttestation(f"PCR{index} is not a byte string of 32, 48 or 64 bytes")
    return value


def _cabundle(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not value:
        raise BadAttestation("cabundle is not an array of one certificate or more")
    return tuple(_bytes(der, "a certificate of cabundle", 1, _MAX_DER) for der in value)


def _optional(payload: dict[object, object], name: str, least: int, most: int) -> bytes | None:
    value = payload.get(name)
    return None if value is None else _bytes(value, name, least, most)


def _bytes(value: object, name: str, least: int, most: int) -> bytes:
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise BadAttestation(f"{name} is not a byte string of {least} to {most} bytes")
    return value


def _certificate(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except _UNREADABLE as error:
        raise BadAttestation("a certificate cannot be read") from error


def _certificate_key(der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = _certificate(der).public_key()
    except _UNREADABLE as error:
        raise BadAttestation("the key of the certificate cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP384R1):
        raise BadAttestation("the key of the certificate is not on the curve P-384")
    return key


def _verify_validity(certificate: x509.Certificate, now: float) -> None:
    try:
        first, last = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
    except _UNREADABLE as error:
        raise BadAttestation("the validity of a certificate cannot be read") from error
    if not first <= now <= last:
        raise BadAttestation("a certificate has expired or is not valid yet")


def _verify_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    try:
        entitled = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(issuer)
    except (*_UNREADABLE, *_NO_EXTENSION, InvalidSignature) as error:
        raise BadAttestation("a certificate was not issued by the next of its chain") from error
    if not entitled:
        raise BadAttestation("a certificate was issued by one that is no authority")
