"""The key materials of a key, and their rotation.

Related multi-Region keys share one `KeyMaterials`, so material made or rotated for one is there for all, and
nothing is copied. Imported bytes are in a Region or not: that is `Key.imports`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.crypto.material import Material

__all__ = ["Import", "KeyMaterialVersion", "KeyMaterials", "MaterialState"]


class MaterialState(str, Enum):
    """Where a key material stands among those of its key."""

    CURRENT = "CURRENT"
    NON_CURRENT = "NON_CURRENT"
    PENDING_ROTATION = "PENDING_ROTATION"


@dataclass(slots=True, eq=False)
class KeyMaterialVersion:
    """One material of a key; `rotated` and `rotation_type` say when and how it became the current one.

    `description` is what was said of it when it was imported.
    """

    material: Material
    state: MaterialState = MaterialState.CURRENT
    rotated: float | None = None
    rotation_type: str | None = None
    description: str | None = None


@dataclass(slots=True, eq=False)
class Import:
    """Imported bytes in one Region. `valid_to` is in seconds since 1970, None where they do not expire.

    `expired` bytes are still shown while they wait for their rotation.
    """

    expiration_model: str
    valid_to: float | None
    expired: bool = False


@dataclass(slots=True, eq=False)
class KeyMaterials:
    """The materials of a key, oldest first, and when the next rotation is due (seconds since 1970).

    `rotation_period` is in days, None while automatic rotation is off. `on_demand_started` is when the rotation on
    demand that goes on was requested. `given_up` are the identifiers of materials that were deleted before their
    rotation.
    """

    versions: list[KeyMaterialVersion] = field(default_factory=list)
    rotation_period: int | None = None
    next_rotation: float | None = None
    on_demand_rotations: int = 0
    on_demand_started: float | None = None
    given_up: frozenset[bytes] = frozenset()

    @property
    def current(self) -> KeyMaterialVersion | None:
        """The version that new ciphertexts are encrypted under."""
        for version in reversed(self.versions):  # asked for by every call
            if version.state is MaterialState.CURRENT:
                return version
        return None

    @property
    def pending(self) -> KeyMaterialVersion | None:
        """The version that waits for its rotation."""
        return next((version for version in self.versions if version.state is MaterialState.PENDING_ROTATION), None)

    def named(self, identifier: bytes) -> KeyMaterialVersion | None:
        """Return the version of an identifier, if the key has it."""
        for version in self.versions:  # asked for by every Decrypt
            if version.material.identifier == identifier:
                return version
        return None

    def rotate_to(self, version: KeyMaterialVersion, now: float, rotation_type: str) -> None:
        """Make a version the current one."""
        if self.current is not None:
            self.current.state = MaterialState.NON_CURRENT
        if version not in self.versions:
            self.versions.append(version)
        version.state, version.rotated, version.rotation_type = MaterialState.CURRENT, now, rotation_type
