"""Custom key stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors

if TYPE_CHECKING:
    from fake_kms.operations._declare import Call
    from fake_kms.store.key import Key
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["check_key_store", "put_into_key_store"]


def check_key_store(call: Call, spec: KeySpec) -> None:  # noqa: ARG001
    """Check what CreateKey says about a custom key store. Raises: KmsError."""
    if "CustomKeyStoreId" in call.input:
        raise errors.custom_key_store_not_found()


def put_into_key_store(call: Call, key: Key) -> None:
    """Let a new key be one of its custom key store, if it names one."""
