"""What is due: dates ahead, kept in a heap so that nothing is scanned when nothing is due."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Due", "Schedule"]


class Due(NamedTuple):
    """Something that happens at an instant (seconds since 1970), oldest first."""

    when: float
    order: int
    action: Callable[[float], None]


class Schedule:
    """The dates ahead. What was called off in the meantime is for `action` to notice."""

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._order = 0

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, when: float, action: Callable[[float], None]) -> None:
        """Note that something happens at an instant; `action` is called with that instant."""
        self._order += 1
        heapq.heappush(self._heap, Due(when, self._order, action))

    def run_due(self, now: float) -> None:
        """Let everything action whose time has come, oldest first; what that puts on the schedule included."""
        while self._heap and self._heap[0].when <= now:
            due = heapq.heappop(self._heap)
            due.action(due.when)
