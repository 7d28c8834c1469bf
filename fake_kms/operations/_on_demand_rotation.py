"""Rotation on demand: from its request to its completion.

Source: docs/aws/recorded.md#key-rotation; docs/aws/recorded.md#imported-key-material.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.operations._rotation_dates import new_version, rotate
from fake_kms.tables.key_states import Change

if TYPE_CHECKING:
    from fake_kms.operations.call import Tools
    from fake_kms.store.key import Key
    from fake_kms.store.key_materials import KeyMaterialVersion

__all__ = ["begin_on_demand"]


def begin_on_demand(tools: Tools, key: Key, now: float) -> None:
    """Begin the rotation of a key; nothing happens where one is going on.

    It completes after the delay of the settings, whatever state the key is in then.
    """
    if key.materials.on_demand_started is not None:
        return
    key.materials.on_demand_started = now
    if tools.settings.rotation_delay:
        tools.store.schedule.at(now + tools.settings.rotation_delay, lambda due: _complete(tools, key, due))
    else:
        _complete(tools, key, now)


def _complete(tools: Tools, key: Key, due: float) -> None:
    # Assumed: a rotation that finds no material to rotate to does not count.
    key = key.multi_region_key.primary if key.multi_region_key else key  # it may have changed meanwhile
    key.materials.on_demand_started = None
    if key.imports is None:
        version = new_version(tools, key)
    elif key.materials.pending is not None:
        version = key.materials.pending
    else:
        return
    key.materials.on_demand_rotations += 1
    complete = [related for related in key.related_keys if related.has_all_material]
    _forget_expired(tools, key, version, due)
    rotate(tools, key, version, due, "ON_DEMAND")
    for related in complete:
        if not related.has_all_material:
            related.transition(Change.LOSE_MATERIAL)


def _forget_expired(tools: Tools, key: Key, version: KeyMaterialVersion, due: float) -> None:
    # What has expired while it waited for its rotation is missing from now on.
    identifier = version.material.identifier
    for related in key.related_keys:
        if related.imports and identifier in related.imports and related.imports[identifier].expired:
            del related.imports[identifier]
            tools.note("DeleteExpiredKeyMaterial", related, due)
