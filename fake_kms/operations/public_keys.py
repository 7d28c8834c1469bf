"""GetPublicKey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import crypto, errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.tables.key_specs import ALGORITHM_LISTS

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []


def _check_asymmetric(call: Call) -> None:
    if not call.key.spec.asymmetric:
        raise errors.unsupported()


@operation("GetPublicKey", KeyUse(), after_key_checks=_check_asymmetric)
def get_public_key(call: Call) -> Output:
    """Return the public half of a key.

    Output: PublicKey, DER SPKI; the one list of algorithms that the key's usage has; KeyId is the ARN.
    Raises: UnsupportedOperationException (no text) for symmetric and HMAC keys. Source: API_GetPublicKey.
    """
    key = call.key
    return {
        ALGORITHM_LISTS[key.usage]: list(key.spec.usages[key.usage]),
        "CustomerMasterKeySpec": key.spec.name,
        "KeyId": key.arn,
        "KeySpec": key.spec.name,
        "KeyUsage": key.usage,
        "PublicKey": crypto.asymmetric.public_der(call.material.private),
    }
