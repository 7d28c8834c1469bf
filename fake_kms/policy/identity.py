"""A caller as the authorizer knows it: its principal, its policies and its condition keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fake_kms.policy.document import compile_policy

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy
    from fake_kms.policy.request import IamPrincipal

__all__ = ["ADMINISTRATOR", "Identity"]

ADMINISTRATOR = compile_policy(
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    "AdministratorAccess",
    kind="identity",
)


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """A principal with the policies attached to it.

    `boundary` is None and `session` empty where the caller has no such policy. `context` holds the condition keys, in
    lower case, that are the same in every request of this caller, principal tags included. `expires` is when the
    caller's credentials do, in seconds since 1970; None if never.
    """

    principal: IamPrincipal
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    expires: float | None = None
