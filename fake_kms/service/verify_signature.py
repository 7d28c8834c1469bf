"""Signatures, verified with the option `verify_signatures`.

Only principals of `kms.principals` have known secrets; signatures of other callers are accepted.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.wire.sigv4 import MAX_SKEW_SECONDS, Authorization, DateProblem, check_date, signature, timestamp

if TYPE_CHECKING:
    from fake_kms.clock import Now
    from fake_kms.controls.principal import Credentials
    from fake_kms.controls.registry import Registry
    from fake_kms.operations import Call
    from fake_kms.wire import HttpRequest

__all__ = ["verify_signature"]


def verify_signature(principals: Registry, clock: Now, call: Call) -> None:
    """Verify the session token, the date and the signature of a request.

    Raises: KmsError UnrecognizedClientException, InvalidSignatureException.
    """
    principal = principals.of_access_key(call.caller.access_key_id)
    if principal is not None:
        _verify(call.request, principal.credentials, clock.system_epoch())


def _verify(request: HttpRequest, credentials: Credentials, now: float) -> None:
    # Assumed: temporary credentials without their token, or with another, are answered as an unknown access key.
    if request.header("x-amz-security-token") != credentials["aws_session_token"]:
        raise errors.unrecognized_client()
    _check_date(request.header("x-amz-date") or "", now)
    authorization = Authorization.parse(request.authorization)
    expected = signature(request, authorization, credentials["aws_secret_access_key"])
    if not hmac.compare_digest(authorization.signature.encode(), expected.encode()):
        raise errors.invalid_signature()


def _check_date(stamp: str, now: float) -> None:
    match check_date(stamp, now):
        case DateProblem.MALFORMED:
            raise errors.invalid_signature()
        case DateProblem.EXPIRED:
            raise errors.signature_expired(stamp, timestamp(now - MAX_SKEW_SECONDS), timestamp(now))
        case DateProblem.NOT_YET_CURRENT:
            raise errors.signature_not_yet_current(stamp, timestamp(now + MAX_SKEW_SECONDS), timestamp(now))
