"""Whether a key fits what it is used for: usage, origin, state, algorithm (AWS's order, measured)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.tables.key_states import KEY_STATES

if TYPE_CHECKING:
    from fake_kms.operations import Call
    from fake_kms.operations._declare import FoundKey

__all__ = ["check_fitness"]


def check_fitness(call: Call) -> None:
    """Check every key of a call, one after the other. Raises: KmsError."""
    for found in call.found:
        _check_usage(call, found)
        _check_origin(call, found)
        _check_state(call, found)
        _check_algorithm(call, found)
        if found.use.check is not None:
            found.use.check(call, found)


def _check_usage(call: Call, found: FoundKey) -> None:
    required = found.use.usage
    if required is not None and found.key.usage != required:
        raise errors.key_usage(found.key.arn, found.key.usage, call.operation)


def _check_origin(_: Call, found: FoundKey) -> None:
    if found.use.origins is not None and found.key.origin not in found.use.origins:
        raise errors.origin(found.key.arn, found.key.origin)


def _check_state(call: Call, found: FoundKey) -> None:
    refusal = KEY_STATES[call.operation][found.key.state]
    if refusal is not None:
        raise errors.STATE_REFUSALS[refusal.value](found.key.arn)


def _check_algorithm(call: Call, found: FoundKey) -> None:
    key, use = found.key, found.use
    if use.algorithm is None:
        return
    algorithm = call.input.get(use.algorithm, "SYMMETRIC_DEFAULT")
    if algorithm not in key.spec.usages[key.usage]:
        raise errors.algorithm_incompatible(algorithm, key.spec.name)
    if key.spec.asymmetric and call.input.get(use.context):
        raise errors.encryption_context_unsupported()
