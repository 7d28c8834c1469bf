"""For tests of code that runs in Nitro Enclaves: attestation documents with chosen PCRs, and what opens the answer.

document = attestation_document({0: "ab" * 48}, enclave_key.public_key())
answer = kms.decrypt(..., Recipient={"AttestationDocument": document,
                                     "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"})
plaintext = open_ciphertext(enclave_key, answer["CiphertextForRecipient"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.clock import Clock
from fake_kms.crypto.cms_envelope import open_envelope
from fake_kms.misuse import check_bytes
from fake_kms.nitro.authority import MODULE_ID, AttestationAuthority, default_authority, measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

__all__ = ["AttestationAuthority", "attestation_document", "open_ciphertext"]

_REGISTERS = range(32)
_PCR_SIZES = {32, 48, 64}


def attestation_document(
    pcrs: Mapping[int, bytes | str],
    public_key: RSAPublicKey | bytes,
    *,
    module_id: str = MODULE_ID,
    user_data: bytes | None = None,
    nonce: bytes | None = None,
    debug: bool = False,
) -> bytes:
    """Return an attestation document that every fake trusts by default.

    Input: `pcrs` maps register numbers, 0-31, to 32, 48 or 64 bytes, or their hex digits; `debug` makes them all zero,
    as an enclave in debug mode has them. Output: the signed COSE document. Documents that KMS refuses are made by
    `AttestationAuthority.document`.
    Raises: ValueError for other numbers, lengths and digits, TypeError for other types.
    """
    for number, value in measured(pcrs).items():
        if number not in _REGISTERS or len(value) not in _PCR_SIZES:
            raise ValueError(f"PCR{number} of {len(value)} bytes: there are PCR0 to PCR31, of 32, 48 or 64 bytes")
    return default_authority().document(
        pcrs,
        public_key,
        module_id=module_id,
        user_data=user_data,
        nonce=nonce,
        debug=debug,
        timestamp_ms=int(Clock.system_epoch() * 1000),
    )


def open_ciphertext(private_key: RSAPrivateKey, ciphertext_for_recipient: bytes) -> bytes:
    """Decrypt a CiphertextForRecipient with the enclave's private key.

    Raises: ValueError if it is not for this key, TypeError for what is no RSA private key or no bytes.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(private_key, RSAPrivateKey):
        raise TypeError(f"the private key is an RSAPrivateKey, not of type {type(private_key).__name__}")
    check_bytes("ciphertext_for_recipient", ciphertext_for_recipient)
    try:
        return open_envelope(private_key, ciphertext_for_recipient)
    except ValueError as reason:
        raise ValueError(f"this is no CiphertextForRecipient for this key: {reason}") from reason
