"""Listings: a simple model and the real one, driven together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_kms.store.pages import BadMarker, Listing, read_marker, write_marker

STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove", "put"]), st.sampled_from("abcdefgh")), max_size=120)


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

    seen, after = [], 0
    while after is not None:
        items, after = listing.page(after, limit)
        assert len(items) <= limit
        seen += items
    assert seen == list(listing) == list(expected.values())
    assert len(listing) == len(expected)
    assert [listing.get(name) for name in "abcdefgh"] == [expected.get(name) for name in "abcdefgh"]


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
