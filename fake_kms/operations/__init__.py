"""One small function per operation; importing this package declares them all."""

from __future__ import annotations

from fake_kms.operations import (  # noqa: F401 - imported for their declarations
    agreement,
    aliases,
    custom_key_stores,
    data_keys,
    deletion,
    encryption,
    grants,
    imported_material,
    key_policies,
    key_store_connections,
    keys,
    macs,
    multi_region,
    public_keys,
    randomness,
    rotation,
    signatures,
    tags,
    usage,
)
from fake_kms.operations._declare import DECLARATIONS, Declaration, KeyUse
from fake_kms.operations.call import Call, Caller, FoundKey, Tools
from fake_kms.operations.settings import Settings

__all__ = ["DECLARATIONS", "Call", "Caller", "Declaration", "FoundKey", "KeyUse", "Settings", "Tools"]
