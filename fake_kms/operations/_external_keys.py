"""External keys: their description, and encryption with them, through the proxy of their key store.

Source: XKS proxy API specification; Developer Guide, "Troubleshooting external key stores".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.operations._external_key_stores import connect_proxy, request_metadata
from fake_kms.xks import protocol
from fake_kms.xks.container import pack, unpack
from fake_kms.xks.failures import Failure, XksFailure

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.operations.call import Call
    from fake_kms.store.key import Key
    from fake_kms.store.key_store import CustomKeyStore

__all__ = ["check_external_key", "decrypt_externally", "encrypt_externally"]

# The error of CreateKey when the proxy does not describe the external key; the others mean the key store.
_KEY_ERRORS: Mapping[Failure, Callable[[str], KmsError]] = {
    Failure.KEY_NOT_FOUND: errors.xks_key_not_found,
    Failure.KEY_DISABLED: errors.xks_key_configuration,
    Failure.INVALID_KEY_USAGE: errors.xks_key_configuration,
}


def check_external_key(call: Call, key_store: CustomKeyStore, xks_key_id: str) -> None:
    """Check that an external key can back a KMS key. Raises: KmsError. Assumed: the order of these checks."""
    try:
        proxy = connect_proxy(call, key_store.settings)
        external = protocol.describe_key(proxy, xks_key_id, request_metadata(call))
    except XksFailure as failure:
        error = _KEY_ERRORS.get(failure.kind, errors.xks_key_unusable)
        raise error(failure.kind.value) from failure
    if external.key_spec != "AES_256":
        raise errors.xks_key_spec(external.key_spec)
    if not {"ENCRYPT", "DECRYPT"} <= set(external.key_usage):
        raise errors.xks_key_usage(external.key_usage)
    if external.key_status != "ENABLED":
        raise errors.xks_key_status(external.key_status)


def encrypt_externally(call: Call, key: Key, content: bytes, aad: bytes) -> bytes:
    """Return what the external key makes of a content that KMS has encrypted. Raises: KMSInvalidStateException."""
    key_store, xks_key_id = _external(key)
    try:
        proxy = connect_proxy(call, key_store.settings)
        return pack(protocol.encrypt(proxy, xks_key_id, request_metadata(call, key), content, aad))
    except XksFailure as failure:
        raise errors.xks_operation(failure.kind.value) from failure


def decrypt_externally(call: Call, key: Key, packed: bytes, aad: bytes) -> bytes:
    """Return the content that KMS has encrypted.

    Raises: KmsError KMSInvalidStateException; BadCiphertext for a ciphertext that cannot be sent to the proxy.
    """
    key_store, xks_key_id = _external(key)
    encrypted = unpack(packed)
    try:
        proxy = connect_proxy(call, key_store.settings)
        return protocol.decrypt(proxy, xks_key_id, request_metadata(call, key), encrypted, aad)
    except XksFailure as failure:
        raise errors.xks_operation(failure.kind.value) from failure


def _external(key: Key) -> tuple[CustomKeyStore, str]:
    assert key.custom_key_store is not None  # noqa: S101 - external keys have a key store
    assert key.xks_key_id is not None  # noqa: S101 - external keys have an XksKeyId
    return key.custom_key_store, key.xks_key_id
