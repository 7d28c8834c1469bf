"""An alias: another name of a KMS key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.store.key import Key

__all__ = ["Alias"]


@dataclass(slots=True, eq=False)
class Alias:
    """One alias; `key` and the instants are None while AWS's own alias waits for its first use."""

    name: str
    arn: str
    key: Key | None = None
    created: float | None = None
    updated: float | None = None
