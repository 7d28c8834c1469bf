"""Who calls: read from the SigV4 credential of the request."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from fake_kms import arns, errors
from fake_kms.operations import Caller

if TYPE_CHECKING:
    from fake_kms.wire import HttpRequest

__all__ = ["identify"]

_CREDENTIAL = re.compile(r"([^/,\s]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SCHEME = "AWS4-HMAC-SHA256 "


def identify(request: HttpRequest, default_account: str) -> Caller:
    """Tell who calls and in which Region.

    An access key that nobody registered is an administrator of the default account; one that is twelve digits is
    an administrator of that account.
    Raises: KmsError MissingAuthenticationTokenException, IncompleteSignatureException.
    """
    header = request.authorization
    if not header:
        raise errors.missing_authentication_token()
    credential = header.partition("Credential=")[2].partition(",")[0]
    caller = _caller(credential.strip(), default_account)
    if caller is None or not header.startswith(_SCHEME) or "Signature=" not in header:
        raise errors.incomplete_signature(header)
    return caller


@functools.lru_cache(maxsize=256)
def _caller(credential: str, default_account: str) -> Caller | None:
    match = _CREDENTIAL.fullmatch(credential)
    if match is None:
        return None
    access_key_id, _, region, _ = match.groups()
    account = access_key_id if _ACCOUNT.fullmatch(access_key_id) else default_account
    arn = f"arn:{arns.partition_of(region)}:iam::{account}:user/admin"
    return Caller(access_key_id, arn, account, region)
