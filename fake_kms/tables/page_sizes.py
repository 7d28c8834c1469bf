"""How many entries a page of a listing operation holds.

Source: API_ListKeys, Limit, and so for each operation. Assumed: a Limit above the maximum is answered with the maximum,
since the model lets it through; ListAliases with a Limit of 1000, over more than 100 aliases, would settle it.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PAGE_SIZES", "PageSize"]


class PageSize(NamedTuple):
    """The entries of a page: without a Limit, and at most."""

    default: int
    maximum: int


PAGE_SIZES: dict[str, PageSize] = {
    "DescribeCustomKeyStores": PageSize(100, 1000),
    "ListAliases": PageSize(50, 100),
    "ListGrants": PageSize(50, 100),
    "ListKeyPolicies": PageSize(100, 1000),
    "ListKeyRotations": PageSize(100, 1000),
    "ListKeys": PageSize(100, 1000),
    "ListResourceTags": PageSize(50, 50),
    "ListRetirableGrants": PageSize(50, 100),
}
