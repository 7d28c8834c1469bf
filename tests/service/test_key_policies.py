"""The key policy that a request brings: what makes AWS refuse it, in CreateKey and in PutKeyPolicy."""

from __future__ import annotations

import json

import pytest
from iam import (
    ACCOUNT,
    ADMIN,
    ALL,
    DENIED_BY_IDENTITY,
    IAM,
    NOT_BY_KEY_POLICY,
    OTHER,
    ROOT,
    allow,
    denied,
    deny,
    key_policy,
    policy,
)

OWN = allow(to=ROOT)
MALFORMED = ""  # AWS sends no text
NO_PRINCIPAL = "Policy contains a statement with no principal."
INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
INVALID_ARN = "An ARN in the specified key policy is invalid."
LOCKOUT = "The new key policy will not allow you to update the key policy in the future."


@pytest.fixture(params=["CreateKey", "PutKeyPolicy"])
def bring(request, client, key):
    """Bring a key policy, by the one operation and by the other."""

    def call(text, by=client, **more):
        if request.param == "CreateKey":
            return by.create_key(Policy=text, **more)
        return by.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text, **more)

    return call


@pytest.mark.parametrize(
    "text",
    [
        "x", "[]", "{}", key_policy(), key_policy("x"), key_policy(OWN, Version="2010-01-01"), key_policy(OWN, Extra="x"),
        key_policy({**OWN, "Effect": "allow"}), key_policy({"Principal": "*", "Action": "kms:*", "Resource": "*"}),
        key_policy({**OWN, "NotPrincipal": "*"}), key_policy({**OWN, "NotAction": "kms:Encrypt"}),
        key_policy({**OWN, "NotResource": "*"}), key_policy({**OWN, "Extra": "x"}), key_policy({**OWN, "Sid": 1}),
        key_policy({**OWN, "Action": 1}), key_policy({**OWN, "Action": [["kms:*"]]}),
        key_policy({**OWN, "Condition": []}), key_policy({**OWN, "Condition": {"StringIs": {"aws:username": "a"}}}),
        key_policy({**OWN, "Condition": {"StringEquals": "a"}}), key_policy({**OWN, "Sid": "a"}, {**OWN, "Sid": "a"}),
        key_policy({**OWN, "Principal": {"AWS": 1}}),
        json.dumps({"Statement": [OWN]})[:-1], "[" * 20_000,
    ],
)  # fmt: skip
def test_what_is_no_policy(bring, refused, text):
    with refused("MalformedPolicyDocumentException", MALFORMED):
        bring(text)


@pytest.mark.parametrize(
    "principals", [{}, {"Principal": {}}, {"Principal": {"AWS": []}}, {"Principal": {"AWS": OTHER, "Service": []}}]
)
def test_a_statement_without_principal(bring, refused, principals):
    with refused("MalformedPolicyDocumentException", NO_PRINCIPAL):
        bring(key_policy(OWN, {**ALL, **principals}))


@pytest.mark.parametrize("element", ["Action", "Resource"])
@pytest.mark.parametrize("empty", [False, True])
def test_a_statement_without_action_or_resource(bring, refused, element, empty):
    statement = {name: value for name, value in OWN.items() if name != element}
    with refused("MalformedPolicyDocumentException", f"Missing required field {element}"):
        bring(key_policy(OWN, statement | ({f"Not{element}": []} if empty else {})))


@pytest.mark.parametrize(
    "principal",
    [
        "x", {"AWS": "alice"}, {"AWS": f"{IAM}role/*"}, {"AWS": f"{IAM}user/al?ce"},
        {"AWS": "1234"}, {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app"}, {"CanonicalUser": "a" * 64},
        {"Service": "s3"}, {"Service": "*"}, {"AWS": "arn:aws:iam::1234:root"},
        {"AWS": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1"}, {"AWS": f"{IAM}user/"},
    ],
    ids=str,
)  # fmt: skip
def test_who_is_no_principal(bring, refused, principal):
    for statement in (allow(Principal=principal), deny(NotPrincipal=principal)):
        with refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS):
            bring(key_policy(OWN, statement))


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam:::root", "arn:aws:iam::", "arn:aws:iam", "arn:", "arn:aws:iam:::user/a", "arn:aws:s3:::bucket",
        "arn:aws:iam::abc:root", "arn:aws:iam::abc:user/a", f"{IAM}group/g", "arn:aws:iam::aws:policy/P",
        f"arn:aws-cn:iam::{ACCOUNT}:root", f"arn:aws-us-gov:sts::{ACCOUNT}:assumed-role/app/s",
    ],
)  # fmt: skip
def test_an_arn_that_is_none(bring, refused, arn):
    with refused("InvalidArnException", INVALID_ARN):
        bring(key_policy(OWN, allow(to=arn)))


@pytest.mark.parametrize(
    "statement",
    [
        allow(Principal="*"), allow(to=["*", ACCOUNT]), allow(to=OTHER),
        allow(Principal={"Service": ["s3.amazonaws.com", "logs.us-east-1.amazonaws.com"]}),
        allow(Principal={"Federated": "cognito-identity.amazonaws.com"}),
        allow(to="AROAXXXXXXXXXXXXXXXXX"),
        deny("kms:Encrypt", NotPrincipal={"AWS": ROOT}),
        allow(["kms:Fly", "s3:*", "encrypt"], Principal="*"), allow(Principal="*", Sid="a b!"),
        allow(to=f"arn:aws:sts::{ACCOUNT}:assumed-role/aws:ec2-infrastructure/i-0123456789abcdef0"),
        {**OWN, "Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "a"}}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_what_is_a_statement(bring, statement):
    bring(key_policy(OWN, statement))


def test_the_caller_as_motos_sts_names_it(kms, client, bring, key):
    """moto's GetCallerIdentity answers this ARN for access keys that nobody has registered."""
    moto = f"arn:aws:sts::{ACCOUNT}:user/moto"
    bring(key_policy(allow(to=moto)))
    client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=key_policy(allow(to=moto)))
    assert json.loads(client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])["Statement"][0][
        "Principal"
    ] == {"AWS": moto}


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
        bring(key_policy(OWN, {**OWN, "Condition": {operator: {name: "a"}}}))


def test_what_is_wrong_is_told_in_the_order_of_the_statements(bring, refused):
    first = allow(to="alice")
    second = allow(to="arn:aws:iam:::root")
    with refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS):
        bring(key_policy(first, second))
    with refused("InvalidArnException", INVALID_ARN):
        bring(key_policy(second, first))


def test_characters(bring, refused):
    bring(key_policy({**OWN, "Sid": "x"}).replace('"x"', '"ÿ"'))
    text = key_policy({**OWN, "Sid": "x"}).replace('"x"', '"é€😀"')
    printed = text.replace("é€😀", "é??")
    message = (
        f"1 validation error detected: Value '{printed}' at 'policy' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+"
    )
    with refused("ValidationException", message):
        bring(text)


def test_its_size(bring, refused):
    empty = len(key_policy({**OWN, "Sid": ""}))
    bring(key_policy({**OWN, "Sid": "x" * (32_768 - empty)}))
    with refused("LimitExceededException", "The key policy exceeds the maximum size of 32768 bytes."):
        bring(key_policy({**OWN, "Sid": "x" * (32_769 - empty)}))


def of_spec(spec):
    return {"StringEquals": {"kms:KeySpec": spec}}


class TestLockout:
    """Whether the caller could change the key policy again under the new one."""

    OTHERS = allow(to=f"{IAM}user/other")

    @pytest.mark.parametrize(
        "statements",
        [
            [OTHERS], [{**OWN, "Action": "kms:Get*"}], [{**{k: OWN[k] for k in OWN if k != "Action"}, "NotAction": "kms:PutKeyPolicy"}],
            [OWN, deny("kms:Put*", Principal="*")],
            [{**OWN, "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}],
            [{**OWN, "Principal": {"AWS": OTHER}}], [{**OWN, "Principal": {"Service": "s3.amazonaws.com"}}],
            [{**OWN, "Resource": "arn:aws:kms:us-east-1:123456789012:alias/*"}],
            [{**OWN, "Condition": {"StringEquals": {"kms:PolicyName": "AWS_RAM"}}}],
        ],
        ids=json.dumps,
    )  # fmt: skip
    def test_it_would_lock_the_caller_out(self, bring, refused, statements):
        with refused("MalformedPolicyDocumentException", LOCKOUT):
            bring(key_policy(*statements))

    @pytest.mark.parametrize(
        "statements",
        [
            [OWN], [allow(to=ADMIN)], [allow(Principal="*")],
            [allow("kms:PutKeyPolicy", to=ACCOUNT)],
            [{**OWN, "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:KeySpec": "SYMMETRIC_DEFAULT"}}}],
            [{**OWN, "Resource": "arn:aws:kms:us-east-1:123456789012:key/*"}],
            [{**OWN, "Condition": {"StringEquals": {"kms:PolicyName": "default"}}}],
        ],
        ids=json.dumps,
    )  # fmt: skip
    def test_it_would_not(self, bring, statements):
        bring(key_policy(*statements))

    def test_the_key_is_the_one_whose_policy_it_is(self, client, key, refused):
        for own, other in (
            ({"Resource": key["Arn"]}, {"Resource": key["Arn"][:-12] + "0" * 12}),
            ({"Condition": of_spec("SYMMETRIC_DEFAULT")}, {"Condition": of_spec("RSA_2048")}),
        ):
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=key_policy({**OWN, **own}))
            with refused("MalformedPolicyDocumentException", LOCKOUT):
                client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=key_policy({**OWN, **other}))

    def test_the_callers_own_policies_count(self, kms, client, key, refused):
        maker = kms.principals.user("maker", policies=[policy(allow("kms:CreateKey"))])
        with kms.acting_as(maker):
            with refused("MalformedPolicyDocumentException", LOCKOUT):
                client.create_key(Policy=key_policy(OWN))
            client.create_key()  # the default policy is not held against its maker
            client.create_key(Policy=key_policy(allow(to=maker.arn)))

    def test_a_permissions_boundary_counts(self, kms, client, refused):
        cap = policy(allow("kms:CreateKey"))
        maker = kms.principals.user("maker", policies=[policy(ALL)], boundary=cap)
        with kms.acting_as(maker), refused("MalformedPolicyDocumentException", LOCKOUT):
            client.create_key(Policy=key_policy(OWN))

    def test_the_root_user(self, kms, refused):
        root = kms.principals.root().client()
        root.create_key(Policy=key_policy(OWN))
        with refused("MalformedPolicyDocumentException", LOCKOUT):
            root.create_key(Policy=key_policy(self.OTHERS))

    def test_the_caller_is_asked_not_the_account(self, client, key, refused):
        """A caller that may put the policy but does not stay able to."""
        with refused("MalformedPolicyDocumentException", LOCKOUT):
            client.put_key_policy(
                KeyId=key["KeyId"], PolicyName="default", Policy=key_policy(allow(to=f"{IAM}user/boss"))
            )

    def test_the_check_can_be_passed_over(self, kms, client, bring, key):
        bring(key_policy(self.OTHERS), BypassPolicyLockoutSafetyCheck=True)

    def test_and_then_it_bites(self, kms, client, key, refused):
        policy = key_policy(self.OTHERS)
        client.put_key_policy(
            KeyId=key["KeyId"], PolicyName="default", Policy=policy, BypassPolicyLockoutSafetyCheck=True
        )  # fmt: skip
        with refused("AccessDeniedException", denied(ADMIN, "GetKeyPolicy", key, NOT_BY_KEY_POLICY)):
            client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")
        kms.principals.user("other").client().get_key_policy(KeyId=key["KeyId"], PolicyName="default")

    def test_who_may_pass_it_over(self, kms, client, key, refused):
        """Source: Developer Guide, kms:BypassPolicyLockoutSafetyCheck: absent where it was not sent."""
        bypass = {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}}
        without = policy(ALL, deny(["kms:CreateKey", "kms:PutKeyPolicy"], Condition=bypass))
        alice = kms.principals.user("alice", policies=[without])
        message = denied(alice, "PutKeyPolicy", key, DENIED_BY_IDENTITY)
        with kms.acting_as(alice):
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=key_policy(OWN))
            client.create_key(Policy=key_policy(OWN), BypassPolicyLockoutSafetyCheck=False)
            with refused("AccessDeniedException", message):
                client.put_key_policy(
                    KeyId=key["KeyId"],
                    PolicyName="default",
                    Policy=key_policy(OWN),
                    BypassPolicyLockoutSafetyCheck=True,
                )

    def test_the_permission_comes_first(self, kms, client, key, refused):
        alice = kms.principals.user("alice")
        with kms.acting_as(alice), refused("AccessDeniedException", denied(alice, "PutKeyPolicy", key)):
            client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy="x")

    def test_principals_come_before_it(self, bring, refused):
        with refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS):
            bring(key_policy(allow(to="alice")))
