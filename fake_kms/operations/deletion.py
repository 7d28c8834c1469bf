"""Scheduling and cancelling the deletion of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.operations._declare import Call, KeyUse, Output, operation
from fake_kms.tables.key_states import Change

if TYPE_CHECKING:
    from fake_kms.store.key import Key
    from fake_kms.store.region import Store

__all__: list[str] = []

_DAY = 86_400
_DEFAULT_WINDOW = 30


def _check_window(call: Call) -> None:
    # Assumed: before the key is looked up, like the other range checks.
    if not 7 <= call.input.get("PendingWindowInDays", _DEFAULT_WINDOW) <= 30:  # noqa: PLR2004 - AWS's range
        raise errors.pending_window()


@operation("ScheduleKeyDeletion", KeyUse(), check_request=_check_window, changes=True)
def schedule_key_deletion(call: Call) -> Output:
    """Put a KMS key in its waiting period.

    Input: PendingWindowInDays 7-30, default 30. Output: DeletionDate UTC; KeyId is the ARN.
    Raises: nothing beyond the declaration. Source: API_ScheduleKeyDeletion; Developer Guide, deleting-keys.
    """
    key, store = call.key, call.store
    window = call.input.get("PendingWindowInDays", _DEFAULT_WINDOW)
    key.fire(Change.SCHEDULE_DELETION)
    key.deletion_date = call.now + window * _DAY
    store.agenda.put(key.deletion_date, lambda due: _delete(store, key, due))
    return {
        "DeletionDate": key.deletion_date,
        "KeyId": key.arn,
        "KeyState": key.state.value,
        "PendingWindowInDays": window,
    }


def _delete(store: Store, key: Key, due: float) -> None:
    # A cancelled deletion leaves its date on the agenda: only the date that still stands counts.
    if key.deletion_date == due:
        key.deletion_date = None
        store.remove_key(key)


@operation("CancelKeyDeletion", KeyUse(), changes=True)
def cancel_key_deletion(call: Call) -> Output:
    """Take a key out of its waiting period; it is Disabled then. Output: KeyId is the ARN.

    Source: API_CancelKeyDeletion.
    """
    call.key.fire(Change.CANCEL_DELETION)
    call.key.deletion_date = None
    return {"KeyId": call.key.arn}
