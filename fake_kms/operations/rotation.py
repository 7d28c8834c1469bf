"""Rotation: new key material for the same key, automatic or on demand.

Order of the checks (measured): range, look-up, origin, state, key spec. Source:
docs/aws/api_semantics.md#check-order; Developer Guide, "Rotating KMS keys"; API_EnableKeyRotation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._pages import page_of
from fake_kms.operations._rotation_dates import DEFAULT_PERIOD, new_version, rotate, schedule_rotation
from fake_kms.store.key_materials import KeyMaterialVersion, MaterialState
from fake_kms.store.pages import Listing
from fake_kms.tables.key_states import KeyState

if TYPE_CHECKING:
    from fake_kms.operations.call import Call
    from fake_kms.store.key import Key

__all__: list[str] = []

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
    """Rotate a symmetric key every RotationPeriodInDays (90 to 2560, default 365).

    The first time a period after now; called again without a period it changes nothing.
    Raises: UnsupportedOperationException for other key specs (no text) and for replicas. Source: API_EnableKeyRotation;
    docs/aws/recorded.md#key-rotation.
    """
    materials = call.key.materials
    period = call.input.get("RotationPeriodInDays", materials.rotation_period or DEFAULT_PERIOD)
    if period != materials.rotation_period:
        materials.rotation_period = period
        schedule_rotation(call.tools, call.key, call.now)


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
    if materials.on_demand_rotations >= call.settings.quotas["on_demand_rotations"]:
        raise errors.on_demand_rotations_exhausted(key.arn)
    if materials.next_rotation is not None and materials.next_rotation - call.now <= _SOON:
        raise errors.rotation_conflict()


def _pending_is_everywhere(key: Key) -> bool:
    pending = key.materials.pending
    return pending is not None and all(pending.material.identifier in (item.imports or {}) for item in key.related_keys)


@operation("RotateKeyOnDemand", _IN_AWS, after_key_checks=_check_on_demand, changes=True)
def rotate_key_on_demand(call: Call) -> Output:
    """Rotate a symmetric key now; at most 25 times in its life. Output: KeyId is the ARN.

    A key with imported material takes the material that waits for its rotation. NextRotationDate does not change.
    Source: API_RotateKeyOnDemand. Assumed: the rotation is complete at once; contradicted by
    docs/aws/recorded.md#key-rotation.
    """
    key, materials = call.key, call.key.materials
    materials.on_demand_rotations += 1
    version = materials.pending if key.imports is not None else None
    rotate(call.tools, key, version or new_version(call.tools, key), call.now, "ON_DEMAND")
    return {"KeyId": key.arn}


def _check_lists(call: Call) -> None:
    # Assumed: keys that never rotate are refused like EnableKeyRotation refuses them; contradicted by
    # docs/aws/recorded.md#key-rotation.
    if not call.key.spec.symmetric:
        raise errors.unsupported()


@operation("ListKeyRotations", _IN_AWS, after_key_checks=_check_lists)
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
    shown = {
        "ExpirationModel": imported.expiration_model,
        "ImportState": "IMPORTED",
        "KeyMaterialDescription": imported.description,
        "ValidTo": imported.valid_to,
    }
    return {name: value for name, value in shown.items() if value is not None}
