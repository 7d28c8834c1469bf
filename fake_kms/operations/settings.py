"""The options of a fake that operations depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fake_kms.tables.quotas import Quotas, quotas_with

__all__ = ["Settings"]

# How long a new grant works with its token only, in seconds. Source: Developer Guide, "Grant tokens": usually less
# than five minutes.
_GRANT_DELAY = 300
# How long creating a replica, changing the primary Region and connecting a key store take, in seconds.
# Assumed: AWS says "a few seconds" to minutes.
_REPLICATION_DELAY = 10
# How long a rotation on demand takes, in seconds; most of those that were seen took 100 to 150. Source:
# docs/aws/recorded.md#key-rotation.
_ROTATION_DELAY = 120


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settings:
    """The quotas and delays of one fake, and which principals exist for it.

    `grant_delay`, `replication_delay` and `rotation_delay` are in seconds, 0 under immediate consistency.
    `knows_principal` tells whether an ARN, account or unique id names a principal that policies and grants may name;
    `principal_named` returns the ARN of the principal that a unique id stands for, and every other name as it is.
    """

    quotas: Mapping[str, int]
    grant_delay: float
    replication_delay: float
    rotation_delay: float
    knows_principal: Callable[[str], bool]
    principal_named: Callable[[str], str]

    @classmethod
    def of(
        cls,
        *,
        quotas: Quotas | None,
        consistency: str,
        knows_principal: Callable[[str], bool],
        principal_named: Callable[[str], str],
    ) -> Settings:
        """Return the settings that the options of a fake stand for."""
        eventual = consistency == "eventual"
        return cls(
            quotas=quotas_with(quotas),
            grant_delay=_GRANT_DELAY if eventual else 0,
            replication_delay=_REPLICATION_DELAY if eventual else 0,
            rotation_delay=_ROTATION_DELAY if eventual else 0,
            knows_principal=knows_principal,
            principal_named=principal_named,
        )
