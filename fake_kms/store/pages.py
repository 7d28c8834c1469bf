"""Listings that can be read in pages while they change.

A page begins after a position: a name in a sorted listing, else a number that is never used again. So a marker (the
last position seen) stays true when items are added or removed between two pages: none comes twice, and none that
stayed is missed.
"""

from __future__ import annotations

import base64
import json
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

__all__ = ["BadMarker", "Listing", "Position", "SortedListing", "read_marker", "write_marker"]

T = TypeVar("T")
Position = int | str
_LONGEST_CHUNK = 1000


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

    def page(
        self, after: Position | None, limit: int, where: Callable[[T], bool] | None = None
    ) -> tuple[list[T], Position | None]:
        """Return up to `limit` items after a position, and the last one's position if more follow."""
        found: list[T] = []
        last = after if isinstance(after, int) else 0
        for index in range(bisect_right(self._positions, last), len(self._positions)):
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


class SortedListing(Generic[T]):
    """Items by name, in the order of their names. Adding, finding and removing cost about the same at any size.

    The names are kept in sorted chunks, so that an insertion moves few of them.
    """

    __slots__ = ("_chunks", "_items", "_last_names")

    def __init__(self) -> None:
        self._items: dict[str, T] = {}
        self._chunks: list[list[str]] = []
        self._last_names: list[str] = []  # of each chunk

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return (self._items[name] for chunk in self._chunks for name in chunk)

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def get(self, name: str) -> T | None:
        """Return the item of a name, or None."""
        return self._items.get(name)

    def add(self, name: str, item: T) -> None:
        """Add a new item."""
        self._items[name] = item
        if not self._chunks:
            self._chunks, self._last_names = [[name]], [name]
            return
        index = min(bisect_left(self._last_names, name), len(self._chunks) - 1)
        chunk = self._chunks[index]
        insort(chunk, name)
        if len(chunk) > _LONGEST_CHUNK:
            self._chunks[index : index + 1] = [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
            self._last_names.insert(index, self._chunks[index][-1])
            index += 1
        self._last_names[index] = self._chunks[index][-1]

    def remove(self, name: str) -> None:
        """Remove an item."""
        del self._items[name]
        index = bisect_left(self._last_names, name)
        chunk = self._chunks[index]
        del chunk[bisect_left(chunk, name)]
        if chunk:
            self._last_names[index] = chunk[-1]
        else:
            del self._chunks[index], self._last_names[index]

    def page(
        self, after: Position | None, limit: int, where: Callable[[T], bool] | None = None
    ) -> tuple[list[T], Position | None]:
        """Return up to `limit` items after a name, and the last one's name if more follow."""
        found: list[T] = []
        last = ""
        for name in self._names_after(after if isinstance(after, str) else ""):
            item = self._items[name]
            if where is not None and not where(item):
                continue
            if len(found) == limit:
                return found, last
            found.append(item)
            last = name
        return found, None

    def _names_after(self, name: str) -> Iterator[str]:
        first = bisect_right(self._last_names, name)
        for index in range(first, len(self._chunks)):
            chunk = self._chunks[index]
            yield from chunk[bisect_right(chunk, name) if index == first else 0 :]


def write_marker(listing: str, position: Position) -> str:
    """Write the opaque marker that continues a listing after a position."""
    return base64.b64encode(json.dumps([listing, position]).encode()).decode()


def read_marker(listing: str, marker: str) -> Position:
    """Read a marker. Raises: BadMarker unless `write_marker` made it for this listing."""
    try:
        name, position = json.loads(base64.b64decode(marker, validate=True))
    except (ValueError, TypeError, RecursionError):
        raise BadMarker from None
    if name != listing or type(position) not in {int, str} or marker != write_marker(name, position):
        raise BadMarker
    return position if isinstance(position, int) else str(position)
