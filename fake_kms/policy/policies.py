"""The policies and grants that decide about a request."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.grant_terms import GrantTerms
    from fake_kms.policy.document import Policy
    from fake_kms.policy.identity import Identity
    from fake_kms.policy.request import Request
    from fake_kms.policy.statement import Statement

__all__ = [
    "IDENTITY_POLICY",
    "KEY_POLICY",
    "PERMISSIONS_BOUNDARY",
    "SESSION_POLICY",
    "Policies",
    "statements_on",
    "title_of",
]

# The kinds of policies, as messages name them.
KEY_POLICY, IDENTITY_POLICY = "key policy", "identity policy"
PERMISSIONS_BOUNDARY, SESSION_POLICY = "permissions boundary", "session policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that can allow or deny a request.

    `boundary` is None and `session` empty where the caller has no such policy. `idle_grants` are grants that cannot
    allow this request, each with the reason; they only appear in explanations.
    """

    key_policy: Policy | None = None
    identity: Sequence[Policy] = ()
    boundary: Policy | None = None
    session: Sequence[Policy] = ()
    grants: Sequence[GrantTerms] = ()
    idle_grants: Sequence[tuple[GrantTerms, str]] = ()

    @classmethod
    def of(
        cls,
        identity: Identity,
        *,
        key_policy: Policy | None = None,
        grants: Sequence[GrantTerms] = (),
        idle_grants: Sequence[tuple[GrantTerms, str]] = (),
    ) -> Policies:
        """Return a caller's own policies together with the policy and the grants of a key."""
        return cls(
            key_policy=key_policy,
            identity=identity.policies,
            boundary=identity.boundary,
            session=identity.session,
            grants=grants,
            idle_grants=idle_grants,
        )

    def applying_to(self, request: Request) -> Iterator[tuple[str, Policy]]:
        """Yield the kind and the policy of all that can apply, in the order in which AWS reports a Deny."""
        if self.key_policy is not None and not request.on_alias:
            yield KEY_POLICY, self.key_policy
        for policy in self.identity:
            yield IDENTITY_POLICY, policy
        if self.boundary is not None:
            yield PERMISSIONS_BOUNDARY, self.boundary
        for policy in self.session:
            yield SESSION_POLICY, policy

    def are_constant(self, action: str) -> bool:
        """Whether the decision about an action depends on principal, action and resource alone."""
        policies = (self.key_policy, *self.identity, self.boundary, *self.session)
        return not self.grants and not any(policy and _depends_on_context(policy, action) for policy in policies)


@functools.lru_cache(maxsize=4096)
def title_of(kind: str, policy: Policy) -> str:
    """Return how a sentence names a policy: its kind and its name, or the name alone if that begins with the kind."""
    return policy.name if policy.name.startswith(kind) else f"{kind} '{policy.name}'"


@functools.lru_cache(maxsize=16384)
def _depends_on_context(policy: Policy, action: str) -> bool:
    denying, allowing = statements_on(policy, action)
    return any(statement.depends_on_context for statement in (*denying, *allowing))


@functools.lru_cache(maxsize=16384)
def statements_on(policy: Policy, action: str) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Return the denying and the allowing statements of a policy that cover an action."""
    action = action.lower()
    covering = [statement for statement in policy.statements if statement.covers(action)]
    return (
        tuple(statement for statement in covering if statement.effect == "Deny"),
        tuple(statement for statement in covering if statement.effect == "Allow"),
    )
