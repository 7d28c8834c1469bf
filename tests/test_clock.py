"""The fake's clock: what a test may say to it, and how it goes with freezegun and time-machine."""

from __future__ import annotations

import contextlib
import re
from datetime import date, datetime, timedelta, timezone

import freezegun
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from fake_kms.clock import Clock, instant

UTC = timezone.utc
NEW_YEAR = datetime(2040, 1, 1, tzinfo=UTC)
BACKWARDS = "the fake's clock does not run backwards"
END = "^the fake's clock ends with the year 9999$"


@pytest.fixture
def clock():
    clock = Clock()
    clock.freeze(NEW_YEAR)
    return clock


def exactly(text):
    return f"^{re.escape(text)}$"


class TestAdvance:
    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ({"days": 31}, datetime(2040, 2, 1, tzinfo=UTC)),
            ({"weeks": 1, "hours": 2, "minutes": 3, "seconds": 4}, datetime(2040, 1, 8, 2, 3, 4, tzinfo=UTC)),
            ({"hours": 0.5}, datetime(2040, 1, 1, 0, 30, tzinfo=UTC)),
            ({"milliseconds": 5, "microseconds": 6}, datetime(2040, 1, 1, microsecond=5006, tzinfo=UTC)),
            ({"months": 1}, datetime(2040, 2, 1, tzinfo=UTC)),
            ({"years": 1}, datetime(2041, 1, 1, tzinfo=UTC)),
            ({"years": 1, "months": 13, "days": -1}, datetime(2042, 1, 31, tzinfo=UTC)),
            ({"days": 0}, NEW_YEAR),
        ],
    )
    def test_parts_of_time(self, clock, parts, expected):
        assert clock.advance(**parts) == expected
        assert clock.now() == expected

    def test_a_timedelta_a_number_of_seconds_and_parts_beside_them(self, clock):
        assert clock.advance(timedelta(hours=1)) == NEW_YEAR + timedelta(hours=1)
        assert clock.advance(90) == NEW_YEAR + timedelta(hours=1, seconds=90)
        assert clock.advance(0.5) == NEW_YEAR + timedelta(hours=1, seconds=90.5)
        assert clock.advance(timedelta(hours=1), days=1) == NEW_YEAR + timedelta(days=1, hours=2, seconds=90.5)

    @pytest.mark.parametrize(
        ("start", "parts", "expected"),
        [
            ("2041-01-31", {"months": 1}, "2041-02-28"),
            ("2044-01-31", {"months": 1}, "2044-02-29"),
            ("2044-02-29", {"years": 1}, "2045-02-28"),
            ("2041-01-31", {"months": 1, "days": 1}, "2041-03-01"),
        ],
    )
    def test_a_month_ends_with_its_last_day(self, clock, start, parts, expected):
        clock.travel_to(start)
        assert clock.advance(**parts) == instant(expected)

    @pytest.mark.parametrize("parts", [{"days": -1}, {"months": -1}, {"years": 1, "months": -13}])
    def test_there_is_no_way_back(self, clock, parts):
        with pytest.raises(ValueError, match=BACKWARDS):
            clock.advance(**parts)
        assert clock.now() == NEW_YEAR

    @pytest.mark.parametrize(
        "parts",
        [{"days": 3_000_000}, {"seconds": float("inf")}, {"years": 7960}, {"months": 10**30}, {"weeks": 10**400}],
    )
    def test_the_end_of_time(self, clock, parts):
        with pytest.raises(ValueError, match=END):
            clock.advance(**parts)
        with pytest.raises(ValueError, match=END):
            clock.advance(1e300)

    @pytest.mark.parametrize(
        ("delta", "error", "message"),
        [
            (
                "1 day",
                TypeError,
                "advance takes a timedelta, a number of seconds, or keywords such as days=31, not '1 day'",
            ),
            (True, TypeError, "advance takes a timedelta, a number of seconds, or keywords such as days=31, not True"),
            (float("nan"), ValueError, "seconds is a number, not nan"),
            (None, TypeError, "say how far: advance(days=31), advance(months=1) or advance(timedelta(days=31))"),
        ],
    )
    def test_what_is_no_time(self, clock, delta, error, message):
        with pytest.raises(error, match=exactly(message)):
            clock.advance(delta)

    @pytest.mark.parametrize(
        ("parts", "message"),
        [
            ({"days": "1"}, "days is a number, not '1'"),
            ({"hours": True}, "hours is a number, not True"),
            ({"months": 0.5}, "months is a whole number, not 0.5: say a part of it in days"),
            ({"years": "1"}, "years is a whole number, not '1': say a part of it in days"),
        ],
    )
    def test_what_is_no_number(self, clock, parts, message):
        with pytest.raises(TypeError, match=exactly(message)):
            clock.advance(**parts)


class TestInstants:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("2040-01-02", datetime(2040, 1, 2, tzinfo=UTC)),
            ("20400102", datetime(2040, 1, 2, tzinfo=UTC)),
            ("2040-01-02T03:04:05Z", datetime(2040, 1, 2, 3, 4, 5, tzinfo=UTC)),
            ("2040-01-02 03:04", datetime(2040, 1, 2, 3, 4, tzinfo=UTC)),
            ("2040-01-02T03:04:05.6", datetime(2040, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC)),
            ("2040-01-02T03:04:05.678901+01:00", datetime(2040, 1, 2, 2, 4, 5, 678_901, tzinfo=UTC)),
            (date(2040, 1, 2), datetime(2040, 1, 2, tzinfo=UTC)),
            (datetime(2040, 1, 2, 3), datetime(2040, 1, 2, 3, tzinfo=UTC)),  # noqa: DTZ001
            (datetime(2040, 1, 2, 3, tzinfo=timezone(timedelta(hours=1))), datetime(2040, 1, 2, 2, tzinfo=UTC)),
        ],
    )
    def test_the_clock_goes_and_stops_there(self, clock, said, expected):
        assert instant(said) == expected
        assert instant(said).tzinfo is UTC
        assert clock.travel_to(said) == expected
        assert clock.freeze(said) == expected

    @pytest.mark.parametrize("said", [5, 1.5, True, None, b"2040-01-01", timedelta(days=1), ["2040-01-01"]])
    def test_another_type(self, said):
        message = f"an instant is a datetime, a date, or text such as '2030-01-01T12:00:00Z', not {said!r}"
        with pytest.raises(TypeError, match=exactly(message)):
            instant(said)

    @pytest.mark.parametrize("said", ["", "tomorrow", "01/02/2040", "2040-13-01", "2040-01-01T25:00", "２０４０"])  # noqa: RUF001
    def test_another_text(self, clock, said):
        message = f"an instant is written like '2030-01-01' or '2030-01-01T12:00:00Z', not {said!r}"
        with pytest.raises(ValueError, match=exactly(message)):
            clock.travel_to(said)

    @pytest.mark.parametrize("said", ["0001-01-01T00:00+01:00", "9999-12-31T23:59-01:00"])
    def test_beyond_the_calendar(self, said):
        with pytest.raises(ValueError, match=r"is beyond the years 1 to 9999 in UTC$"):
            instant(said)

    @given(st.text() | st.from_regex(r"[0-9]{4}-?[0-9W]{2}[-0-9T:Z.,+ ]*", fullmatch=True))
    def test_text_is_read_or_refused(self, text):
        with contextlib.suppress(ValueError):
            assert instant(text).tzinfo is UTC

    def test_a_step_back(self, clock):
        with pytest.raises(ValueError, match=BACKWARDS):
            clock.travel_to("2039-12-31")
        with pytest.raises(ValueError, match=BACKWARDS):
            clock.freeze(date(2039, 12, 31))


class TestOtherClocks:
    """What docs say: the system's clock, plus what the test has added."""

    @pytest.mark.parametrize("travel", [freezegun.freeze_time, lambda to: time_machine.travel(to, tick=False)])
    def test_what_was_added_adds_to_the_systems_clock(self, travel):
        clock = Clock()
        clock.advance(days=10)
        with travel("2040-01-01 00:00:00+00:00"):
            assert clock.now() == NEW_YEAR + timedelta(days=10)
            clock.advance(months=1)
            assert clock.now() == datetime(2040, 2, 11, tzinfo=UTC)
            assert datetime.now(UTC) == NEW_YEAR

    @pytest.mark.parametrize("travel", [freezegun.freeze_time, time_machine.travel])
    def test_a_frozen_fake_stays_where_it_is(self, travel):
        clock = Clock()
        clock.freeze("2040-01-01")
        with travel("2050-01-01 00:00:00+00:00"):
            assert clock.now() == NEW_YEAR

    @pytest.mark.parametrize("travel", [freezegun.freeze_time, lambda to: time_machine.travel(to, tick=False)])
    def test_instants_are_the_same_under_them(self, travel):
        with travel("2030-01-01 00:00:00+00:00"):
            clock = Clock()
            assert clock.travel_to(date(2040, 1, 1)) == clock.travel_to(datetime(2040, 1, 1)) == NEW_YEAR  # noqa: DTZ001
            assert clock.advance(timedelta(days=1)) == NEW_YEAR + timedelta(days=1)
