"""A multi-Region key: related keys in several Regions, with one primary among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.store.key import Key

__all__ = ["MultiRegionKey"]


@dataclass(slots=True, eq=False)
class MultiRegionKey:
    """What related keys share: who is the primary, and who else there is, by Region."""

    primary: Key
    keys: dict[str, Key] = field(default_factory=dict)

    @property
    def replicas(self) -> list[Key]:
        """The related keys besides the primary, in the order of their Regions' names."""
        return [key for _, key in sorted(self.keys.items()) if key is not self.primary]
