"""Check that each key may be used as the operation uses it: usage, origin, state, algorithm, in AWS's order.

Source: docs/aws/api_semantics.md#check-order; floci.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.tables.key_states import KEY_STATES, KeyState

if TYPE_CHECKING:
    from fake_kms.operations import Call, KeyUse
    from fake_kms.store.key import Key

__all__ = ["check_keys"]


def check_keys(call: Call) -> None:
    """Check every key of a call, one after the other. Raises: KmsError."""
    for found in call.found:
        key, use = found.key, found.use
        if use.usage is not None and key.usage != use.usage:
            raise errors.key_usage(key.arn, key.usage, call.operation)
        if use.origins is not None and key.origin not in use.origins:
            raise errors.origin(key.arn, key.origin)
        refuse = KEY_STATES[call.operation][key.state]
        if refuse is not None:
            raise errors.xks_not_connected() if _is_disconnected(key) else refuse(key.arn)
        if use.algorithm is not None:
            _check_algorithm(call, key, use)
        if use.check is not None:
            use.check(call, found)


def _is_disconnected(key: Key) -> bool:
    # Besides the table: for keys of external key stores AWS has a text of its own.
    return key.state is KeyState.UNAVAILABLE and key.custom_key_store is not None and key.custom_key_store.external


def _check_algorithm(call: Call, key: Key, use: KeyUse) -> None:
    algorithm = call.input.get(use.algorithm or "", "SYMMETRIC_DEFAULT")
    if algorithm not in key.spec.usages[key.usage]:
        raise errors.algorithm_incompatible(algorithm, key.spec.name)
    if key.spec.asymmetric and call.input.get(use.context):
        raise errors.encryption_context_unsupported()
