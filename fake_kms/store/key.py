"""A KMS key: the resource, apart from its key material."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fake_kms.store.pages import Listing
from fake_kms.tables.key_states import TRANSITIONS, Change, KeyState

if TYPE_CHECKING:
    from fake_kms.crypto.material import Material
    from fake_kms.store.family import Family
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["Key", "Tag"]


class Tag(NamedTuple):
    """A tag of a key."""

    key: str
    value: str


@dataclass(slots=True, eq=False, kw_only=True)
class Key:
    """One KMS key in one Region. Instants are seconds since 1970."""

    key_id: str
    arn: str
    account: str
    region: str
    spec: KeySpec
    usage: str
    origin: str
    manager: str
    description: str
    created: float
    policy: str
    state: KeyState = KeyState.ENABLED
    deletion_date: float | None = None
    material: Material | None = field(default=None, repr=False)
    family: Family | None = field(default=None, repr=False)
    last_used: float | None = None
    tags: Listing[Tag] = field(default_factory=Listing)

    @property
    def enabled(self) -> bool:
        """Whether the key is usable: only in the state Enabled."""
        return self.state is KeyState.ENABLED

    @property
    def aws_managed(self) -> bool:
        """Whether AWS manages the key for one of its services."""
        return self.manager == "AWS"

    @property
    def multi_region(self) -> bool:
        """Whether the key is one of a family of related keys in several Regions."""
        return self.family is not None

    @property
    def multi_region_type(self) -> str | None:
        """PRIMARY or REPLICA, None for a key of a single Region."""
        if self.family is None:
            return None
        return "PRIMARY" if self.family.primary is self else "REPLICA"

    def fire(self, change: Change) -> None:
        """Let something happen to the key's state: the only way it ever changes. Raises: KeyError if impossible."""
        self.state = TRANSITIONS[self.state][change]
