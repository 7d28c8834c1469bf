"""Scheduling and canceling the deletion of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.tables.key_states import Change, KeyState

if TYPE_CHECKING:
    from fake_kms.operations.call import Call, Tools
    from fake_kms.store.key import Key

__all__ = ["DEFAULT_WINDOW"]

_DAY = 86_400
DEFAULT_WINDOW = 30  # days


def _check_window(call: Call) -> None:
    # Assumed: the range is checked before the key is looked up, like the other ranges.
    if not 7 <= call.input.get("PendingWindowInDays", DEFAULT_WINDOW) <= 30:  # noqa: PLR2004 - AWS's range
        raise errors.pending_window()


@operation("ScheduleKeyDeletion", KeyUse(), check_request=_check_window, changes=True)
def schedule_key_deletion(call: Call) -> Output:
    """Put a KMS key in its waiting period.

    Input: PendingWindowInDays 7-30, default 30. Output: DeletionDate UTC; KeyId is the ARN. A multi-Region primary with
    replicas has no DeletionDate: its period begins when the last replica is gone.
    Raises: nothing beyond the declaration. Source: API_ScheduleKeyDeletion; Developer Guide, deleting-keys.
    """
    key = call.key
    window = call.input.get("PendingWindowInDays", DEFAULT_WINDOW)
    output: Output = {"KeyId": key.arn, "PendingWindowInDays": window}
    if key.multi_region_key is not None and not key.replica and key.multi_region_key.replicas:
        key.transition(Change.SCHEDULE_REPLICA_DELETION)
        key.pending_window_days = window
    else:
        key.transition(Change.SCHEDULE_DELETION)
        _begin_waiting(call.tools, key, window, call.now)
        output["DeletionDate"] = key.deletion_date
    return output | {"KeyState": key.state.value}


def _begin_waiting(tools: Tools, key: Key, window: int, now: float) -> None:
    key.deletion_date = now + window * _DAY
    tools.store.schedule.at(key.deletion_date, lambda due: _delete(tools, key, due))


def _delete(tools: Tools, key: Key, due: float) -> None:
    # A canceled deletion leaves its date on the schedule: only the date that still stands counts.
    if key.deletion_date != due:
        return
    key.deletion_date = None
    tools.store.remove_key(key)
    tools.note("DeleteKey", key, due)
    primary = key.multi_region_key.primary if key.multi_region_key else key
    if (
        primary.state is KeyState.PENDING_REPLICA_DELETION
        and primary.multi_region_key
        and not primary.multi_region_key.replicas
    ):
        primary.transition(Change.LAST_REPLICA_DELETED)
        window, primary.pending_window_days = primary.pending_window_days or DEFAULT_WINDOW, None
        _begin_waiting(tools, primary, window, due)


@operation("CancelKeyDeletion", KeyUse(), changes=True)
def cancel_key_deletion(call: Call) -> Output:
    """Cancel the deletion of a key, which is Disabled then. Output: KeyId is the ARN.

    A key without its imported material is PendingImport again. Source: API_CancelKeyDeletion;
    docs/aws/evidence.md#imported-key-material.
    """
    call.key.transition(Change.CANCEL_DELETION)
    call.key.deletion_date = call.key.pending_window_days = None
    return {"KeyId": call.key.arn}
