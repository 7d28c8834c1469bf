"""`kms.principals`: the users, roles, account roots and services that call a fake, and the access keys they call with.

What is registered does not change afterwards; policies are checked when they are passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fake_kms import arns
from fake_kms.controls.arguments import (
    check_account,
    check_name,
    check_path,
    compile_policies,
    compile_policy,
    context_keys,
    tag_keys,
)
from fake_kms.controls.principal import Credentials, Principal, Role
from fake_kms.policy.identity import ADMINISTRATOR, Identity
from fake_kms.policy.request import IamPrincipal

if TYPE_CHECKING:
    from fake_kms.controls.arguments import ContextKeys, PolicyDocument, Tags
    from fake_kms.entropy import Entropy

__all__ = ["Principals"]

# Temporary credentials say whether there was MFA; long-term ones never do. Source: IAM User Guide, global keys.
_WITHOUT_MFA: dict[str, str | tuple[str, ...]] = {"aws:multifactorauthpresent": "false"}
_MARK = "FKMS"  # the fifth to eighth letter of every access key that a fake issues
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Principals:
    """The registered principals of one fake.

    Access keys that are not registered belong to the administrator of the default account, or of the account whose
    twelve digits they are.
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        entropy: Entropy,
        make_client: Callable[[str, dict[str, Any]], Any],
        look_up: Callable[[str], Identity | None],
        known_elsewhere: Callable[[str], bool],
    ) -> None:
        self.account = account
        self.region = region
        self.make_client = make_client
        self._entropy = entropy
        self._look_up = look_up
        self._known_elsewhere = known_elsewhere
        self._by_access_key: dict[str, Principal] = {}
        self._known: set[str | None] = set()
        self._administrators: dict[tuple[str, str], Identity] = {}
        self._acting: list[tuple[Principal]] = []

    def user(
        self,
        name: str,
        *,
        policies: Sequence[PolicyDocument] = (),
        account: str | None = None,
        path: str = "/",
        boundary: PolicyDocument | None = None,
        tags: Tags | None = None,
        context: ContextKeys | None = None,
    ) -> Principal:
        """Register an IAM user.

        Input: `policies`, JSON texts or dicts, are its identity policies; `context` adds condition keys to its
        requests. Raises: ValueError for a malformed policy, naming the statement.
        """
        account = check_account(account or self.account)
        arn = f"{self._iam(account)}:user{check_path(path)}{check_name(name)}"
        unique_id = self._unique_id("AIDA")
        principal = IamPrincipal(arn, account, "User", None, unique_id, None)
        keys = {"aws:username": name, "aws:userid": unique_id, **tag_keys(tags), **context_keys(context)}
        return Principal(self, self._identity(principal, policies, boundary, keys), temporary=False)

    def role(
        self,
        name: str,
        *,
        policies: Sequence[PolicyDocument] = (),
        account: str | None = None,
        path: str = "/",
        boundary: PolicyDocument | None = None,
        tags: Tags | None = None,
        session_name: str = "session",
        context: ContextKeys | None = None,
    ) -> Role:
        """Register an IAM role; it calls through a session named `session_name`. See `user` for the rest."""
        account = check_account(account or self.account)
        role_id = self._unique_id("AROA")
        role_arn = f"{self._iam(account)}:role{check_path(path)}{check_name(name)}"
        session_arn = f"arn:{self._partition}:sts::{account}:assumed-role/{name}/{session_name}"
        principal = IamPrincipal(session_arn, account, "AssumedRole", role_arn, f"{role_id}:{session_name}", None)
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA, **tag_keys(tags), **context_keys(context)}
        return Role(self, self._identity(principal, policies, boundary, keys), role_id)

    def root(self, account: str | None = None) -> Principal:
        """Register the root user of an account."""
        account = check_account(account or self.account)
        principal = IamPrincipal(f"{self._iam(account)}:root", account, "Account", None, account, None)
        return Principal(self, Identity(principal, context={"aws:userid": account}), temporary=False)

    def federated_user(self, name: str, *, of: Principal, policies: Sequence[PolicyDocument] = ()) -> Principal:
        """Register the federated user session of an IAM user, with session policies."""
        account = of.account
        arn = f"arn:{self._partition}:sts::{account}:federated-user/{name}"
        principal = IamPrincipal(arn, account, "FederatedUser", None, f"{account}:{name}", None, of.arn)
        session = compile_policies(policies, "session policy {}")
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA}
        identity = Identity(principal, of.identity.policies, of.identity.boundary, session, keys)
        return Principal(self, identity, temporary=True)

    def service(self, name: str, *, source_arn: str | None = None, source_account: str | None = None) -> Principal:
        """Register an AWS service that calls on its own behalf, e.g. `service("logs.us-east-1.amazonaws.com")`."""
        principal = IamPrincipal(name, self.account, "Service", None, name, name)
        keys = {"aws:principalisawsservice": "true", "aws:principalservicename": name}
        if source_arn is not None:
            keys["aws:sourcearn"] = source_arn
        if source_account is not None:
            keys["aws:sourceaccount"] = source_account
        return Principal(self, Identity(principal, context=keys), temporary=True)

    def knows(self, name: str) -> bool:
        """Return whether a policy or grant can name this: an account, or a registered ARN or unique id.

        Of the sessions of a registered role only those that were made are known.
        """
        if name in self._known or name.endswith(":root") or name.isdigit():
            return True
        return self._known_elsewhere(name)

    def of_access_key(self, access_key_id: str) -> Principal | None:
        """Return the principal that an access key belongs to, or None."""
        return self._by_access_key.get(access_key_id)

    def identity_of(self, access_key_id: str, region: str, *, strict: bool = False) -> Identity | None:
        """Return the identity that calls with an access key; None if it is unknown and unknown ones are refused."""
        registered = self._by_access_key.get(access_key_id)
        if registered is not None:
            return registered.identity
        foreign = self._look_up(access_key_id)
        if foreign is not None:
            return foreign
        if access_key_id[4:8] == _MARK:
            return None  # of another fake, or of this one before a reset: not the administrator
        if self._acting:
            return self._acting[-1][0].identity
        if strict:
            return None
        return self.administrator(access_key_id if arns.is_account(access_key_id) else self.account, region)

    def administrator(self, account: str, region: str) -> Identity:
        """Return the administrator of an account, to whom unregistered access keys belong."""
        partition = arns.partition_of(region)
        found = self._administrators.get((account, partition))
        if found is None:
            arn = f"arn:{partition}:iam::{account}:user/admin"
            principal = IamPrincipal(arn, account, "User", None, "AIDAADMIN", None)
            keys = {"aws:username": "admin", "aws:userid": "AIDAADMIN"}
            found = self._administrators[account, partition] = Identity(principal, (ADMINISTRATOR,), context=keys)
        return found

    @contextmanager
    def acting_as(self, principal: Principal) -> Iterator[Principal]:
        """Within the block, every client whose credentials are not registered calls as this principal."""
        if not isinstance(principal, Principal):
            raise TypeError(f"acting_as takes what kms.principals made, not {principal!r}")
        entry = (principal,)
        self._acting.append(entry)
        try:
            yield principal
        finally:
            self._acting = [other for other in self._acting if other is not entry]

    def issue_credentials(self, principal: Principal, *, temporary: bool) -> Credentials:
        """Return new credentials, by which the principal is found from now on."""
        access_key_id = self._unique_id(f"{'ASIA' if temporary else 'AKIA'}{_MARK}")[:20]
        self._by_access_key[access_key_id] = principal
        named = principal.identity.principal
        self._known |= {named.arn, named.role_arn, named.unique_id, named.unique_id.partition(":")[0]}
        return Credentials(
            aws_access_key_id=access_key_id,
            aws_secret_access_key=self._entropy.bytes(20).hex(),
            aws_session_token=self._entropy.bytes(30).hex() if temporary else None,
        )

    @property
    def _partition(self) -> str:
        return arns.partition_of(self.region)

    def _iam(self, account: str) -> str:
        return f"arn:{self._partition}:iam::{account}"

    def _unique_id(self, prefix: str) -> str:
        return prefix + "".join(_LETTERS[byte % 32] for byte in self._entropy.bytes(17))

    @staticmethod
    def _identity(
        principal: IamPrincipal,
        policies: Sequence[PolicyDocument],
        boundary: PolicyDocument | None,
        keys: Mapping[str, str | tuple[str, ...]],
    ) -> Identity:
        name = (principal.role_arn or principal.arn).rpartition("/")[2]
        return Identity(
            principal,
            compile_policies(policies, f"identity policy {{}} of {name}"),
            None if boundary is None else compile_policy(boundary, f"permissions boundary of {name}"),
            context=keys,
        )
