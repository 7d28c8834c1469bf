"""What a grant permits: the value that the store keeps and the authorizer reads.

Source: API_CreateGrant, API_GrantConstraints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["GrantConstraints", "GrantTerms"]


@dataclass(frozen=True, slots=True)
class GrantConstraints:
    """The constraints of a grant; None stands for one that CreateGrant was not given."""

    encryption_context_equals: Mapping[str, str] | None = None
    encryption_context_subset: Mapping[str, str] | None = None
    source_arn: str | None = None

    @classmethod
    def from_request(cls, member: Mapping[str, Any]) -> GrantConstraints:
        """Read the Constraints member of a CreateGrant request. The result shares nothing with it that can change."""
        equals, subset = member.get("EncryptionContextEquals"), member.get("EncryptionContextSubset")
        return cls(
            None if equals is None else dict(equals),
            None if subset is None else dict(subset),
            member.get("SourceArn"),
        )

    @property
    def encryption_context(self) -> Mapping[str, str] | None:
        """The pairs of the constraint on the encryption context, of whichever kind; None where there is none."""
        return self.encryption_context_equals or self.encryption_context_subset or None

    def to_response(self) -> dict[str, Any]:
        """Return the Constraints member as ListGrants shows it: what CreateGrant was given."""
        members = {
            "EncryptionContextEquals": self.encryption_context_equals,
            "EncryptionContextSubset": self.encryption_context_subset,
            "SourceArn": self.source_arn,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """The part of a grant that authorizes.

    `grantee` is an ARN, a unique id, a 12-digit account, an account's root ARN or a service principal. `operations`
    keep the order of the request. `constraints` are None where CreateGrant was given none. `issuing_account` is the
    account of the principal that created the grant, None for the key's own.
    """

    grant_id: str
    grantee: str
    operations: tuple[str, ...]
    constraints: GrantConstraints | None = None
    issuing_account: str | None = None
