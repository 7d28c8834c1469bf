from __future__ import annotations

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from iam import ACCOUNT, OTHER, allow, key_policy, policy

from fake_kms.grant_terms import GrantConstraints, GrantTerms
from fake_kms.policy.decide import decide
from fake_kms.policy.document import compile_policy
from fake_kms.policy.malformed import MalformedPolicy
from fake_kms.policy.policies import Policies
from fake_kms.policy.request import IamPrincipal, Request

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"


def _user(account):
    return IamPrincipal(f"arn:aws:iam::{account}:user/alice", account, "User", None, "AIDAALICE", None)


def _session(account):
    role = f"arn:aws:iam::{account}:role/p/App"
    return IamPrincipal(f"arn:aws:sts::{account}:assumed-role/App/s", account, "AssumedRole", role, "AROAAPP:s", None)


def _root(account):
    return IamPrincipal(f"arn:aws:iam::{account}:root", account, "Account", None, account, None)


CALLERS = [make(account) for account in (ACCOUNT, OTHER) for make in (_user, _session, _root)]
CALLERS += [
    IamPrincipal("x.amazonaws.com", ACCOUNT, "Service", None, "x", "x.amazonaws.com"),
    IamPrincipal(
        f"arn:aws:sts::{ACCOUNT}:federated-user/bob", ACCOUNT, "FederatedUser", None, "f:bob", None, CALLERS[0].arn
    ),
]
NAMES = [caller.arn for caller in CALLERS if caller.kind != "Service"] + [
    ACCOUNT,
    OTHER,
    f"arn:aws:iam::{ACCOUNT}:role/p/App",
    "*",
]

conditions = st.sampled_from(
    [
        {},
        {"StringEquals": {"kms:EncryptionContext:a": "1"}},
        {"StringNotEquals": {"kms:EncryptionContext:a": "${aws:username}"}},
        {"ForAnyValue:StringLike": {"aws:TagKeys": ["a*"]}},
        {"Null": {"kms:ViaService": True}},
    ]
)
effects = st.sampled_from(["Allow", "Allow", "Deny"])
identity_statements = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        **action,
        **resource,
        "Condition": condition,
    },
    effects,
    st.sampled_from(
        [{"Action": "kms:*"}, {"Action": ["kms:Decrypt"]}, {"Action": "s3:*"}, {"NotAction": "kms:Decrypt"}]
    ),
    st.sampled_from([{"Resource": "*"}, {"Resource": KEY}, {"Resource": KEY + "2"}, {"NotResource": KEY}]),
    conditions,
)
principals = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4)
key_statements = st.builds(
    lambda statement, element, names: {**statement, element: {"AWS": names}},
    identity_statements,
    st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]),
    principals,
)
several_identity = st.lists(st.lists(identity_statements, min_size=1, max_size=3), max_size=2)
grants = st.lists(
    st.builds(
        lambda grantee, operation, constraints: GrantTerms("g", grantee, (operation,), constraints),
        st.sampled_from([*NAMES[:-1], "x.amazonaws.com"]),
        st.sampled_from(["Decrypt", "Encrypt"]),
        st.sampled_from([None, GrantConstraints({"a": "1"})]),
    ),
    max_size=2,
)
requests = st.builds(
    lambda caller, context, cross_account: Request(
        principal=caller,
        action="kms:Decrypt",
        resource=KEY,
        context=context,
        resource_account=ACCOUNT,
        grant_operation="Decrypt",
        encryption_context={"a": "1"},
        cross_account=cross_account,
    ),
    st.sampled_from(CALLERS),
    st.sampled_from([{}, {"kms:encryptioncontext:a": "1"}, {"aws:tagkeys": ["ab", "c"], "aws:username": "1"}]),
    st.booleans(),
)
worlds = st.fixed_dictionaries(
    {
        "key": st.lists(key_statements, min_size=1, max_size=4),
        "identity": several_identity,
        "boundary": st.none() | st.lists(identity_statements, min_size=1, max_size=2),
        "session": several_identity,
        "grants": grants,
    }
)


def _policy(statements, kind="identity"):
    return compile_policy(json.dumps(policy(*statements)), "p", kind=kind)


def _decide(request, world):
    boundary = world["boundary"]
    policies = Policies(
        key_policy=_policy(world["key"], "key"),
        identity=tuple(_policy(one) for one in world["identity"]),
        boundary=None if boundary is None else _policy(boundary),
        session=tuple(_policy(one) for one in world["session"]),
        grants=world["grants"],
    )
    return decide(request, policies, explain=True)


def _with(world, where, statement):
    """Return the world with one more statement in one of its policies."""
    if where in {"key", "boundary"}:
        return {**world, where: [*(world[where] or []), statement]} if world[where] is not None else world
    first, *others = world[where] or [None]
    return world if first is None else {**world, where: [[*first, statement], *others]}


more_key = st.tuples(st.just("key"), key_statements)
more_own = st.tuples(st.sampled_from(["identity", "boundary", "session"]), identity_statements)


@settings(max_examples=150, deadline=None)
@given(requests, worlds, more_key | more_own)
def test_a_deny_more_never_allows_more(request, world, more):
    where, statement = more
    if not _decide(request, world).allowed:
        assert not _decide(request, _with(world, where, {**statement, "Effect": "Deny"})).allowed


@settings(max_examples=150, deadline=None)
@given(requests, worlds, more_key | more_own)
def test_an_allow_more_never_denies_more(request, world, more):
    where, statement = more
    if _decide(request, world).allowed:
        assert _decide(request, _with(world, where, {**statement, "Effect": "Allow"})).allowed


@settings(max_examples=120, deadline=None)
@given(requests, worlds, grants)
def test_a_grant_more_never_denies_more(request, world, more):
    if _decide(request, world).allowed:
        assert _decide(request, {**world, "grants": [*world["grants"], *more]}).allowed


@settings(max_examples=120, deadline=None)
@given(requests, worlds, st.randoms(use_true_random=False))
def test_the_order_of_statements_and_policies_never_matters(request, world, random):
    shuffled = {name: value if value is None else random.sample(value, len(value)) for name, value in world.items()}
    before, after = _decide(request, world), _decide(request, shuffled)
    assert (before.allowed, before.outcome) == (after.allowed, after.outcome)


@settings(max_examples=120, deadline=None)
@given(requests, worlds)
def test_the_trace_agrees_with_the_decision(request, world):
    decision = _decide(request, world)
    denied = any(explanation.matched and explanation.effect == "Deny" for explanation in decision.trace)
    assert decision.outcome.explicit == denied
    assert all(explanation.matched or explanation.why for explanation in decision.trace)
    assert decision.because in decision.explain()


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["Allow", "*", "kms:*", "arn:aws:iam::1:root"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4)
            | st.sampled_from(
                [
                    "Version",
                    "Statement",
                    "Effect",
                    "Principal",
                    "AWS",
                    "Action",
                    "Resource",
                    "Condition",
                    "Sid",
                    "StringLike",
                    "ForAllValues:IpAddress",
                    "kms:x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=120, deadline=None)
@given(anything, st.sampled_from(["key", "identity"]))
def test_no_document_raises_anything_but_its_verdict(document, kind):
    statement = allow(Principal="*")
    shapes = [document, {"Statement": document}, {"Statement": [{**statement, "Condition": document}]}]
    shapes += [
        {"Statement": {**statement, name: document}} for name in ("Effect", "Principal", "Action", "Resource", "Sid")
    ]
    for shape in shapes:
        with contextlib.suppress(MalformedPolicy):
            compile_policy(json.dumps(shape), "p", kind=kind)


OPERATORS = ["StringLike", "NumericLessThan", "DateEquals", "Bool", "BinaryEquals", "NotIpAddress", "ArnLike", "Null"]


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(OPERATORS), st.text(max_size=12), st.text(max_size=12) | st.lists(st.text(max_size=6)))
def test_no_value_raises(operator, expected, actual):
    text = key_policy(allow(Principal="*", Condition={operator: {"aws:SourceArn": expected}}))
    request = Request(
        principal=CALLERS[0],
        action="kms:Decrypt",
        resource=KEY,
        context={"aws:sourcearn": actual},
        resource_account=ACCOUNT,
    )
    assert decide(request, Policies(key_policy=compile_policy(text, "p", kind="key")), explain=True).explain()
