"""Imported key material: parameters for the import, import, expiry, deletion.

Order of the checks: look-up, origin, state (measured), then parameters, token, material (inferred). Source:
docs/aws/api_semantics.md#check-order; Developer Guide, "Importing key material"; API_ImportKeyMaterial.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import crypto, errors
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.store.import_tokens import Terms
from fake_kms.store.key_materials import Import, KeyMaterialVersion, MaterialState
from fake_kms.tables.imports import IMPORTS, WRAPPING_ALGORITHMS
from fake_kms.tables.key_states import Change

if TYPE_CHECKING:
    from fake_kms.crypto.material import Material
    from fake_kms.operations.call import Call, Tools
    from fake_kms.store.key import Key

__all__: list[str] = []

_DAY = 86_400
_LONGEST_VALIDITY = 365 * _DAY
_IMPORTED = KeyUse(origins=frozenset({"EXTERNAL"}))
_NEW, _EXISTING = "NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"


# --- parameters ----------------------------------------------------------------------------------------------


def _check_wrapping(call: Call) -> None:
    algorithm, wrapping_spec = call.input["WrappingAlgorithm"], call.input["WrappingKeySpec"]
    spec = call.key.spec.name
    rule = IMPORTS[spec]
    fits = algorithm in rule.algorithms and (algorithm, wrapping_spec) not in rule.excluded
    if algorithm not in WRAPPING_ALGORITHMS or wrapping_spec == "SM2" or not fits:
        raise errors.wrapping_unsupported(algorithm, wrapping_spec, spec)


@operation("GetParametersForImport", _IMPORTED, after_key_checks=_check_wrapping)
def get_parameters_for_import(call: Call) -> Output:
    """Return what is needed to wrap key material: an RSA public key (DER SPKI) and a token, both good for 24 hours.

    The public key of a wrapping key spec is the same throughout a fake. Raises: ValidationException for a wrapping that
    does not fit the key. Source: API_GetParametersForImport.
    """
    key, tokens = call.key, call.store.import_tokens
    wrapping_spec = call.input["WrappingKeySpec"]
    terms = Terms(key.arn, call.input["WrappingAlgorithm"], wrapping_spec, call.now + _DAY)
    call.store.schedule.at(terms.valid_to, lambda due: call.tools.note("ExpireImportToken", key, due))
    return {
        "ImportToken": tokens.issue(terms),
        "KeyId": key.arn,
        "ParametersValidTo": terms.valid_to,
        "PublicKey": crypto.asymmetric.public_der(tokens.wrapping_key(wrapping_spec)),
    }


# --- import --------------------------------------------------------------------------------------------------


def _check_import(call: Call) -> None:
    _check_validity(call)
    request, key = call.input, call.key
    for member in ("ImportType", "KeyMaterialId", "KeyMaterialDescription"):
        if member in request and not key.spec.symmetric:
            raise errors.symmetric_import_only(member, key.spec.name)
    is_new = request.get("ImportType") == _NEW
    if is_new and "KeyMaterialId" in request:
        raise errors.material_id_with_new()
    if is_new and key.replica:
        raise errors.new_material_on_replica()
    if "KeyMaterialDescription" in request and key.replica:
        raise errors.description_on_replica()


def _check_validity(call: Call) -> None:
    valid_to = call.input.get("ValidTo")
    if call.input.get("ExpirationModel", "KEY_MATERIAL_EXPIRES") != "KEY_MATERIAL_EXPIRES":
        if valid_to is not None:
            raise errors.valid_to_superfluous()
    elif valid_to is None:
        raise errors.valid_to_required()
    elif int(valid_to) <= call.now:  # it is kept in whole seconds
        raise errors.valid_to_past()
    elif valid_to > call.now + _LONGEST_VALIDITY:
        raise errors.valid_to_too_late()


@operation("ImportKeyMaterial", _IMPORTED, after_key_checks=_check_import, changes=True)
def import_key_material(call: Call) -> Output:
    """Put wrapped key material into a key whose origin is EXTERNAL. A disabled key is enabled by it.

    Input: ValidTo at most 365 days ahead unless the material does not expire; ImportType NEW_KEY_MATERIAL (default for
    a key that never had any) or EXISTING_KEY_MATERIAL; KeyMaterialDescription, the one it has if omitted.
    Output: KeyId is the ARN; KeyMaterialId for symmetric keys.
    Raises: ValidationException, InvalidImportTokenException, ExpiredImportTokenException, InvalidCiphertextException,
    IncorrectKeyMaterialException, KMSInvalidStateException.
    Source: API_ImportKeyMaterial; docs/aws/recorded.md#imported-key-material. Assumed: new material for a disabled key,
    which waits for its rotation, enables it as well.
    """
    key, request = call.key, call.input
    version = _place(call, _unwrapped(call, _terms(call)))
    version.description = request.get("KeyMaterialDescription", version.description)
    valid_to = request.get("ValidTo")
    imported = Import(
        request.get("ExpirationModel", "KEY_MATERIAL_EXPIRES"),
        None if valid_to is None else float(int(valid_to)),  # whole seconds, as docs/aws/recorded.md says
    )
    assert key.imports is not None  # noqa: S101 - its origin is EXTERNAL
    key.imports[version.material.identifier] = imported
    call.store.materials.add(key, version.material)
    if key.has_all_material:
        key.transition(Change.IMPORT_MATERIAL)
    if imported.valid_to is not None:
        call.store.schedule.at(imported.valid_to, lambda due: _expire(call.tools, key, version, imported, due))
    return _output(key, version.material)


def _terms(call: Call) -> Terms:
    try:
        terms = call.store.import_tokens.read(call.input["ImportToken"])
    except BadCiphertext:
        raise errors.invalid_import_token() from None
    if terms.key_arn != call.key.arn:
        raise errors.invalid_import_token()
    if terms.valid_to <= call.now:
        raise errors.expired_import_token()
    return terms


def _unwrapped(call: Call, terms: Terms) -> Material:
    private = call.store.import_tokens.wrapping_key(terms.wrapping_spec)
    wrapped = call.input["EncryptedKeyMaterial"]
    if not crypto.wrapping.fits(private, terms.algorithm, wrapped):
        raise errors.encrypted_key_size()
    try:
        raw = crypto.wrapping.unwrap(private, terms.algorithm, wrapped)
        return crypto.wrapping.read_material(call.key.spec.name, call.key.key_id, raw)
    except BadCiphertext:
        raise errors.invalid_ciphertext() from None


def _place(call: Call, material: Material) -> KeyMaterialVersion:
    """Return the version that the material is, a new one if the key has not seen it. Raises: KmsError."""
    materials = call.key.materials
    known = materials.named(material.identifier)
    if call.input.get("ImportType", _EXISTING if materials.versions else _NEW) == _EXISTING:
        return _existing(call, material, known)
    if known is not None:
        raise errors.material_not_new(material.hex_id, call.key.arn)
    if materials.pending is not None:
        raise errors.another_material_pending(material.hex_id, call.key.arn, materials.pending.material.hex_id)
    version = KeyMaterialVersion(
        material, MaterialState.PENDING_ROTATION if materials.versions else MaterialState.CURRENT
    )
    materials.versions.append(version)
    return version


def _existing(call: Call, material: Material, known: KeyMaterialVersion | None) -> KeyMaterialVersion:
    current, wanted = call.key.materials.current, call.input.get("KeyMaterialId")
    if wanted is not None and wanted != material.hex_id:
        raise errors.incorrect_key_material(wanted)
    if current is None:
        raise errors.no_existing_material()
    if known is None:
        raise errors.incorrect_key_material(current.material.hex_id)
    return known


def _output(key: Key, material: Material) -> Output:
    output: Output = {"KeyId": key.arn}
    if key.spec.symmetric:
        output["KeyMaterialId"] = material.hex_id
    return output


# --- the end of imported material ----------------------------------------------------------------------------


def _expire(tools: Tools, key: Key, version: KeyMaterialVersion, imported: Import, due: float) -> None:
    # Only the import that still stands expires: a later one has another date.
    identifier = version.material.identifier
    if key.imports is None or key.imports.get(identifier) is not imported:
        return
    if version.state is MaterialState.PENDING_ROTATION:  # nothing is shown of it until the rotation is complete
        imported.expired = True
        return
    key.lose(identifier)
    tools.note("DeleteExpiredKeyMaterial", key, due)


def _check_deletion(call: Call) -> None:
    wanted, materials = call.input.get("KeyMaterialId"), call.key.materials
    if wanted is None or bytes.fromhex(wanted) in materials.given_up:
        return
    if materials.named(bytes.fromhex(wanted)) is None:
        raise errors.material_never_imported(wanted, call.key.arn)


@operation("DeleteImportedKeyMaterial", _IMPORTED, after_key_checks=_check_deletion, changes=True)
def delete_imported_key_material(call: Call) -> Output:
    """Delete imported key material at once; the key waits for its import again.

    Input: KeyMaterialId, the current material where not said. Nothing happens where there is none. Material that waits
    for its rotation is no material of the key afterwards, and can be imported as new again.
    Output: KeyId is the ARN; KeyMaterialId for symmetric keys. Raises: ValidationException. Source:
    API_DeleteImportedKeyMaterial; docs/aws/recorded.md#imported-key-material. Assumed: so it is, too, when the same is
    deleted twice; deleted on a replica it remains a material of the key, on the primary it goes from the replicas.
    """
    key, wanted = call.key, call.input.get("KeyMaterialId")
    version = key.materials.named(bytes.fromhex(wanted)) if wanted else key.materials.current
    if version is None:
        return {"KeyId": key.arn, "KeyMaterialId": wanted} if wanted else {"KeyId": key.arn}
    if version.state is MaterialState.PENDING_ROTATION and not key.replica:
        _give_up(key, version)
    elif key.imports and version.material.identifier in key.imports:
        key.lose(version.material.identifier)
    return _output(key, version.material)


def _give_up(key: Key, version: KeyMaterialVersion) -> None:
    identifier = version.material.identifier
    key.materials.versions.remove(version)
    key.materials.given_up |= {identifier}
    for related in key.related_keys:
        if related.imports:
            related.imports.pop(identifier, None)
