from __future__ import annotations

import json
from pathlib import Path

import pytest

from fake_kms.grant_terms import GrantConstraints, GrantTerms
from fake_kms.policy.decide import decide
from fake_kms.policy.document import compile_policy
from fake_kms.policy.policies import Policies
from fake_kms.policy.request import IamPrincipal, Request

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]


def _request(raw):
    return Request(**{**raw, "principal": IamPrincipal(**raw["principal"])})


def _policy(document, name, kind="identity"):
    return None if document is None else compile_policy(json.dumps(document), name, kind=kind)


def _numbered(documents, kind):
    return tuple(_policy(document, f"{kind} {number}") for number, document in enumerate(documents, 1))


def _policies(case):
    return Policies(
        key_policy=_policy(case["key_policy"], "key policy", "key"),
        identity=_numbered(case["identity_policies"], "identity policy"),
        boundary=_policy(case["boundary"], "permissions boundary"),
        session=_numbered(case["session_policies"], "session policy"),
        grants=[_grant(**raw) for raw in case["grants"]],
    )


def _grant(grant_id, grantee, operations, issuing_account=None, **constraints):
    held = GrantConstraints(**constraints) if constraints else None
    return GrantTerms(grant_id, grantee, tuple(operations), held, issuing_account)


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    decision = decide(_request(case["request"]), _policies(case), explain=True)

    assert (decision.allowed, decision.outcome.value) == (case["allowed"], case["outcome"]), decision.explain()
    assert case["because"] in decision.because
    assert all(explanation.matched or explanation.why for explanation in decision.trace)


def test_the_cases_are_many_and_say_where_they_come_from():
    assert len(CASES) >= 250
    assert all(case.values[0]["source"] for case in CASES)
