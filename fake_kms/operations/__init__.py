"""One small function per operation; importing this package declares them all."""

from __future__ import annotations

from fake_kms.operations import (  # noqa: F401 - imported for their declarations
    agreement,
    aliases,
    data_keys,
    deletion,
    encryption,
    grants,
    keys,
    macs,
    policies,
    public_keys,
    randomness,
    signing,
    tags,
)
from fake_kms.operations._declare import DECLARATIONS, Call, Caller, Declaration, KeyUse

__all__ = ["DECLARATIONS", "Call", "Caller", "Declaration", "KeyUse"]
