from __future__ import annotations

import json
from pathlib import Path

import pytest

from fake_kms.policy.decide import Grant, IamPrincipal, Policies, Request, decide
from fake_kms.policy.document import parse_policy

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]


def _request(raw):
    return Request(**{**raw, "principal": IamPrincipal(**raw["principal"])})


def _policy(document, name, kind="identity"):
    return None if document is None else parse_policy(json.dumps(document), name, kind=kind)


def _numbered(documents, kind):
    return tuple(_policy(document, f"{kind} {number}") for number, document in enumerate(documents, 1))


def _policies(case):
    return Policies(
        key_policy=_policy(case["key_policy"], "key policy", "key"),
        identity=_numbered(case["identity_policies"], "identity policy"),
        boundary=_policy(case["boundary"], "permissions boundary"),
        session=_numbered(case["session_policies"], "session policy"),
        grants=[Grant(**{**raw, "operations": frozenset(raw["operations"])}) for raw in case["grants"]],
    )


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    decision = decide(_request(case["request"]), _policies(case))

    assert (decision.allowed, decision.outcome.value) == (case["allowed"], case["outcome"]), decision.explain()
    assert case["because"] in decision.because
    assert all(finding.matched or finding.why for finding in decision.trace)


def test_the_cases_are_many_and_say_where_they_come_from():
    assert len(CASES) >= 250
    assert all(case.values[0]["source"] for case in CASES)
