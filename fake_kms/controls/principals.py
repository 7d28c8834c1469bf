"""`kms.principals`: the users, roles, account roots and services that call a fake, and the access keys they call with.

What is registered does not change afterwards, but can be removed; policies are checked when they are passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fake_kms import arns
from fake_kms.clock import from_epoch
from fake_kms.controls.arguments import (
    check_account,
    check_duration,
    check_name,
    check_path,
    compile_managed,
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
        now: Callable[[], float],
        rename: Callable[[Callable[[str], str]], None],
    ) -> None:
        self.account = account
        self.region = region
        self.make_client = make_client
        self._entropy = entropy
        self._look_up = look_up
        self._known_elsewhere = known_elsewhere
        self._now = now
        self._rename = rename
        self._by_access_key: dict[str, Principal] = {}
        # The ARN of a user or role, or the ARN of a session but for its name -> the unique id, and the other way round.
        self._ids: dict[str, str] = {}
        self._arns: dict[str, str] = {}
        self._federated: set[str] = set()
        self._removed: set[str] = set()
        self._administrators: dict[tuple[str, str], Identity] = {}
        self._strangers: dict[tuple[str, str], Identity] = {}  # who calls with which unregistered key, in which Region
        self._acting: list[tuple[Principal]] = []

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
        `context` adds condition keys to its requests. Raises: ValueError for a malformed policy, naming the statement.
        """
        account = check_account(account or self.account)
        arn = f"{self._iam(account)}:user{check_path(path)}{check_name(name)}"
        unique_id = self._unique_id("AIDA")
        principal = IamPrincipal(arn, account, "User", None, unique_id, None)
        keys = {"aws:username": name, "aws:userid": unique_id, **tag_keys(tags), **context_keys(context)}
        identity = self._identity(principal, policies, managed, boundary, keys)
        self._register(arn, unique_id)
        return Principal(self, identity, temporary=False)

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
        account = check_account(account or self.account)
        role_id = self._unique_id("AROA")
        role_arn = f"{self._iam(account)}:role{check_path(path)}{name}"
        check_name(name.removeprefix("aws:"))
        check_name(session_name)
        session_arn = f"arn:{self._partition}:sts::{account}:assumed-role/{name}/{session_name}"
        principal = IamPrincipal(session_arn, account, "AssumedRole", role_arn, f"{role_id}:{session_name}", None)
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA, **self.issue_time(), **tag_keys(tags)}
        identity = self._identity(principal, policies, managed, boundary, keys | context_keys(context))
        self._register(role_arn, role_id)
        return Role(self, identity, role_id)

    def root(self, account: str | None = None) -> Principal:
        """Register the root user of an account."""
        account = check_account(account or self.account)
        principal = IamPrincipal(f"{self._iam(account)}:root", account, "Account", None, account, None)
        return Principal(self, Identity(principal, context={"aws:userid": account}), temporary=False)

    def federated_user(
        self, name: str, *, of: Principal, policies: Sequence[PolicyDocument] = (), duration: float | None = None
    ) -> Principal:
        """Register the federated user session of an IAM user, with session policies.

        Without them it has nothing of its user's rights. Input: `duration` as that of `Role.assume`.
        """
        account = of.account
        check_name(name)
        arn = f"arn:{self._partition}:sts::{account}:federated-user/{name}"
        principal = IamPrincipal(arn, account, "FederatedUser", None, f"{account}:{name}", None, of.arn)
        session = compile_policies(policies, "session policy {}")
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA, **self.issue_time()}
        expires = self.expiry(duration)
        identity = Identity(principal, of.identity.policies, of.identity.boundary, session, keys, expires)
        self._federated.add(arn)
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

    def remove(self, principal: Principal) -> None:
        """Delete a user or a role, with all its sessions: their access keys are unknown from now on.

        Grants and key policies that name it show its unique id instead, and are nobody's. What is registered under the
        same name later is another principal. Raises: ValueError for what is neither a user nor a role, LookupError if
        it is not registered.
        """
        named = principal.identity.principal
        if named.kind not in {"User", "AssumedRole"}:
            raise ValueError(f"only users and roles can be removed, not {principal!r}")
        unique_id = named.unique_id.partition(":")[0]
        if unique_id not in self._arns:
            raise LookupError(f"{principal!r} is not registered, or was removed")
        self._rename(lambda name: self._id_of(name, unique_id))
        arn = self._arns.pop(unique_id)
        for key in (arn, _sessions_of(arn)):
            if self._ids.get(key) == unique_id:
                del self._ids[key]
                self._removed.add(key)
        self._removed.add(unique_id)
        self._by_access_key = {
            access_key: other for access_key, other in self._by_access_key.items() if not _is_of(other, arn, unique_id)
        }

    def knows(self, name: str) -> bool:
        """Return whether a policy or grant can name this: an account, or a registered ARN or unique id.

        Every session of a registered role is known, whether it was made or not.
        Source: docs/aws/recorded.md#grants, for grants.
        """
        if name.endswith(":root") or arns.is_account(name) or name in self._federated:
            return True
        return self._is_registered(name) or _is_of_aws(name) or self._known_elsewhere(name)

    def may_exist(self, name: str) -> bool:
        """Return whether a policy or grant can name this where nobody needs to be registered: unless it was removed."""
        return not self._removed or not (_stem(name) in self._removed and not self._is_registered(name))

    def named(self, name: str) -> str:
        """Return the ARN of the registered principal that a unique id names, and any other name as it is."""
        unique_id, colon, session = name.partition(":")
        arn = self._arns.get(unique_id)
        if arn is None:
            return name
        return f"{_sessions_of(arn)}{session}" if colon else arn

    def issue_time(self) -> dict[str, str | tuple[str, ...]]:
        """Return the condition key that tells when temporary credentials were issued: now."""
        return {"aws:tokenissuetime": f"{from_epoch(self._now()):%Y-%m-%dT%H:%M:%SZ}"}

    def expiry(self, duration: float | None) -> float | None:
        """Return when credentials expire that are issued now for so many seconds; None if never."""
        duration = check_duration(duration)
        return None if duration is None else self._now() + duration

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
            acting = self._acting[-1][0]
            return acting.identity if acting.credentials["aws_access_key_id"] in self._by_access_key else None
        if strict:
            return None
        return self._stranger(access_key_id, region)

    def _stranger(self, access_key_id: str, region: str) -> Identity:
        found = self._strangers.get((access_key_id, region))
        if found is None:
            found = self.administrator(access_key_id if arns.is_account(access_key_id) else self.account, region)
            self._strangers[access_key_id, region] = found
        return found

    def administrator(self, account: str, region: str) -> Identity:
        """Return the administrator of an account, to whom unregistered access keys belong."""
        partition = arns.partition_of(region)
        found = self._administrators.get((account, partition))
        if found is None:
            arn = arns.administrator_arn(partition, account)
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
        """Return new credentials, by which the principal is found from now on.

        Raises: LookupError for a principal that was removed.
        """
        named = principal.identity.principal
        user = named.federating_user_arn
        if named.unique_id.partition(":")[0] in self._removed or (user is not None and not self.may_exist(user)):
            raise LookupError(f"{user or named.arn} was removed")
        access_key_id = self._unique_id(f"{'ASIA' if temporary else 'AKIA'}{_MARK}")[:20]
        self._by_access_key[access_key_id] = principal
        return Credentials(
            aws_access_key_id=access_key_id,
            aws_secret_access_key=self._entropy.bytes(20).hex(),
            aws_session_token=self._entropy.bytes(30).hex() if temporary else None,
        )

    def _register(self, arn: str, unique_id: str) -> None:
        self._arns[unique_id] = arn
        self._ids |= {arn: unique_id, _sessions_of(arn): unique_id}

    def _is_registered(self, name: str) -> bool:
        return _stem(name) in self._ids or name.partition(":")[0] in self._arns

    def _id_of(self, name: str, unique_id: str) -> str:
        """Return the unique id in place of an ARN of the principal that has it; any other name as it is."""
        if self._ids.get(_stem(name)) != unique_id:
            return name
        return f"{unique_id}:{name.rpartition('/')[2]}" if ":assumed-role/" in name else unique_id

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


def _sessions_of(arn: str) -> str:
    """Return how the ARNs of the sessions of a role begin; the ARN of a user has none, and is returned itself."""
    before, _, path = arn.partition(":role/")
    if not path:
        return arn
    return f"{before.replace(':iam:', ':sts:')}:assumed-role/{path.rpartition('/')[2]}/"


def _stem(name: str) -> str:
    """Return a name without what belongs to a session: the ARN of one up to its last slash, a unique id alone."""
    if ":assumed-role/" in name:
        return name[: name.rfind("/") + 1]
    return name if name.startswith("arn:") else name.partition(":")[0]


def _is_of(principal: Principal, arn: str, unique_id: str) -> bool:
    """Return whether a principal is a user or role, one of its sessions, or a federated user of it."""
    named = principal.identity.principal
    return named.unique_id.partition(":")[0] == unique_id or named.federating_user_arn == arn


def _is_of_aws(name: str) -> bool:
    return ":assumed-role/aws:" in name or ":role/aws:" in name
