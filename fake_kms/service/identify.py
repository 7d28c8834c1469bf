"""Who calls: read from the SigV4 credential of the request."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from fake_kms import arns, errors
from fake_kms.operations import Caller

if TYPE_CHECKING:
    from fake_kms.controls.principals import Principals
    from fake_kms.operations import Call
    from fake_kms.wire import HttpRequest

__all__ = ["identify"]

_CREDENTIAL = re.compile(r"([^/,\s]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request", re.ASCII)
_PARTS = {
    "Credential": r"Credential=[^,\s]+",
    "Signature": r"Signature=[^,\s]+",
    "SignedHeaders": r"SignedHeaders=[^,\s]+",
}
_SCHEME = "AWS4-HMAC-SHA256 "


def identify(call: Call, *, principals: Principals, strict: bool) -> None:
    """Set the caller and its Region.

    Raises: KmsError MissingAuthenticationTokenException, IncompleteSignatureException; UnrecognizedClientException
    for an access key that nobody registered, where that is `strict`.
    """
    call.caller = caller = _caller(call.request, principals, strict=strict)
    call.region = call.store.region(caller.account, caller.region)


def _caller(request: HttpRequest, principals: Principals, *, strict: bool) -> Caller:
    header = request.authorization
    if not header:
        raise errors.missing_authentication_token()
    # What stands before the signature is the same in every request of a client, and read once.
    before, signature, _ = header.rpartition("Signature=")
    scope = (_scope(before) if before.endswith((",", ", ")) else None) or _scope(header)
    if scope is None or not signature:
        raise errors.incomplete_signature(
            [name for name, part in _PARTS.items() if not re.search(part, header)], header
        )
    access_key_id, region, service = scope
    if service != "kms":
        raise errors.wrong_service_scope()
    if not arns.is_region(region):
        raise errors.wrong_region_scope(region)
    identity = principals.identity_of(access_key_id, region, strict=strict)
    if identity is None:
        raise errors.unrecognized_client()
    principal = identity.principal
    return Caller(access_key_id, principal.arn, principal.account, region, identity)


@functools.lru_cache(maxsize=256)
def _scope(header: str) -> tuple[str, str, str] | None:
    credential = header.partition("Credential=")[2].partition(",")[0]
    match = _CREDENTIAL.fullmatch(credential.strip())
    if match is None or not header.startswith(_SCHEME) or "SignedHeaders=" not in header:
        return None
    return match[1], match[3], match[4]
