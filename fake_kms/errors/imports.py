"""Imported key material: parameters, tokens, the material itself."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "another_material_pending",
    "description_on_replica",
    "encrypted_key_size",
    "expired_import_token",
    "incorrect_key_material",
    "invalid_import_token",
    "key_spec_not_importable",
    "material_id_with_new",
    "material_never_imported",
    "material_not_new",
    "new_material_on_replica",
    "no_existing_material",
    "symmetric_import_only",
    "valid_to_past",
    "valid_to_required",
    "valid_to_superfluous",
    "valid_to_too_late",
    "wrapping_unsupported",
]

_RECORDED = "docs/aws/recorded.md#imported-key-material"


@template(
    "ValidationException",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#createkey, for ML-DSA",
)
def key_spec_not_importable(key_spec: str) -> str:
    """Refuse a key for imported material of a spec that has none."""
    return f"KeySpec {key_spec} is not supported for Origin EXTERNAL"


@template("ValidationException", rank=Rank.RECORDED, source=_RECORDED)
def wrapping_unsupported(algorithm: str, wrapping_spec: str, key_spec: str) -> str:
    """Refuse a wrapping algorithm or wrapping key that the key spec does not take."""
    return (
        f"Wrapping algorithm {algorithm} and wrapping key spec {wrapping_spec} cannot be used to import a {key_spec} "
        "key."
    )


# Material that expires, without a date.
valid_to_required = answer(
    "ValidationException",
    "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
    rank=Rank.RECORDED,
    source=_RECORDED,
)

# A date for material that does not expire.
valid_to_superfluous = answer(
    "ValidationException",
    "A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
    rank=Rank.RECORDED,
    source=_RECORDED,
)

# A date in the past.
valid_to_past = answer("ValidationException", "ValidTo must be in the future", rank=Rank.RECORDED, source=_RECORDED)

# A date more than 365 days ahead.
valid_to_too_late = answer(
    "ValidationException",
    "ValidTo must be less than 365 days in the future",
    rank=Rank.RECORDED,
    source=_RECORDED,
)


@template("ValidationException", rank=Rank.RECORDED, source=_RECORDED)
def symmetric_import_only(member: str, key_spec: str) -> str:
    """Refuse a member that is for symmetric keys only; it is printed in lower camel case."""
    return f"Input parameter {member[0].lower()}{member[1:]} cannot be used with {key_spec} imported keys."


# KeyMaterialId for new material.
material_id_with_new = answer(
    "ValidationException",
    "Input parameter keyMaterialId cannot be used with NEW_KEY_MATERIAL importType.",
    rank=Rank.RECORDED,
    source=_RECORDED,
)

# KeyMaterialDescription in the Region of a replica.
description_on_replica = answer(
    "ValidationException",
    "Key material description can only be specified on primary Multi-Region keys",
    rank=Rank.RECORDED,
    source=_RECORDED,
)

# New material in the Region of a replica.
new_material_on_replica = answer(
    "ValidationException",
    "Input parameter ImportType NEW_KEY_MATERIAL cannot be used on replica Multi-Region keys",
    rank=Rank.RECORDED,
    source=_RECORDED,
)

# EncryptedKeyMaterial that is not as long as the wrapping makes it.
encrypted_key_size = answer(
    "ValidationException",
    "Invalid encrypted key size.",
    rank=Rank.EMULATOR,
    source="docs/aws/evidence.md#imported-key-material; local-kms",
)


@template("KMSInvalidStateException", rank=Rank.RECORDED, source="docs/aws/evidence.md#imported-key-material")
def another_material_pending(new_id: str, key_arn: str, pending_id: str) -> str:
    """Refuse new material while other material waits for its rotation."""
    return (
        f"New key material (id: {new_id}) cannot be imported into KMS key {key_arn}, because another key material "
        f"(id: {pending_id}) is pending rotation."
    )


@template("IncorrectKeyMaterialException", rank=Rank.RECORDED, source=_RECORDED)
def incorrect_key_material(expected_id: str) -> str:
    """Refuse other material than the one that is expected."""
    return f"Imported key material does not have the expected identifier ({expected_id})."


# Material that the key has already, for a key that never had any.
no_existing_material = answer(
    "IncorrectKeyMaterialException", rank=Rank.ASSUMED, source="API_ImportKeyMaterial, for the code"
)


@template("IncorrectKeyMaterialException", rank=Rank.RECORDED, source=_RECORDED)
def material_not_new(material_id: str, key_arn: str) -> str:
    """Refuse material as new that the key has already."""
    return (
        f"Key material (id: {material_id}) being imported as NEW_KEY_MATERIAL is already associated with KMS key "
        f"{key_arn}."
    )


@template("ValidationException", rank=Rank.RECORDED, source=_RECORDED)
def material_never_imported(material_id: str, key_arn: str) -> str:
    """Refuse to delete material that the key never had."""
    return f"Key material (id: {material_id}) has never been imported into KMS key {key_arn}."


# An import token of another key, or a damaged one.
invalid_import_token = answer("InvalidImportTokenException", rank=Rank.RECORDED, source=_RECORDED)

# An import token older than a day.
expired_import_token = answer(
    "ExpiredImportTokenException",
    rank=Rank.EMULATOR,
    source="API_ImportKeyMaterial, for the code; local-kms, without a text",
)
