"""A multi-Region key: related keys in several Regions, with one primary among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.store.key import Key

__all__ = ["Family"]


@dataclass(slots=True, eq=False)
class Family:
    """What related keys share: who is the primary, and who else there is, by Region in the order they came."""

    primary: Key
    members: dict[str, Key] = field(default_factory=dict)

    @property
    def replicas(self) -> list[Key]:
        """The keys of the family besides the primary."""
        return [key for key in self.members.values() if key is not self.primary]
