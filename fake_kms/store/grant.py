"""A grant: permission for a principal to use one KMS key for some operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.grant_terms import GrantTerms

__all__ = ["StoredGrant"]


@dataclass(slots=True, eq=False, kw_only=True)
class StoredGrant:
    """A grant on a key. Instants are seconds since 1970.

    `terms` are what it permits. `grantee` is the grantee as ListGrants shows it. `name` is empty for a grant without
    one. `retiring` is the principal or the service that may retire it. `effective_from` is when it works without a
    token (later than `created` under eventual consistency). `tokens` are the grant tokens that stand for it.
    """

    terms: GrantTerms
    key_arn: str
    region: str
    name: str
    grantee: str
    grantee_is_service: bool
    retiring: str | None
    retiring_is_service: bool
    issuing_account: str
    created: float
    effective_from: float
    tokens: list[str] = field(default_factory=list)

    @property
    def grant_id(self) -> str:
        """The grant's id: 64 hexadecimal digits."""
        return self.terms.grant_id
