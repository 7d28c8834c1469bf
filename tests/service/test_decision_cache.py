"""The cache of decisions, against asking anew: the same outcome and reason, whatever has changed in between."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iam import ACCOUNT, ALL, IAM, OTHER, ROOT, allow, deny, key_policy, policy

from fake_kms import FakeKms
from fake_kms.service import authorize
from fake_kms.service.decision_cache import DecisionCache

WHEN_ENCRYPTING = {"Condition": {"StringEquals": {"kms:EncryptionContext:tenant": "blue"}}}
STATEMENTS = [
    allow("kms:*", to=ROOT),
    allow("kms:Encrypt", to=f"arn:aws:iam::{ACCOUNT}:user/alice"),
    deny("kms:Encrypt", to="*"),
    deny("kms:DescribeKey", to=f"arn:aws:iam::{ACCOUNT}:user/alice"),
    allow("kms:Encrypt", to="*", **WHEN_ENCRYPTING),
    allow("kms:DescribeKey", to=OTHER),
]
IDENTITY_POLICIES = [
    [],
    [policy(ALL)],
    [policy(allow("kms:Encrypt", **WHEN_ENCRYPTING))],
    [policy(deny("kms:Encrypt"))],
]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("policy"), st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=3)),
        st.tuples(st.just("grant"), st.booleans()),
        st.tuples(
            st.sampled_from(["Encrypt", "DescribeKey"]),
            st.tuples(st.integers(0, len(IDENTITY_POLICIES) - 1), st.sampled_from([{}, {"tenant": "blue"}])),
        ),
    ),
    min_size=4,
    max_size=14,
)


class _Forgetful(DecisionCache):
    """The plain form: every decision is made anew."""

    def find(self, call, action, resource, key):
        return None


def outcomes(steps, cache):
    """Run the steps in a new fake; give what was decided in each."""
    with FakeKms(seed=1) as kms:
        service = kms._service
        service.stages = tuple(
            partial(authorize.authorize, cache) if getattr(stage, "func", None) is authorize.authorize else stage
            for stage in service.stages
        )
        admin = kms.client()
        key_id = admin.create_key()["KeyMetadata"]["KeyId"]
        users = [kms.principals.user("alice", policies=documents) for documents in IDENTITY_POLICIES]
        for step, detail in steps:
            if step == "policy":
                change = {"KeyId": key_id, "PolicyName": "default", "Policy": key_policy(*detail)}
                attempt(admin, "PutKeyPolicy", change | {"BypassPolicyLockoutSafetyCheck": True})
            elif step == "grant":
                ask_grant(admin, key_id, give=detail)
            else:
                user, context = users[detail[0]], detail[1]
                request = {"Plaintext": b"x", "EncryptionContext": context} if step == "Encrypt" else {}
                attempt(user.client(), step, {"KeyId": key_id, **request})
        return [[(d.outcome, d.because, d.decided_by) for d in event.decisions] for event in kms.journal]


def ask_grant(admin, key_id, *, give):
    grants = attempt(admin, "ListGrants", {"KeyId": key_id}) or {"Grants": []}
    if give:
        grantee = f"arn:aws:iam::{ACCOUNT}:user/alice"
        attempt(admin, "CreateGrant", {"KeyId": key_id, "GranteePrincipal": grantee, "Operations": ["Encrypt"]})
    for grant in grants["Grants"]:
        attempt(admin, "RevokeGrant", {"KeyId": key_id, "GrantId": grant["GrantId"]})


def attempt(client, operation, request):
    try:
        return client._make_api_call(operation, request)
    except client.exceptions.ClientError:
        return None


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_a_cached_decision_is_the_one_that_would_be_made_anew(steps):
    cached, plain = outcomes(steps, DecisionCache()), outcomes(steps, _Forgetful())

    assert cached == plain


class TestWhatIsDecidedAnew:
    """Each thing that a decision depends on, changed alone after a decision about the same action."""

    ALICE = f"{IAM}user/alice"

    @pytest.fixture
    def may(self, kms, key):
        """Let somebody call about the key, or another one, and say whether it was allowed."""

        def call(user, operation="DescribeKey", **request):
            named = {} if operation == "CreateKey" else {"KeyId": key["Arn"]}
            attempt(user.client(), operation, named | request)
            return kms.journal[-1].decisions[-1].allowed

        return call

    def test_another_caller_of_the_same_arn(self, kms, may):
        assert not may(kms.principals.user("alice"))
        assert may(kms.principals.user("alice", policies=[policy(ALL)]))

    def test_another_session_of_the_same_name(self, kms, may):
        app = kms.principals.role("app", policies=[policy(ALL)])
        assert may(app.assume("job"))
        assert not may(app.assume("job", policies=[policy(deny())]))

    def test_another_key_policy(self, kms, client, key, may):
        alice = kms.principals.user("alice")
        assert not may(alice)
        text = key_policy(allow("kms:*", to=ROOT), allow("kms:DescribeKey", to=self.ALICE))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        assert may(alice)

    def test_another_action(self, kms, may):
        alice = kms.principals.user("alice", policies=[policy(allow("kms:GetKeyPolicy"))])
        assert may(alice, "GetKeyPolicy")
        assert not may(alice)

    def test_another_action_of_the_same_request(self, kms, may):
        alice = kms.principals.user("alice", policies=[policy(allow("kms:TagResource"))])
        assert not may(alice, "CreateKey", Tags=[{"TagKey": "a", "TagValue": "b"}])

    def test_another_key(self, kms, client, key, may):
        other = client.create_key()["KeyMetadata"]["Arn"]
        alice = kms.principals.user("alice", policies=[policy({**ALL, "Resource": key["Arn"]})])
        assert may(alice)
        assert not may(alice, KeyId=other)

    @pytest.mark.parametrize("by", ["the key policy", "the caller's policy"])
    def test_a_condition(self, kms, client, key, may, by):
        conditional = allow("kms:Encrypt", **WHEN_ENCRYPTING)
        if by == "the key policy":
            text = key_policy(allow("kms:*", to=ROOT), {**conditional, "Principal": {"AWS": "*"}})
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        alice = kms.principals.user("alice", policies=[policy(conditional)] if by == "the caller's policy" else [])
        context = {"tenant": "blue"}
        assert may(alice, "Encrypt", Plaintext=b"x", EncryptionContext=context)
        assert not may(alice, "Encrypt", Plaintext=b"x")
        assert may(alice, "Encrypt", Plaintext=b"x", EncryptionContext=context)

    def test_a_grant_that_comes_and_goes(self, kms, client, key, may):
        alice = kms.principals.user("alice")
        assert not may(alice)
        request = {"KeyId": key["KeyId"], "GranteePrincipal": self.ALICE, "Operations": ["DescribeKey"]}
        grant_id = client.create_grant(**request)["GrantId"]
        assert may(alice)
        client.revoke_grant(KeyId=key["KeyId"], GrantId=grant_id)
        assert not may(alice)


class TestWhatIsDecidedOnce:
    def test_what_cannot_vary(self, kms, client, key):
        for _ in range(2):
            client.describe_key(KeyId=key["KeyId"])
            client.list_keys()

        for operation in ("DescribeKey", "ListKeys"):
            (first,), (second,) = (event.decisions for event in kms.journal.events(operation))
            assert second is first

    def test_what_was_decided_without_grants(self, kms, client, key):
        client.describe_key(KeyId=key["KeyId"])
        request = {"KeyId": key["KeyId"], "GranteePrincipal": ROOT, "Operations": ["Encrypt"]}
        client.revoke_grant(KeyId=key["KeyId"], GrantId=client.create_grant(**request)["GrantId"])
        client.describe_key(KeyId=key["KeyId"])

        (first,), (second,) = (event.decisions for event in kms.journal.events("DescribeKey"))
        assert second is first

    def test_where_only_another_key_has_grants(self, kms, client, key):
        other = client.create_key()["KeyMetadata"]["KeyId"]
        client.create_grant(KeyId=other, GranteePrincipal=ROOT, Operations=["Encrypt"])
        client.describe_key(KeyId=key["KeyId"])
        client.describe_key(KeyId=key["KeyId"])

        (first,), (second,) = (event.decisions for event in kms.journal.events("DescribeKey"))
        assert second is first


def test_the_cache_is_bounded(kms, send):
    cache = next(s.args[0] for s in kms._service.stages if getattr(s, "func", None) is authorize.authorize)
    sizes = []
    for number in range(4100):
        send("ListRetirableGrants", {"RetiringPrincipal": f"{IAM}user/{number}"})
        sizes.append(len(cache._decisions))

    assert sizes == [*range(1, 4097), 1, 2, 3, 4]
