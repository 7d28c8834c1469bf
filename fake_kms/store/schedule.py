"""What happens at an instant ahead: kept in a heap, so that nothing is scanned when nothing is due."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Due", "Schedule"]


class Due(NamedTuple):
    """An action and its instant, in seconds since 1970."""

    when: float
    order: int
    action: Callable[[float], None]


class Schedule:
    """The actions ahead. An action checks itself whether it still applies."""

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._order = 0

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, when: float, action: Callable[[float], None]) -> None:
        """Schedule an action for an instant; it is called with that instant."""
        self._order += 1
        heapq.heappush(self._heap, Due(when, self._order, action))

    def run_due(self, now: float) -> None:
        """Run every action whose instant has come, oldest first, also those that are scheduled meanwhile."""
        while self._heap and self._heap[0].when <= now:
            due = heapq.heappop(self._heap)
            due.action(due.when)
