"""Rotation: new key material for the same key, by the calendar or on demand.

Order of the checks (measured): range, look-up, origin, state, key spec. Source: AWS KMS Developer Guide, "Rotating KMS
keys", and the documentation of the operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.operations._declare import Call, KeyUse, Output, operation, page_of
from fake_kms.store.key_materials import KeyMaterialVersion, MaterialState
from fake_kms.store.pages import Listing
from fake_kms.tables.key_states import KeyState

if TYPE_CHECKING:
    from fake_kms.store.key import Key
    from fake_kms.store.region import Store

__all__ = ["rotate_every_year", "rotate_if_overdue"]

_DAY = 86_400
_DEFAULT_PERIOD = 365
_SOON = 20 * 60
_AUTOMATIC = KeyUse(origins=frozenset({"AWS_KMS"}))
_IN_AWS = KeyUse(origins=frozenset({"AWS_KMS", "EXTERNAL"}))


def _check_rotates(call: Call) -> None:
    if not call.key.spec.symmetric:
        raise errors.unsupported()
    if call.key.replica:
        raise errors.not_primary(call.key.arn)


@operation("EnableKeyRotation", _AUTOMATIC, after_key_checks=_check_rotates, changes=True)
def enable_key_rotation(call: Call) -> None:
    """Let a symmetric key get new material every RotationPeriodInDays (90 to 2560, default 365).

    The first time a period after now. Assumed: called again without a period it changes nothing.
    Raises: UnsupportedOperationException for other key specs (no text) and for replicas. Source: API_EnableKeyRotation.
    """
    materials = call.key.materials
    period = call.input.get("RotationPeriodInDays", materials.rotation_period or _DEFAULT_PERIOD)
    if period != materials.rotation_period:
        materials.rotation_period = period
        _schedule(call.store, call.key, call.now)


@operation("DisableKeyRotation", _AUTOMATIC, changes=True)
def disable_key_rotation(call: Call) -> None:
    """Stop automatic rotation; on keys that never rotate nothing happens. Source: API_DisableKeyRotation."""
    call.key.materials.rotation_period = call.key.materials.next_rotation = None


@operation("GetKeyRotationStatus", KeyUse())
def get_key_rotation_status(call: Call) -> Output:
    """Return whether a key is rotated automatically, and when next.

    AWS managed keys always are; a key pending deletion reads false until that is cancelled. Source:
    API_GetKeyRotationStatus.
    """
    key, materials = call.key, call.key.materials
    pending_deletion = key.state in {KeyState.PENDING_DELETION, KeyState.PENDING_REPLICA_DELETION}
    if materials.rotation_period is None or materials.next_rotation is None or pending_deletion:
        return {"KeyId": key.arn, "KeyRotationEnabled": False}
    return {
        "KeyId": key.arn,
        "KeyRotationEnabled": True,
        "NextRotationDate": materials.next_rotation,
        "RotationPeriodInDays": materials.rotation_period,
    }


def _check_on_demand(call: Call) -> None:
    _check_rotates(call)
    key, materials = call.key, call.key.materials
    if key.imports is not None and not _pending_is_everywhere(key):
        raise errors.no_material_pending_rotation(key.arn)
    if materials.on_demand_rotations >= call.store.quotas["on_demand_rotations"]:
        raise errors.on_demand_rotations_exhausted(key.arn)
    if materials.next_rotation is not None and materials.next_rotation - call.now <= _SOON:
        raise errors.rotation_conflict()


def _pending_is_everywhere(key: Key) -> bool:
    pending = key.materials.pending
    related = key.multi_region_key.keys.values() if key.multi_region_key else (key,)
    return pending is not None and all(pending.material.identifier in (item.imports or {}) for item in related)


@operation("RotateKeyOnDemand", _IN_AWS, after_key_checks=_check_on_demand, changes=True)
def rotate_key_on_demand(call: Call) -> Output:
    """Rotate a symmetric key now; at most 25 times in its life. Output: KeyId is the ARN.

    A key with imported material takes the material that waits for its rotation. NextRotationDate does not change.
    Assumed: the rotation is complete at once. Source: API_RotateKeyOnDemand.
    """
    key, materials = call.key, call.key.materials
    materials.on_demand_rotations += 1
    version = materials.pending if key.imports is not None else None
    _rotate(call.store, key, version or _new_holding(call.store, key), call.now, "ON_DEMAND")
    return {"KeyId": key.arn}


@operation("ListKeyRotations", _IN_AWS, after_key_checks=lambda call: _check_lists(call))  # noqa: PLW0108 - defined below
def list_key_rotations(call: Call) -> Output:
    """List a key's completed rotations, or with ALL_KEY_MATERIAL all its materials; 100 a page, at most 1000.

    Source: API_ListKeyRotations.
    """
    everything = call.input.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    listing: Listing[KeyMaterialVersion] = Listing()
    for version in call.key.materials.versions:
        if everything or version.rotated is not None:
            listing.add(version.material.hex_id, version)
    scope = f"{call.key.key_id} {everything}"
    return page_of(call, "Rotations", listing, lambda version: _entry(call.key, version, everything=everything), scope)


def _check_lists(call: Call) -> None:
    # Assumed: keys that never rotate are refused like EnableKeyRotation refuses them; the model declares the code.
    if not call.key.spec.symmetric:
        raise errors.unsupported()


def _entry(key: Key, version: KeyMaterialVersion, *, everything: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"KeyId": key.key_id, "KeyMaterialId": version.material.hex_id}
    if version.rotated is not None:
        entry |= {"RotationDate": version.rotated, "RotationType": version.rotation_type}
    if everything:
        entry["KeyMaterialState"] = _material_state(key, version)
    if key.imports is not None:
        entry |= _import_entry(key, version)
    return entry


def _material_state(key: Key, version: KeyMaterialVersion) -> str:
    if version.state is MaterialState.PENDING_ROTATION and not _pending_is_everywhere(key):
        return "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    return version.state.value


def _import_entry(key: Key, version: KeyMaterialVersion) -> dict[str, Any]:
    imported = (key.imports or {}).get(version.material.identifier)
    if imported is None:
        return {"ImportState": "PENDING_IMPORT"}
    told = {
        "ExpirationModel": imported.expiration_model,
        "ImportState": "IMPORTED",
        "KeyMaterialDescription": imported.description,
        "ValidTo": imported.valid_to,
    }
    return {name: value for name, value in told.items() if value is not None}


# --- time ----------------------------------------------------------------------------------------------------


def rotate_every_year(store: Store, key: Key) -> None:
    """Let an AWS managed key be rotated, as all of them are."""
    key.materials.rotation_period = _DEFAULT_PERIOD
    _schedule(store, key, key.created)


def rotate_if_overdue(store: Store, key: Key, now: float) -> None:
    """Rotate a key whose date passed while it could not be rotated."""
    due = key.materials.next_rotation
    if due is not None and due <= now and not key.replica:
        _rotate(store, key, _new_holding(store, key), now, "AUTOMATIC")
        _schedule(store, key, now)


def _schedule(store: Store, key: Key, since: float) -> None:
    materials = key.materials
    assert materials.rotation_period is not None  # noqa: S101 - rotation is on
    materials.next_rotation = since + materials.rotation_period * _DAY
    store.schedule.at(materials.next_rotation, lambda due: _rotate_when_due(store, key, due))


def _rotate_when_due(store: Store, key: Key, due: float) -> None:
    # A date that was given up stays on the schedule; only the one that still stands counts. A key that is disabled or
    # pending deletion then is rotated when it is enabled again. The primary may have changed meanwhile.
    key = key.multi_region_key.primary if key.multi_region_key else key
    if key.materials.next_rotation == due and key.state in {KeyState.ENABLED, KeyState.UPDATING}:
        _rotate(store, key, _new_holding(store, key), due, "AUTOMATIC")
        _schedule(store, key, due)


def _new_holding(store: Store, key: Key) -> KeyMaterialVersion:
    return KeyMaterialVersion(store.makers.generate_material(key.spec, key.key_id, len(key.materials.versions)))


def _rotate(store: Store, key: Key, version: KeyMaterialVersion, now: float, rotation_type: str) -> None:
    key.materials.rotate_to(version, now, rotation_type)
    store.add_material(key, version.material)
    store.note("RotateKey", key, now)
