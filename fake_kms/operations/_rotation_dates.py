"""When key material is rotated, and what a rotation does.

Source: Developer Guide, "Rotating KMS keys".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.store.key_materials import KeyMaterialVersion
from fake_kms.tables.key_states import KeyState

if TYPE_CHECKING:
    from fake_kms.operations.call import Tools
    from fake_kms.store.key import Key

__all__ = ["DEFAULT_PERIOD", "new_version", "rotate", "rotate_every_year", "rotate_if_overdue", "schedule_rotation"]

_DAY = 86_400
DEFAULT_PERIOD = 365  # days


def rotate_every_year(tools: Tools, key: Key) -> None:
    """Turn on the rotation of an AWS managed key, which all of them have."""
    key.materials.rotation_period = DEFAULT_PERIOD
    schedule_rotation(tools, key, key.created)


def rotate_if_overdue(tools: Tools, key: Key, now: float) -> None:
    """Rotate a key whose date passed while it could not be rotated."""
    due = key.materials.next_rotation
    if due is not None and due <= now and not key.replica:
        rotate(tools, key, new_version(tools, key), now, "AUTOMATIC")
        schedule_rotation(tools, key, now)


def schedule_rotation(tools: Tools, key: Key, since: float) -> None:
    """Set the date of the next rotation, a rotation period after `since`."""
    materials = key.materials
    assert materials.rotation_period is not None  # noqa: S101 - rotation is on
    materials.next_rotation = since + materials.rotation_period * _DAY
    tools.store.schedule.at(materials.next_rotation, lambda due: _rotate_when_due(tools, key, due))


def _rotate_when_due(tools: Tools, key: Key, due: float) -> None:
    # A date that was given up stays on the schedule; only the one that still stands counts. A key that is disabled or
    # pending deletion then is rotated when it is enabled again. The primary may have changed meanwhile.
    key = key.multi_region_key.primary if key.multi_region_key else key
    if key.materials.next_rotation == due and key.state in {KeyState.ENABLED, KeyState.UPDATING}:
        rotate(tools, key, new_version(tools, key), due, "AUTOMATIC")
        schedule_rotation(tools, key, due)


def new_version(tools: Tools, key: Key) -> KeyMaterialVersion:
    """Make the next key material of a key."""
    return KeyMaterialVersion(tools.key_generator.generate_material(key.spec, key.key_id, len(key.materials.versions)))


def rotate(tools: Tools, key: Key, version: KeyMaterialVersion, now: float, rotation_type: str) -> None:
    """Make a version of the key material the current one."""
    key.materials.rotate_to(version, now, rotation_type)
    tools.store.materials.add(key, version.material)
    tools.note("RotateKey", key, now)
