"""Recipients in Nitro Enclaves, on the way in: the attestation document.

Source: API_RecipientInfo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fake_kms.crypto.attestation import Attestation
    from fake_kms.operations import Call

__all__ = ["read_recipient"]


def read_recipient(roots: Sequence[bytes] | None, call: Call) -> None:
    """Read and verify the attestation document of a Recipient, if there is one.

    Input: the root certificates (DER) that it must descend from, None for that of `fake_kms.nitro`.
    Raises: KmsError ValidationException.
    """
    if "Recipient" in call.input:
        call.attestation = _attestation(call.input["Recipient"], roots, call.now)


def _attestation(recipient: Mapping[str, Any], roots: Sequence[bytes] | None, now: float) -> Attestation:
    # Loaded with the first recipient: hardly a test has one.
    from fake_kms.crypto import cms_envelope
    from fake_kms.crypto.attestation import BadAttestation, parse, verify_chain
    from fake_kms.nitro.authority import default_authority

    document = recipient.get("AttestationDocument")
    if document is None:
        raise errors.attestation_missing()
    trusted = [default_authority().root] if roots is None else roots
    try:
        attestation = parse(document)
        verify_chain(attestation, trusted, now)
        cms_envelope.load_public_key(attestation.public_key or b"")
    except (BadAttestation, ValueError) as reason:
        raise errors.attestation_invalid(str(reason)) from None
    return attestation
