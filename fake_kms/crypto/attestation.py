"""Attestation documents of AWS Nitro Enclaves: reading them, trusting them, and making them for tests.

A document is a COSE_Sign1 (RFC 9052) signed with ES384 by the key in the certificate it carries. Source: the facts
on crypto, section 6, after aws-nitro-enclaves-nsm-api, docs/attestation_process.md.

No root certificate of AWS is built in, as its fingerprint (of "CN=aws.nitro-enclaves", generation 1) is known here
in part only. Who has documents from real enclaves passes AWS's root, PEM or DER, through `load_root`.

Documents of NitroTPM, which name their PCRs otherwise, are refused.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fake_kms.crypto import cbor

__all__ = [
    "Attestation",
    "AttestationAuthority",
    "BadAttestation",
    "default_authority",
    "load_root",
    "parse",
    "verify_chain",
]

_ES384 = {1: -35}
_SIGN1_TAG = 18
_NUMBER = 48
_DIGEST = "SHA384"
_PCR_COUNT = 32
_PCR_SIZES = {32, 48, 64}
_DER_MOST = 1024
_DATA_MOST = 512
_DEBUG_PCR = bytes(48)
_PEM = b"-----BEGIN "
_VALID_FROM = datetime(2000, 1, 1, tzinfo=timezone.utc)
_VALID_UNTIL = datetime(2999, 12, 31, tzinfo=timezone.utc)
# All that cryptography raises for a certificate it cannot read; a warning is one where warnings are errors.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, Warning)
_NO_EXTENSION = (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


class BadAttestation(Exception):  # noqa: N818 - a verdict on the document
    """The document is malformed, not signed by its certificate, or not to be trusted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Attestation:
    """What an attestation document says; the timestamp is in milliseconds since 1970, certificates are DER."""

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

    That shows it whole, not genuine: for that, see `verify_chain`. `public_key` is the bytes that were sent.
    Assumed: members of other names are passed over, and a timestamp of 0 is refused; KMS's answer to such documents
    would settle it, but only AWS can sign them.

    Raises: BadAttestation, and nothing else, whatever the bytes.
    """
    protected, payload, signature = _sign1(document)
    attestation = _attestation(_decode(payload, "the payload"))
    key = _certificate_key(attestation.certificate)
    signed = _to_be_signed(protected, payload)
    r, s = (int.from_bytes(half, "big") for half in (signature[:_NUMBER], signature[_NUMBER:]))
    try:
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature as error:
        raise BadAttestation("the signature does not match") from error
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
    """Turn a root certificate, PEM or DER, into the DER that `verify_chain` compares. Raises: ValueError."""
    load = x509.load_pem_x509_certificate if _PEM in certificate else x509.load_der_x509_certificate
    try:
        return load(certificate).public_bytes(Encoding.DER)
    except _UNREADABLE as error:
        raise ValueError("not a certificate in PEM or DER") from error


class AttestationAuthority:
    """Stands in for AWS and its hypervisors: has a root of its own and signs documents that descend from it.

    Every authority has its own P-384 keys; `default_authority` keeps one for the process. Certificates are valid
    from 2000 to 2999, so that none expires under a test's clock.
    """

    def __init__(self) -> None:
        root, zone, self._key = (ec.generate_private_key(ec.SECP384R1()) for _ in range(3))
        self.root = _issue("fake.nitro-enclaves", root, "fake.nitro-enclaves", root, authority=True)
        zonal = _issue("zonal.fake.nitro-enclaves", zone, "fake.nitro-enclaves", root, authority=True)
        self._cabundle = (self.root, zonal)
        self._certificate = _issue(
            "enclave.fake.nitro-enclaves", self._key, "zonal.fake.nitro-enclaves", zone, authority=False
        )

    def document(
        self,
        pcrs: Mapping[int, bytes | str],
        public_key: RSAPublicKey | bytes | None,
        *,
        module_id: str = "i-1234567890abcdef0-enc1234567890abcd",
        user_data: bytes | None = None,
        nonce: bytes | None = None,
        timestamp_ms: int = 1_704_067_200_000,
        debug: bool = False,
    ) -> bytes:
        """Make the signed document that an enclave would get from its Nitro Security Module.

        Input: PCRs as bytes or hexadecimal; the public key as such or in DER, None for a document without;
        timestamp_ms in milliseconds since 1970, by default the start of 2024. With debug, as after `--debug-mode`,
        PCR0-2 and those given are all zero. Nothing is checked, so that refusals can be tested.
        """
        return _sign(self._key, {
            "module_id": module_id,
            "digest": _DIGEST,
            "timestamp": timestamp_ms,
            "pcrs": _measured(pcrs, debug=debug),
            "certificate": self._certificate,
            "cabundle": self._cabundle,
            "public_key": _der(public_key),
            "user_data": user_data,
            "nonce": nonce,
        })  # fmt: skip


@functools.cache
def default_authority() -> AttestationAuthority:
    """Return the authority of this process, made on the first call."""
    return AttestationAuthority()


def _decode(data: bytes, what: str) -> object:
    try:
        return cbor.decode(data)
    except cbor.BadCbor as error:
        raise BadAttestation(f"{what} is not CBOR: {error}") from error


def _sign1(document: bytes) -> tuple[bytes, bytes, bytes]:
    outer = _decode(document, "the document")
    if isinstance(outer, cbor.Tag) and outer.number == _SIGN1_TAG:
        outer = outer.value
    match outer:
        case [bytes() as protected, dict(), bytes() as payload, bytes() as signature]:
            pass
        case _:
            raise BadAttestation("the document is not a COSE_Sign1")
    if _decode(protected, "the protected header") != _ES384:
        raise BadAttestation("the signature algorithm is not ES384")
    if len(signature) != 2 * _NUMBER:
        raise BadAttestation("the signature is not 96 bytes long")
    return protected, payload, signature


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
        public_key=_optional(payload, "public_key", 1, _DER_MOST),
        user_data=_optional(payload, "user_data", 0, _DATA_MOST),
        nonce=_optional(payload, "nonce", 0, _DATA_MOST),
        certificate=_bytes(payload.get("certificate"), "certificate", 1, _DER_MOST),
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
    return tuple(_bytes(der, "a certificate of cabundle", 1, _DER_MOST) for der in value)


def _optional(payload: dict[object, object], name: str, least: int, most: int) -> bytes | None:
    value = payload.get(name)
    return None if value is None else _bytes(value, name, least, most)


def _bytes(value: object, name: str, least: int, most: int) -> bytes:
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise BadAttestation(f"{name} is not a byte string of {least} to {most} bytes")
    return value


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor.encode(["Signature1", protected, b"", payload])


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


def _sign(key: ec.EllipticCurvePrivateKey, content: Mapping[str, object]) -> bytes:
    protected, payload = cbor.encode(_ES384), cbor.encode(dict(content))
    r, s = decode_dss_signature(key.sign(_to_be_signed(protected, payload), ec.ECDSA(hashes.SHA384())))
    return cbor.encode([protected, {}, payload, r.to_bytes(_NUMBER, "big") + s.to_bytes(_NUMBER, "big")])


def _measured(pcrs: Mapping[int, bytes | str], *, debug: bool) -> dict[int, bytes]:
    if debug:
        return dict.fromkeys(sorted({0, 1, 2, *pcrs}), _DEBUG_PCR)
    return {index: bytes.fromhex(pcr) if isinstance(pcr, str) else pcr for index, pcr in sorted(pcrs.items())}


def _der(public_key: RSAPublicKey | bytes | None) -> bytes | None:
    if isinstance(public_key, RSAPublicKey):
        return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public_key


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def _issue(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, *, authority: bool
) -> bytes:
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    return certificate.sign(by, hashes.SHA384()).public_bytes(Encoding.DER)
