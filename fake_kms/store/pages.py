"""Listings that can be read in pages while they change.

A position is given out once and never again, so a marker (the last position seen) stays true when things are
added or removed between two pages: nothing comes twice and nothing that stayed is missed.
"""

from __future__ import annotations

import base64
import json
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

__all__ = ["BadMarker", "Listing", "read_marker", "write_marker"]

T = TypeVar("T")


class BadMarker(Exception):  # noqa: N818 - a verdict on the caller's marker
    """The marker is not one of this listing."""


class Listing(Generic[T]):
    """Items by name, in the order they were added. Adding, finding and removing cost the same at any size."""

    __slots__ = ("_items", "_names", "_next", "_positions")

    def __init__(self) -> None:
        self._items: dict[str, tuple[int, T]] = {}
        self._positions = array("q")
        self._names: list[str] = []
        self._next = 1

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return (item for _, item in self._items.values())

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def get(self, name: str) -> T | None:
        """Return the item of a name, or None."""
        entry = self._items.get(name)
        return entry[1] if entry else None

    def put(self, name: str, item: T) -> None:
        """Replace the item of a name, or add it at the end."""
        entry = self._items.get(name)
        if entry is None:
            self.add(name, item)
        else:
            self._items[name] = (entry[0], item)

    def add(self, name: str, item: T) -> None:
        """Add a new item at the end."""
        self._items[name] = (self._next, item)
        self._positions.append(self._next)
        self._names.append(name)
        self._next += 1

    def remove(self, name: str) -> None:
        """Remove an item; its position stays empty."""
        del self._items[name]
        if len(self._names) > 2 * len(self._items) + 16:
            self._compact()

    def page(self, after: int, limit: int, where: Callable[[T], bool] | None = None) -> tuple[list[T], int | None]:
        """Return up to `limit` items after a position, and the last one's position if more follow."""
        found: list[T] = []
        last = after
        for index in range(bisect_right(self._positions, after), len(self._positions)):
            position = self._positions[index]
            entry = self._items.get(self._names[index])
            if entry is None or entry[0] != position or (where is not None and not where(entry[1])):
                continue
            if len(found) == limit:
                return found, last
            found.append(entry[1])
            last = position
        return found, None

    def _compact(self) -> None:
        ordered = sorted((position, name) for name, (position, _) in self._items.items())
        self._positions = array("q", (position for position, _ in ordered))
        self._names = [name for _, name in ordered]


def write_marker(listing: str, position: int) -> str:
    """Write the opaque marker that continues a listing after a position."""
    return base64.b64encode(json.dumps([listing, position]).encode()).decode()


def read_marker(listing: str, marker: str) -> int:
    """Read a marker. Raises: BadMarker unless `write_marker` made it for this listing."""
    try:
        name, position = json.loads(base64.b64decode(marker, validate=True))
    except (ValueError, TypeError, RecursionError):
        raise BadMarker from None
    if name != listing or type(position) is not int or marker != write_marker(name, position):
        raise BadMarker
    return position
