"""What each statement and each grant had to say to a request, for people who wonder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_kms.policy import grant_terms
from fake_kms.policy.principal_element import ALL_LIMITS

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy
    from fake_kms.policy.policies import Policies
    from fake_kms.policy.request import Request
    from fake_kms.policy.statement import Statement

__all__ = ["Finding", "findings"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement or grant: whether it matched the request, and if not, which element failed and why."""

    policy: str
    statement: str
    effect: str
    matched: bool
    why: str

    def __str__(self) -> str:
        verdict = "matches" if self.matched else "does not match"
        return f"{self.effect} {self.policy} {self.statement}: {verdict}{f' ({self.why})' if self.why else ''}"


def findings(request: Request, policies: Policies) -> Iterator[Finding]:
    """Ask every statement of every policy, and every grant; the key policy only where it has a say."""
    for title, policy in policies.titled():
        if title != "key policy" or policies.key_policy_speaks(request):
            yield from (_of_statement(title, policy, statement, request) for statement in policy.statements)
    if request.resource_account is not None:
        for grant in policies.grants:
            why = grant_terms.why_not(grant, request)
            yield Finding("grant", grant.grant_id, "Allow", not why, why)
        for grant, reason in policies.idle_grants:
            yield Finding("grant", grant.grant_id, "Allow", False, grant_terms.why_not(grant, request) or reason)


def _of_statement(title: str, policy: Policy, statement: Statement, request: Request) -> Finding:
    why = statement.why_not(request)
    matched = not why
    if matched and statement.effect == "Allow" and statement.limits(request) == ALL_LIMITS:
        why = "delegates to the account"
    return Finding(policy.name or title, statement.label, statement.effect, matched, why)
