"""One small function per operation; importing this package declares them all."""

from __future__ import annotations

from fake_kms.operations import (  # noqa: F401 - imported for their declarations
    aliases,
    data_keys,
    deletion,
    encryption,
    keys,
    policies,
    randomness,
    tags,
)
from fake_kms.operations._declare import DECLARATIONS, Call, Caller, Declaration, KeyUse

__all__ = ["DECLARATIONS", "Call", "Caller", "Declaration", "KeyUse"]
