"""External key stores: the proxy API as KMS speaks it, and the container of a doubly encrypted content.

    u8 length | ciphertext metadata | u8 length | IV | tag (16) | the proxy's ciphertext

Source: XKS proxy API specification v1.0.3 (facts on crypto, section 7). Assumed: the container, as AWS has not
published its own and no sample is known.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Protocol

from fake_kms.crypto.primitives import BadCiphertext, sha256

__all__ = [
    "ERROR_NAMES",
    "HEALTH_STATUSES",
    "MAX_ADDITIONAL_DATA",
    "MAX_PLAINTEXT",
    "TIMEOUT_SECONDS",
    "Encrypted",
    "ExternalKey",
    "Failure",
    "FleetMember",
    "Health",
    "RequestMetadata",
    "XksFailure",
    "XksProxy",
    "decrypt",
    "encrypt",
    "from_base64",
    "health",
    "integrity_value",
    "key_metadata",
    "pack",
    "read_answer",
    "to_base64",
    "unpack",
]

TIMEOUT_SECONDS = 0.25
MAX_PLAINTEXT = 4300
MAX_ADDITIONAL_DATA = 8192
HEALTH_STATUSES = ("ACTIVE", "DEGRADED", "UNAVAILABLE")

_OK = 200
_METADATA_SIZES = range(21)
_IV_SIZES = (12, 16)
_TAG_SIZES = (16,)
_HASH_SIZES = (32,)
_SEVERAL = range(1, 11)


class Failure(Enum):
    """Why a call to an external key store proxy brought nothing."""

    UNREACHABLE = "unreachable"
    TLS = "no TLS connection"
    TIMEOUT = "no answer in time"
    INVALID_RESPONSE = "invalid response"
    UNHEALTHY = "unhealthy"
    AUTHENTICATION_FAILED = "AuthenticationFailedException"
    INVALID_URI_PATH = "InvalidUriPathException"
    KEY_NOT_FOUND = "KeyNotFoundException"
    KEY_DISABLED = "InvalidStateException"
    INVALID_CIPHERTEXT = "InvalidCiphertextException"
    INVALID_KEY_USAGE = "InvalidKeyUsageException"
    UNSUPPORTED_OPERATION = "UnsupportedOperationException"
    ACCESS_DENIED = "AccessDeniedException"
    THROTTLED = "ThrottlingException"
    DEPENDENCY_TIMEOUT = "DependencyTimeoutException"
    INTERNAL = "InternalException"
    VALIDATION = "ValidationException"


# What a proxy says itself: errorName -> HTTP status.
ERROR_NAMES: Mapping[str, int] = {
    "ValidationException": 400,
    "InvalidStateException": 400,
    "InvalidCiphertextException": 400,
    "InvalidKeyUsageException": 400,
    "AuthenticationFailedException": 401,
    "AccessDeniedException": 403,
    "KeyNotFoundException": 404,
    "InvalidUriPathException": 404,
    "ThrottlingException": 429,
    "InternalException": 500,
    "UnsupportedOperationException": 501,
    "DependencyTimeoutException": 503,
}

# Assumed: an error whose name says nothing is read by its status where one name alone has that status, and a 404
# as a path nobody serves. A proxy that answers so to a real KMS would settle it.
_BY_STATUS = {
    401: Failure.AUTHENTICATION_FAILED,
    403: Failure.ACCESS_DENIED,
    404: Failure.INVALID_URI_PATH,
    429: Failure.THROTTLED,
    500: Failure.INTERNAL,
    501: Failure.UNSUPPORTED_OPERATION,
    503: Failure.DEPENDENCY_TIMEOUT,
}


class XksFailure(Exception):  # noqa: N818 - a verdict on the proxy, which operations translate
    """A call to the proxy failed. `kind` says how; `detail` is for a person, and KMS never shows it."""

    def __init__(self, kind: Failure, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.detail}" if self.detail else self.kind.value


class XksProxy(Protocol):
    """An external key store proxy, in this process or behind HTTP."""

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer one request of the proxy API.

        Input: `/health` or `/keys/{id}/metadata|encrypt|decrypt`, and the JSON body. Raises: XksFailure.
        """
        ...


@dataclass(frozen=True, slots=True)
class RequestMetadata:
    """Who asked KMS for what. `kms_request_id` is a UUID, `kms_key_arn` None before the key exists."""

    aws_principal_arn: str | None
    kms_key_arn: str | None
    kms_operation: str
    kms_request_id: str
    kms_via_service: str | None = None

    def to_dict(self) -> dict[str, str]:
        """Return the `requestMetadata` member; what is None is left out."""
        members = {
            "awsPrincipalArn": self.aws_principal_arn,
            "kmsKeyArn": self.kms_key_arn,
            "kmsOperation": self.kms_operation,
            "kmsRequestId": self.kms_request_id,
            "kmsViaService": self.kms_via_service,
        }
        return {name: value for name, value in members.items() if value is not None}


class FleetMember(NamedTuple):
    """One external key manager behind the proxy."""

    member_id: str
    model: str
    health_status: str


class Health(NamedTuple):
    """What the proxy tells of itself."""

    fleet_size: int
    vendor: str
    model: str
    ekm_vendor: str
    ekm_fleet: tuple[FleetMember, ...]


class ExternalKey(NamedTuple):
    """What the proxy tells of one key; a KMS key needs AES_256, ENCRYPT and DECRYPT, ENABLED."""

    key_spec: str
    key_usage: tuple[str, ...]
    key_status: str


class Encrypted(NamedTuple):
    """What the proxy answered to encrypt, all of which it wants back: metadata 0-20 bytes, IV 12 or 16, tag 16."""

    ciphertext: bytes
    metadata: bytes
    iv: bytes
    tag: bytes


def health(proxy: XksProxy, metadata: RequestMetadata) -> Health:
    """Ask the proxy how it is. Raises: XksFailure, UNHEALTHY when all its key managers are UNAVAILABLE."""
    about = {"kmsRequestId": metadata.kms_request_id, "kmsOperation": metadata.kms_operation}
    answer = _call(proxy, "/health", {"requestMetadata": about})
    size = answer.get("xksProxyFleetSize")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise _invalid("xksProxyFleetSize")
    vendor, model, ekm_vendor = (_text(answer, name) for name in ("xksProxyVendor", "xksProxyModel", "ekmVendor"))
    fleet = tuple(_fleet_member(item) for item in _several(answer, "ekmFleetDetails"))
    if all(member.health_status == "UNAVAILABLE" for member in fleet):
        raise XksFailure(Failure.UNHEALTHY)
    return Health(size, vendor, model, ekm_vendor, fleet)


def key_metadata(proxy: XksProxy, key_id: str, metadata: RequestMetadata) -> ExternalKey:
    """Ask what an external key is; whether it will do is for CreateKey to say.

    Assumed: unknown specs, usages and statuses are no invalid responses, as CreateKey's messages quote them.
    """
    answer = _call(proxy, f"/keys/{key_id}/metadata", {"requestMetadata": metadata.to_dict()})
    usage = _several(answer, "keyUsage")
    if not all(isinstance(item, str) and item for item in usage):
        raise _invalid("keyUsage")
    return ExternalKey(_text(answer, "keySpec"), tuple(usage), _text(answer, "keyStatus"))


def encrypt(proxy: XksProxy, key_id: str, metadata: RequestMetadata, plaintext: bytes, aad: bytes) -> Encrypted:
    """Have the proxy encrypt 1-4300 bytes, with 0-8192 bytes of additional authenticated data.

    Raises: XksFailure, INVALID_RESPONSE also when the integrity value the proxy gave is not that of its answer;
    ValueError for lengths the API has no room for.
    """
    body = _cryptographic(metadata, aad) | {"plaintext": to_base64(_bounded(plaintext, MAX_PLAINTEXT, least=1))}
    body["ciphertextDataIntegrityValueAlgorithm"] = "SHA_256"
    answer = _call(proxy, f"/keys/{key_id}/encrypt", body)
    encrypted = Encrypted(
        _blob(answer, "ciphertext", (len(plaintext),)),
        _optional_blob(answer, "ciphertextMetadata", _METADATA_SIZES) or b"",
        _blob(answer, "initializationVector", _IV_SIZES),
        _blob(answer, "authenticationTag", _TAG_SIZES),
    )
    value = _optional_blob(answer, "ciphertextDataIntegrityValue", _HASH_SIZES)
    if value is not None and value != integrity_value(encrypted, aad):
        raise _invalid("ciphertextDataIntegrityValue")
    return encrypted


def decrypt(proxy: XksProxy, key_id: str, metadata: RequestMetadata, encrypted: Encrypted, aad: bytes) -> bytes:
    """Have the proxy decrypt what it encrypted.

    Raises: XksFailure, INVALID_CIPHERTEXT for another ciphertext or other data; ValueError as `encrypt`.
    """
    body = _cryptographic(metadata, aad) | {
        "ciphertext": to_base64(encrypted.ciphertext),
        "initializationVector": to_base64(encrypted.iv),
        "authenticationTag": to_base64(encrypted.tag),
    }
    if encrypted.metadata:
        body["ciphertextMetadata"] = to_base64(encrypted.metadata)
    answer = _call(proxy, f"/keys/{key_id}/decrypt", body)
    return _blob(answer, "plaintext", (len(encrypted.ciphertext),))


def integrity_value(encrypted: Encrypted, aad: bytes) -> bytes:
    """Hash an answer to encrypt as the proxy does for `ciphertextDataIntegrityValue`."""
    return sha256(aad + encrypted.metadata + encrypted.iv + encrypted.ciphertext + encrypted.tag)


def pack(encrypted: Encrypted) -> bytes:
    """Put everything the proxy wants back into one string of bytes. Raises: ValueError for impossible lengths."""
    if not _is_well_formed(encrypted):
        raise ValueError("no proxy gives such lengths")
    ciphertext, metadata, iv, tag = encrypted
    return bytes((len(metadata),)) + metadata + bytes((len(iv),)) + iv + tag + ciphertext


def unpack(packed: bytes) -> Encrypted:
    """Take the container apart, strictly. Raises: BadCiphertext."""
    metadata, rest = _short(packed)
    iv, rest = _short(rest)
    encrypted = Encrypted(rest[16:], metadata, iv, rest[:16])
    if not _is_well_formed(encrypted):
        raise BadCiphertext
    return encrypted


def read_answer(status: int, body: object) -> dict[str, Any]:
    """Return the body of a successful answer. Raises: XksFailure for every other."""
    if not isinstance(body, dict):
        raise XksFailure(Failure.INVALID_RESPONSE, "the body is no JSON object")
    if status == _OK:
        return body
    name = body.get("errorName")
    if isinstance(name, str) and name in ERROR_NAMES:
        kind = Failure(name)
    else:
        kind = _BY_STATUS.get(status, Failure.INVALID_RESPONSE)
    raise XksFailure(kind, f"HTTP {status}, {name}: {body.get('errorMessage')}")


def to_base64(data: bytes) -> str:
    """Write bytes as the API does."""
    return base64.b64encode(data).decode()


def from_base64(value: object) -> bytes | None:
    """Read bytes as the API writes them, in the one canonical form; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return data if to_base64(data) == value else None


def _call(proxy: XksProxy, path: str, body: dict[str, Any]) -> dict[str, Any]:
    # An in-process proxy of the user's may answer anything.
    return read_answer(_OK, proxy.call(path, body))


def _cryptographic(metadata: RequestMetadata, aad: bytes) -> dict[str, Any]:
    body: dict[str, Any] = {"requestMetadata": metadata.to_dict(), "encryptionAlgorithm": "AES_GCM"}
    if aad:
        body["additionalAuthenticatedData"] = to_base64(_bounded(aad, MAX_ADDITIONAL_DATA))
    return body


def _bounded(data: bytes, most: int, *, least: int = 0) -> bytes:
    if not least <= len(data) <= most:
        raise ValueError(f"the proxy API takes {least}-{most} bytes here, not {len(data)}")
    return data


def _fleet_member(item: object) -> FleetMember:
    if not isinstance(item, dict):
        raise _invalid("ekmFleetDetails")
    member = FleetMember(_text(item, "id"), _text(item, "model"), _text(item, "healthStatus"))
    if member.health_status not in HEALTH_STATUSES:
        raise _invalid("healthStatus")
    return member


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(name)
    return value


def _several(answer: Mapping[str, object], name: str) -> list[Any]:
    value = answer.get(name)
    if not isinstance(value, list) or len(value) not in _SEVERAL:
        raise _invalid(name)
    return value


def _blob(answer: Mapping[str, object], name: str, sizes: Collection[int]) -> bytes:
    data = from_base64(answer.get(name))
    if data is None or len(data) not in sizes:
        raise _invalid(name)
    return data


def _optional_blob(answer: Mapping[str, object], name: str, sizes: Collection[int]) -> bytes | None:
    return None if answer.get(name) is None else _blob(answer, name, sizes)


def _invalid(name: str) -> XksFailure:
    return XksFailure(Failure.INVALID_RESPONSE, f"{name} is missing or not as specified")


def _short(data: bytes) -> tuple[bytes, bytes]:
    # A length that reaches beyond the end leaves the rest empty, which is not well-formed.
    end = 1 + (data[0] if data else 0)
    return data[1:end], data[end:]


def _is_well_formed(encrypted: Encrypted) -> bool:
    return (
        len(encrypted.metadata) in _METADATA_SIZES
        and len(encrypted.iv) in _IV_SIZES
        and len(encrypted.tag) in _TAG_SIZES
        and 1 <= len(encrypted.ciphertext) <= MAX_PLAINTEXT
    )
