"""Pages: what the operations that list something have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.store.pages import BadMarker, read_marker, write_marker

if TYPE_CHECKING:
    from fake_kms.operations._declare import Output
    from fake_kms.operations.call import Call
    from fake_kms.store.pages import Listing

__all__ = ["page_of"]

# Operation -> (default, most) entries of a page. Source: the Limit documentation of each operation. Assumed: a
# Limit above the most is answered with the most, since the model lets it through.
_PAGE_SIZES: dict[str, tuple[int, int]] = {
    "DescribeCustomKeyStores": (100, 1000),
    "ListAliases": (50, 100),
    "ListGrants": (50, 100),
    "ListKeyPolicies": (100, 1000),
    "ListKeyRotations": (100, 1000),
    "ListKeys": (100, 1000),
    "ListResourceTags": (50, 50),
    "ListRetirableGrants": (50, 100),
}


def page_of(
    call: Call,
    member: str,
    listing: Listing[Any],
    render: Callable[[Any], Any],
    scope: str = "",
    where: Callable[[Any], bool] | None = None,
) -> Output:
    """Answer a listing operation with one page. Raises: KmsError InvalidMarkerException.

    `scope` is what else a marker belongs to, e.g. the key whose aliases are listed; `where` leaves entries out.
    """
    default, most = _PAGE_SIZES[call.operation]
    label = f"{call.operation} {call.region.account} {call.region.name} {scope}"
    try:
        after = read_marker(label, call.input["Marker"]) if "Marker" in call.input else 0
    except BadMarker:
        raise errors.invalid_marker() from None
    items, last = listing.page(after, min(call.input.get("Limit", default), most), where)
    output: Output = {member: [render(item) for item in items], "Truncated": last is not None}
    if last is not None:
        output["NextMarker"] = write_marker(label, last)
    return output
