"""How a call to an external key store proxy fails, and how the proxy API states errors.

Source: XKS proxy API specification; docs/aws/crypto.md#external-key-stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

__all__ = ["ERROR_STATUSES", "Answer", "Failure", "XksFailure", "error_answer", "read_answer"]

Answer = tuple[int, dict[str, Any]]

_OK = 200
_INTERNAL_ERROR = 500


class Failure(Enum):
    """Why a call to an external key store proxy failed."""

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


# The errors of the API: errorName -> HTTP status.
ERROR_STATUSES: Mapping[str, int] = {
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


class XksFailure(Exception):  # noqa: N818 - operations translate it into their own error
    """A call to the proxy failed. `kind` says why; `detail` is for the reader of a traceback, KMS never shows it.

    Raises: TypeError for a kind that is no `Failure`.
    """

    def __init__(self, kind: Failure, detail: str = "") -> None:
        if not isinstance(kind, Failure):
            raise TypeError(f"the kind of a failure is a member of Failure, such as Failure.TIMEOUT, not {kind!r}")
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.detail}" if self.detail else self.kind.value


def error_answer(error_name: str, message: str, status: int | None = None) -> Answer:
    """Return the HTTP status and the JSON body that state an error; the status of the API where none is given."""
    if status is None:
        status = ERROR_STATUSES.get(error_name, _INTERNAL_ERROR)
    return status, {"errorName": error_name, "errorMessage": message}


def read_answer(status: int, body: object) -> dict[str, Any]:
    """Return the body of a successful answer. Raises: XksFailure for all other answers."""
    if not isinstance(body, dict):
        raise XksFailure(Failure.INVALID_RESPONSE, "the body is not a JSON object")
    if status == _OK:
        return body
    name = body.get("errorName")
    known = isinstance(name, str) and name in ERROR_STATUSES
    kind = Failure(name) if known else Failure.INVALID_RESPONSE
    raise XksFailure(kind, f"HTTP {status}, {name}: {body.get('errorMessage')}")
