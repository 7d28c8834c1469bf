"""`kms.principals`: who may call this fake, with which policies and credentials.

Everything is a value once it is registered; policies are checked when they are passed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypedDict

from fake_kms import arns
from fake_kms.entropy import SystemEntropy
from fake_kms.policy.document import Policy, compile_policy
from fake_kms.policy.identity import ADMINISTRATOR, Identity
from fake_kms.policy.malformed import MalformedPolicy
from fake_kms.policy.request import IamPrincipal

if TYPE_CHECKING:
    import boto3

    from fake_kms.entropy import Entropy

__all__ = ["Credentials", "PolicyLike", "Principal", "Principals", "Role"]

PolicyLike = str | Mapping[str, Any]
Tags = Mapping[str, str]
# Temporary credentials say whether there was MFA; long-term ones never do. Source: IAM User Guide, global keys.
_WITHOUT_MFA: dict[str, str | tuple[str, ...]] = {"aws:multifactorauthpresent": "false"}
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_OURS = "FKMS"  # marks the access keys that are made here
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Credentials(TypedDict):
    """Credentials as `boto3.Session(**credentials)` and `boto3.client(..., **credentials)` take them."""

    aws_access_key_id: str
    aws_secret_access_key: str
    aws_session_token: str | None


class Principal:
    """Somebody who can call: made by `kms.principals`.

    `arn` is as AWS prints it in its messages; `credentials` are for any SDK.
    """

    def __init__(self, registry: Principals, identity: Identity, *, temporary: bool) -> None:
        self._registry = registry
        self.identity = identity
        self.arn = identity.principal.arn
        self.account = identity.principal.account
        self.credentials = registry._credentials(self, temporary=temporary)  # noqa: SLF001 - its other half

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.arn}>"

    def client(self, region_name: str | None = None, **config: Any) -> Any:
        """Return a boto3 client of KMS that calls as this principal."""
        return self._registry.make_client(region_name or self._registry.region, {**self.credentials, **config})

    def session(self, region_name: str | None = None) -> boto3.Session:
        """Return a boto3 session of this principal."""
        import boto3

        return boto3.Session(region_name=region_name or self._registry.region, **self.credentials)

    def via(self, service: str, **context: str) -> Principal:
        """Return this principal as seen when an AWS service calls for it, e.g. `app.via("s3")`.

        Sets kms:ViaService (a bare service name gets the fake's Region), aws:ViaAWSService and aws:CalledVia;
        `context` adds further condition keys.
        """
        host = service if "." in service else f"{service}.{self._registry.region}.amazonaws.com"
        called = f"{host.split('.')[0]}.amazonaws.com"
        chain = {"aws:CalledVia": (called,), "aws:CalledViaFirst": called, "aws:CalledViaLast": called}
        return self.having({"kms:ViaService": host, "aws:ViaAWSService": "true"} | chain | context)

    def having(self, context: Mapping[str, str | Sequence[str]]) -> Principal:
        """Return this principal with further condition keys in its requests, e.g. `{"aws:SourceIp": "192.0.2.1"}`."""
        identity = self.identity
        merged = {**identity.context, **_lowered(context)}
        changed = Identity(identity.principal, identity.policies, identity.boundary, identity.session, merged)
        return Principal(self._registry, changed, temporary=self.credentials["aws_session_token"] is not None)


class Role(Principal):
    """An IAM role. It calls through a session; `assume` gives further ones."""

    def __init__(self, registry: Principals, identity: Identity, role_id: str) -> None:
        super().__init__(registry, identity, temporary=True)
        self._role_id = role_id

    @property
    def role_arn(self) -> str:
        """The ARN of the role itself, as policies name it."""
        return self.identity.principal.role_arn or ""

    def assume(
        self,
        session_name: str,
        *,
        policies: Sequence[PolicyLike] = (),
        tags: Tags | None = None,
        mfa: bool = False,
        context: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Principal:
        """Return another session of the role, with session policies, session tags and condition keys of its own."""
        base = self.identity
        session_arn = f"{self.arn.rpartition('/')[0]}/{_checked_name(session_name)}"
        principal = IamPrincipal(
            arn=session_arn,
            account=self.account,
            kind="AssumedRole",
            role_arn=self.role_arn,
            unique_id=f"{self._role_id}:{session_name}",
            service=None,
        )
        keys = {**base.context, "aws:userid": principal.unique_id, **_tags(tags)}
        if mfa:
            keys["aws:multifactorauthpresent"] = "true"
        keys |= _lowered(context or {})
        session = _policies(policies, "session policy {}")
        identity = Identity(principal, base.policies, base.boundary, session, keys)
        return Principal(self._registry, identity, temporary=True)


class Principals:
    """Users, roles, account roots and services that call this fake.

    Access keys that nobody registered are an administrator of the default account, or of the account whose twelve
    digits they are.
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        entropy: Entropy | None = None,
        look_up: Callable[[str], Identity | None] | None = None,
        make_client: Callable[[str, dict[str, Any]], Any],
        known_elsewhere: Callable[[str], bool] | None = None,
    ) -> None:
        self._look_up = look_up
        self.make_client = make_client
        self._known_elsewhere = known_elsewhere
        self.account = account
        self.region = region
        self._entropy = entropy or SystemEntropy()
        self._by_access_key: dict[str, Principal] = {}
        self._known: set[str | None] = set()
        self._administrators: dict[tuple[str, str], Identity] = {}
        self._acting: list[tuple[Principal]] = []

    # --- registering -----------------------------------------------------------------------------------------

    def user(
        self,
        name: str,
        *,
        policies: Sequence[PolicyLike] = (),
        account: str | None = None,
        path: str = "/",
        boundary: PolicyLike | None = None,
        tags: Tags | None = None,
        context: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Principal:
        """Register an IAM user.

        Input: `policies`, JSON texts or dicts, are its identity policies; `context` adds condition keys to its
        requests. Raises: ValueError that points at the statement for a malformed policy.
        """
        account = _checked_account(account or self.account)
        arn = f"{self._iam(account)}:user{_checked_path(path)}{_checked_name(name)}"
        unique_id = self._unique_id("AIDA")
        principal = IamPrincipal(arn, account, "User", None, unique_id, None)
        keys = {"aws:username": name, "aws:userid": unique_id, **_tags(tags), **_lowered(context or {})}
        return Principal(self, self._identity(principal, policies, boundary, keys), temporary=False)

    def role(
        self,
        name: str,
        *,
        policies: Sequence[PolicyLike] = (),
        account: str | None = None,
        path: str = "/",
        boundary: PolicyLike | None = None,
        tags: Tags | None = None,
        session_name: str = "session",
        context: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Role:
        """Register an IAM role; it calls through a session named `session_name`. See `user` for the rest."""
        account = _checked_account(account or self.account)
        role_id = self._unique_id("AROA")
        role_arn = f"{self._iam(account)}:role{_checked_path(path)}{_checked_name(name)}"
        session_arn = f"arn:{self._partition}:sts::{account}:assumed-role/{name}/{session_name}"
        principal = IamPrincipal(session_arn, account, "AssumedRole", role_arn, f"{role_id}:{session_name}", None)
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA, **_tags(tags), **_lowered(context or {})}
        return Role(self, self._identity(principal, policies, boundary, keys), role_id)

    def root(self, account: str | None = None) -> Principal:
        """Register the root user of an account."""
        account = _checked_account(account or self.account)
        principal = IamPrincipal(f"{self._iam(account)}:root", account, "Account", None, account, None)
        return Principal(self, Identity(principal, context={"aws:userid": account}), temporary=False)

    def federated_user(self, name: str, *, of: Principal, policies: Sequence[PolicyLike] = ()) -> Principal:
        """Register a federated user session that an IAM user has got, with session policies."""
        account = of.account
        arn = f"arn:{self._partition}:sts::{account}:federated-user/{name}"
        principal = IamPrincipal(arn, account, "FederatedUser", None, f"{account}:{name}", None, of.arn)
        session = _policies(policies, "session policy {}")
        keys = {"aws:userid": principal.unique_id, **_WITHOUT_MFA}
        identity = Identity(principal, of.identity.policies, of.identity.boundary, session, keys)
        return Principal(self, identity, temporary=True)

    def service(self, name: str, *, source_arn: str | None = None, source_account: str | None = None) -> Principal:
        """Register an AWS service that calls in its own name, e.g. `service("logs.us-east-1.amazonaws.com")`."""
        principal = IamPrincipal(name, self.account, "Service", None, name, name)
        keys = {"aws:principalisawsservice": "true", "aws:principalservicename": name}
        if source_arn is not None:
            keys["aws:sourcearn"] = source_arn
        if source_account is not None:
            keys["aws:sourceaccount"] = source_account
        return Principal(self, Identity(principal, context=keys), temporary=True)

    # --- asking ----------------------------------------------------------------------------------------------

    def knows(self, name: str) -> bool:
        """Return whether a policy or grant can name this: an account, or the ARN or unique id of who is registered.

        Sessions of a registered role count only once they are made.
        """
        if name in self._known or name.endswith(":root") or name.isdigit():
            return True
        return self._known_elsewhere is not None and self._known_elsewhere(name)

    def of_access_key(self, access_key_id: str) -> Principal | None:
        """Return the principal that an access key belongs to, or None."""
        return self._by_access_key.get(access_key_id)

    def identity_of(self, access_key_id: str, region: str, *, strict: bool = False) -> Identity | None:
        """Return who calls with an access key; None where nobody is known by it and `strict` says that matters."""
        actor = self._by_access_key.get(access_key_id)
        if actor is not None:
            return actor.identity
        foreign = self._look_up(access_key_id) if self._look_up is not None else None
        if foreign is not None:
            return foreign
        if access_key_id[4:8] == _OURS:
            return None  # of another fake, or of this one before a reset: no administrator
        if self._acting:
            return self._acting[-1][0].identity
        if strict:
            return None
        return self.administrator(access_key_id if arns.is_account(access_key_id) else self.account, region)

    def administrator(self, account: str, region: str) -> Identity:
        """Return the administrator of an account, whom unregistered access keys are."""
        partition = arns.partition_of(region)
        found = self._administrators.get((account, partition))
        if found is None:
            principal = IamPrincipal(
                f"arn:{partition}:iam::{account}:user/admin", account, "User", None, "AIDAADMIN", None
            )
            keys = {"aws:username": "admin", "aws:userid": "AIDAADMIN"}
            found = self._administrators[account, partition] = Identity(principal, (ADMINISTRATOR,), context=keys)
        return found

    @contextmanager
    def acting_as(self, actor: Principal) -> Iterator[Principal]:
        """Let every client whose credentials nobody registered call as this principal."""
        if not isinstance(actor, Principal):
            raise TypeError(f"acting_as takes what kms.principals made, not {actor!r}")
        entry = (actor,)
        self._acting.append(entry)
        try:
            yield actor
        finally:
            self._acting = [other for other in self._acting if other is not entry]

    # --- helpers ---------------------------------------------------------------------------------------------

    @property
    def _partition(self) -> str:
        return arns.partition_of(self.region)

    def _iam(self, account: str) -> str:
        return f"arn:{self._partition}:iam::{account}"

    def _identity(
        self,
        principal: IamPrincipal,
        policies: Sequence[PolicyLike],
        boundary: PolicyLike | None,
        keys: Mapping[str, str | tuple[str, ...]],
    ) -> Identity:
        name = (principal.role_arn or principal.arn).rpartition("/")[2]
        return Identity(
            principal,
            _policies(policies, f"identity policy {{}} of {name}"),
            None if boundary is None else _policy(boundary, f"permissions boundary of {name}"),
            context=keys,
        )

    def _unique_id(self, prefix: str) -> str:
        return prefix + "".join(_LETTERS[byte % 32] for byte in self._entropy.bytes(17))

    def _credentials(self, actor: Principal, *, temporary: bool) -> Credentials:
        access_key_id = self._unique_id(f"{'ASIA' if temporary else 'AKIA'}{_OURS}")[:20]
        self._by_access_key[access_key_id] = actor
        principal = actor.identity.principal
        self._known |= {principal.arn, principal.role_arn, principal.unique_id, principal.unique_id.partition(":")[0]}
        return Credentials(
            aws_access_key_id=access_key_id,
            aws_secret_access_key=self._entropy.bytes(20).hex(),
            aws_session_token=self._entropy.bytes(30).hex() if temporary else None,
        )


def _checked_account(account: str) -> str:
    if not arns.is_account(account):
        raise ValueError(f"an account is twelve digits in a string, not {account!r}")
    return account


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a name is up to 64 letters, digits and +=,.@-_, unlike {name!r}")
    return name


def _checked_path(path: str) -> str:
    if not (path.startswith("/") and path.endswith("/")):
        raise ValueError(f"a path begins and ends with '/', unlike {path!r}")
    return path


def _policies(policies: Sequence[PolicyLike], name: str) -> tuple[Policy, ...]:
    if isinstance(policies, str | Mapping):
        raise TypeError("policies is a list of policies: put the one in brackets")
    return tuple(_policy(policy, name.format(number)) for number, policy in enumerate(policies, 1))


def _policy(policy: PolicyLike, name: str) -> Policy:
    text = policy if isinstance(policy, str) else json.dumps(policy)
    try:
        return compile_policy(text, name, kind="identity")
    except MalformedPolicy as reason:
        raise ValueError(f"{name}: {reason}") from None


def _lowered(context: Mapping[str, str | Sequence[str]]) -> dict[str, str | tuple[str, ...]]:
    return {name.lower(): value if isinstance(value, str) else tuple(value) for name, value in context.items()}


def _tags(tags: Tags | None) -> dict[str, str | tuple[str, ...]]:
    return {f"aws:principaltag/{name}".lower(): value for name, value in (tags or {}).items()}
