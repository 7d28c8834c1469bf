from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from iam import ACCOUNT, ALL, IAM, OTHER, ROOT, allow, deny, key_policy, policy

from fake_kms.grant_terms import GrantConstraints, GrantTerms
from fake_kms.policy.decide import decide
from fake_kms.policy.decision import Outcome
from fake_kms.policy.document import compile_policy
from fake_kms.policy.grant_matching import at_least_as_strict, grant_matches, why_not
from fake_kms.policy.identity import Identity
from fake_kms.policy.key_policy_text import default_key_policy
from fake_kms.policy.must_allow import MustAllow
from fake_kms.policy.policies import Policies
from fake_kms.policy.request import IamPrincipal, Request

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE = IamPrincipal(f"{IAM}user/alice", ACCOUNT, "User", None, "AIDAALICE", None)
TENANT = "kms:EncryptionContext:tenant"
KEY_POLICY = compile_policy(default_key_policy(ROOT), "key policy", kind="key")


def _request(context=(), action="kms:Decrypt", **changes):
    values = {
        "principal": ALICE,
        "resource": KEY,
        "resource_account": ACCOUNT,
        "grant_operation": "Decrypt",
        "encryption_context": {"tenant": "red"},
    }
    return Request(action=action, context=dict(context), **{**values, **changes})


def _own(*statements, name="App"):
    return compile_policy(json.dumps(policy(*statements)), name, kind="identity")


def _policies(**more):
    return Policies(**{"key_policy": KEY_POLICY, **more})


def _grant(*operations, grantee=ALICE.arn, **constraints):
    return GrantTerms("7c0b", grantee, operations, GrantConstraints(**constraints) if constraints else None)


def test_allowed_by_delegation():
    decision = decide(_request(), _policies(identity=(_own(ALL),)))
    assert decision.allowed
    assert decision.because == (
        "Allow by key policy statement 'Enable IAM User Permissions' (delegates to the account) "
        "and identity policy 'App' statement 1"
    )
    assert decision.decided_by == ""


def test_denied_by_names_the_policy():
    arn = "arn:aws:iam::123456789012:policy/NoKms"
    decision = decide(_request(), _policies(identity=(_own(ALL), _own(deny(), name=arn))))
    assert (Outcome.DENIED_BY_IDENTITY_POLICY, arn) == (decision.outcome, decision.decided_by)
    assert decision.because == f"explicit Deny by identity policy '{arn}' statement 1"


def test_a_boundary_that_does_not_allow_is_named():
    boundary = _own(allow("s3:*"), name="Cap")
    decision = decide(_request(), _policies(identity=(_own(ALL),), boundary=boundary))
    assert (decision.outcome, decision.decided_by) == (Outcome.NOT_ALLOWED_BY_BOUNDARY, "Cap")
    assert decision.because == (
        "key policy statement 'Enable IAM User Permissions' (delegates to the account) would allow, "
        f"but no permissions boundary of {ALICE.arn} allows kms:Decrypt"
    )


def test_allowed_by_the_key_policy_itself():
    named = compile_policy(key_policy({"Sid": "X", **allow(to=ALICE.arn)}), "key policy", kind="key")
    assert decide(_request(), _policies(key_policy=named)).because == "Allow by key policy statement 'X'"


def test_several_session_policies_that_do_not_allow_are_all_named():
    session = (_own(allow("s3:*"), name="One"), _own(allow("s3:*"), name="Two"))
    decision = decide(_request(), _policies(identity=(_own(ALL),), session=session))
    assert (decision.outcome, decision.decided_by) == (Outcome.NOT_ALLOWED_BY_SESSION_POLICY, "One, Two")


def test_no_identity_policy_is_named_where_none_allows():
    decision = decide(_request(), _policies(identity=(_own(allow("s3:*")),)))
    assert (decision.outcome, decision.decided_by) == (Outcome.NOT_ALLOWED_BY_IDENTITY_POLICY, "")


@pytest.mark.parametrize(("key_policy", "name"), [(KEY_POLICY, "key policy"), (None, "")])
def test_a_key_policy_that_does_not_allow_is_named(key_policy, name):
    stranger = replace(ALICE, account="444455556666", arn="arn:aws:iam::444455556666:user/mallory")
    decision = decide(_request(principal=stranger, cross_account=True), _policies(key_policy=key_policy))
    assert (decision.outcome, decision.decided_by) == (Outcome.NOT_ALLOWED_BY_KEY_POLICY, name)
    assert decision.because == f"neither the key policy nor a grant allows kms:Decrypt to {stranger.arn}"


NO_KEY = {"action": "kms:ListKeys", "resource": "*", "resource_account": None, "grant_operation": None}


def test_the_root_user_needs_no_policy_where_there_is_no_key():
    root = IamPrincipal(ROOT, ACCOUNT, "Account", None, ACCOUNT, None)
    decision = decide(_request(principal=root, **NO_KEY), Policies())
    assert decision.because == "Allow by the root user's own right"


def test_where_there_is_no_key_only_the_callers_own_policies_allow():
    refused, allowed = (decide(_request(**NO_KEY), Policies(identity=own)) for own in ((), (_own(ALL),)))
    assert refused.because == f"no identity policy of {ALICE.arn} allows kms:ListKeys"
    assert allowed.because == "Allow by identity policy 'App' statement 1"


BLUE = {"StringEquals": {TENANT: "blue"}}
WHYS = [
    ({"Principal": {"AWS": OTHER}}, f"principal: {ALICE.arn} is not among {OTHER}"),
    ({"Action": "kms:Encrypt"}, "action: kms:Decrypt does not match kms:Encrypt"),
    ({"Action": None, "NotAction": "kms:De*"}, "action: kms:Decrypt is excluded by NotAction kms:De*"),
    ({"Resource": "arn:x"}, f"resource: {KEY} does not match arn:x"),
    ({"Resource": None, "NotResource": "*"}, f"resource: {KEY} is excluded by NotResource *"),
    ({"Principal": None, "NotPrincipal": "*"}, f"principal: {ALICE.arn} is excluded by NotPrincipal *"),
    (
        {"Condition": {"StringEquals": {TENANT: []}}},
        f"condition StringEquals {TENANT}: expected (nothing), actual 'red'",
    ),
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
    ({"Action": list("abcdefghij")}, "action: kms:Decrypt does not match a, b, c, d, e, f, g, h, i, j"),
    ({"Action": list("abcdefghijkl")}, "action: kms:Decrypt does not match a, b, c, d, e, f, g, h, i, j and 2 more"),
]


@pytest.mark.parametrize(("changes", "why"), WHYS, ids=[why for _, why in WHYS])
def test_the_trace_says_which_element_failed(changes, why):
    statement = {"Sid": "X", "Principal": "*", **ALL, **changes}
    text = key_policy({name: value for name, value in statement.items() if value is not None})
    context = {TENANT.lower(): "red", "aws:tagkeys": ["x", "y"]}
    policies = _policies(key_policy=compile_policy(text, "key policy", kind="key"))
    (explanation,) = decide(_request(context), policies).trace
    assert (
        explanation.policy,
        explanation.statement,
        explanation.effect,
        explanation.matched,
    ) == ("key policy", "statement 'X'", "Allow", False)
    assert explanation.why == why


def test_explain():
    grant = _grant("Decrypt", encryption_context_equals={"tenant": "blue"})
    policies = _policies(identity=(_own(deny("kms:Encrypt"), allow(Condition=BLUE)),), grants=(grant,))
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


@pytest.mark.parametrize(
    ("operation", "why"),
    [("Decrypt", "it is not yet effective"), ("Encrypt", "operation: Decrypt is not among Encrypt")],
)
def test_a_grant_that_cannot_allow_yet_is_explained(operation, why):
    policies = _policies(idle_grants=((_grant(operation), "it is not yet effective"),))
    assert decide(_request(), policies).explain().splitlines()[-1] == f"  - Allow grant 7c0b: does not match ({why})"


def test_a_refusal_is_explained_as_it_was():
    context = {TENANT.lower(): "red"}
    request = replace(_request(), context=context)
    decision = decide(request, _policies(identity=(_own(allow(Condition=BLUE)),)))
    before = decision.explain()
    context[TENANT.lower()] = "blue"
    assert "expected 'blue', actual 'red'" in before
    assert decision.explain() == before


def test_a_decision_consists_of_plain_values():
    decision = decide(_request(), _policies(grants=(_grant("Encrypt"),)))
    assert json.loads(json.dumps(asdict(decision)))["outcome"] == "NOT_ALLOWED_BY_IDENTITY_POLICY"


def test_an_allowed_request_is_explained_statement_by_statement_in_a_simulation_only():
    policies = _policies(identity=(_own(ALL),))
    plain, simulated = decide(_request(), policies), decide(_request(), policies, explain=True)
    delegation = "key policy statement 'Enable IAM User Permissions'"
    assert plain.explain().splitlines() == [
        f"Allowed: kms:Decrypt on {KEY} by {ALICE.arn}",
        f"  Allow by {delegation} (delegates to the account) and identity policy 'App' statement 1",
    ]
    assert simulated.explain().splitlines() == [
        *plain.explain().splitlines(),
        f"  - Allow {delegation}: matches (delegates to the account)",
        "  - Allow App statement 1: matches",
    ]


def test_the_demands_on_the_callers_own_policies_grow():
    """`decide` compares them by number: what demands less is the smaller one, and is contained in the others."""
    demands = [MustAllow.NONE, MustAllow.SESSION, MustAllow.ROLE, MustAllow.ALL]
    assert demands == sorted(demands)
    assert all(less in more for less, more in pairwise(demands))


GRANTS = [
    (_grant("Decrypt"), {}, ""),
    (_grant("Sign", "Encrypt", "Sign"), {}, "operation: Decrypt is not among Encrypt, Sign"),
    (_grant("Decrypt"), {"grant_operation": None}, "operation: no grant can authorize kms:Decrypt here"),
    (
        _grant("Decrypt", grantee="s3.amazonaws.com"),
        {},
        f"principal: {ALICE.arn} is not the grantee s3.amazonaws.com",
    ),
    (
        _grant("Decrypt", source_arn="arn:aws:s3:::b"),
        {},
        "constraint SourceArn: expected arn:aws:s3:::b, actual (absent)",
    ),
    (
        _grant("Decrypt", encryption_context_subset={"tenant": "blue"}),
        {"encryption_context": {}},
        "constraint EncryptionContext: expected Subset {'tenant': 'blue'}, actual (absent)",
    ),
    (
        _grant("Decrypt", encryption_context_equals={"a": "1"}, encryption_context_subset={"b": "2"}),
        {},
        "constraint EncryptionContext: expected Equals {'a': '1'} and Subset {'b': '2'}, actual {'tenant': 'red'}",
    ),
    (_grant("Decrypt", encryption_context_subset={"tenant": "red"}), {}, ""),
]


@pytest.mark.parametrize(("grant", "changes", "why"), GRANTS, ids=[why for *_, why in GRANTS])
def test_why_a_grant_does_not_cover(grant, changes, why):
    request = _request(**changes)
    assert (why, why == "") == (why_not(grant, request), grant_matches(grant, request))


def _equals(**pairs):
    return GrantConstraints(encryption_context_equals=pairs)


def _subset(**pairs):
    return GrantConstraints(encryption_context_subset=pairs)


SOURCE = GrantConstraints(source_arn="arn:aws:s3:::b")
STRICTNESS = [
    (None, None, True),
    (GrantConstraints(), GrantConstraints(), True),
    (_equals(a="1"), None, True),
    (None, _equals(a="1"), False),
    (None, _equals(), False),
    (None, _subset(a="1"), False),
    (None, _subset(), True),
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
    (replace(SOURCE, source_arn="arn:aws:s3:::c"), SOURCE, False),
    (replace(SOURCE, encryption_context_equals={"a": "1"}), SOURCE, True),
]


@pytest.mark.parametrize(("child", "parent", "strict"), STRICTNESS)
def test_a_grant_of_a_grantee_is_at_least_as_strict(child, parent, strict):
    assert strict == at_least_as_strict(child, parent)


def _least(**more):
    return Request(**{"principal": ALICE, "action": "kms:Decrypt", "resource": KEY, "context": {}, **more})


def test_a_request_without_a_key_is_decided_by_the_callers_own_policies():
    request = _least(action="kms:ListKeys", resource="*")
    assert decide(request, Policies(identity=(_own(ALL),))).allowed


def test_a_request_that_names_no_grant_operation_is_none_that_a_grant_allows():
    decision = decide(_least(resource_account=ACCOUNT), _policies(grants=(_grant("Decrypt"),)))
    assert decision.explain().splitlines()[-1] == (
        "  - Allow grant 7c0b: does not match (operation: no grant can authorize kms:Decrypt here)"
    )


def test_a_constraint_does_not_limit_a_request_that_cannot_have_a_context():
    grant = _grant("Sign", encryption_context_equals={"tenant": "blue"})
    assert grant_matches(grant, _least(resource_account=ACCOUNT, grant_operation="Sign"))


def test_across_accounts_is_only_what_a_request_says():
    decision = decide(_least(resource_account="444455556666"), _policies(identity=(_own(ALL),)))
    assert (decision.outcome, decision.because) == (
        Outcome.NOT_ALLOWED_BY_KEY_POLICY,
        "kms:Decrypt is never allowed across accounts",
    )


CONDITION = allow(Condition=BLUE)
VARIABLE = allow(resource=f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/${{aws:username}}")
CONSTANCY = [
    ({"identity": (_own(ALL),)}, True),
    ({"identity": (_own(ALL), _own(CONDITION))}, False),
    ({"identity": (_own(ALL, deny(Condition=BLUE)),)}, False),
    ({"identity": (_own(ALL, allow("kms:Encrypt", Condition=BLUE)),)}, True),
    ({"identity": (_own(VARIABLE),)}, False),
    ({"identity": (_own(ALL),), "boundary": _own(CONDITION)}, False),
    ({"identity": (_own(ALL),), "session": (_own(ALL), _own(CONDITION))}, False),
    ({"key_policy": compile_policy(key_policy(allow(to=ROOT, Condition=BLUE)), "key policy", kind="key")}, False),
    ({"key_policy": None}, True),
    ({"grants": (_grant("Decrypt"),)}, False),
]


@pytest.mark.parametrize(("policies", "constant"), CONSTANCY)
def test_whether_a_decision_is_the_same_in_every_context(policies, constant):
    assert _policies(**policies).are_constant("kms:Decrypt") is constant


def test_which_refusals_are_explicit():
    explicit = {outcome.value for outcome in Outcome if outcome.explicit}
    kinds = ("KEY_POLICY", "IDENTITY_POLICY", "BOUNDARY", "SESSION_POLICY")
    assert explicit == {f"DENIED_BY_{kind}" for kind in kinds}


def test_a_callers_own_policies_together_with_those_of_a_key():
    own, boundary, session, grant = (_own(ALL),), _own(ALL), (_own(ALL),), _grant("Decrypt")
    identity = Identity(ALICE, own, boundary, session)
    idle = ((grant, "it is not yet effective"),)
    policies = Policies.of(identity, key_policy=KEY_POLICY, grants=(grant,), idle_grants=idle)
    assert policies == _policies(identity=own, boundary=boundary, session=session, grants=(grant,), idle_grants=idle)
