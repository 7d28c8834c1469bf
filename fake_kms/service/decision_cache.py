"""Decisions that are the same every time, made once.

Most decisions depend on caller, policies, action and resource alone, because no statement that covers the action has a
condition. Without this cache an Encrypt costs 1.20 instead of 1.13 times botocore's floor (benchmarks/README.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.policy.policies import Policies
from fake_kms.service.ask import key_policy_of

if TYPE_CHECKING:
    from fake_kms.operations import Call
    from fake_kms.policy.decision import Decision
    from fake_kms.policy.identity import Identity
    from fake_kms.store.key import Key

__all__ = ["DecisionCache"]

_MOST = 4096


class DecisionCache:
    """The decisions of one fake that cannot vary."""

    def __init__(self) -> None:
        self._decisions: dict[tuple[Identity, str | None, str, str], Decision] = {}

    def find(self, call: Call, action: str, resource: str, key: Key | None) -> Decision | None:
        """Return the decision about an action on a resource, None if it may vary or is new.

        Input: `key` the key that the resource is, None where it is none.
        """
        if key is not None and call.store.grants.any_of_key(key.arn):
            return None
        return self._decisions.get((call.caller.identity, key.policy if key is not None else None, action, resource))

    def keep(self, call: Call, action: str, resource: str, key: Key | None, decision: Decision) -> None:
        """Keep a decision if it is the same every time."""
        if key is not None and call.store.grants.any_of_key(key.arn):
            return
        key_policy = key_policy_of(key) if key is not None else None
        if not Policies.of(call.caller.identity, key_policy=key_policy).are_constant(action):
            return
        if len(self._decisions) >= _MOST:
            self._decisions.clear()
        self._decisions[call.caller.identity, key.policy if key is not None else None, action, resource] = decision
