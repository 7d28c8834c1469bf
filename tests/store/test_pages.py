"""Listings: a simple model and the real one, driven together."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_kms.store import pages
from fake_kms.store.pages import BadMarker, Listing, SortedListing, read_marker, write_marker

STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove", "put"]), st.sampled_from("abcdefgh")), max_size=120)


def all_pages(listing, limit):
    seen, after, more = [], None, True
    while more:
        items, after = listing.page(after, limit)
        assert len(items) <= limit
        seen += items
        more = after is not None
    return seen


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=300), st.integers(1, 9), st.integers(2, 7))
def test_a_sorted_listing_is_a_sorted_dictionary_with_pages(steps, limit, longest):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_LONGEST_CHUNK", longest)  # so that chunks split and vanish
        listing, expected = SortedListing(), {}
        for number, (adds, which) in enumerate(steps):
            name = f"{which:02}"
            if adds and name not in expected:
                listing.add(name, number)
                expected[name] = number
            elif not adds and name in expected:
                listing.remove(name)
                del expected[name]

        in_order = [expected[name] for name in sorted(expected)]
        assert list(listing) == all_pages(listing, limit) == in_order
        assert len(listing) == len(expected)
        assert [listing.get(f"{which:02}") for which in range(61)] == [
            expected.get(f"{which:02}") for which in range(61)
        ]
        assert all(f"{which:02}" in listing for which in range(61) if f"{which:02}" in expected)


@given(st.sets(st.integers(0, 99), min_size=1), st.sets(st.integers(0, 99)), st.data())
def test_pages_of_a_sorted_listing_miss_nothing_that_stays(first, added, data):
    listing = SortedListing()
    for number in first:
        listing.add(f"{number:02}", number)
    half, after = listing.page(None, max(1, len(first) // 2))
    removed = data.draw(st.sets(st.sampled_from(sorted(first))))
    for number in removed:
        listing.remove(f"{number:02}")
    for number in added - first:
        listing.add(f"{number:02}", number)
    rest = [] if after is None else listing.page(after, 1000)[0]

    assert half + [number for number in rest if number in first] == [
        number for number in sorted(first) if number in half or number not in removed
    ]
    assert rest == sorted(rest)


@settings(deadline=None)  # two cores may be shared by many
@given(STEPS, st.integers(1, 4))
def test_a_listing_is_an_ordered_dictionary_with_pages(steps, limit):
    listing, expected = Listing(), {}
    for number, (step, name) in enumerate(steps):
        if step == "put" or (step == "add" and name not in expected):
            getattr(listing, step)(name, number)
            expected[name] = number
        elif step == "remove" and name in expected:
            listing.remove(name)
            del expected[name]

    seen = all_pages(listing, limit)
    assert seen == list(listing) == list(expected.values())
    assert len(listing) == len(expected)
    assert [listing.get(name) for name in "abcdefgh"] == [expected.get(name) for name in "abcdefgh"]


@settings(deadline=None)  # two cores may be shared by many
@given(st.data(), st.integers(1, 12))
def test_what_stays_is_seen_once_whatever_comes_and_goes_between_pages(data, count):
    listing = Listing()
    for number in range(count):
        listing.add(str(number), number)
    stays = set(range(count))
    seen, after = [], 0
    for late in range(100, 200):
        items, after = listing.page(after, 2)
        seen += items
        if after is None:
            break
        gone = data.draw(st.sets(st.sampled_from(sorted(stays))) if stays else st.just(set()))
        for number in gone:
            listing.remove(str(number))
        stays -= gone
        if late < 103:
            listing.add(str(late), late)

    assert len(seen) == len(set(seen))
    assert stays <= set(seen)


@given(st.text(), st.integers(0, 10**9))
def test_a_marker_belongs_to_one_listing(listing, position):
    marker = write_marker(listing, position)

    assert read_marker(listing, marker) == position
    with pytest.raises(BadMarker):
        read_marker(listing + "x", marker)


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_anything_else_is_no_marker(text):
    with pytest.raises(BadMarker):
        read_marker("ListKeys", text)


@pytest.mark.parametrize("body", ['["ListKeys",1]', '["ListKeys", true]', '["ListKeys", 1.0]', " 1"])
def test_what_is_like_a_marker_is_none(body):
    with pytest.raises(BadMarker):
        read_marker("ListKeys", base64.b64encode(body.encode()).decode())


def test_a_listing_does_not_grow_with_what_is_removed():
    listing = Listing()
    listing.add("first", 0)
    for number in range(1000):
        listing.add(str(number), number)
        listing.remove(str(number))
    listing.add("last", 1)

    assert listing.page(0, 1) == ([0], 1)
    assert listing.page(1, 1) == ([1], None)
    assert listing.page(500, 9) == ([1], None)
    assert len(listing._names) == len(listing._positions) < 25  # what a page looks through


def test_a_page_that_starts_where_a_removed_item_was():
    listing = Listing()
    for number in range(100):
        listing.add(str(number), number)
    for number in range(90):
        listing.remove(str(number))

    assert listing.page(50, 3) == ([90, 91, 92], 93)
    assert listing.page(93, 100) == ([93, 94, 95, 96, 97, 98, 99], None)
