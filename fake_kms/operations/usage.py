"""GetKeyLastUsage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.entropy import derive
from fake_kms.operations._declare import KeyUse, Output, operation

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []

_TRACKED_SINCE = 1_776_902_400.0  # 2026-04-23T00:00Z


@operation("GetKeyLastUsage", KeyUse())
def get_key_last_usage(call: Call) -> Output:
    """Return the last successful cryptographic operation of a key, if there was one; replicas have their own.

    Tracking starts when the key is created, for older keys on 2026-04-23; KeyId is the bare id. Source:
    API_GetKeyLastUsage; docs/aws/recorded.md#other-public-native-evidence. Assumed: what was before counts for nothing.
    """
    key = call.key
    start = max(key.created, _TRACKED_SINCE)
    output: Output = {
        "KeyCreationDate": key.created,
        "KeyId": key.key_id,
        "KeyLastUsage": {},
        "TrackingStartDate": start,
    }
    if key.last_use is not None and key.last_use.when >= start:
        use = key.last_use
        output["KeyLastUsage"] = {
            "CloudTrailEventId": _event_id(use.request_id),
            "KmsRequestId": use.request_id,
            "Operation": use.operation,
            "Timestamp": use.when,
        }
    return output


def _event_id(request_id: str) -> str:
    # The id of the CloudTrail event that this request would have; always the same for the same request.
    text = derive(request_id.encode(), "CloudTrail event", 16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
