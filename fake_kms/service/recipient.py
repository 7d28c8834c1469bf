"""Recipients in Nitro Enclaves: the attestation document on the way in, the sealed answer on the way out.

Source: the Recipient and CiphertextForRecipient documentation of the operations that have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.crypto import cms_envelope
from fake_kms.crypto.attestation import Attestation, BadAttestation, parse, verify_chain
from fake_kms.tables.recipients import REPLACED_MEMBERS, WITHOUT_MATERIAL_ID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fake_kms.entropy import Entropy

__all__ = ["read_attestation", "seal_for_recipient"]


def read_attestation(given: Mapping[str, Any], roots: Sequence[bytes], now: float) -> Attestation:
    """Read and verify the attestation document of a Recipient. Raises: KmsError ValidationException."""
    document = given.get("AttestationDocument")
    if document is None:
        raise errors.attestation_invalid("there is none")
    try:
        attestation = parse(document)
        verify_chain(attestation, roots, now)
        cms_envelope.load_public_key(attestation.public_key or b"")
    except (BadAttestation, ValueError) as reason:
        raise errors.attestation_invalid(str(reason)) from None
    return attestation


def seal_for_recipient(operation: str, output: dict[str, Any], attestation: Attestation, entropy: Entropy) -> None:
    """Replace what is in clear in an answer by its envelope for the enclave."""
    assert attestation.public_key is not None  # noqa: S101 - `read_attestation` says so
    public_key = cms_envelope.load_public_key(attestation.public_key)
    for member in REPLACED_MEMBERS:
        if member in output:
            output["CiphertextForRecipient"] = cms_envelope.envelope(public_key, output.pop(member), entropy)
    if operation in WITHOUT_MATERIAL_ID:
        output.pop("KeyMaterialId", None)
