"""Whether moto's mock is open. moto itself is not imported for it."""

from __future__ import annotations

import sys

__all__ = ["is_open"]


def is_open() -> bool:
    """Return whether moto answers requests now."""
    core = sys.modules.get("moto.core.models")
    return core is not None and core.botocore_stubber.enabled
