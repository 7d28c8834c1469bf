"""The policies and grants that a request is held against."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy
    from fake_kms.policy.grant_terms import Grant
    from fake_kms.policy.request import Request
    from fake_kms.policy.statement import Statement

__all__ = ["KEY_POLICY", "Policies", "statements_on", "title_of"]

KEY_POLICY = "key policy"


@dataclass(frozen=True, slots=True)
class Policies:
    """All that may allow or deny. `boundary` None and `session` () mean that the caller has none.

    `idle_grants` are there to be told of, each with the reason for which it does not count.
    """

    key_policy: Policy | None
    identity: tuple[Policy, ...]
    boundary: Policy | None
    session: tuple[Policy, ...]
    grants: Sequence[Grant]
    idle_grants: Sequence[tuple[Grant, str]] = ()

    def titled(self) -> Iterator[tuple[str, Policy]]:
        """Return every policy with the kind it is of, in the order in which denials are reported."""
        if self.key_policy is not None:
            yield KEY_POLICY, self.key_policy
        yield from (("identity policy", policy) for policy in self.identity)
        if self.boundary is not None:
            yield "permissions boundary", self.boundary
        yield from (("session policy", policy) for policy in self.session)

    def are_constant(self, action: str) -> bool:
        """Return whether the decision about an action depends on principal, action and resource alone."""
        return not self.grants and not any(_asks_context(policy, action) for _, policy in self.titled())

    @staticmethod
    def key_policy_speaks(request: Request) -> bool:
        """Return whether the resource is one that a key policy is about; an alias is not."""
        return ":alias/" not in request.resource


@functools.lru_cache(maxsize=4096)
def title_of(kind: str, policy: Policy) -> str:
    """Name a policy in a sentence: its name, behind the kind of policy it is unless it begins so."""
    return policy.name if policy.name.startswith(kind) else f"{kind} '{policy.name}'"


@functools.lru_cache(maxsize=16384)
def _asks_context(policy: Policy, action: str) -> bool:
    denying, allowing = statements_on(policy, action)
    return any(statement.asks_context for statement in (*denying, *allowing))


@functools.lru_cache(maxsize=16384)
def statements_on(policy: Policy, action: str) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Return the denying and the allowing statements of a policy that cover an action."""
    action = action.lower()
    covering = [statement for statement in policy.statements if statement.covers(action)]
    return (
        tuple(statement for statement in covering if statement.effect == "Deny"),
        tuple(statement for statement in covering if statement.effect == "Allow"),
    )
