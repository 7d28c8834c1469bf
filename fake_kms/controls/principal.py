"""A principal as a user holds it: its ARN, its credentials, and clients that call as it does."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from fake_kms.controls.arguments import check_name, compile_policies, context_keys, service_principal, tag_keys
from fake_kms.misuse import check_client, check_flag, check_region
from fake_kms.policy.request import IamPrincipal

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_kms import KMSClient

    from fake_kms.controls.arguments import ContextKeys, PolicyDocument, Tags
    from fake_kms.controls.registry import Registry
    from fake_kms.policy.identity import Identity

__all__ = ["Credentials", "Principal", "Role", "identity_of"]


class Credentials(TypedDict):
    """Credentials as `boto3.Session(**credentials)` and `boto3.client(..., **credentials)` take them."""

    aws_access_key_id: str
    aws_secret_access_key: str
    aws_session_token: str | None


class Principal:
    """A registered caller. `kms.principals` makes them.

    `arn` is as AWS prints it in its messages; `credentials` are for any SDK.
    """

    def __init__(self, registry: Registry, identity: Identity, *, temporary: bool) -> None:
        self._registry = registry
        self._identity = identity
        self.arn = identity.principal.arn
        self.account = identity.principal.account
        self.credentials = registry.issue_credentials(self, temporary=temporary)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.arn}>"

    def client(self, region_name: str | None = None, **config: Any) -> KMSClient:
        """Return a boto3 client of KMS that calls as this principal.

        Raises: ValueError for what is no Region, TypeError for keywords that `boto3.client` does not have.
        """
        check_client(region_name, config)
        return self._registry.make_client(region_name or self._registry.region, {**self.credentials, **config})

    def session(self, region_name: str | None = None) -> boto3.Session:
        """Return a boto3 session of this principal."""
        import boto3

        check_region("region_name", region_name)
        return boto3.Session(region_name=region_name or self._registry.region, **self.credentials)

    def via(self, service: str, **context: str) -> Principal:
        """Return this principal as AWS sees it when a service calls on its behalf, e.g. `app.via("s3")`.

        Sets kms:ViaService (a bare service name gets the fake's Region), aws:ViaAWSService, aws:CalledVia, and
        aws:MultiFactorAuthPresent to false where it has no value; `context` adds further condition keys.
        Raises: TypeError, ValueError for what names no service. Source: IAM User Guide, "AWS global condition context
        keys".
        """
        service_principal(service)
        host = service if "." in service else f"{service}.{self._registry.region}.amazonaws.com"
        called = f"{host.split('.')[0]}.amazonaws.com"
        chain = {"aws:CalledVia": (called,), "aws:CalledViaFirst": called, "aws:CalledViaLast": called}
        mfa = self._identity.context.get("aws:multifactorauthpresent", "false")
        through = {"kms:ViaService": host, "aws:ViaAWSService": "true", "aws:MultiFactorAuthPresent": mfa}
        return self.having(through | chain | context)

    def having(self, context: ContextKeys) -> Principal:
        """Return this principal with further condition keys in its requests, e.g. `{"aws:SourceIp": "192.0.2.1"}`."""
        keys = {**self._identity.context, **context_keys(context)}
        temporary = self.credentials["aws_session_token"] is not None
        return Principal(self._registry, dataclasses.replace(self._identity, context=keys), temporary=temporary)


class Role(Principal):
    """An IAM role. It calls through a session; `assume` returns further ones."""

    def __init__(self, registry: Registry, identity: Identity, role_id: str) -> None:
        super().__init__(registry, identity, temporary=True)
        self._role_id = role_id

    @property
    def role_arn(self) -> str:
        """The ARN of the role itself, as policies name it."""
        return self._identity.principal.role_arn or ""

    def assume(
        self,
        session_name: str,
        *,
        policies: Sequence[PolicyDocument] = (),
        tags: Tags | None = None,
        mfa: bool = False,
        duration: float | None = None,
        context: ContextKeys | None = None,
    ) -> Principal:
        """Return another session of the role, with session policies, session tags and condition keys of its own.

        Input: `duration` the seconds, on the fake's clock, after which its credentials expire; None if never.
        """
        principal = IamPrincipal(
            arn=f"{self.arn.rpartition('/')[0]}/{check_name(session_name)}",
            account=self.account,
            kind="AssumedRole",
            role_arn=self.role_arn,
            unique_id=f"{self._role_id}:{session_name}",
            service=None,
        )
        check_flag("mfa", mfa)
        keys = {**self._identity.context, "aws:userid": principal.unique_id, **tag_keys(tags)}
        if mfa:
            keys["aws:multifactorauthpresent"] = "true"
        identity = dataclasses.replace(
            self._identity,
            principal=principal,
            session=compile_policies(policies, "session policy {}"),
            context=keys | self._registry.issue_time() | context_keys(context),
            expires=self._registry.expiry(duration),
        )
        return Principal(self._registry, identity, temporary=True)


def identity_of(principal: Principal) -> Identity:
    """Return the identity of a principal, which is for the fake and not for who holds the principal."""
    return principal._identity  # noqa: SLF001
