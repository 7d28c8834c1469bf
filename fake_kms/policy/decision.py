"""A decision: the outcome with its reason, as plain values that stay true when keys and policies change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.policy.explanation import Explanation

__all__ = ["Decision", "Outcome"]


class Outcome(str, Enum):
    """Allowed, or the one kind of policy that AWS's message blames."""

    ALLOWED = "ALLOWED"
    DENIED_BY_KEY_POLICY = "DENIED_BY_KEY_POLICY"
    DENIED_BY_IDENTITY_POLICY = "DENIED_BY_IDENTITY_POLICY"
    DENIED_BY_BOUNDARY = "DENIED_BY_BOUNDARY"
    DENIED_BY_SESSION_POLICY = "DENIED_BY_SESSION_POLICY"
    NOT_ALLOWED_BY_KEY_POLICY = "NOT_ALLOWED_BY_KEY_POLICY"
    NOT_ALLOWED_BY_IDENTITY_POLICY = "NOT_ALLOWED_BY_IDENTITY_POLICY"
    NOT_ALLOWED_BY_BOUNDARY = "NOT_ALLOWED_BY_BOUNDARY"
    NOT_ALLOWED_BY_SESSION_POLICY = "NOT_ALLOWED_BY_SESSION_POLICY"

    @property
    def explicit(self) -> bool:
        """Whether a policy explicitly denies. Otherwise a refusal means that no policy allows."""
        return self.name.startswith("DENIED_BY_")


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of authorizing one action on one resource.

    `because` is the reason in a sentence. `decided_by` is the name of the policy that denied or did not allow, empty
    where there is none. `trace` says how every statement and grant applied when the decision was made; an allowed
    request has one only in a simulation.
    """

    outcome: Outcome
    because: str
    decided_by: str
    action: str
    resource: str
    principal: str
    trace: tuple[Explanation, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the caller may perform the action."""
        return self.outcome is Outcome.ALLOWED

    def explain(self) -> str:
        """Return the decision and its trace, one line for each statement and grant."""
        verdict = "Allowed" if self.allowed else f"Refused ({self.outcome.value})"
        lines = [f"{verdict}: {self.action} on {self.resource} by {self.principal}", f"  {self.because}"]
        return "\n".join([*lines, *(f"  - {explanation}" for explanation in self.trace)])
