"""What backs a key: its key materials and their rotation.

The keys of a multi-Region family share one backing, so material made or rotated for one is there for all, and
nothing is copied. Imported bytes are in a Region or not: that is `Key.imports`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.crypto.material import Material

__all__ = ["Backing", "Holding", "Import", "MaterialState"]


class MaterialState(str, Enum):
    """Where a key material stands among those of its key."""

    CURRENT = "CURRENT"
    NON_CURRENT = "NON_CURRENT"
    PENDING_ROTATION = "PENDING_ROTATION"


@dataclass(slots=True, eq=False)
class Holding:
    """One material of a key; `rotated` and `rotation_type` tell when and how it became the current one."""

    material: Material
    state: MaterialState = MaterialState.CURRENT
    rotated: float | None = None
    rotation_type: str | None = None


@dataclass(slots=True, eq=False)
class Import:
    """Imported bytes in one Region. `valid_to` is in seconds since 1970, None where they do not expire."""

    expiration_model: str
    valid_to: float | None
    description: str | None = None


@dataclass(slots=True, eq=False)
class Backing:
    """The materials of a key, oldest first, and when the next rotation is due (seconds since 1970).

    `rotation_period` is in days, None while automatic rotation is off.
    """

    holdings: list[Holding] = field(default_factory=list)
    rotation_period: int | None = None
    next_rotation: float | None = None
    on_demand_rotations: int = 0

    @property
    def current(self) -> Holding | None:
        """The holding that new ciphertexts are made under."""
        for held in reversed(self.holdings):  # asked for by every call
            if held.state is MaterialState.CURRENT:
                return held
        return None

    @property
    def pending(self) -> Holding | None:
        """The holding that waits for its rotation."""
        return next((held for held in self.holdings if held.state is MaterialState.PENDING_ROTATION), None)

    def named(self, identifier: bytes) -> Holding | None:
        """Find a holding by the identifier of its material."""
        for held in self.holdings:  # asked for by every Decrypt
            if held.material.identifier == identifier:
                return held
        return None

    def rotate_to(self, held: Holding, now: float, rotation_type: str) -> None:
        """Make a holding the current one."""
        if self.current is not None:
            self.current.state = MaterialState.NON_CURRENT
        if held not in self.holdings:
            self.holdings.append(held)
        held.state, held.rotated, held.rotation_type = MaterialState.CURRENT, now, rotation_type
