"""Imported key material: parameters, tokens, the material itself."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "another_material_pending",
    "expired_import_token",
    "import_members_symmetric_only",
    "incorrect_key_material",
    "invalid_import_token",
    "key_spec_not_importable",
    "material_id_with_new",
    "material_not_found",
    "valid_to_out_of_range",
    "valid_to_required",
    "valid_to_superfluous",
    "wrapping_unsupported",
]

_RECORDED = "docs/aws/recorded.md#imported-key-material"


@template("UnsupportedOperationException", rank=Rank.ASSUMED, source="contradicted by docs/aws/recorded.md#createkey")
def key_spec_not_importable(key_spec: str) -> str:
    """Refuse a key for imported material of a spec that has none."""
    return f"KeySpec {key_spec} is not supported with Origin EXTERNAL."


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
    "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
    rank=Rank.ASSUMED,
    source=f"contradicted by {_RECORDED}",
)

# A date in the past or more than 365 days ahead.
valid_to_out_of_range = answer(
    "ValidationException",
    "The validTo date must be in the future and at most 365 days from now",
    rank=Rank.ASSUMED,
    source=f"contradicted by {_RECORDED}",
)

# ImportType and KeyMaterialId with other than symmetric keys.
import_members_symmetric_only = answer(
    "ValidationException",
    "ImportType and KeyMaterialId can be used only with symmetric encryption keys.",
    rank=Rank.ASSUMED,
    source=f"contradicted by {_RECORDED}",
)

# KeyMaterialId for new material.
material_id_with_new = answer(
    "ValidationException",
    "KeyMaterialId cannot be specified when ImportType is NEW_KEY_MATERIAL.",
    rank=Rank.ASSUMED,
    source=f"contradicted by {_RECORDED}",
)


@template("KMSInvalidStateException", rank=Rank.RECORDED, source="docs/aws/evidence.md#imported-key-material")
def another_material_pending(new_id: str, key_arn: str, pending_id: str) -> str:
    """Refuse new material while other material waits for its rotation."""
    return (
        f"New key material (id: {new_id}) cannot be imported into KMS key {key_arn}, because another key material "
        f"(id: {pending_id}) is pending rotation."
    )


# Material that is not what the key needs.
incorrect_key_material = answer(
    "IncorrectKeyMaterialException", rank=Rank.ASSUMED, source=f"contradicted by {_RECORDED}"
)

# DeleteImportedKeyMaterial of material that the key does not have.
material_not_found = answer("IncorrectKeyMaterialException", rank=Rank.ASSUMED, source=f"contradicted by {_RECORDED}")

# An import token of another key, or a damaged one.
invalid_import_token = answer("InvalidImportTokenException", rank=Rank.RECORDED, source=_RECORDED)

# An import token older than a day.
expired_import_token = answer(
    "ExpiredImportTokenException",
    rank=Rank.EMULATOR,
    source="API_ImportKeyMaterial, for the code; local-kms, without a text",
)
