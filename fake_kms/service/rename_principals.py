"""Other names for principals, in everything that names them.

KMS keeps the unique ids of principals, and shows these where the principal is gone. The fake keeps names, and changes
them when a principal is removed. Source: docs/aws/recorded.md#grants; docs/aws/authorization.md#principal-matching.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fake_kms.policy import key_policy_text

if TYPE_CHECKING:
    from fake_kms.store.store import Store

__all__ = ["rename_principals"]


def rename_principals(store: Store, rename: Callable[[str], str]) -> None:
    """Give the principals of all grants and key policies the names that `rename` returns for their present ones."""
    store.grants.rename_principals(rename)
    for region in store.regions():
        for key in region.keys:
            key.policy = key_policy_text.rename_principals(key.policy, rename)
