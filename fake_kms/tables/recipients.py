"""What an answer for a Recipient, a Nitro enclave, holds in CiphertextForRecipient or not at all.

Source: API_Decrypt, CiphertextForRecipient and KeyMaterialId; docs/aws/crypto.md#nitro-enclaves.
"""

from __future__ import annotations

__all__ = ["REPLACED_MEMBERS", "WITHOUT_MATERIAL_ID"]

# The members that CiphertextForRecipient replaces.
REPLACED_MEMBERS = ("Plaintext", "PrivateKeyPlaintext", "SharedSecret")

# The operations whose answer for a recipient has no KeyMaterialId: the documentation of exactly these two says so.
WITHOUT_MATERIAL_ID = frozenset({"Decrypt", "GenerateDataKey"})
