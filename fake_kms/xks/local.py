"""A proxy that conforms to the API, with its keys in memory."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fake_kms.crypto.primitives import BadCiphertext, open_gcm
from fake_kms.entropy import Entropy, SystemEntropy
from fake_kms.misuse import check_bytes, check_choice, check_number, check_text, check_texts, check_whole
from fake_kms.xks.failures import ERROR_STATUSES, Answer, Failure, XksFailure, error_answer, read_answer
from fake_kms.xks.protocol import (
    HEALTH_STATUSES,
    IV_SIZES,
    MAX_ADDITIONAL_DATA,
    MAX_PLAINTEXT,
    METADATA_SIZES,
    TAG_SIZES,
    TIMEOUT_SECONDS,
    Encrypted,
    from_base64,
    integrity_value,
    to_base64,
)

__all__ = ["LocalXksProxy"]

_KEY_PATH = re.compile(r"/keys/([A-Za-z0-9._-]{1,128})/(metadata|encrypt|decrypt)")
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_STATUSES = ("ENABLED", "DISABLED")
_CONTENT_SIZES = range(1, MAX_PLAINTEXT + 1)
_ADDITIONAL_SIZES = range(MAX_ADDITIONAL_DATA + 1)
_MAX_FLEET = 10


@dataclass(slots=True)
class _Key:
    cipher: AESGCM
    key_spec: str
    key_usage: tuple[str, ...]
    status: str


class _ProxyError(Exception):
    """An error that the API states."""

    def __init__(self, error_name: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.answer = error_answer(error_name, message, status)


class LocalXksProxy:
    """A proxy with its keys in memory and real AES-256-GCM.

    `ciphertext_metadata` (0-20 bytes) goes into every encryption. `delay` is in seconds: over HTTP the answer
    comes that much later; in this process a delay beyond KMS's 250 ms is a TIMEOUT at once, without waiting. Both may
    be set at any time. Raises: TypeError, ValueError for other values.
    """

    def __init__(self, *, ciphertext_metadata: bytes = b"", entropy: Entropy | None = None) -> None:
        self.ciphertext_metadata = ciphertext_metadata
        self.delay = 0.0
        if entropy is not None and not callable(getattr(entropy, "bytes", None)):
            raise TypeError(f"entropy has a method `bytes(count)`: {entropy!r} has none")
        self._entropy: Entropy = entropy or SystemEntropy()
        self._keys: dict[str, _Key] = {}
        self._health: tuple[str, ...] = ("ACTIVE",)
        self._injected: deque[XksFailure | _ProxyError] = deque()

    @property
    def ciphertext_metadata(self) -> bytes:
        """What goes into every encryption, 0-20 bytes."""
        return self._ciphertext_metadata

    @ciphertext_metadata.setter
    def ciphertext_metadata(self, metadata: bytes) -> None:
        if len(check_bytes("ciphertext_metadata", metadata)) not in METADATA_SIZES:
            raise ValueError(f"ciphertext_metadata is 0 to 20 bytes, not {len(metadata)}")
        self._ciphertext_metadata = metadata

    @property
    def delay(self) -> float:
        """By how many seconds every answer comes later."""
        return self._delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._delay = check_number("delay", seconds, "a number of seconds from 0 on", zero=True)

    def add_key(
        self,
        key_id: str,
        *,
        key_spec: str = "AES_256",
        key_usage: Sequence[str] = ("ENCRYPT", "DECRYPT"),
        status: str = "ENABLED",
    ) -> None:
        """Add an external key, or replace the one with this id. Only AES_256 keys can encrypt and decrypt.

        Raises: TypeError, ValueError for ids and statuses that the proxy API does not have.
        """
        if not _KEY_ID.fullmatch(check_text("key_id", key_id, "one")):
            raise ValueError(f"key_id is 1 to 128 letters, digits and ._-, unlike {key_id!r}")
        check_text("key_spec", key_spec, "AES_256")
        check_texts("key_usage", key_usage, "ENCRYPT")
        check_choice("status", status, _STATUSES)
        self._keys[key_id] = _Key(AESGCM(self._entropy.bytes(32)), key_spec, tuple(key_usage), status)

    def set_status(self, key_id: str, status: str) -> None:
        """Set a key to ENABLED or DISABLED. Raises: KeyError, ValueError."""
        self._key(key_id).status = check_choice("status", status, _STATUSES)

    def delete_key(self, key_id: str) -> None:
        """Delete a key; what it encrypted can no longer be decrypted. Raises: KeyError."""
        self._key(key_id)
        del self._keys[key_id]

    def _key(self, key_id: str) -> _Key:
        if check_text("key_id", key_id, "one") not in self._keys:
            raise KeyError(f"no key {key_id!r} was added")
        return self._keys[key_id]

    def set_health(self, *statuses: str) -> None:
        """Set the status of each of the 1-10 key managers: ACTIVE, DEGRADED or UNAVAILABLE. Raises: ValueError."""
        if not 1 <= len(statuses) <= _MAX_FLEET or not all(status in HEALTH_STATUSES for status in statuses):
            raise ValueError(f"1 to 10 of {', '.join(HEALTH_STATUSES)}, not {statuses}")
        self._health = statuses

    def fail_with(self, error_name: str | Failure, status: int | None = None, times: int = 1) -> None:
        """Make the next calls fail.

        Input: an errorName, of the API or any other, with its HTTP status or another one (500 for names that the API
        does not have); or a Failure. A Failure that a proxy cannot state (UNREACHABLE, TLS, ...) is raised in this
        process, and drops the connection over HTTP. Raises: TypeError, ValueError for other values.
        """
        if not isinstance(error_name, Failure):
            check_text("error_name", error_name, "ThrottlingException")
        if status is not None:
            check_whole("status", status, range(100, 600))
        check_whole("times", times, range(1, 1_000_001))
        name = error_name.value if isinstance(error_name, Failure) else error_name
        for _ in range(times):
            if isinstance(error_name, Failure) and name not in ERROR_STATUSES:
                self._injected.append(XksFailure(error_name, "injected"))
            else:
                self._injected.append(_ProxyError(name, "injected", status))

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer one request of the proxy API. Raises: XksFailure."""
        if self.delay > TIMEOUT_SECONDS:
            raise XksFailure(Failure.TIMEOUT, f"the proxy answers after {self.delay} s")
        return read_answer(*self.respond(path, body))

    def respond(self, path: str, body: object) -> Answer:
        """Return the HTTP status and the JSON body. Raises: XksFailure for injected failures of the transport."""
        try:
            self._raise_injected()
            return 200, self._route(path, body)
        except _ProxyError as error:
            return error.answer

    def _raise_injected(self) -> None:
        with contextlib.suppress(IndexError):  # nothing injected; served over HTTP, several threads take from here
            raise self._injected.popleft()

    def _route(self, path: str, body: object) -> dict[str, Any]:
        if path == "/health":
            _check_metadata(body, "kmsOperation", "kmsRequestId")
            return self._describe_health()
        match = _KEY_PATH.fullmatch(check_text("path", path, "/health"))
        if match is None:
            raise _ProxyError("InvalidUriPathException", "no such path")
        key_id, action = match.groups()
        operations: dict[str, Callable[[_Key, object], dict[str, Any]]] = {
            "metadata": _describe_key,
            "encrypt": self._encrypt,
            "decrypt": _decrypt,
        }
        if key_id not in self._keys:
            raise _ProxyError("KeyNotFoundException", "no such key")
        return operations[action](self._keys[key_id], body)

    def _describe_health(self) -> dict[str, Any]:
        return {
            "xksProxyFleetSize": 1,
            "xksProxyVendor": "fake_kms",
            "xksProxyModel": "LocalXksProxy",
            "ekmVendor": "fake_kms",
            "ekmFleetDetails": [
                {"id": f"ekm-{number}", "model": "in memory", "healthStatus": status}
                for number, status in enumerate(self._health, 1)
            ],
        }

    def _encrypt(self, key: _Key, body: object) -> dict[str, Any]:
        body, aad = _check_encryption(key, body, "ENCRYPT")
        plaintext = _blob(body, "plaintext", _CONTENT_SIZES)
        metadata, iv = self.ciphertext_metadata, self._entropy.bytes(12)
        sealed = key.cipher.encrypt(iv, plaintext, _authenticated(metadata, aad))
        answer = {
            "ciphertext": to_base64(sealed[:-16]),
            "initializationVector": to_base64(iv),
            "authenticationTag": to_base64(sealed[-16:]),
        }
        if metadata:
            answer["ciphertextMetadata"] = to_base64(metadata)
        match body.get("ciphertextDataIntegrityValueAlgorithm"):
            case None:
                return answer
            case "SHA_256":
                value = integrity_value(Encrypted(sealed[:-16], metadata, iv, sealed[-16:]), aad)
                return answer | {"ciphertextDataIntegrityValue": to_base64(value)}
            case _:
                raise _invalid("ciphertextDataIntegrityValueAlgorithm")


def _describe_key(key: _Key, body: object) -> dict[str, Any]:
    _check_metadata(body, "kmsOperation", "kmsRequestId")
    return {"keySpec": key.key_spec, "keyUsage": list(key.key_usage), "keyStatus": key.status}


def _decrypt(key: _Key, body: object) -> dict[str, Any]:
    body, aad = _check_encryption(key, body, "DECRYPT")
    ciphertext = _blob(body, "ciphertext", _CONTENT_SIZES)
    metadata = _blob(body, "ciphertextMetadata", METADATA_SIZES, optional=True)
    iv, tag = _blob(body, "initializationVector", IV_SIZES), _blob(body, "authenticationTag", TAG_SIZES)
    try:
        plaintext = open_gcm(key.cipher, iv, ciphertext + tag, _authenticated(metadata, aad))
    except BadCiphertext:
        raise _ProxyError("InvalidCiphertextException", "not encrypted by this key, or with other data") from None
    return {"plaintext": to_base64(plaintext)}


def _authenticated(metadata: bytes, aad: bytes) -> bytes:
    return bytes((len(metadata),)) + metadata + aad


def _check_encryption(key: _Key, body: object, usage: str) -> tuple[dict[str, Any], bytes]:
    """Check what encrypt and decrypt have in common, and return the body and the additional data."""
    body = _check_metadata(body, "awsPrincipalArn", "kmsKeyArn", "kmsOperation", "kmsRequestId")
    if body.get("encryptionAlgorithm") != "AES_GCM":
        raise _invalid("encryptionAlgorithm")
    if key.status != "ENABLED":
        raise _ProxyError("InvalidStateException", "the key is not enabled")
    if key.key_spec != "AES_256" or usage not in key.key_usage:
        raise _ProxyError("InvalidKeyUsageException", f"the key does not {usage}")
    return body, _blob(body, "additionalAuthenticatedData", _ADDITIONAL_SIZES, optional=True)


def _check_metadata(body: object, *required: str) -> dict[str, Any]:
    metadata = body.get("requestMetadata") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(metadata, dict):
        raise _invalid("requestMetadata")
    for name in required:
        if not isinstance(metadata.get(name), str):
            raise _invalid(f"requestMetadata.{name}")
    return body


def _blob(body: Mapping[str, Any], name: str, sizes: Sequence[int], *, optional: bool = False) -> bytes:
    if optional and name not in body:
        return b""
    data = from_base64(body.get(name))
    if data is None or len(data) not in sizes:
        raise _invalid(name)
    return data


def _invalid(name: str) -> _ProxyError:
    return _ProxyError("ValidationException", f"{name} is missing or not as specified")
