"""What is due: dates ahead, kept in a heap so that nothing is scanned when nothing is due."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Agenda", "Due"]


class Due(NamedTuple):
    """Something that happens at an instant (seconds since 1970), oldest first."""

    when: float
    order: int
    happen: Callable[[float], None]


class Agenda:
    """The dates ahead. What was called off in the meantime is for `happen` to notice."""

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._order = 0

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, when: float, happen: Callable[[float], None]) -> None:
        """Note that something happens at an instant; `happen` is called with that instant."""
        self._order += 1
        heapq.heappush(self._heap, Due(when, self._order, happen))

    def settle(self, now: float) -> None:
        """Let everything happen whose time has come, oldest first; what that puts on the agenda included."""
        while self._heap and self._heap[0].when <= now:
            due = heapq.heappop(self._heap)
            due.happen(due.when)
