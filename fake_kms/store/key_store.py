"""A custom key store: the user's CloudHSM cluster, or an external key manager behind a proxy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fake_kms.tables.key_states import Change

if TYPE_CHECKING:
    from fake_kms.store.key import Key

__all__ = ["CustomKeyStore"]


@dataclass(slots=True, eq=False, kw_only=True)
class CustomKeyStore:
    """One custom key store of an account in a Region. `created` is in seconds since 1970.

    `settings` are the request members that describe it (cluster, proxy, credential), secrets included. `keys` are its
    KMS keys by XksKeyId where the keys are external, by key id otherwise. `changes` counts the connection states it
    has been in.
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
    changes: int = 0
    keys: dict[str, Key] = field(default_factory=dict, repr=False)

    @property
    def external(self) -> bool:
        """Whether the keys are in an external key manager."""
        return self.kind == "EXTERNAL_KEY_STORE"

    def add(self, key: Key, xks_key_id: str | None) -> None:
        """Add a new key to this store."""
        key.custom_key_store, key.xks_key_id = self, xks_key_id
        self.keys[xks_key_id or key.key_id] = key

    def remove(self, key: Key) -> None:
        """Forget a key that is deleted."""
        del self.keys[key.xks_key_id or key.key_id]

    def enter(self, state: str, error_code: str | None = None) -> None:
        """Change the connection state; keys are available in CONNECTED only."""
        self.state, self.error_code = state, error_code
        self.changes += 1
        for key in self.keys.values():
            key.transition(Change.CONNECT if state == "CONNECTED" else Change.DISCONNECT)
