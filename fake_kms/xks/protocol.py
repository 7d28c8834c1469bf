"""The proxy API as KMS speaks it: its requests, and the checks on the answers.

Source: XKS proxy API specification; docs/aws/crypto.md#external-key-stores.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

from fake_kms.xks.failures import Failure, XksFailure, read_answer

__all__ = [
    "HEALTH_STATUSES",
    "IV_SIZES",
    "MAX_ADDITIONAL_DATA",
    "MAX_PLAINTEXT",
    "METADATA_SIZES",
    "TAG_SIZES",
    "TIMEOUT_SECONDS",
    "Encrypted",
    "ExternalKey",
    "RequestMetadata",
    "XksProxy",
    "check_health",
    "decrypt",
    "describe_key",
    "encrypt",
    "from_base64",
    "integrity_value",
    "to_base64",
]

TIMEOUT_SECONDS = 0.25
MAX_PLAINTEXT = 4300
MAX_ADDITIONAL_DATA = 8192
HEALTH_STATUSES = ("ACTIVE", "DEGRADED", "UNAVAILABLE")
METADATA_SIZES = range(21)
IV_SIZES = (12, 16)
TAG_SIZES = (16,)

_OK = 200
_HASH_SIZES = (32,)
_LIST_SIZES = range(1, 11)


class XksProxy(Protocol):
    """An external key store proxy, in this process or behind HTTP."""

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer one request of the proxy API.

        Input: `/health` or `/keys/{id}/metadata|encrypt|decrypt`, and the JSON body. Raises: XksFailure.
        """
        ...


class RequestMetadata(NamedTuple):
    """The KMS request behind a request to the proxy. `kms_key_arn` is None before the key exists."""

    aws_principal_arn: str
    kms_key_arn: str | None
    kms_operation: str
    kms_request_id: str

    def to_dict(self) -> dict[str, str]:
        """Return the `requestMetadata` member."""
        members = {
            "awsPrincipalArn": self.aws_principal_arn,
            "kmsKeyArn": self.kms_key_arn,
            "kmsOperation": self.kms_operation,
            "kmsRequestId": self.kms_request_id,
        }
        return {name: value for name, value in members.items() if value is not None}


class ExternalKey(NamedTuple):
    """A key as the proxy describes it; a KMS key needs AES_256, ENCRYPT and DECRYPT, ENABLED."""

    key_spec: str
    key_usage: tuple[str, ...]
    key_status: str


class Encrypted(NamedTuple):
    """What the proxy returns from encrypt and needs to decrypt: metadata 0-20 bytes, IV 12 or 16, tag 16."""

    ciphertext: bytes
    metadata: bytes
    iv: bytes
    tag: bytes


def check_health(proxy: XksProxy, metadata: RequestMetadata) -> None:
    """Check that the proxy is well. Raises: XksFailure, UNHEALTHY when all its key managers are UNAVAILABLE."""
    about = {"kmsRequestId": metadata.kms_request_id, "kmsOperation": metadata.kms_operation}
    answer = _call(proxy, "/health", {"requestMetadata": about})
    size = answer.get("xksProxyFleetSize")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise _invalid("xksProxyFleetSize")
    for name in ("xksProxyVendor", "xksProxyModel", "ekmVendor"):
        _text(answer, name)
    statuses = [_health_status(member) for member in _list(answer, "ekmFleetDetails")]
    if set(statuses) == {"UNAVAILABLE"}:
        raise XksFailure(Failure.UNHEALTHY)


def describe_key(proxy: XksProxy, key_id: str, metadata: RequestMetadata) -> ExternalKey:
    """Return what the proxy says about an external key, without judging it. Raises: XksFailure.

    Assumed: unknown specs, usages and statuses are valid responses, as CreateKey's messages quote them.
    """
    answer = _call(proxy, f"/keys/{key_id}/metadata", {"requestMetadata": metadata.to_dict()})
    usage = _list(answer, "keyUsage")
    if not all(isinstance(item, str) and item for item in usage):
        raise _invalid("keyUsage")
    return ExternalKey(_text(answer, "keySpec"), tuple(usage), _text(answer, "keyStatus"))


def encrypt(proxy: XksProxy, key_id: str, metadata: RequestMetadata, plaintext: bytes, aad: bytes) -> Encrypted:
    """Encrypt 1-4300 bytes under an external key, with 0-8192 bytes of additional authenticated data.

    Raises: XksFailure, INVALID_RESPONSE also when the integrity value of the answer is wrong; ValueError for lengths
    that the API does not allow.
    """
    body = _encryption_body(metadata, aad) | {"plaintext": to_base64(_bounded(plaintext, MAX_PLAINTEXT, least=1))}
    body["ciphertextDataIntegrityValueAlgorithm"] = "SHA_256"
    answer = _call(proxy, f"/keys/{key_id}/encrypt", body)
    encrypted = Encrypted(
        _blob(answer, "ciphertext", (len(plaintext),)),
        _optional_blob(answer, "ciphertextMetadata", METADATA_SIZES) or b"",
        _blob(answer, "initializationVector", IV_SIZES),
        _blob(answer, "authenticationTag", TAG_SIZES),
    )
    value = _optional_blob(answer, "ciphertextDataIntegrityValue", _HASH_SIZES)
    if value is not None and value != integrity_value(encrypted, aad):
        raise _invalid("ciphertextDataIntegrityValue")
    return encrypted


def decrypt(proxy: XksProxy, key_id: str, metadata: RequestMetadata, encrypted: Encrypted, aad: bytes) -> bytes:
    """Decrypt what the external key encrypted.

    Raises: XksFailure, INVALID_CIPHERTEXT for another ciphertext or other additional data; ValueError as `encrypt`.
    """
    body = _encryption_body(metadata, aad) | {
        "ciphertext": to_base64(encrypted.ciphertext),
        "initializationVector": to_base64(encrypted.iv),
        "authenticationTag": to_base64(encrypted.tag),
    }
    if encrypted.metadata:
        body["ciphertextMetadata"] = to_base64(encrypted.metadata)
    answer = _call(proxy, f"/keys/{key_id}/decrypt", body)
    return _blob(answer, "plaintext", (len(encrypted.ciphertext),))


def integrity_value(encrypted: Encrypted, aad: bytes) -> bytes:
    """Return the `ciphertextDataIntegrityValue` of an answer to encrypt."""
    return hashlib.sha256(aad + encrypted.metadata + encrypted.iv + encrypted.ciphertext + encrypted.tag).digest()


def to_base64(data: bytes) -> str:
    """Write bytes as the API does."""
    return base64.b64encode(data).decode()


def from_base64(value: object) -> bytes | None:
    """Read bytes as the API writes them, in canonical Base64; return None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return data if to_base64(data) == value else None


def _call(proxy: XksProxy, path: str, body: dict[str, Any]) -> dict[str, Any]:
    # A proxy object of the user's may return anything.
    return read_answer(_OK, proxy.call(path, body))


def _encryption_body(metadata: RequestMetadata, aad: bytes) -> dict[str, Any]:
    body: dict[str, Any] = {"requestMetadata": metadata.to_dict(), "encryptionAlgorithm": "AES_GCM"}
    if aad:
        body["additionalAuthenticatedData"] = to_base64(_bounded(aad, MAX_ADDITIONAL_DATA))
    return body


def _bounded(data: bytes, most: int, *, least: int = 0) -> bytes:
    if not least <= len(data) <= most:
        raise ValueError(f"the proxy API takes {least}-{most} bytes here, not {len(data)}")
    return data


def _health_status(member: object) -> str:
    if not isinstance(member, dict):
        raise _invalid("ekmFleetDetails")
    for name in ("id", "model"):
        _text(member, name)
    status = _text(member, "healthStatus")
    if status not in HEALTH_STATUSES:
        raise _invalid("healthStatus")
    return status


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(name)
    return value


def _list(answer: Mapping[str, object], name: str) -> list[Any]:
    value = answer.get(name)
    if not isinstance(value, list) or len(value) not in _LIST_SIZES:
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
