"""Rotation: new key material for the same key, automatic or on demand.

Order of the checks (measured): range, look-up, origin, state, key spec. Source:
docs/aws/api_semantics.md#check-order; Developer Guide, "Rotating KMS keys"; API_EnableKeyRotation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._on_demand_rotation import begin_on_demand
from fake_kms.operations._pages import page_of
from fake_kms.operations._rotation_dates import DEFAULT_PERIOD, schedule_rotation
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


def _check_not_a_replica(call: Call) -> None:
    if call.key.replica:
        raise errors.replica_key(call.key.arn, call.operation)


def _check_rotates(call: Call) -> None:
    if not call.key.spec.symmetric:
        raise errors.unsupported()
    _check_not_a_replica(call)


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


@operation("DisableKeyRotation", _AUTOMATIC, after_key_checks=_check_not_a_replica, changes=True)
def disable_key_rotation(call: Call) -> None:
    """Stop automatic rotation; on keys that never rotate nothing happens.

    Raises: UnsupportedOperationException for replicas. Source: API_DisableKeyRotation;
    docs/aws/evidence.md#rotation.
    """
    call.key.materials.rotation_period = call.key.materials.next_rotation = None


@operation("GetKeyRotationStatus", _IN_AWS)
def get_key_rotation_status(call: Call) -> Output:
    """Return whether a key is rotated automatically, and when next; a replica reads as its primary.

    OnDemandRotationStartDate is there while a rotation on demand goes on. A key pending deletion reads false until that
    is canceled. Source: API_GetKeyRotationStatus; docs/aws/recorded.md#key-rotation;
    docs/aws/errors.md#unsupportedoperationexception, for keys in custom key stores.
    """
    key, materials = call.key, call.key.materials
    output: Output = {"KeyId": key.arn, "KeyRotationEnabled": False}
    if materials.on_demand_started is not None:
        output["OnDemandRotationStartDate"] = materials.on_demand_started
    if materials.rotation_period is not None and not _hides_rotation(key):
        output["KeyRotationEnabled"] = True
        output["NextRotationDate"] = materials.next_rotation
        output["RotationPeriodInDays"] = materials.rotation_period
    return output


def _hides_rotation(key: Key) -> bool:
    # Assumed: an AWS managed key reads true from its first rotation on. New ones read false. Source:
    # docs/aws/recorded.md#key-rotation.
    is_new = len(key.materials.versions) == 1
    return key.state is KeyState.PENDING_DELETION or (key.aws_managed and is_new)


def _check_on_demand(call: Call) -> None:
    _check_rotates(call)
    key, materials = call.key, call.key.materials
    if key.imports is not None:
        _check_pending(key)
    if materials.on_demand_started is not None:
        return
    if materials.on_demand_rotations >= call.settings.quotas["on_demand_rotations"]:
        raise errors.on_demand_rotations_exhausted(key.arn)
    if materials.next_rotation is not None and materials.next_rotation - call.now <= _SOON:
        raise errors.rotation_conflict()


def _check_pending(key: Key) -> None:
    pending = key.materials.pending
    if pending is None:
        raise errors.no_material_pending_rotation(key.arn)
    if not _is_everywhere(key, pending):
        raise errors.material_not_in_replicas()


def _is_everywhere(key: Key, version: KeyMaterialVersion) -> bool:
    return all(version.material.identifier in (related.imports or ()) for related in key.related_keys)


@operation("RotateKeyOnDemand", _IN_AWS, after_key_checks=_check_on_demand, changes=True)
def rotate_key_on_demand(call: Call) -> Output:
    """Rotate a symmetric key; at most 25 times in its life. Output: KeyId is the ARN.

    The rotation is complete at once under immediate consistency, two minutes later under eventual consistency: see
    `begin_on_demand`. Called again meanwhile it succeeds and nothing more happens. NextRotationDate does not change.
    Raises: UnsupportedOperationException for other key specs (no text) and for replicas, KMSInvalidStateException
    without imported material to rotate to, LimitExceededException, ConflictException.
    Source: API_RotateKeyOnDemand; docs/aws/recorded.md#key-rotation.
    """
    begin_on_demand(call.tools, call.key, call.now)
    return {"KeyId": call.key.arn}


def _check_lists(call: Call) -> None:
    # Assumed: the default value, ROTATIONS_ONLY, is not refused.
    if not call.key.spec.symmetric and call.input.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL":
        raise errors.all_material_symmetric_only()


@operation("ListKeyRotations", _IN_AWS, after_key_checks=_check_lists)
def list_key_rotations(call: Call) -> Output:
    """List a key's completed rotations, or with ALL_KEY_MATERIAL all its materials; 100 a page, at most 1000.

    Oldest first; keys that never rotate list nothing. Raises: ValidationException for ALL_KEY_MATERIAL of other than
    symmetric keys. Source: API_ListKeyRotations; docs/aws/recorded.md#key-rotation.
    """
    everything = call.input.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    listing: Listing[KeyMaterialVersion] = Listing()
    for version in call.key.materials.versions:
        if everything or version.rotated is not None:
            listing.add(version.material.hex_id, version)
    scope = f"{call.key.key_id} {everything}"
    return page_of(call, "Rotations", listing, lambda version: _entry(call.key, version), scope)


def _entry(key: Key, version: KeyMaterialVersion) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "KeyId": key.arn,
        "KeyMaterialId": version.material.hex_id,
        "KeyMaterialState": _material_state(key, version),
    }
    if version.rotated is not None:
        entry |= {"RotationDate": version.rotated, "RotationType": version.rotation_type}
    if key.imports is not None:
        entry |= _import_entry(key, version)
    return entry


def _material_state(key: Key, version: KeyMaterialVersion) -> str:
    waits = version.state is MaterialState.PENDING_ROTATION and key.materials.on_demand_started is None
    if waits and not _is_everywhere(key, version):
        return "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    return version.state.value


def _import_entry(key: Key, version: KeyMaterialVersion) -> dict[str, Any]:
    imported = (key.imports or {}).get(version.material.identifier)
    shown = {
        "ExpirationModel": imported and imported.expiration_model,
        "ImportState": "IMPORTED" if imported else "PENDING_IMPORT",
        "KeyMaterialDescription": version.description,
        "ValidTo": imported and imported.valid_to,
    }
    return {name: value for name, value in shown.items() if value is not None}
