"""The time of a fake: the system's clock, moved or frozen by the test.

Inside the fake, an instant is a number of seconds since 1970, as on the wire; for users it is a `datetime` in UTC.
"""

from __future__ import annotations

import math
import time
from datetime import date, datetime, timedelta, timezone
from typing import Protocol

__all__ = ["Clock", "Now", "from_epoch", "instant", "to_epoch"]


_LATEST = 253_402_300_000.0  # shortly before the year 10000, where `datetime` ends
_END = "the fake's clock ends with the year 9999"


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

    It moves KMS alone; freezegun and time-machine move the whole process, KMS with it, because the system's clock is
    read each time. Both add up: after `advance(days=10)`, a system's clock frozen at January 1 is January 11 for the
    fake. Once the fake's own clock is frozen, neither moves it. Time does not run backwards, as the dates of the keys
    would contradict it: a step back raises ValueError.
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

    def advance(
        self,
        delta: timedelta | float | None = None,
        *,
        years: int | None = None,
        months: int | None = None,
        weeks: float | None = None,
        days: float | None = None,
        hours: float | None = None,
        minutes: float | None = None,
        seconds: float | None = None,
        milliseconds: float | None = None,
        microseconds: float | None = None,
    ) -> datetime:
        """Move time forward: `advance(days=31)`, `advance(months=1)`, `advance(timedelta(hours=2))`.

        Input: `delta`, a `timedelta` or a number of seconds; everything given is added up. Years and months are those
        of the calendar, and come first: a month after January 31 is the last day of February.
        Output: the new time. Raises: ValueError for a step back or beyond the year 9999; TypeError without arguments,
        and for what is no number.
        """
        calendar = {"years": years, "months": months}
        parts = {
            "weeks": weeks,
            "days": days,
            "hours": hours,
            "minutes": minutes,
            "seconds": seconds,
            "milliseconds": milliseconds,
            "microseconds": microseconds,
        }
        given = {name: _checked(name, part) for name, part in parts.items() if part is not None}
        whole = {name: _checked_whole(name, part) for name, part in calendar.items() if part is not None}
        if delta is None and not given and not whole:
            raise TypeError("say how far: advance(days=31), advance(months=1) or advance(timedelta(days=31))")
        try:
            step = _step(delta) + timedelta(**given)
            step += _calendar_step(self.now(), whole)
        except OverflowError:
            raise ValueError(_END) from None
        return self._move(step.total_seconds())

    def travel_to(self, when: datetime | date | str) -> datetime:
        """Move time forward to an instant: `travel_to("2030-01-01")`, `travel_to("2030-01-01T12:00:00+01:00")`.

        Input: as of `instant`. Output: the new time. Raises: ValueError for an instant in the past, and as `instant`.
        """
        return self._move(to_epoch(instant(when)) - self.epoch())

    def freeze(self, when: datetime | date | str | None = None) -> datetime:
        """Stop time, at the given instant or now; `advance` and `travel_to` still move it.

        Input and errors: as of `travel_to`.
        """
        if when is not None:
            self.travel_to(when)
        self._frozen = self.epoch() if when is None else to_epoch(instant(when))
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
            raise ValueError(_END)
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


def instant(value: datetime | date | str) -> datetime:
    """Return the instant that a user names, as a `datetime` in UTC.

    Input: a `datetime`, or ISO 8601 text such as `2030-01-01T12:00:00Z`, `2030-01-01 12:00` and `2030-01-01`; without
    time zone it is read as UTC. A date is its midnight. Raises: TypeError for any other type, ValueError for other
    text and for what is before the year 1 or after the year 9999 in UTC.
    """
    if isinstance(value, str):
        found = _parsed(value)
    elif isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    else:
        raise TypeError(f"an instant is a datetime, a date, or text such as '2030-01-01T12:00:00Z', not {value!r}")
    if found.tzinfo is None:
        return found.replace(tzinfo=timezone.utc)
    try:
        return found.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{value} is beyond the years 1 to 9999 in UTC") from None


def _parsed(text: str) -> datetime:
    from dateutil.parser import isoparse  # botocore has it; before Python 3.11, datetime.fromisoformat reads less

    try:
        found: datetime = isoparse(text)
    except (ValueError, OverflowError):
        raise ValueError(f"an instant is written like '2030-01-01' or '2030-01-01T12:00:00Z', not {text!r}") from None
    return found


def _step(delta: timedelta | float | None) -> timedelta:
    if isinstance(delta, timedelta):
        return delta
    if delta is not None and (isinstance(delta, bool) or not isinstance(delta, int | float)):
        raise TypeError(f"advance takes a timedelta, a number of seconds, or keywords such as days=31, not {delta!r}")
    return timedelta(seconds=_checked("seconds", delta or 0))


def _calendar_step(start: datetime, parts: dict[str, int]) -> timedelta:
    if not parts:
        return timedelta()
    from dateutil.relativedelta import relativedelta

    try:
        end: datetime = start + relativedelta(years=parts.get("years", 0), months=parts.get("months", 0))
    except ValueError:
        raise OverflowError from None
    return end - start


def _checked(name: str, number: float) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"{name} is a number, not {number!r}")
    if isinstance(number, float) and math.isnan(number):
        raise ValueError(f"{name} is a number, not {number!r}")
    return number


def _checked_whole(name: str, number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{name} is a whole number, not {number!r}: say a part of it in days")
    return number
