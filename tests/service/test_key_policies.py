"""The key policy that a request brings: what makes AWS refuse it, in CreateKey and in PutKeyPolicy."""

from __future__ import annotations

import json

import pytest

ACCOUNT, OTHER = "123456789012", "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}:"
ADMIN = f"{IAM}user/admin"
ALL = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
OWN = {**ALL, "Principal": {"AWS": f"{IAM}root"}}
MALFORMED = "The request was rejected because the specified policy is not syntactically or semantically correct."
INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
INVALID_ARN = "An ARN in the specified key policy is invalid."
LOCKOUT = "The new key policy will not allow you to update the key policy in the future."


def policy(*statements, **more):
    return json.dumps({"Version": "2012-10-17", **more, "Statement": list(statements)})


@pytest.fixture(params=["CreateKey", "PutKeyPolicy"])
def bring(request, client, key):
    """Bring a key policy, by the one operation and by the other."""

    def call(text, by=client, **more):
        if request.param == "CreateKey":
            return by.create_key(Policy=text, **more)
        return by.put_key_policy(KeyId=key["KeyId"], Policy=text, **more)

    return call


@pytest.mark.parametrize(
    "text",
    [
        "x", "[]", "{}", policy(), policy("x"), policy(OWN, Version="2010-01-01"), policy(OWN, Extra="x"),
        policy({**OWN, "Effect": "allow"}), policy({"Principal": "*", "Action": "kms:*", "Resource": "*"}),
        policy(OWN, ALL), policy({**OWN, "NotPrincipal": "*"}), policy({**OWN, "NotAction": "kms:Encrypt"}),
        policy({**OWN, "NotResource": "*"}), policy({**OWN, "Extra": "x"}), policy({**OWN, "Sid": 1}),
        policy({**OWN, "Action": 1}), policy({**OWN, "Action": [["kms:*"]]}),
        policy({**OWN, "Condition": []}), policy({**OWN, "Condition": {"StringIs": {"aws:username": "a"}}}),
        policy({**OWN, "Condition": {"StringEquals": "a"}}), policy({**OWN, "Sid": "a"}, {**OWN, "Sid": "a"}),
        policy({**OWN, "Principal": {"AWS": []}}), policy({**OWN, "Principal": {"AWS": 1}}),
        json.dumps({"Statement": [OWN]})[:-1], "[" * 20_000,
    ],
)  # fmt: skip
def test_what_is_no_policy(bring, refused, text):
    with refused("MalformedPolicyDocumentException", MALFORMED):
        bring(text)


@pytest.mark.parametrize(
    "principal",
    [
        "x", {"AWS": "alice"}, {"AWS": f"{IAM}group/g"}, {"AWS": f"{IAM}role/*"}, {"AWS": f"{IAM}user/al?ce"},
        {"AWS": "1234"}, {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app"}, {"CanonicalUser": "a" * 64},
        {"AWS": "arn:aws:iam::abc:root"}, {"Service": "s3"}, {"Service": "*"}, {"AWS": "arn:aws:s3:::bucket"},
        {"AWS": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1"}, {"AWS": f"{IAM}user/"},
    ],
    ids=str,
)  # fmt: skip
def test_who_is_no_principal(bring, refused, principal):
    expected = ("MalformedPolicyDocumentException", INVALID_PRINCIPALS)
    if principal == {"AWS": "arn:aws:s3:::bucket"}:
        expected = ("InvalidArnException", INVALID_ARN)
    for statement in ({**ALL, "Principal": principal}, {**ALL, "Effect": "Deny", "NotPrincipal": principal}):
        with refused(*expected):
            bring(policy(OWN, statement))


@pytest.mark.parametrize("arn", ["arn:aws:iam:::root", "arn:aws:iam::", "arn:aws:iam", "arn:", "arn:aws:iam:::user/a"])
def test_an_arn_that_is_none(bring, refused, arn):
    with refused("InvalidArnException", INVALID_ARN):
        bring(policy(OWN, {**ALL, "Principal": {"AWS": arn}}))


@pytest.mark.parametrize(
    "statement",
    [
        {**ALL, "Principal": "*"}, {**ALL, "Principal": {"AWS": ["*", ACCOUNT]}}, {**ALL, "Principal": {"AWS": OTHER}},
        {**ALL, "Principal": {"Service": ["s3.amazonaws.com", "logs.us-east-1.amazonaws.com"]}},
        {**ALL, "Principal": {"Federated": "cognito-identity.amazonaws.com"}},
        {**ALL, "Principal": {"AWS": "AROAXXXXXXXXXXXXXXXXX"}},
        {"Effect": "Deny", "NotPrincipal": {"AWS": f"{IAM}root"}, "Action": "kms:Encrypt", "Resource": "*"},
        {**ALL, "Principal": "*", "Action": ["kms:Fly", "s3:*", "encrypt"]}, {**ALL, "Principal": "*", "Sid": "a b!"},
        {"Effect": "Allow", "Principal": "*", "Action": "kms:*"}, {"Effect": "Deny", "Principal": "*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*"},
        {**OWN, "Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "a"}}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_what_is_a_statement(bring, statement):
    bring(policy(OWN, statement))


@pytest.mark.parametrize("missing", ["Action", "Resource"])
def test_a_statement_without_action_or_resource_never_applies(kms, client, key, refused, missing):
    alice = kms.principals.user("alice")
    statement = {**ALL, "Principal": {"AWS": alice.arn}}
    del statement[missing]
    client.put_key_policy(KeyId=key["KeyId"], Policy=policy(OWN, statement))
    message = (
        f"User: {alice.arn} is not authorized to perform: kms:DescribeKey on resource: {key['Arn']} "
        "because no identity-based policy allows the kms:DescribeKey action"
    )
    with kms.acting_as(alice), refused("AccessDeniedException", message):
        client.describe_key(KeyId=key["KeyId"])


@pytest.mark.parametrize(
    ("name", "subject"),
    [("kms:EncryptionContext:a", "encryption context"), ("KMS:encryptioncontext:A", "encryption context"),
     ("aws:RequestTag/team", "tag")],
)  # fmt: skip
@pytest.mark.parametrize("operator", ["ForAllValues:StringEquals", "ForAllValues:StringLikeIfExists"])
def test_for_all_values_of_a_single_value(bring, refused, name, subject, operator):
    message = (
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
        f"requests without the specified {subject}. To fix, remove ForAllValues."
    )
    with refused("MalformedPolicyDocumentException", message):
        bring(policy(OWN, {**OWN, "Condition": {operator: {name: "a"}}}))


def test_what_is_wrong_is_told_in_the_order_of_the_statements(bring, refused):
    first = {**ALL, "Principal": {"AWS": "alice"}}
    second = {**ALL, "Principal": {"AWS": "arn:aws:iam:::root"}}
    with refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS):
        bring(policy(first, second))
    with refused("InvalidArnException", INVALID_ARN):
        bring(policy(second, first))


def test_characters(bring, refused):
    bring(policy({**OWN, "Sid": "x"}).replace('"x"', '"ÿ"'))
    text = policy({**OWN, "Sid": "x"}).replace('"x"', '"€"')
    message = (
        f"1 validation error detected: Value '{text}' at 'policy' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
    )
    with refused("ValidationException", message):
        bring(text)


def test_its_size(bring, refused):
    empty = len(policy({**OWN, "Sid": ""}))
    bring(policy({**OWN, "Sid": "x" * (32_768 - empty)}))
    with refused("LimitExceededException", "The key policy exceeds the maximum size of 32768 bytes."):
        bring(policy({**OWN, "Sid": "x" * (32_769 - empty)}))


class TestLockout:
    """Whether the caller could change the key policy again under the new one."""

    OTHERS = {**ALL, "Principal": {"AWS": f"{IAM}user/other"}}

    @pytest.mark.parametrize(
        "statements",
        [
            [OTHERS], [{**OWN, "Action": "kms:Get*"}], [{**{k: OWN[k] for k in OWN if k != "Action"}, "NotAction": "kms:PutKeyPolicy"}],
            [OWN, {**ALL, "Effect": "Deny", "Principal": "*", "Action": "kms:Put*"}],
            [{**OWN, "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}],
            [{**OWN, "Principal": {"AWS": OTHER}}], [{**OWN, "Principal": {"Service": "s3.amazonaws.com"}}],
            [{"Effect": "Allow", "Principal": {"AWS": ADMIN}, "Action": "kms:*"}],
            [{**OWN, "Resource": "arn:aws:kms:us-east-1:123456789012:alias/*"}],
            [{**OWN, "Condition": {"StringEquals": {"kms:PolicyName": "AWS_RAM"}}}],
        ],
        ids=json.dumps,
    )  # fmt: skip
    def test_it_would_lock_the_caller_out(self, bring, refused, statements):
        with refused("MalformedPolicyDocumentException", LOCKOUT):
            bring(policy(*statements))

    @pytest.mark.parametrize(
        "statements",
        [
            [OWN], [{**ALL, "Principal": {"AWS": ADMIN}}], [{**ALL, "Principal": "*"}],
            [{**ALL, "Principal": {"AWS": ACCOUNT}, "Action": "kms:PutKeyPolicy"}],
            [{**OWN, "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:KeySpec": "SYMMETRIC_DEFAULT"}}}],
            [{**OWN, "Resource": "arn:aws:kms:us-east-1:123456789012:key/*"}],
            [{**OWN, "Condition": {"StringEquals": {"kms:PolicyName": "default"}}}],
        ],
        ids=json.dumps,
    )  # fmt: skip
    def test_it_would_not(self, bring, statements):
        bring(policy(*statements))

    def test_the_callers_own_policies_count(self, kms, client, key, refused):
        own = {"Version": "2012-10-17", "Statement": [{**ALL, "Action": "kms:CreateKey"}]}
        maker = kms.principals.user("maker", policies=[own])
        with kms.acting_as(maker):
            with refused("MalformedPolicyDocumentException", LOCKOUT):
                client.create_key(Policy=policy(OWN))
            client.create_key()  # the default policy is not held against its maker
            client.create_key(Policy=policy({**ALL, "Principal": {"AWS": maker.arn}}))

    def test_a_permissions_boundary_counts(self, kms, client, refused):
        everything = {"Version": "2012-10-17", "Statement": [ALL]}
        cap = {"Version": "2012-10-17", "Statement": [{**ALL, "Action": "kms:CreateKey"}]}
        maker = kms.principals.user("maker", policies=[everything], boundary=cap)
        with kms.acting_as(maker), refused("MalformedPolicyDocumentException", LOCKOUT):
            client.create_key(Policy=policy(OWN))

    def test_the_root_user(self, kms, refused):
        root = kms.principals.root().client()
        root.create_key(Policy=policy(OWN))
        with refused("MalformedPolicyDocumentException", LOCKOUT):
            root.create_key(Policy=policy(self.OTHERS))

    def test_the_caller_is_asked_not_the_account(self, client, key, refused):
        """A caller that may put the policy but does not stay able to."""
        with refused("MalformedPolicyDocumentException", LOCKOUT):
            client.put_key_policy(KeyId=key["KeyId"], Policy=policy({**ALL, "Principal": {"AWS": f"{IAM}user/boss"}}))

    def test_the_check_can_be_passed_over(self, kms, client, bring, key):
        bring(policy(self.OTHERS), BypassPolicyLockoutSafetyCheck=True)

    def test_and_then_it_bites(self, kms, client, key, refused):
        client.put_key_policy(
            KeyId=key["KeyId"], Policy=policy(self.OTHERS), BypassPolicyLockoutSafetyCheck=True
        )  # fmt: skip
        message = (
            f"User: {ADMIN} is not authorized to perform: kms:GetKeyPolicy on resource: {key['Arn']} "
            "because no resource-based policy allows the kms:GetKeyPolicy action"
        )
        with refused("AccessDeniedException", message):
            client.get_key_policy(KeyId=key["KeyId"])
        kms.principals.user("other").client().get_key_policy(KeyId=key["KeyId"])

    def test_who_may_pass_it_over(self, kms, client, key, refused):
        """Source: Developer Guide, kms:BypassPolicyLockoutSafetyCheck: absent where it was not sent."""
        deny = {
            "Effect": "Deny", "Action": ["kms:CreateKey", "kms:PutKeyPolicy"], "Resource": "*",
            "Condition": {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}},
        }  # fmt: skip
        alice = kms.principals.user("alice", policies=[{"Version": "2012-10-17", "Statement": [ALL, deny]}])
        message = (
            f"User: {alice.arn} is not authorized to perform: kms:PutKeyPolicy on resource: {key['Arn']} "
            "with an explicit deny in an identity-based policy"
        )
        with kms.acting_as(alice):
            client.put_key_policy(KeyId=key["KeyId"], Policy=policy(OWN))
            client.create_key(Policy=policy(OWN), BypassPolicyLockoutSafetyCheck=False)
            with refused("AccessDeniedException", message):
                client.put_key_policy(KeyId=key["KeyId"], Policy=policy(OWN), BypassPolicyLockoutSafetyCheck=True)

    def test_the_permission_comes_first(self, kms, client, key, refused):
        alice = kms.principals.user("alice")
        message = (
            f"User: {alice.arn} is not authorized to perform: kms:PutKeyPolicy on resource: {key['Arn']} "
            "because no identity-based policy allows the kms:PutKeyPolicy action"
        )
        with kms.acting_as(alice), refused("AccessDeniedException", message):
            client.put_key_policy(KeyId=key["KeyId"], Policy="x")

    def test_principals_come_before_it(self, bring, refused):
        with refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS):
            bring(policy({**ALL, "Principal": {"AWS": "alice"}}))
