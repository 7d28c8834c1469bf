"""The time of a fake: the system's clock, moved or frozen by the test.

Inside the fake, an instant is a number of seconds since 1970, as on the wire; for users it is a `datetime` in UTC.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Protocol

__all__ = ["Clock", "Now", "from_epoch", "to_epoch"]


_LATEST = 253_402_300_000.0  # shortly before the year 10000, where `datetime` ends


class Now(Protocol):
    """A clock, as far as the fake itself uses it."""

    def epoch(self) -> float:
        """Return the present instant in seconds since 1970."""
        ...

    def system_epoch(self) -> float:
        """Return the instant of the system's clock, by which clients date their signatures."""
        ...


class Clock:
    """The system's clock, plus the time that the test has added; or, of a fake with `now=`, frozen at that instant.

    freezegun and time-machine are followed, because the system's clock is read each time. Time does not run backwards,
    as the dates of the keys would contradict it: a step back raises ValueError.
    """

    def __init__(self, begin: float | None = None) -> None:
        self._offset = 0.0
        self._frozen = begin

    def __repr__(self) -> str:
        return f"<Clock {self.now():%Y-%m-%d %H:%M:%S} UTC{', frozen' if self._frozen is not None else ''}>"

    def epoch(self) -> float:
        """Return the present instant in seconds since 1970."""
        if self._frozen is not None:
            return self._frozen
        return time.time() + self._offset

    @staticmethod
    def system_epoch() -> float:
        """Return the instant of the system's clock, by which clients date their signatures."""
        return time.time()

    def now(self) -> datetime:
        """Return the present instant as a `datetime` in UTC."""
        return from_epoch(self.epoch())

    def advance(self, delta: timedelta | None = None, **parts: float) -> datetime:
        """Move time forward: `advance(days=31)`, `advance(hours=2, minutes=5)` or `advance(timedelta(...))`.

        Output: the new time. Raises: ValueError for a step back, TypeError without arguments.
        """
        if delta is None and not parts:
            raise TypeError("say how far: advance(days=31) or advance(timedelta(days=31))")
        step = ((delta or timedelta()) + timedelta(**parts)).total_seconds()
        return self._move(step)

    def travel_to(self, when: datetime) -> datetime:
        """Move time forward to an instant; a `datetime` without time zone is read as UTC.

        Output: the new time. Raises: ValueError for an instant in the past.
        """
        return self._move(to_epoch(when) - self.epoch())

    def freeze(self, when: datetime | None = None) -> datetime:
        """Stop time, at the given instant or now; `advance` and `travel_to` still move it."""
        if when is not None:
            self.travel_to(when)
        self._frozen = self.epoch() if when is None else to_epoch(when)
        return self.now()

    def unfreeze(self) -> datetime:
        """Let time run again, from the present instant on."""
        if self._frozen is not None:
            self._offset = self._frozen - time.time()
            self._frozen = None
        return self.now()

    def _move(self, seconds: float) -> datetime:
        if seconds < 0:
            raise ValueError(
                f"the fake's clock does not run backwards (asked for {seconds:.3f} s): "
                "open a new fake, or use freezegun or time-machine before opening it"
            )
        if not seconds <= _LATEST - self.epoch():
            raise ValueError("the fake's clock ends with the year 9999")
        if self._frozen is not None:
            self._frozen += seconds
        else:
            self._offset += seconds
        return self.now()


def from_epoch(seconds: float) -> datetime:
    """Return the `datetime` in UTC of seconds since 1970."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def to_epoch(when: datetime) -> float:
    """Return the seconds since 1970 of a `datetime`; one without time zone is read as UTC."""
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return when.timestamp()
