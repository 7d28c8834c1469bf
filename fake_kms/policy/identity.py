"""A caller with everything that speaks for or against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fake_kms.policy.document import parse_policy

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy
    from fake_kms.policy.request import IamPrincipal

__all__ = ["ADMINISTRATOR", "Identity"]

ADMINISTRATOR = parse_policy(
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    "AdministratorAccess",
    kind="identity",
)


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """Who calls: the principal, its policies, and what conditions can ask about it.

    `context` holds condition keys in lower case that are the same for every request of this caller, tags included.
    """

    principal: IamPrincipal
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
