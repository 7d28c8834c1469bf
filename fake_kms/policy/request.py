"""What is asked of the authorizer: who wants to do what to which resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Context", "IamPrincipal", "Request"]

# Condition keys in lower case; a string for a single-valued key, a tuple or list for a multi-valued one.
Context = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class IamPrincipal:
    """A caller.

    `arn` is the ARN as AWS prints it: of a user, `…:sts::A:assumed-role/R/S`, of the account root, of a federated
    user. `kind` is "User", "AssumedRole", "Account" (the root user), "FederatedUser" or "Service". `role_arn` is the
    IAM role's ARN with its path, of an assumed role only. `unique_id` is `AIDA…` or `AROA…:session`.
    """

    arn: str
    account: str
    kind: str
    role_arn: str | None
    unique_id: str
    service: str | None
    federating_user_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource by one principal.

    `resource` is a key ARN, an alias ARN or "*"; `resource_account` the account that owns the key, None where no key
    policy has a say. `grant_operation` is what a grant must hold ("Decrypt"), None where no grant can authorize.
    `encryption_context` is None where the operation has no encryption context at all. `cross_account` tells whether
    the operation works across accounts.
    """

    principal: IamPrincipal
    action: str
    resource: str
    resource_account: str | None
    context: Context
    grant_operation: str | None
    encryption_context: Mapping[str, str] | None
    cross_account: bool
    source_arn: str | None = None
