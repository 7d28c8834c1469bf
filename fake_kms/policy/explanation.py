"""How each statement and each grant applied to a request, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_kms.policy import grant_matching
from fake_kms.policy.must_allow import MustAllow

if TYPE_CHECKING:
    from fake_kms.grant_terms import GrantTerms
    from fake_kms.policy.policies import Policies
    from fake_kms.policy.request import Request
    from fake_kms.policy.statement import Statement

__all__ = ["Explanation", "explanations"]


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Whether one statement or grant matched the request, and if not, which element failed and why."""

    policy: str
    statement: str
    effect: str
    matched: bool
    why: str

    def __str__(self) -> str:
        verdict = "matches" if self.matched else "does not match"
        return f"{self.effect} {self.policy} {self.statement}: {verdict}{f' ({self.why})' if self.why else ''}"


def explanations(request: Request, policies: Policies) -> Iterator[Explanation]:
    """Explain every statement of every policy that can apply, and every grant of the key."""
    bounded = policies.boundary is not None
    for kind, policy in policies.applying_to(request):
        for statement in policy.statements:
            yield _of_statement(policy.name or kind, statement, request, bounded=bounded)
    if request.resource_account is not None:
        for grant in policies.grants:
            yield _of_grant(grant, grant_matching.why_not(grant, request))
        for grant, reason in policies.idle_grants:
            yield _of_grant(grant, grant_matching.why_not(grant, request) or reason)


def _of_statement(policy: str, statement: Statement, request: Request, *, bounded: bool) -> Explanation:
    why = statement.why_not(request, bounded=bounded)
    matched = not why
    if matched and statement.effect == "Allow" and statement.must_allow(request.principal) is MustAllow.ALL:
        why = "delegates to the account"
    return Explanation(policy, statement.label, statement.effect, matched, why)


def _of_grant(grant: GrantTerms, why_not: str) -> Explanation:
    return Explanation("grant", grant.grant_id, "Allow", not why_not, why_not)
