"""An authority that signs attestation documents in the place of AWS."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fake_kms.crypto import cbor, cose
from fake_kms.misuse import check_bytes, check_flag, check_text, check_whole

__all__ = ["MODULE_ID", "AttestationAuthority", "default_authority", "measured"]

MODULE_ID = "i-1234567890abcdef0-enc0123456789abcdef"  # of an enclave that nobody has named
_DEBUG_PCR = bytes(48)
_UNSIGNED = range(2**64)  # those of CBOR
_VALID_FROM = datetime(2000, 1, 1, tzinfo=timezone.utc)
_VALID_UNTIL = datetime(2999, 12, 31, tzinfo=timezone.utc)


class AttestationAuthority:
    """Acts for AWS and its hypervisors: it has its own root and signs documents that descend from it.

    `root` is the root certificate in DER, for the option `attestation_roots`. Every authority has its own P-384 keys;
    `default_authority` keeps one for the process. Certificates are valid from 2000 to 2999, so that none expires under
    a test's clock.
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
        module_id: str = MODULE_ID,
        user_data: bytes | None = None,
        nonce: bytes | None = None,
        timestamp_ms: int = 1_704_067_200_000,
        debug: bool = False,
    ) -> bytes:
        """Return the signed document that an enclave would get from its Nitro Security Module.

        Input: PCRs as bytes or hexadecimal digits; the public key as an object or in DER, None for a document without;
        timestamp_ms in milliseconds since 1970, by default the start of 2024. With debug, as after `--debug-mode`,
        PCR0-2 and the given ones are all zero. Only types are checked, so that refusals can be tested.
        Raises: TypeError; ValueError for digits that are not hexadecimal and for a negative time.
        """
        check_text("module_id", module_id, MODULE_ID)
        check_flag("debug", debug)
        check_whole("timestamp_ms", timestamp_ms, _UNSIGNED)
        for name, value in (("user_data", user_data), ("nonce", nonce)):
            if value is not None:
                check_bytes(name, value)
        registers = measured(pcrs)
        content = {
            "module_id": module_id,
            "digest": "SHA384",
            "timestamp": timestamp_ms,
            "pcrs": dict.fromkeys(sorted({0, 1, 2, *registers}), _DEBUG_PCR) if debug else registers,
            "certificate": self._certificate,
            "cabundle": self._cabundle,
            "public_key": _der(public_key),
            "user_data": user_data,
            "nonce": nonce,
        }
        return cose.sign(cbor.encode(content), self._key)


@functools.cache
def default_authority() -> AttestationAuthority:
    """Return the authority of this process, made on the first call."""
    return AttestationAuthority()


def measured(pcrs: Mapping[int, bytes | str]) -> dict[int, bytes]:
    """Return the bytes of PCRs by their numbers, in order. Raises: TypeError, ValueError."""
    if not isinstance(pcrs, Mapping):
        raise TypeError(f"pcrs is a dictionary of bytes or hexadecimal digits by register numbers, not {pcrs!r}")
    for number in pcrs:
        check_whole("the number of a PCR", number, _UNSIGNED)
    return {number: _pcr(number, pcrs[number]) for number in sorted(pcrs)}


def _pcr(number: int, value: bytes | str) -> bytes:
    if not isinstance(value, str):
        return check_bytes(f"PCR{number}", value)
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise ValueError(f"PCR{number} is bytes or hexadecimal digits, not {value!r}") from None


def _der(public_key: RSAPublicKey | bytes | None) -> bytes | None:
    if isinstance(public_key, RSAPublicKey):
        return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public_key is not None and not isinstance(public_key, bytes):
        raise TypeError(f"the public key is an RSAPublicKey or its DER, not {type(public_key).__name__}")
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
