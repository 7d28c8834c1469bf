"""Who calls: the principal of the access key that signed the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import arns, errors
from fake_kms.operations import Caller
from fake_kms.wire.sigv4 import IncompleteAuthorization, read_credential

if TYPE_CHECKING:
    from fake_kms.controls.registry import Registry
    from fake_kms.operations import Call
    from fake_kms.wire import HttpRequest
    from fake_kms.wire.sigv4 import Credential

__all__ = ["identify"]


def identify(principals: Registry, strict: bool, call: Call) -> None:
    """Set the caller and its Region.

    Raises: KmsError MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException for
    another service or an unknown Region; UnrecognizedClientException for an access key that is not registered, if
    `strict`; ExpiredTokenException for credentials after their time.
    """
    call.caller = caller = _caller(_credential(call.request), principals, strict=strict)
    expires = caller.identity.expires
    if expires is not None and call.now >= expires:
        raise errors.expired_token()
    call.region = call.store.region(caller.account, caller.region)


def _credential(request: HttpRequest) -> Credential:
    if not request.authorization:
        raise errors.missing_authentication_token()
    try:
        return read_credential(request.authorization)
    except IncompleteAuthorization as incomplete:
        raise errors.incomplete_signature(incomplete.missing, request.authorization) from None


def _caller(credential: Credential, principals: Registry, *, strict: bool) -> Caller:
    access_key_id, _, region, service = credential
    if service != "kms":
        raise errors.wrong_service_scope()
    if not arns.is_region(region):
        raise errors.wrong_region_scope()
    identity = principals.identity_of(access_key_id, region, strict=strict)
    if identity is None:
        raise errors.unrecognized_client()
    principal = identity.principal
    return Caller(access_key_id, principal.arn, principal.account, region, identity)
