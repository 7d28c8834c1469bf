"""A custom key store: a CloudHSM cluster of the user's, or an external key manager behind a proxy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["CustomKeyStore"]


@dataclass(slots=True, eq=False, kw_only=True)
class CustomKeyStore:
    """One custom key store of an account in a Region. `created` is in seconds since 1970.

    `settings` are the request members that describe it (cluster, proxy, credential), secrets included.
    """

    store_id: str
    name: str
    kind: str
    region: str
    account: str
    created: float
    settings: dict[str, Any] = field(repr=False)
    state: str = "DISCONNECTED"
    error_code: str | None = None
    failed_logins: int = 0

    @property
    def external(self) -> bool:
        """Whether the keys are in an external key manager."""
        return self.kind == "EXTERNAL_KEY_STORE"
