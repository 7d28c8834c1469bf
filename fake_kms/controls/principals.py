"""`kms.principals`: the users, roles, account roots and services that call a fake.

What is registered does not change afterwards, but can be removed; policies are checked when they are passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fake_kms.controls.acting import ActingAs
from fake_kms.controls.arguments import (
    check_name,
    check_path,
    compile_managed,
    compile_policies,
    compile_policy,
    context_keys,
    service_principal,
    tag_keys,
)
from fake_kms.controls.principal import Principal, Role, identity_of
from fake_kms.misuse import check_account, check_text
from fake_kms.policy.identity import Identity
from fake_kms.policy.request import IamPrincipal

if TYPE_CHECKING:
    from fake_kms.controls.arguments import ContextKeys, PolicyDocument, Tags
    from fake_kms.controls.registry import Registry

__all__ = ["Principals"]

# Temporary credentials say whether there was MFA; long-term ones never do. Source: IAM User Guide, global keys.
_WITHOUT_MFA: dict[str, str | tuple[str, ...]] = {"aws:multifactorauthpresent": "false"}


class Principals:
    """The registered principals of one fake.

    Access keys that are not registered belong to the administrator of the default account, or of the account whose
    twelve digits they are.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __repr__(self) -> str:
        return f"<Principals of {self._registry.account}>"

    def user(
        self,
        name: str,
        *,
        policies: Sequence[PolicyDocument] = (),
        managed: Mapping[str, PolicyDocument] | None = None,
        account: str | None = None,
        path: str = "/",
        boundary: PolicyDocument | None = None,
        tags: Tags | None = None,
        context: ContextKeys | None = None,
    ) -> Principal:
        """Register an IAM user.

        Input: `policies`, JSON texts or dicts, are its inline policies, `managed` its managed policies by their ARNs;
        `tags` are a dictionary, or a list as IAM takes it; `context` adds condition keys to its requests.
        Raises: ValueError for a malformed policy, naming the statement, and for names that IAM does not allow.
        """
        account = self._account(account)
        arn = f"{self._registry.iam(account)}:user{check_path(path)}{check_name(name)}"
        unique_id = self._registry.new_unique_id("AIDA")
        principal = IamPrincipal(arn, account, "User", None, unique_id, None)
        keys = {"aws:username": name, "aws:userid": unique_id, **tag_keys(tags), **context_keys(context)}
        identity = self._identity(principal, policies, managed, boundary, keys)
        self._registry.register(arn, unique_id)
        return Principal(self._registry, identity, temporary=False)

    def role(
        self,
        name: str,
        *,
        policies: Sequence[PolicyDocument] = (),
        managed: Mapping[str, PolicyDocument] | None = None,
        account: str | None = None,
        path: str = "/",
        boundary: PolicyDocument | None = None,
        tags: Tags | None = None,
        session_name: str = "session",
        context: ContextKeys | None = None,
    ) -> Role:
        """Register an IAM role; it calls through a session named `session_name`. See `user` for the rest.

        A name may begin with `aws:`, as those of AWS's own do: `aws:ec2-infrastructure`.
        """
        account = self._account(account)
        role_id = self._registry.new_unique_id("AROA")
        role_arn = f"{self._registry.iam(account)}:role{check_path(path)}{check_text('a name', name, 'App')}"
        check_name(name.removeprefix("aws:"))
        check_name(session_name)
        session_arn = f"arn:{self._registry.partition}:sts::{account}:assumed-role/{name}/{session_name}"
        principal = IamPrincipal(session_arn, account, "AssumedRole", role_arn, f"{role_id}:{session_name}", None)
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA, **self._registry.issue_time(), **tag_keys(tags)}
        identity = self._identity(principal, policies, managed, boundary, keys | context_keys(context))
        self._registry.register(role_arn, role_id)
        return Role(self._registry, identity, role_id)

    def root(self, account: str | None = None) -> Principal:
        """Register the root user of an account."""
        account = self._account(account)
        principal = IamPrincipal(f"{self._registry.iam(account)}:root", account, "Account", None, account, None)
        return Principal(self._registry, Identity(principal, context={"aws:userid": account}), temporary=False)

    def federated_user(
        self, name: str, *, of: Principal, policies: Sequence[PolicyDocument] = (), duration: float | None = None
    ) -> Principal:
        """Register the federated user session of an IAM user, with session policies.

        Without them it has nothing of its user's rights. Input: `of` the user, or the root of an account; `duration`
        as that of `Role.assume`. Raises: ValueError for another principal.
        """
        by = identity_of(check_principal("federated_user(of=...)", of))
        if by.principal.kind not in {"User", "Account"}:
            raise ValueError(f"only users and roots make federated users, not {of!r}")
        account = of.account
        check_name(name)
        arn = f"arn:{self._registry.partition}:sts::{account}:federated-user/{name}"
        principal = IamPrincipal(arn, account, "FederatedUser", None, f"{account}:{name}", None, of.arn)
        session = compile_policies(policies, "session policy {}")
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA, **self._registry.issue_time()}
        expires = self._registry.expiry(duration)
        identity = Identity(principal, by.policies, by.boundary, session, keys, expires)
        self._registry.register_federated(arn)
        return Principal(self._registry, identity, temporary=True)

    def service(self, name: str, *, source_arn: str | None = None, source_account: str | None = None) -> Principal:
        """Register an AWS service that calls on its own behalf, e.g. `service("logs.us-east-1.amazonaws.com")`.

        A bare name, `service("s3")`, is that of `s3.amazonaws.com`. Raises: ValueError for what names no service.
        """
        host = service_principal(name)
        principal = IamPrincipal(host, self._registry.account, "Service", None, host, host)
        keys = {"aws:principalisawsservice": "true", "aws:principalservicename": host}
        if source_arn is not None:
            keys["aws:sourcearn"] = check_text("source_arn", source_arn, "arn:aws:s3:::bucket")
        if source_account is not None:
            keys["aws:sourceaccount"] = check_account(source_account)
        return Principal(self._registry, Identity(principal, context=keys), temporary=True)

    def remove(self, principal: Principal) -> None:
        """Delete a user or a role, with all its sessions: their access keys are unknown from now on.

        Grants and key policies that name it show its unique id instead, and are nobody's. What is registered under the
        same name later is another principal. Raises: ValueError for what is neither a user nor a role, LookupError if
        it is not registered.
        """
        named = identity_of(check_principal("remove", principal)).principal
        if named.kind not in {"User", "AssumedRole"}:
            raise ValueError(f"only users and roles can be removed, not {principal!r}")
        self._registry.remove(principal)

    def acting_as(self, principal: Principal) -> ActingAs:
        """Within the `with` block, every client whose credentials are not registered calls as this principal.

        Raises: TypeError for what `kms.principals` did not make. Called without `with`, it does nothing: the next
        request that it was meant for raises RuntimeError.
        """
        return ActingAs(self._registry, check_principal("acting_as", principal))

    def _account(self, account: str | None) -> str:
        return self._registry.account if account is None else check_account(account)

    @staticmethod
    def _identity(
        principal: IamPrincipal,
        policies: Sequence[PolicyDocument],
        managed: Mapping[str, PolicyDocument] | None,
        boundary: PolicyDocument | None,
        keys: Mapping[str, str | tuple[str, ...]],
    ) -> Identity:
        name = (principal.role_arn or principal.arn).rpartition("/")[2]
        return Identity(
            principal,
            (*compile_policies(policies, f"identity policy {{}} of {name}"), *compile_managed(managed)),
            None if boundary is None else compile_policy(boundary, f"permissions boundary of {name}"),
            context=keys,
        )


def check_principal(name: str, principal: Principal) -> Principal:
    """Return a principal. Raises: TypeError for what `kms.principals` did not make."""
    if not isinstance(principal, Principal):
        raise TypeError(f"{name} takes what kms.principals made, not {principal!r}")
    return principal
