"""Whom a key policy or a grant names, and what still limits the one it names.

Source: IAM User Guide, "Principal", "NotPrincipal", "Policy evaluation logic"; Developer Guide, "Default key policy".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_kms.arns import is_account, parse_arn
from fake_kms.policy.malformed import InvalidPolicyArn, InvalidPrincipal, MalformedPolicy

if TYPE_CHECKING:
    from fake_kms.policy.request import IamPrincipal

__all__ = [
    "ALL_LIMITS",
    "BOUNDARY",
    "IDENTITY",
    "NO_LIMITS",
    "SESSION",
    "PrincipalElement",
    "compile_principals",
    "limits_of_name",
]

# Which policies of the caller must allow as well, by the form in which it is named. They grow one out of the other,
# so that the smaller number is always the weaker demand.
NO_LIMITS, SESSION, BOUNDARY, IDENTITY = 0, 1, 2, 4
_ROLE = SESSION | BOUNDARY
ALL_LIMITS = SESSION | BOUNDARY | IDENTITY

_PARTITION = re.compile(r"aws(?:-[a-z]+)*", re.ASCII)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{4,}(?::[\w+=,.@-]+)?", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?", re.ASCII)
_NAMED = {
    "iam": re.compile(r"root|(?:user|role)/(?:[\x21-\x7e]+/)?[\w+=,.@-]+", re.ASCII),
    "sts": re.compile(r"assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+", re.ASCII),
}


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalElement:
    """A compiled Principal or NotPrincipal (`negated`) of a statement that denies or allows."""

    names: tuple[str, ...]
    negated: bool
    denies: bool
    everyone: bool
    accounts: frozenset[str]
    others: frozenset[str]
    unique_ids: frozenset[str]
    services: frozenset[str]
    federated: frozenset[str]

    def limits(self, caller: IamPrincipal) -> int | None:
        """Return which of the caller's policies must allow too; None when the caller is not meant.

        Assumed: that `*` of an Allow names no service, while `*` of a Deny does (IAM User Guide,
        aws:PrincipalIsAWSService, exempts services from such a Deny by a condition).
        """
        if self.negated:
            return None if self._spares(caller) else NO_LIMITS
        if caller.kind == "Service":
            return NO_LIMITS if caller.service in self.services or (self.everyone and self.denies) else None
        if self.everyone:
            return NO_LIMITS
        return self._named(caller)

    def _named(self, caller: IamPrincipal) -> int | None:
        others = self.others
        if others:
            if caller.arn in others:
                return NO_LIMITS
            if caller.federating_user_arn in others:
                return SESSION
            if caller.role_arn in others:
                return _ROLE
        if self.unique_ids and (limits := self._named_by_id(caller)) is not None:
            return limits
        if caller.account in self.accounts:
            return NO_LIMITS if caller.kind == "Account" else ALL_LIMITS
        return None

    def _named_by_id(self, caller: IamPrincipal) -> int | None:
        if caller.unique_id in self.unique_ids:
            return NO_LIMITS
        return _ROLE if caller.unique_id.partition(":")[0] in self.unique_ids else None

    def _spares(self, caller: IamPrincipal) -> bool:
        # A Deny spares only whom NotPrincipal lists with account, role and session. Assumed: that an Allow leaves
        # out whomever it lists by any of these.
        if self.everyone:
            return True
        if caller.kind == "Service":
            return caller.service in self.services
        listed = [caller.account in self.accounts]
        if caller.kind != "Account":
            listed.append(caller.arn in self.others or caller.unique_id in self.unique_ids)
        if caller.role_arn is not None:
            listed.append(caller.role_arn in self.others or caller.unique_id.partition(":")[0] in self.unique_ids)
        return all(listed) if self.denies else any(listed)


def limits_of_name(name: str, caller: IamPrincipal) -> int | None:
    """Return what limits the caller when a grant names `name`; None when the caller is not meant.

    Assumed: that a boundary and session policies limit a grant as they limit a key policy that names the same ARN.
    """
    if caller.kind == "Service":
        return NO_LIMITS if name == caller.service else None
    if name == caller.arn or name == caller.unique_id:  # noqa: PLR1714 - asked of every grant: no set is built
        return NO_LIMITS
    if name == caller.federating_user_arn:
        return SESSION
    if caller.role_arn is not None and (name == caller.role_arn or name == caller.unique_id.partition(":")[0]):
        return _ROLE
    if name == caller.account or (name.endswith(":root") and name.split(":")[4] == caller.account):
        return NO_LIMITS if caller.kind == "Account" else ALL_LIMITS
    return None


def compile_principals(element: Any, *, negated: bool, denies: bool) -> PrincipalElement:
    """Compile a Principal or NotPrincipal. Raises: InvalidPrincipal, InvalidPolicyArn, MalformedPolicy."""
    pairs = tuple(_pairs(element))
    accounts: set[str] = set()
    others: set[str] = set()
    for kind, name in pairs:
        if kind == "AWS" and name != "*":
            account = _account_of(name)
            (others if account is None else accounts).add(account or name)
    return PrincipalElement(
        names=tuple(name for _, name in pairs),
        negated=negated,
        denies=denies,
        everyone=("AWS", "*") in pairs,
        accounts=frozenset(accounts),
        others=frozenset(others),
        unique_ids=frozenset(name for name in others if not name.startswith("arn:")),
        services=frozenset(_checked_service(name) for kind, name in pairs if kind == "Service"),
        federated=frozenset(name for kind, name in pairs if kind == "Federated"),
    )


def _pairs(element: Any) -> Iterator[tuple[str, str]]:
    if element == "*":
        yield "AWS", "*"
        return
    if not isinstance(element, dict):
        raise InvalidPrincipal(f"the principal {element!r} is neither '*' nor an object")
    for kind, names in element.items():
        for name in _named_by(kind, names):
            yield kind, name


def _named_by(kind: str, names: Any) -> list[str]:
    if kind not in {"AWS", "Service", "Federated"}:
        # Assumed: that KMS knows no CanonicalUser, and takes Federated without its ever matching.
        raise InvalidPrincipal(f"a key policy cannot name a principal of the kind {kind!r}")
    listed = names if isinstance(names, list) else [names]
    if not listed or not all(isinstance(name, str) for name in listed):
        raise MalformedPolicy(f"the principals of kind {kind} are not one or more strings")
    if "*" in listed and kind != "AWS":
        raise InvalidPrincipal(f"'*' is no principal of the kind {kind}")
    return listed


def _checked_service(name: str) -> str:
    if not _SERVICE.fullmatch(name):
        raise InvalidPrincipal(f"{name!r} is no service principal")
    return name


def _account_of(name: str) -> str | None:
    """Return the account that a name stands for, None for what is in an account."""
    if is_account(name):
        return name
    if _UNIQUE_ID.fullmatch(name):
        return None
    if not name.startswith("arn:"):
        raise InvalidPrincipal(f"{name!r} is no principal")
    return _account_of_arn(name)


def _account_of_arn(name: str) -> str | None:
    arn = parse_arn(name)
    if arn is None or not arn.account:
        raise InvalidPolicyArn(f"{name!r} is no ARN of a principal: it has no account")
    if "*" in name or "?" in name:
        raise InvalidPrincipal(f"{name!r} has a wildcard, and principals have none but '*'")
    named = _NAMED.get(arn.service)
    sound = _PARTITION.fullmatch(arn.partition) and is_account(arn.account) and not arn.region
    if named is None or not sound or not named.fullmatch(arn.resource):
        raise InvalidPrincipal(f"{name!r} is no account, user, role or session")
    return arn.account if arn.resource == "root" else None
