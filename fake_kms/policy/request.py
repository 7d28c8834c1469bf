"""The request that the authorizer decides about: a principal, an action, a resource and its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Context", "IamPrincipal", "Request"]


class Context(Protocol):
    """The condition keys of a request, by their names in lower case."""

    def get(self, name: str, /) -> str | Sequence[str] | None:
        """Return a string for a single-valued key, a tuple or list for a multi-valued one, None where it is absent."""


@dataclass(frozen=True, slots=True)
class IamPrincipal:
    """A caller.

    `arn` is the ARN as AWS prints it: of a user, of an assumed-role session (`…:sts::A:assumed-role/R/S`), of an
    account's root user or of a federated user. `kind` is "User", "AssumedRole", "Account" (the root user),
    "FederatedUser" or "Service". An assumed role also has `role_arn`, the IAM role's ARN with its path. `unique_id` is
    `AIDA…` or `AROA…:session`. A service has `service`, its service principal. A federated user has
    `federating_user_arn`, the user whose credentials it was made with.
    """

    arn: str
    account: str
    kind: str
    role_arn: str | None
    unique_id: str
    service: str | None
    federating_user_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """One action of one principal on one resource.

    `resource` is a key ARN, an alias ARN or "*". `resource_account` is the account that owns the key; with None no
    key policy or grant can allow. `grant_operation` is the operation that a grant must have ("Decrypt"); with None no
    grant can allow. `encryption_context` is None for an operation that does not take one. `cross_account` says whether
    AWS offers the operation for keys of another account.
    """

    principal: IamPrincipal
    action: str
    resource: str
    context: Context
    resource_account: str | None = None
    grant_operation: str | None = None
    encryption_context: Mapping[str, str] | None = None
    cross_account: bool = False
    source_arn: str | None = None

    @property
    def across_accounts(self) -> bool:
        """Whether the caller belongs to another account than the key. A service belongs to none."""
        principal = self.principal
        return principal.account != self.resource_account and principal.kind != "Service"

    @property
    def on_alias(self) -> bool:
        """Whether the resource is an alias. Key policies are about keys and never apply to one."""
        return ":alias/" in self.resource
