"""Everything that is assumed about AWS has a story, or a reason why no run can settle it."""

from __future__ import annotations

import pytest
import settling
from settling import matches
from stories.unsettled import UNSETTLED

ASSUMED = dict(settling.assumed())
OPEN = [assumption for assumption, contradicted in ASSUMED.items() if not contradicted]
STORIES = list(settling.references())


def test_everything_assumed_has_a_story_or_a_reason():
    told = {reference for reference, _ in STORIES} | set(UNSETTLED)

    assert [assumption for assumption in OPEN if not any(matches(reference, assumption) for reference in told)] == []
    assert len(OPEN) > 50


def test_no_story_settles_what_is_known():
    stale = [(reference, name) for reference, name in STORIES if not _assumed(reference)]

    assert stale == [], "make these stories facts: a row in tests/facts, or a test beside the others"


def test_no_reason_is_left_without_an_assumption():
    assert [reference for reference in UNSETTLED if not _assumed(reference)] == []


def test_nothing_has_both_a_story_and_a_reason():
    both = [
        assumption
        for assumption in ASSUMED
        if any(matches(reference, assumption) for reference, _ in STORIES)
        and any(matches(reference, assumption) for reference in UNSETTLED)
    ]

    assert both == []


@pytest.mark.parametrize(
    ("reference", "assumption", "same"),
    [
        ("errors.grant_quota", "errors.grant_quota", True),
        ("errors.grant", "errors.grant_quota", False),
        ("errors.xks_operation: *", "errors.xks_operation: InternalException", True),
        ("policy/match.py arn_matcher", "policy/match.py arn_matcher: all of it", True),
        ("policy/match.py", "policy/match.py arn_matcher: all of it", False),
        ("policy/match.py: all", "policy/match.py: all of it", True),
        ("policy/match.py: none", "policy/match.py: all of it", False),
    ],
)
def test_how_a_reference_names_an_assumption(reference, assumption, same):
    assert matches(reference, assumption) is same


def _assumed(reference):
    return any(matches(reference, assumption) for assumption in ASSUMED)
