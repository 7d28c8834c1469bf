"""Signatures, verified if the fake is set to: SigV4 recomputed with the caller's registered secret.

Only principals of `kms.principals` have secrets here; other signatures cannot be verified and pass.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.clock import from_epoch

if TYPE_CHECKING:
    from fake_kms.clock import Now
    from fake_kms.controls.principals import Credentials, Principals
    from fake_kms.operations import Call
    from fake_kms.wire import HttpRequest

__all__ = ["verify_signature"]

_TOLERANCE = 300
_STAMP = "%Y%m%dT%H%M%SZ"


def verify_signature(call: Call, *, principals: Principals, clock: Now, on: bool) -> None:
    """Verify a request's session token, date and signature, where `on`.

    Raises: KmsError UnrecognizedClientException, InvalidSignatureException.
    """
    principal = principals.of_access_key(call.caller.access_key_id) if on else None
    if principal is not None:
        _verify(call.request, call.caller.region, principal.credentials, clock.system_epoch())


def _verify(request: HttpRequest, region: str, credentials: Credentials, now: float) -> None:
    # Assumed: temporary credentials without their token, or with another, are answered as an unknown access key.
    token = request.header("x-amz-security-token")
    if token != credentials["aws_session_token"]:
        raise errors.unrecognized_client()
    stamp = request.header("x-amz-date") or ""
    _check_date(stamp, now)
    signed = re.search(r"SignedHeaders=([^,\s]+)", request.authorization)
    given = re.search(r"Signature=([0-9a-f]+)", request.authorization)
    names = signed[1].split(";") if signed else []
    expected = _signature(request, region, stamp, names, credentials["aws_secret_access_key"])
    if given is None or not hmac.compare_digest(given[1], expected):
        raise errors.invalid_signature()


def _check_date(stamp: str, now: float) -> None:
    try:
        signed = datetime.strptime(stamp, _STAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        raise errors.invalid_signature() from None
    age = now - signed.timestamp()
    if age > _TOLERANCE:
        raise errors.signature_expired(stamp, _printed(now - _TOLERANCE), _printed(now))
    if age < -_TOLERANCE:
        raise errors.signature_not_yet_current(stamp, _printed(now + _TOLERANCE), _printed(now))


def _printed(epoch: float) -> str:
    return f"{from_epoch(epoch):{_STAMP}}"


def _signature(request: HttpRequest, region: str, stamp: str, names: list[str], secret: str) -> str:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    signed = {name: request.header(name) for name in names}  # where there is no Host, that of the URL is signed
    headers = {name: value for name, value in signed.items() if value is not None}
    again = AWSRequest(request.method, request.url, data=request.body, headers=headers)
    again.context["timestamp"] = stamp
    signer = SigV4Auth(Credentials("", secret), "kms", region)
    signature: str = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    return signature
