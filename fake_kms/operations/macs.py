"""GenerateMac and VerifyMac."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import crypto, errors
from fake_kms.operations._declare import KeyUse, Output, operation

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []

_KEY = KeyUse(usage="GENERATE_VERIFY_MAC", algorithm="MacAlgorithm")


@operation("GenerateMac", _KEY)
def generate_mac(call: Call) -> Output:
    """Generate an HMAC of up to 4096 bytes.

    Output: Mac of 28 to 64 bytes; KeyId is the ARN. Source: API_GenerateMac.
    """
    algorithm = call.input["MacAlgorithm"]
    mac = crypto.signature_schemes.mac(call.material.secret, algorithm, call.input["Message"])
    return {"KeyId": call.key.arn, "Mac": mac, "MacAlgorithm": algorithm}


@operation("VerifyMac", _KEY)
def verify_mac(call: Call) -> Output:
    """Verify an HMAC. Raises: KMSInvalidMacException; never MacValid false. Source: API_VerifyMac."""
    algorithm = call.input["MacAlgorithm"]
    if not crypto.signature_schemes.mac_matches(
        call.material.secret, algorithm, call.input["Message"], call.input["Mac"]
    ):
        raise errors.invalid_mac()
    return {"KeyId": call.key.arn, "MacAlgorithm": algorithm, "MacValid": True}
