"""Pages: what the operations that list something have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.store.pages import BadMarker, read_marker, write_marker
from fake_kms.tables.page_sizes import PAGE_SIZES

if TYPE_CHECKING:
    from fake_kms.operations._declare import Output
    from fake_kms.operations.call import Call
    from fake_kms.store.pages import Listing, SortedListing

__all__ = ["page_of"]


def page_of(
    call: Call,
    member: str,
    listing: Listing[Any] | SortedListing[Any],
    render: Callable[[Any], Any],
    scope: str = "",
    where: Callable[[Any], bool] | None = None,
) -> Output:
    """Answer a listing operation with one page. Raises: KmsError InvalidMarkerException.

    `scope` is what else a marker belongs to, e.g. the key whose aliases are listed; `where` leaves entries out.
    """
    default, maximum = PAGE_SIZES[call.operation]
    label = f"{call.operation} {call.region.account} {call.region.name} {scope}"
    try:
        after = read_marker(label, call.input["Marker"]) if "Marker" in call.input else None
    except BadMarker:
        raise errors.invalid_marker() from None
    items, last = listing.page(after, min(call.input.get("Limit", default), maximum), where)
    output: Output = {member: [render(item) for item in items], "Truncated": last is not None}
    if last is not None:
        output["NextMarker"] = write_marker(label, last)
    return output
