"""A grant: a principal's permission for some operations of one key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["StoredGrant"]


@dataclass(slots=True, eq=False, kw_only=True)
class StoredGrant:
    """One grant as AWS keeps it. `tokens` are those given out for it; instants are seconds since 1970.

    `effective_from` is when it works without its token (later than `created` under eventual consistency).
    `authorizing` is the grant as the authorizer sees it, made once.
    """

    grant_id: str
    key_arn: str
    region: str
    request: Mapping[str, Any]
    issuing_account: str
    created: float
    effective_from: float
    authorizing: Any
    tokens: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The friendly name, empty where there is none."""
        found: str = self.request.get("Name", "")
        return found

    @property
    def retiring(self) -> str | None:
        """The principal that may retire the grant."""
        found: str | None = self.request.get("RetiringPrincipal") or self.request.get("RetiringServicePrincipal")
        return found
