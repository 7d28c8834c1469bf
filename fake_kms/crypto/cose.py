"""COSE_Sign1 (RFC 9052) with ES384, as attestation documents have it."""

from __future__ import annotations

from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from fake_kms.crypto import cbor

__all__ = ["BadCose", "Sign1", "parse", "sign", "verify"]

_TAG = 18
_ES384 = {1: -35}
_NUMBER = 48
_ECDSA = ec.ECDSA(hashes.SHA384())


class BadCose(Exception):  # noqa: N818 - a verdict on the bytes
    """The bytes are not a COSE_Sign1 with ES384, or the signature does not match."""


class Sign1(NamedTuple):
    """A signed payload: the protected header, the payload, the two numbers of the signature."""

    protected: bytes
    payload: bytes
    signature: bytes


def parse(document: bytes) -> Sign1:
    """Read a COSE_Sign1, tagged or not, without verifying it. Raises: BadCose, and nothing else."""
    outer = _decode(document, "the document")
    if isinstance(outer, cbor.Tag) and outer.number == _TAG:
        outer = outer.value
    match outer:
        case [bytes() as protected, dict(), bytes() as payload, bytes() as signature]:
            pass
        case _:
            raise BadCose("the document is not a COSE_Sign1")
    if _decode(protected, "the protected header") != _ES384:
        raise BadCose("the signature algorithm is not ES384")
    if len(signature) != 2 * _NUMBER:
        raise BadCose("the signature is not 96 bytes long")
    return Sign1(protected, payload, signature)


def verify(signed: Sign1, key: ec.EllipticCurvePublicKey) -> None:
    """Verify a signature with a key on the curve P-384. Raises: BadCose."""
    r, s = (int.from_bytes(half, "big") for half in (signed.signature[:_NUMBER], signed.signature[_NUMBER:]))
    try:
        key.verify(encode_dss_signature(r, s), _to_be_signed(signed.protected, signed.payload), _ECDSA)
    except InvalidSignature as error:
        raise BadCose("the signature does not match") from error


def sign(payload: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write an untagged COSE_Sign1, signed with a key on the curve P-384."""
    protected = cbor.encode(_ES384)
    r, s = decode_dss_signature(key.sign(_to_be_signed(protected, payload), _ECDSA))
    return cbor.encode([protected, {}, payload, r.to_bytes(_NUMBER, "big") + s.to_bytes(_NUMBER, "big")])


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor.encode(["Signature1", protected, b"", payload])


def _decode(data: bytes, what: str) -> object:
    try:
        return cbor.decode(data)
    except cbor.BadCbor as error:
        raise BadCose(f"{what} is not CBOR: {error}") from error
