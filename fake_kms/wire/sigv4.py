"""Signature Version 4: read an Authorization header, compute a signature, check its date, sign a request.

Source: IAM User Guide, "AWS Signature Version 4 for API requests". Signatures are computed by botocore.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from fake_kms.clock import from_epoch

if TYPE_CHECKING:
    from botocore.auth import SigV4Auth

    from fake_kms.wire.http import HttpRequest

__all__ = [
    "MAX_SKEW_SECONDS",
    "Authorization",
    "Credential",
    "DateProblem",
    "IncompleteAuthorization",
    "check_date",
    "read_credential",
    "sign",
    "signature",
    "timestamp",
]

MAX_SKEW_SECONDS = 300
_TIMESTAMP = "%Y%m%dT%H%M%SZ"
_SCHEME = "AWS4-HMAC-SHA256 "
_CREDENTIAL = re.compile(r"([^/,\s]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request", re.ASCII)
_PARAMETERS = {name: re.compile(rf"{name}=([^,\s]+)") for name in ("Credential", "Signature", "SignedHeaders")}


class IncompleteAuthorization(Exception):  # noqa: N818 - callers translate it into their own error
    """An Authorization header cannot be read. `missing` names its missing parameters, which may be none."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(missing)
        self.missing = missing


class Credential(NamedTuple):
    """The access key of an Authorization header, and what it signs for."""

    access_key_id: str
    date: str
    region: str
    service: str


class Authorization(NamedTuple):
    """An Authorization header and its credential."""

    header: str
    credential: Credential

    @classmethod
    def parse(cls, header: str) -> Authorization:
        """Read a header, whose parameters may stand in any order. Raises: IncompleteAuthorization."""
        return cls(header, read_credential(header))

    @property
    def signed_headers(self) -> list[str]:
        """The names of the signed headers."""
        names = self._parameter("SignedHeaders")
        return names.split(";") if names else []

    @property
    def signature(self) -> str:
        """The signature in hexadecimal digits."""
        return self._parameter("Signature")

    def _parameter(self, name: str) -> str:
        match = _PARAMETERS[name].search(self.header)
        return match[1] if match else ""


def read_credential(header: str) -> Credential:
    """Return the credential of an Authorization header. Raises: IncompleteAuthorization."""
    credential = _credential(header.partition("Credential=")[2].partition(",")[0])
    complete = header.startswith(_SCHEME) and "SignedHeaders=" in header and "Signature=" in header
    if credential is None or not complete:
        raise IncompleteAuthorization([name for name, pattern in _PARAMETERS.items() if not pattern.search(header)])
    return credential


@functools.lru_cache(maxsize=256)
def _credential(text: str) -> Credential | None:
    # Cached, as a client sends the same credential all day long.
    match = _CREDENTIAL.fullmatch(text.strip())
    return None if match is None else Credential(*match.groups())


def signature(request: HttpRequest, authorization: Authorization, secret_access_key: str) -> str:
    """Return the signature that a request should have: with these signed headers and scope, dated by its X-Amz-Date."""
    from botocore.awsrequest import AWSRequest

    signed = {name: request.header(name) for name in authorization.signed_headers}
    headers = {name: value for name, value in signed.items() if value is not None}
    again = AWSRequest(request.method, request.url, data=request.body, headers=headers)
    again.context["timestamp"] = request.header("x-amz-date") or ""
    signer = _signer("", secret_access_key, authorization.credential.service, authorization.credential.region)
    computed: str = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    return computed


def sign(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    access_key_id: str,
    secret_access_key: str,
    service: str,
    region: str,
) -> dict[str, str]:
    """Return the headers of a request with X-Amz-Date and Authorization, signed now."""
    from botocore.awsrequest import AWSRequest

    request = AWSRequest(method, url, dict(headers), body)
    _signer(access_key_id, secret_access_key, service, region).add_auth(request)
    return dict(request.headers.items())


def _signer(access_key_id: str, secret_access_key: str, service: str, region: str) -> SigV4Auth:
    from botocore.auth import SigV4Auth
    from botocore.credentials import Credentials

    return SigV4Auth(Credentials(access_key_id, secret_access_key), service, region)


class DateProblem(Enum):
    """Why the date of a signature is refused."""

    MALFORMED = "malformed"
    EXPIRED = "expired"
    NOT_YET_CURRENT = "not yet current"


def check_date(stamp: str, now: float) -> DateProblem | None:
    """Return what is wrong with an X-Amz-Date, or None; five minutes of difference are allowed."""
    try:
        signed = datetime.strptime(stamp, _TIMESTAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        return DateProblem.MALFORMED
    age = now - signed.timestamp()
    if age > MAX_SKEW_SECONDS:
        return DateProblem.EXPIRED
    return DateProblem.NOT_YET_CURRENT if age < -MAX_SKEW_SECONDS else None


def timestamp(epoch: float) -> str:
    """Return an instant in the form of X-Amz-Date."""
    return f"{from_epoch(epoch):{_TIMESTAMP}}"
