"""What is assumed about key policies: their form, their principals, their conditions.

Each key is created with its policy, which the account's IAM policies complete; so nothing has to be waited for.
"""

from __future__ import annotations

import datetime as dt
import json

import pytest
from iam import allow, deny, key_policy
from keys import HAS_ML_KEM, account_root

MALFORMED = "MalformedPolicyDocumentException"
DENIED = "AccessDeniedException"

pytestmark = pytest.mark.aws


def key_with(client, key, *statements, **more):
    """Create a key that the account of another key administers, with statements of its own."""
    return client.create_key(Policy=key_policy(allow(to=account_root(key)), *statements), **more)["KeyMetadata"]


def guarded(client, key, action="kms:Encrypt", **condition):
    """Create a key whose policy denies an action under a condition, given as operator=(condition key, value)."""
    block = {operator: {name: value} for operator, (name, value) in condition.items()}
    return key_with(client, key, deny(action, to="*", Condition=block))


def encrypt(client, key, **context):
    return client.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext=context)


@pytest.mark.settles("errors.overly_permissive_policy")
def test_for_all_values_of_a_key_with_one_value(settle, client, key):
    settle.refusal(
        MALFORMED,
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
        "requests without the specified encryption context. To fix, remove ForAllValues.",
        key_with,
        client,
        key,
        allow("kms:Encrypt", to="*", Condition={"ForAllValues:StringEquals": {"kms:EncryptionContext:a": "b"}}),
    )


@pytest.mark.settles("errors.policy_too_large")
def test_a_policy_that_is_too_large(settle, client, key):
    settle.refusal(
        "LimitExceededException",
        "The key policy exceeds the maximum size of 32768 bytes.",
        key_with,
        client,
        key,
        allow("kms:Encrypt", to=account_root(key), Condition={"StringEquals": {"kms:ViaService": "x" * 32700}}),
    )


@pytest.mark.settles("errors.policy_element_missing")
@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_a_statement_without_an_element(settle, client, key, element):
    statement = {name: value for name, value in allow(to=account_root(key)).items() if name != element}

    settle.refusal(MALFORMED, f"Missing required field {element}", key_with, client, key, statement)


@pytest.mark.settles("policy/document.py _check_sids")
def test_two_statements_with_the_same_sid(settle, client, key):
    twice = [allow(f"kms:{action}", to=account_root(key), Sid="same") for action in ("Encrypt", "Decrypt")]

    settle.outcome(MALFORMED, key_with, client, key, *twice)


@pytest.mark.settles("policy/statement.py _check_elements")
def test_a_statement_with_an_unknown_element(settle, client, key):
    settle.outcome(MALFORMED, key_with, client, key, allow("kms:Encrypt", to=account_root(key), Unknown="x"))


@pytest.mark.settles("policy/principal_element.py _names_of_kind")
def test_a_canonical_user(settle, client, key):
    settle.outcome(MALFORMED, key_with, client, key, allow() | {"Principal": {"CanonicalUser": "79a59df900b949e5"}})


@pytest.mark.settles("policy/principal_element.py _names_of_kind")
def test_a_federated_principal(settle, client, key):
    federated = {"Principal": {"Federated": "cognito-identity.amazonaws.com"}}

    settle.outcome(None, key_with, client, key, allow("kms:Encrypt") | federated)


@pytest.mark.settles("policy/principal_element.py PrincipalElement._exempts")
def test_an_allow_with_not_principal(settle, client, key):
    root = account_root(key)
    most = {"Effect": "Allow", "Principal": {"AWS": root}, "NotAction": "kms:Encrypt", "Resource": "*"}
    rest = {"Effect": "Allow", "NotPrincipal": {"AWS": root}, "Action": "kms:Encrypt", "Resource": "*"}
    other = client.create_key(Policy=key_policy(most, rest))["KeyMetadata"]

    settle.outcome(DENIED, encrypt, client, other)


@pytest.mark.settles("service/check_key_policy.py _may_change_it_again")
def test_the_lockout_check_under_a_condition_that_does_not_hold(settle, client, key):
    root = account_root(key)
    most = {"Effect": "Allow", "Principal": {"AWS": root}, "NotAction": "kms:PutKeyPolicy", "Resource": "*"}
    elsewhere = allow("kms:PutKeyPolicy", to=root, Condition={"IpAddress": {"aws:SourceIp": "192.0.2.1"}})

    settle.refusal(
        MALFORMED,
        "The new key policy will not allow you to update the key policy in the future.",
        client.create_key,
        Policy=key_policy(most, elsewhere),
    )


@pytest.mark.settles("policy/key_policy_text.py normalize")
def test_an_action_in_an_array_of_one_comes_back(settle, client, key):
    text = key_policy(allow(["kms:*"], ["*"], to=[account_root(key)]))
    other = client.create_key(Policy=text)["KeyMetadata"]

    statement = json.loads(client.get_key_policy(KeyId=other["KeyId"], PolicyName="default")["Policy"])["Statement"][0]
    settle.value({"Action": ["kms:*"], "Resource": ["*"]}, {name: statement[name] for name in ("Action", "Resource")})


@pytest.mark.settles("policy/condition_operators.py")
def test_an_operator_in_small_letters(settle, client, key):
    settle.outcome(MALFORMED, guarded, client, key, stringequals=("kms:CallerAccount", "111122223333"))


@pytest.mark.settles("policy/condition_operators.py _date")
def test_a_time_without_a_zone(settle, client, key):
    ago = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%S")

    settle.outcome(DENIED, encrypt, client, guarded(client, key, DateGreaterThan=("aws:CurrentTime", ago)))


@pytest.mark.settles("policy/conditions.py")
def test_one_of_several_values_is_equal(settle, client, key):
    other = guarded(client, key, StringEquals=("kms:EncryptionContextKeys", "a"))

    settle.outcome(DENIED, encrypt, client, other, a="1", b="2")


@pytest.mark.settles("policy/conditions.py")
def test_one_of_several_values_is_not_equal(settle, client, key):
    other = guarded(client, key, StringNotEquals=("kms:EncryptionContextKeys", "a"))

    settle.outcome(None, encrypt, client, other, a="1", b="2")


@pytest.mark.settles("policy/match.py glob_matcher")
def test_a_star_in_the_value_of_a_variable(settle, client, key):
    other = guarded(client, key, StringLike=("kms:EncryptionContext:a", "${kms:EncryptionContext:b}"))

    settle.outcome(None, encrypt, client, other, a="1", b="*")


@pytest.mark.settles("policy/match.py arn_matcher")
def test_a_star_for_every_arn(settle, client, key):
    settle.outcome(DENIED, encrypt, client, guarded(client, key, ArnLike=("aws:PrincipalArn", "*")))


@pytest.mark.settles("service/condition_context.py _days_since_use")
def test_the_days_since_the_use_of_a_new_key(settle, client, key):
    other = guarded(client, key, "kms:DisableKey", NumericEquals=("kms:TrailingDaysWithoutKeyUsage", "0"))

    settle.outcome(DENIED, client.disable_key, KeyId=other["KeyId"])


@pytest.mark.settles("service/condition_context.py _for_aws_resource")
def test_a_direct_call_says_that_its_grant_is_for_no_aws_resource(settle, client, key):
    other = guarded(client, key, "kms:CreateGrant", Null=("kms:GrantIsForAWSResource", "true"))

    settle.outcome(
        None, client.create_grant, KeyId=other["KeyId"], GranteePrincipal=account_root(key), Operations=["Encrypt"]
    )


@pytest.mark.settles("service/condition_context.py: the waiting period has its default")
def test_the_waiting_period_that_no_member_gives(settle, client, key):
    condition = ("kms:ScheduleKeyDeletionPendingWindowInDays", "30")
    other = guarded(client, key, "kms:ScheduleKeyDeletion", NumericEquals=condition)

    settle.outcome(DENIED, client.schedule_key_deletion, KeyId=other["KeyId"])


@pytest.mark.settles("tables/permissions.py")
def test_conditions_of_get_key_last_usage(settle, client, key):
    other = guarded(client, key, "kms:GetKeyLastUsage", Null=("kms:CallerAccount", "false"))

    settle.outcome(DENIED, client.get_key_last_usage, KeyId=other["KeyId"])


@pytest.mark.settles("tables/permissions.py")
@pytest.mark.skipif(not HAS_ML_KEM, reason="this botocore has no ML-KEM")
@pytest.mark.parametrize("name", ["kms:KeySpec", "kms:KeyUsage", "kms:RequestAlias"])
def test_conditions_of_encapsulate(settle, client, key, name):
    alone = deny("kms:Encapsulate", to="*", Condition={"Null": {name: "false"}})
    other = key_with(client, key, alone, KeySpec="ML_KEM_768", KeyUsage="ENCAPSULATE_DECAPSULATE")
    alias_name = f"alias/{other['KeyId']}"
    client.create_alias(AliasName=alias_name, TargetKeyId=other["KeyId"])

    settle.outcome(DENIED, client.encapsulate, KeyId=alias_name, EncapsulationAlgorithm="ML_KEM")
