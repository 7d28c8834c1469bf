"""Recipients in Nitro Enclaves, on the way out: the answer sealed for the enclave.

Source: API_Decrypt, CiphertextForRecipient; docs/aws/crypto.md#nitro-enclaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.tables.recipients import REPLACED_MEMBERS, WITHOUT_MATERIAL_ID

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["seal_for_recipient"]


def seal_for_recipient(call: Call) -> None:
    """Replace what is in clear in an answer by its envelope for the recipient, if there is one."""
    attestation, output = call.attestation, call.output
    if attestation is None or output is None:
        return
    from fake_kms.crypto import cms_envelope

    assert attestation.public_key is not None  # noqa: S101 - `read_recipient` has loaded it
    public_key = cms_envelope.load_public_key(attestation.public_key)
    for member in REPLACED_MEMBERS:
        if member in output:
            envelope = cms_envelope.seal_envelope(public_key, output.pop(member), call.tools.entropy)
            output["CiphertextForRecipient"] = envelope
    if call.operation in WITHOUT_MATERIAL_ID:
        output.pop("KeyMaterialId", None)
