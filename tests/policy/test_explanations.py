from __future__ import annotations

import json

import pytest

from fake_kms.policy.decide import Grant, IamPrincipal, Outcome, Policies, Request, decide
from fake_kms.policy.document import default_policy, parse_policy
from fake_kms.policy.grant_terms import at_least_as_strict, grant_matches, why_not

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE = IamPrincipal(f"arn:aws:iam::{ACCOUNT}:user/alice", ACCOUNT, "User", None, "AIDAALICE", None)
TENANT = "kms:EncryptionContext:tenant"
KEY_POLICY = parse_policy(default_policy(ROOT), "key policy", kind="key")


def _request(context=(), action="kms:Decrypt", **changes):
    values = {
        "principal": ALICE,
        "resource": KEY,
        "resource_account": ACCOUNT,
        "grant_operation": "Decrypt",
        "encryption_context": {"tenant": "red"},
        "cross_account": True,
    }
    return Request(action=action, context=dict(context), **{**values, **changes})


def _own(*statements, name="App"):
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return parse_policy(text, name, kind="identity")


def _key(*statements):
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return parse_policy(text, "key policy", kind="key")


def _policies(key_policy=KEY_POLICY, identity=(), boundary=None, session=(), grants=()):
    return Policies(key_policy, identity, boundary, session, grants)


ALLOW = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}


def test_allowed_by_delegation():
    decision = decide(_request(), _policies(identity=(_own(ALLOW),)))
    assert decision.allowed
    assert decision.because == (
        "Allow by key policy statement 'Enable IAM User Permissions' (delegates to the account) "
        "and identity policy 'App' statement 1"
    )
    assert decision.decided_by == ""


def test_denied_by_names_the_policy():
    arn = "arn:aws:iam::111122223333:policy/NoKms"
    decision = decide(_request(), _policies(identity=(_own(ALLOW), _own({**ALLOW, "Effect": "Deny"}, name=arn))))
    assert (Outcome.DENIED_BY_IDENTITY_POLICY, arn) == (decision.outcome, decision.decided_by)
    assert decision.because == f"explicit Deny by identity policy '{arn}' statement 1"


def test_a_boundary_that_does_not_allow_is_named():
    boundary = _own({**ALLOW, "Action": "s3:*"}, name="Cap")
    decision = decide(_request(), _policies(identity=(_own(ALLOW),), boundary=boundary))
    assert (decision.outcome, decision.decided_by) == (Outcome.NOT_ALLOWED_BY_BOUNDARY, "Cap")
    assert decision.because == (
        "key policy statement 'Enable IAM User Permissions' (delegates to the account) would allow, "
        f"but no permissions boundary of {ALICE.arn} allows kms:Decrypt"
    )


BLUE = {"StringEquals": {TENANT: "blue"}}
WHYS = [
    ({"Principal": {"AWS": "444455556666"}}, f"principal: {ALICE.arn} is not among 444455556666"),
    ({"Action": "kms:Encrypt"}, "action: kms:Decrypt does not match kms:Encrypt"),
    ({"Action": None, "NotAction": "kms:De*"}, "action: kms:Decrypt is excluded by NotAction kms:De*"),
    ({"Action": None}, "it has no Action, and so never applies"),
    ({"Resource": None}, "it has no Resource, and so never applies"),
    ({"Resource": "arn:x"}, f"resource: {KEY} does not match arn:x"),
    ({"Resource": None, "NotResource": "*"}, f"resource: {KEY} is excluded by NotResource *"),
    ({"Principal": None, "NotPrincipal": "*"}, f"principal: {ALICE.arn} is excluded by NotPrincipal *"),
    ({"Condition": BLUE}, f"condition StringEquals {TENANT}: expected 'blue', actual 'red'"),
    (
        {"Condition": {"ForAnyValue:StringLike": {"aws:TagKeys": ["a", "b*"]}}},
        "condition ForAnyValue:StringLike aws:TagKeys: expected 'a' or 'b*', actual 'x', 'y'",
    ),
    (
        {"Condition": {"Bool": {"aws:SecureTransport": True}, **BLUE}},
        (
            "condition Bool aws:SecureTransport: expected 'true', actual (absent); "
            f"condition StringEquals {TENANT}: expected 'blue', actual 'red'"
        ),
    ),
    ({"Action": [f"s3:{letter}" for letter in "abcdefghijkl"]}, None),
]


@pytest.mark.parametrize(("changes", "why"), WHYS, ids=[str(why) for _, why in WHYS])
def test_the_trace_says_which_element_failed(changes, why):
    statement = {"Sid": "X", "Principal": "*", **ALLOW, **changes}
    statement = {name: value for name, value in statement.items() if value is not None}
    context = {TENANT.lower(): "red", "aws:tagkeys": ["x", "y"]}
    (finding,) = decide(_request(context), _policies(_key(statement))).trace
    assert (
        finding.policy,
        finding.statement,
        finding.effect,
        finding.matched,
    ) == ("key policy", "statement 'X'", "Allow", False)
    assert finding.why == why or (why is None and finding.why.endswith("and 2 more"))


def test_explain():
    deny = {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"}
    grant = Grant("7c0b", ALICE.arn, frozenset({"Decrypt"}), {"tenant": "blue"})
    policies = _policies(identity=(_own(deny, {**ALLOW, "Condition": BLUE}),), grants=(grant,))
    decision = decide(_request({TENANT.lower(): "red"}), policies)
    assert decision.explain() == "\n".join(
        [
            f"Refused (NOT_ALLOWED_BY_IDENTITY_POLICY): kms:Decrypt on {KEY} by {ALICE.arn}",
            (
                "  key policy statement 'Enable IAM User Permissions' (delegates to the account) would allow, "
                f"but no identity policy of {ALICE.arn} allows kms:Decrypt"
            ),
            "  - Allow key policy statement 'Enable IAM User Permissions': matches (delegates to the account)",
            "  - Deny App statement 1: does not match (action: kms:Decrypt does not match kms:Encrypt)",
            (
                f"  - Allow App statement 2: does not match (condition StringEquals {TENANT}: "
                "expected 'blue', actual 'red')"
            ),
            (
                "  - Allow grant 7c0b: does not match (constraint EncryptionContext: "
                "expected Equals {'tenant': 'blue'}, actual {'tenant': 'red'})"
            ),
        ]
    )


def test_the_trace_is_made_when_asked_and_once():
    decision = decide(_request(), _policies())
    assert "trace" not in vars(decision)
    assert decision.trace is decision.trace


GRANTS = [
    (Grant("g", ALICE.arn, frozenset({"Decrypt"})), {}, ""),
    (
        Grant("g", ALICE.arn, frozenset({"Sign", "Encrypt"})),
        {},
        "operation: Decrypt is not among Encrypt, Sign",
    ),
    (
        Grant("g", ALICE.arn, frozenset({"Decrypt"})),
        {"grant_operation": None},
        "operation: no grant can authorize kms:Decrypt here",
    ),
    (
        Grant("g", "s3.amazonaws.com", frozenset({"Decrypt"})),
        {},
        f"principal: {ALICE.arn} is not the grantee s3.amazonaws.com",
    ),
    (
        Grant("g", ALICE.arn, frozenset({"Decrypt"}), None, None, "arn:aws:s3:::b"),
        {},
        "constraint SourceArn: expected arn:aws:s3:::b, actual (absent)",
    ),
    (
        Grant("g", ALICE.arn, frozenset({"Decrypt"}), None, {"tenant": "blue"}),
        {"encryption_context": {}},
        "constraint EncryptionContext: expected Subset {'tenant': 'blue'}, actual (absent)",
    ),
]


@pytest.mark.parametrize(("grant", "changes", "why"), GRANTS, ids=[why for *_, why in GRANTS])
def test_why_a_grant_does_not_cover(grant, changes, why):
    request = _request(**changes)
    assert (why, why == "") == (why_not(grant, request), grant_matches(grant, request))


def _equals(**pairs):
    return {"EncryptionContextEquals": pairs}


def _subset(**pairs):
    return {"EncryptionContextSubset": pairs}


SOURCE = {"SourceArn": "arn:aws:s3:::b"}
STRICTNESS = [
    (None, None, True),
    (_equals(a="1"), None, True),
    (None, _equals(a="1"), False),
    (None, _subset(a="1"), False),
    (_equals(a="1"), _equals(a="1"), True),
    (_equals(A="1"), _equals(a="1"), True),
    (_equals(a="X"), _equals(a="x"), False),
    (_equals(a="1", b="2"), _equals(a="1"), False),
    (_subset(a="1"), _equals(a="1"), False),
    (_subset(a="1"), _subset(a="1"), True),
    (_subset(a="1", b="2"), _subset(a="1"), True),
    (_subset(b="2"), _subset(a="1"), False),
    (_equals(a="1"), _subset(a="1"), True),
    (_equals(a="1", b="2"), _subset(a="1"), True),
    (_equals(b="2"), _subset(a="1"), False),
    (SOURCE, SOURCE, True),
    (None, SOURCE, False),
    ({"SourceArn": "arn:aws:s3:::c"}, SOURCE, False),
    ({**SOURCE, **_equals(a="1")}, SOURCE, True),
]


@pytest.mark.parametrize(("child", "parent", "strict"), STRICTNESS)
def test_a_grant_of_a_grantee_is_at_least_as_strict(child, parent, strict):
    assert strict == at_least_as_strict(child, parent)
