"""The recorded facts, one after the other: every row of the tables `FACTS` in the modules of this folder.

A new fact is a row. One that needs nothing of the fake says `aws=True`, and runs with --target=aws, too.
"""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path

import citations
import pytest
from botocore.exceptions import ClientError
from facts.fact import Fact, World
from installed import needs
from internals import snapshot

AREAS = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if path.stem != "fact" and not path.stem.startswith("test_")
)
TABLES = {area: importlib.import_module(f"facts.{area}").FACTS for area in AREAS}
FACTS = [fact for table in TABLES.values() for fact in table]


def answer_of(fact, world):
    """Run a fact; return the code and message of AWS's answer, and check that a refusal of the fake changed nothing."""
    before, events = [], world.client.meta.events

    def note(**_):
        before[:] = [snapshot(world.kms)]

    # The fake gives one client to many tests: it does not keep the handler.
    events.register("before-call.kms", note)
    try:
        fact.run(world)
    except ClientError as refusal:
        if before:
            assert snapshot(world.kms) == before[0]
        return refusal.response["Error"]["Code"], refusal.response["Error"]["Message"]
    finally:
        events.unregister("before-call.kms", note)
    return None, ""


def rows(*, aws):
    """Return the facts as parameters. Some messages have a name that only newer answers give."""
    named = needs("ImportKeyMaterial:KeyMaterialId")
    return [
        pytest.param(fact, id=fact.title, marks=named if "{material_id}" in fact.message else ())
        for fact in FACTS
        if fact.aws is aws
    ]


@pytest.mark.aws
@pytest.mark.parametrize("fact", rows(aws=True))
def test_aws_answers(fact, client):
    world = World(client)

    assert answer_of(fact, world) == (fact.code, fact.message.format(**world.names))


@pytest.mark.parametrize("fact", rows(aws=False))
def test_the_fake_answers(fact, kms, client):
    world = World(client, kms)

    assert answer_of(fact, world) == (fact.code, fact.message.format(**world.names))


def test_every_source_is_a_heading_of_the_facts():
    for fact in FACTS:
        assert isinstance(fact, Fact)
        assert fact.source.startswith("docs/aws/"), fact.title
        assert citations.problems(fact.source) == [], fact.title


def test_every_title_is_unique():
    assert [title for title, times in Counter(fact.title for fact in FACTS).items() if times > 1] == []


def test_what_succeeds_has_no_message():
    assert [fact.title for fact in FACTS if fact.code is None and fact.message] == []


def test_every_area_has_facts():
    assert [area for area, table in TABLES.items() if not table] == []
    assert len(FACTS) > 40
