"""The Principal element of a statement, and the grantee of a grant: matched against a caller.

Source: IAM User Guide, "Principal", "NotPrincipal", "Policy evaluation logic"; Developer Guide, "Default key policy".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_kms.arns import is_account, parse_arn, principal_meant
from fake_kms.policy.malformed import InvalidPolicyArn, InvalidPrincipal, MalformedPolicy, NoPrincipal
from fake_kms.policy.must_allow import MustAllow

if TYPE_CHECKING:
    from fake_kms.policy.request import IamPrincipal

__all__ = ["PrincipalElement", "compile_principals", "must_allow_for_grantee"]

_PARTITION = re.compile(r"aws(?:-[a-z]+)*", re.ASCII)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{4,}(?::[\w+=,.@-]+)?", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?", re.ASCII)
_IDENTITIES = re.compile(r"root|user/|role/", re.ASCII)
_RESOURCES = {
    "iam": re.compile(r"root|(?:user|role)/(?:[\x21-\x7e]+/)?[\w+=,.@-]+", re.ASCII),
    # `aws:` begins the name of a role of AWS's own; user/moto is the caller as moto's STS names it.
    "sts": re.compile(r"assumed-role/(?:aws:)?[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+|user/moto", re.ASCII),
}


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalElement:
    """A compiled Principal or NotPrincipal (`negated`) of a statement that denies or allows."""

    names: tuple[str, ...]
    negated: bool
    denies: bool
    everyone: bool
    accounts: frozenset[str]
    arns: frozenset[str]
    unique_ids: frozenset[str]
    services: frozenset[str]
    federated: frozenset[str]

    def must_allow(self, caller: IamPrincipal) -> MustAllow | None:
        """Return which of the caller's own policies must allow, too; None when the element does not name the caller.

        Assumed: `*` of an Allow does not name services, while `*` of a Deny does (IAM User Guide,
        aws:PrincipalIsAWSService, exempts services from such a Deny by a condition).
        """
        if self.negated:
            return None if self._exempts(caller) else MustAllow.NONE
        if caller.kind == "Service":
            named = caller.service in self.services or (self.everyone and self.denies)
            return MustAllow.NONE if named else None
        return MustAllow.NONE if self.everyone else self._named(caller)

    def _named(self, caller: IamPrincipal) -> MustAllow | None:
        arns = self.arns
        if arns:
            if caller.arn in arns:
                return MustAllow.NONE
            if caller.federating_user_arn in arns:
                return MustAllow.SESSION
            if caller.role_arn in arns:
                return MustAllow.ROLE
        if self.unique_ids and (must_allow := self._named_by_id(caller)) is not None:
            return must_allow
        if caller.account in self.accounts:
            return MustAllow.NONE if caller.kind == "Account" else MustAllow.ALL
        return None

    def _named_by_id(self, caller: IamPrincipal) -> MustAllow | None:
        if caller.unique_id in self.unique_ids:
            return MustAllow.NONE
        return MustAllow.ROLE if caller.unique_id.partition(":")[0] in self.unique_ids else None

    def _exempts(self, caller: IamPrincipal) -> bool:
        # A Deny exempts only a caller that NotPrincipal lists with its account, role and session. Assumed: an Allow
        # leaves out a caller that NotPrincipal lists by any of these.
        if self.everyone:
            return True
        if caller.kind == "Service":
            return caller.service in self.services
        listed = [caller.account in self.accounts]
        if caller.kind != "Account":
            listed.append(caller.arn in self.arns or caller.unique_id in self.unique_ids)
        if caller.role_arn is not None:
            listed.append(caller.role_arn in self.arns or caller.unique_id.partition(":")[0] in self.unique_ids)
        return all(listed) if self.denies else any(listed)


def must_allow_for_grantee(grantee: str, caller: IamPrincipal) -> MustAllow | None:
    """Return which of the caller's own policies must allow, too; None when the caller is not the grantee.

    A boundary and session policies limit a grant as they limit a key policy that names the same ARN. Source:
    docs/aws/recorded.md#grants; docs/aws/evidence.md#grants.
    """
    if caller.kind == "Service":
        return MustAllow.NONE if grantee == caller.service else None
    if grantee == caller.arn or grantee == caller.unique_id:  # noqa: PLR1714 - runs for every grant: build no set
        return MustAllow.NONE
    if grantee == caller.federating_user_arn:
        return MustAllow.SESSION
    if caller.role_arn is not None and (grantee == caller.role_arn or grantee == caller.unique_id.partition(":")[0]):
        return MustAllow.ROLE
    if grantee == caller.account or (grantee.endswith(":root") and grantee.split(":")[4] == caller.account):
        return MustAllow.NONE if caller.kind == "Account" else MustAllow.ALL
    return None


def compile_principals(element: Any, *, negated: bool, denies: bool) -> PrincipalElement:
    """Compile a Principal or NotPrincipal element. Raises: InvalidPrincipal, InvalidPolicyArn, MalformedPolicy."""
    pairs = tuple(_pairs(element))
    names = [name for kind, name in pairs if kind == "AWS" and name != "*"]
    accounts = {name: _account_of(name) for name in names}
    others = [name for name in names if accounts[name] is None]
    return PrincipalElement(
        names=tuple(name for _, name in pairs),
        negated=negated,
        denies=denies,
        everyone=("AWS", "*") in pairs,
        accounts=frozenset(account for account in accounts.values() if account is not None),
        arns=frozenset(principal_meant(name) for name in others if name.startswith("arn:")),
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
    if not element:
        raise NoPrincipal("it names no principal")
    for kind, names in element.items():
        for name in _names_of_kind(kind, names):
            yield kind, name


def _names_of_kind(kind: str, names: Any) -> list[str]:
    if kind not in {"AWS", "Service", "Federated"}:
        # Assumed: KMS refuses CanonicalUser, and accepts Federated although it never matches.
        raise InvalidPrincipal(f"a key policy cannot name a principal of the kind {kind!r}")
    listed = names if isinstance(names, list) else [names]
    if not listed:
        raise NoPrincipal(f"it names no principal of the kind {kind}")
    if not all(isinstance(name, str) for name in listed):
        raise MalformedPolicy(f"the principals of kind {kind} are not one or more strings")
    if "*" in listed and kind != "AWS":
        raise InvalidPrincipal(f"'*' is not a principal of the kind {kind}")
    return listed


def _checked_service(name: str) -> str:
    if not _SERVICE.fullmatch(name):
        raise InvalidPrincipal(f"{name!r} is not a service principal")
    return name


def _account_of(name: str) -> str | None:
    """Return the account that a name stands for; None for the name of a principal in an account."""
    if is_account(name):
        return name
    if _UNIQUE_ID.fullmatch(name):
        return None
    if not name.startswith("arn:"):
        raise InvalidPrincipal(f"{name!r} is not a principal")
    return _account_of_arn(name)


def _account_of_arn(name: str) -> str | None:
    arn = parse_arn(name)
    if arn is None or not arn.account:
        raise InvalidPolicyArn(f"{name!r} is not the ARN of a principal: it has no account")
    if "*" in name or "?" in name:
        raise InvalidPrincipal(f"{name!r} has a wildcard, which only stands alone as '*'")
    if not arn.account.isdigit() or (arn.service == "iam" and not _IDENTITIES.match(arn.resource)):
        raise InvalidPolicyArn(f"{name!r} is not the ARN of an account, user or role")
    resource = _RESOURCES.get(arn.service)
    sound = _PARTITION.fullmatch(arn.partition) and is_account(arn.account) and not arn.region
    if resource is None or not sound or not resource.fullmatch(arn.resource):
        raise InvalidPrincipal(f"{name!r} is not an account, user, role or session")
    return arn.account if arn.resource == "root" else None
