"""The cache of decisions, against asking anew: the same outcome and reason, whatever has changed in between."""

from __future__ import annotations

from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from iam import ACCOUNT, ALL, OTHER, ROOT, allow, deny, key_policy, policy

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


def test_the_cache_is_bounded(kms, client):
    cache = next(s.args[0] for s in kms._service.stages if getattr(s, "func", None) is authorize.authorize)
    for _ in range(4100):
        client.describe_key(KeyId=client.create_key()["KeyMetadata"]["KeyId"])

    assert 0 < len(cache._decisions) <= 4096
