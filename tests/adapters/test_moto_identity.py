"""Users, roles and sessions of moto's IAM and STS call the fake as who they are."""

from __future__ import annotations

import json

import boto3
import pytest
from expected import refusal
from iam import (
    ACCOUNT,
    ADMIN,
    DENIED_BY_IDENTITY,
    IAM,
    NOT_BY_BOUNDARY,
    NOT_BY_KEY_POLICY,
    NOT_BY_SESSION,
    OTHER,
    across,
    allow,
    denied,
    denied_elsewhere,
    deny,
    key_policy,
    policy,
)
from moto import mock_aws

from fake_kms import FakeKms

TRUST = json.dumps(policy())


def as_text(*statements):
    """Return the text of an identity policy; without statements it allows all of KMS."""
    return json.dumps(policy(*(statements or [allow()])))


@pytest.fixture(autouse=True)
def aws():
    with mock_aws():
        yield


@pytest.fixture
def iam(aws):
    return boto3.client("iam", region_name="us-east-1")


@pytest.fixture
def kms_as():
    """Give a client of KMS with access keys of moto's."""

    def make(key_or_credentials):
        return boto3.client(
            "kms",
            region_name="us-east-1",
            aws_access_key_id=key_or_credentials["AccessKeyId"],
            aws_secret_access_key=key_or_credentials["SecretAccessKey"],
            aws_session_token=key_or_credentials.get("SessionToken"),
        )

    return make


@pytest.fixture
def user(iam, kms_as):
    """Create a user with an access key; give its client."""

    def make(name, **more):
        iam.create_user(UserName=name, **more)
        return kms_as(iam.create_access_key(UserName=name)["AccessKey"])

    return make


@pytest.fixture
def assume(kms_as):
    """Assume a role; give the session's client."""

    def make(role_arn, session_name="job", **more):
        sts = boto3.client("sts", region_name="us-east-1")
        return kms_as(sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name, **more)["Credentials"])

    return make


class TestUsers:
    def test_without_policies(self, kms, key, user, refused):
        alice = user("alice")
        arn = f"{IAM}user/alice"
        with refused("AccessDeniedException", denied(arn, "DescribeKey", key)):
            alice.describe_key(KeyId=key["KeyId"])
        assert kms.journal[-1].principal == arn

    def test_an_inline_policy(self, key, iam, user, refused):
        alice = user("alice")
        iam.put_user_policy(UserName="alice", PolicyName="Use", PolicyDocument=as_text(allow("kms:DescribeKey")))
        alice.describe_key(KeyId=key["KeyId"])
        message = denied(f"{IAM}user/alice", "DisableKey", key)
        with refused("AccessDeniedException", message):
            alice.disable_key(KeyId=key["KeyId"])

    def test_a_managed_policy_in_its_default_version(self, key, iam, user, refused):
        alice = user("alice")
        arn = iam.create_policy(PolicyName="Use", PolicyDocument=as_text())["Policy"]["Arn"]
        iam.attach_user_policy(UserName="alice", PolicyArn=arn)
        alice.describe_key(KeyId=key["KeyId"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=as_text(allow("kms:ListKeys")), SetAsDefault=True)
        message = denied(f"{IAM}user/alice", "DescribeKey", key)
        with refused("AccessDeniedException", message):
            alice.describe_key(KeyId=key["KeyId"])
        iam.detach_user_policy(UserName="alice", PolicyArn=arn)
        with pytest.raises(alice.exceptions.ClientError):
            alice.list_keys()

    def test_the_policies_of_its_groups(self, key, iam, user, refused):
        alice = user("alice")
        for name, document in (("use", as_text()), ("not", as_text(deny("kms:DisableKey")))):
            iam.create_group(GroupName=name)
            iam.put_group_policy(GroupName=name, PolicyName=name, PolicyDocument=document)
            iam.add_user_to_group(GroupName=name, UserName="alice")
        managed = iam.create_policy(PolicyName="More", PolicyDocument=as_text(deny("kms:EnableKey")))["Policy"]
        iam.attach_group_policy(GroupName="use", PolicyArn=managed["Arn"])
        alice.describe_key(KeyId=key["KeyId"])
        inline = denied(f"{IAM}user/alice", "DisableKey", key, DENIED_BY_IDENTITY)
        with refused("AccessDeniedException", inline):
            alice.disable_key(KeyId=key["KeyId"])
        by_its_arn = denied(f"{IAM}user/alice", "EnableKey", key, f"{DENIED_BY_IDENTITY}: {managed['Arn']}")
        with refused("AccessDeniedException", by_its_arn):
            alice.enable_key(KeyId=key["KeyId"])

    def test_the_policies_of_two_groups_of_the_same_name_for_them(self, key, iam, user, refused):
        """Inline policies are named for their owner only: none hides another's."""
        alice = user("alice")
        iam.put_user_policy(UserName="alice", PolicyName="Use", PolicyDocument=as_text())
        iam.create_group(GroupName="not")
        iam.put_group_policy(GroupName="not", PolicyName="Use", PolicyDocument=as_text(deny("kms:DisableKey")))
        iam.add_user_to_group(GroupName="not", UserName="alice")
        alice.describe_key(KeyId=key["KeyId"])
        with refused("AccessDeniedException", denied(f"{IAM}user/alice", "DisableKey", key, DENIED_BY_IDENTITY)):
            alice.disable_key(KeyId=key["KeyId"])

    def test_its_name_path_and_tags(self, key, iam, user, client):
        alice = user("alice", Path="/team/", Tags=[{"Key": "team", "Value": "blue"}])
        wanted = {"StringEquals": {"aws:username": "alice", "aws:PrincipalTag/team": "blue"},
                  "ArnEquals": {"aws:PrincipalArn": f"{IAM}user/team/alice"}}  # fmt: skip
        iam.put_user_policy(UserName="alice", PolicyName="Use", PolicyDocument=as_text(allow(Condition=wanted)))
        alice.describe_key(KeyId=key["KeyId"])

    def test_a_key_policy_and_a_grant_name_it(self, client, user):
        alice, bob = user("alice"), user("bob")
        text = key_policy(allow(to=[ADMIN, f"{IAM}user/alice"]))
        key_id = client.create_key(Policy=text)["KeyMetadata"]["KeyId"]
        alice.describe_key(KeyId=key_id)
        client.create_grant(KeyId=key_id, GranteePrincipal=f"{IAM}user/bob", Operations=["Encrypt"])
        bob.encrypt(KeyId=key_id, Plaintext=b"x")

    def test_a_policy_that_is_none_says_which(self, key, user):
        from moto.iam.models import iam_backends

        alice = user("alice")
        iam_backends[ACCOUNT]["aws"].users["alice"].policies["Broken"] = "{"
        with pytest.raises(ValueError, match=r"^moto's policy Broken: it is not JSON$"):
            alice.describe_key(KeyId=key["KeyId"])


class TestRoles:
    @pytest.fixture
    def role(self, iam):
        def make(name="app", **more):
            return iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)["Role"]["Arn"]

        return make

    def test_a_session_and_its_roles_policies(self, kms, key, iam, role, assume, refused):
        session = assume(role())
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"
        with refused("AccessDeniedException", denied(arn, "DescribeKey", key)):
            session.describe_key(KeyId=key["KeyId"])
        iam.put_role_policy(RoleName="app", PolicyName="Use", PolicyDocument=as_text(allow("kms:DescribeKey")))
        session.describe_key(KeyId=key["KeyId"])
        managed = iam.create_policy(PolicyName="More", PolicyDocument=as_text(allow("kms:DisableKey")))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="app", PolicyArn=managed)
        session.disable_key(KeyId=key["KeyId"])
        assert kms.journal[-1].principal == arn

    def test_a_session_policy(self, key, iam, role, assume, refused):
        role_arn = role()
        iam.put_role_policy(RoleName="app", PolicyName="Use", PolicyDocument=as_text())
        session = assume(role_arn, Policy=as_text(allow("kms:DescribeKey")))
        session.describe_key(KeyId=key["KeyId"])
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"
        with refused("AccessDeniedException", denied(arn, "DisableKey", key, NOT_BY_SESSION)):
            session.disable_key(KeyId=key["KeyId"])

    def test_a_boundary(self, key, iam, role, assume, refused):
        boundary = iam.create_policy(PolicyName="Cap", PolicyDocument=as_text(allow("kms:DescribeKey")))["Policy"][
            "Arn"
        ]
        session = assume(role(PermissionsBoundary=boundary))
        iam.put_role_policy(RoleName="app", PolicyName="Use", PolicyDocument=as_text())
        session.describe_key(KeyId=key["KeyId"])
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"
        with refused("AccessDeniedException", denied(arn, "DisableKey", key, NOT_BY_BOUNDARY)):
            session.disable_key(KeyId=key["KeyId"])

    def test_a_key_policy_names_the_role_with_its_path(self, client, role, assume, refused):
        role_arn = role(Path="/team/")
        assert role_arn == f"{IAM}role/team/app"
        key = client.create_key(Policy=key_policy(allow(to=[ADMIN, role_arn])))["KeyMetadata"]
        assume(role_arn).describe_key(KeyId=key["KeyId"])
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/other/job"
        with refused("AccessDeniedException", denied(arn, "DescribeKey", key, NOT_BY_KEY_POLICY)):
            assume(role("other")).describe_key(KeyId=key["KeyId"])

    def test_a_key_policy_names_the_session(self, client, role, assume):
        role_arn = role()
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"
        key_id = client.create_key(Policy=key_policy(allow(to=[ADMIN, session])))["KeyMetadata"]["KeyId"]
        assume(role_arn).describe_key(KeyId=key_id)
        other = assume(role_arn, "other")
        with pytest.raises(other.exceptions.ClientError):
            other.describe_key(KeyId=key_id)

    def test_tags_of_the_role(self, key, iam, role, assume):
        role_arn = role(Tags=[{"Key": "team", "Value": "blue"}])
        wanted = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
        iam.put_role_policy(RoleName="app", PolicyName="Use", PolicyDocument=as_text(allow(Condition=wanted)))
        assume(role_arn).describe_key(KeyId=key["KeyId"])

    def test_a_role_of_another_account(self, kms, client, key, assume):
        """moto lets assume a role that is not there: a session without policies, in the role's account."""
        role_arn = f"arn:aws:iam::{OTHER}:role/guest"
        guest = assume(role_arn)
        session = f"arn:aws:sts::{OTHER}:assumed-role/guest/job"
        with refusal("AccessDeniedException", across(session, "Encrypt")):
            guest.encrypt(KeyId=key["Arn"], Plaintext=b"x")
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=role_arn, Operations=["Encrypt"])
        with refusal("AccessDeniedException", denied_elsewhere(session, "Encrypt")):
            guest.encrypt(KeyId=key["Arn"], Plaintext=b"x")
        assert kms.journal[-1].principal == session


class TestWhoElse:
    def test_keys_that_moto_does_not_know_are_the_administrator(self, kms, key):
        boto3.client("kms", region_name="us-east-1").describe_key(KeyId=key["KeyId"])
        assert kms.journal[-1].principal == f"{IAM}user/admin"

    def test_acting_as_is_for_them_too(self, kms, key, user):
        app = kms.principals.role("app", policies=[policy(allow())])
        alice = user("alice")
        with kms.acting_as(app):
            boto3.client("kms", region_name="us-east-1").describe_key(KeyId=key["KeyId"])
            assert kms.journal[-1].principal == app.arn
            with pytest.raises(alice.exceptions.ClientError):
                alice.describe_key(KeyId=key["KeyId"])
            assert kms.journal[-1].principal == f"{IAM}user/alice"

    def test_when_moto_is_closed_its_users_are_nobody(self, kms, iam, kms_as):
        iam.create_user(UserName="alice")
        access_key = iam.create_access_key(UserName="alice")["AccessKey"]
        with mock_aws():  # the inner one begins anew, and the outer one ends with it
            pass
        from moto.core.models import botocore_stubber

        enabled, botocore_stubber.enabled = botocore_stubber.enabled, False
        try:
            kms_as(access_key).list_keys()
        finally:
            botocore_stubber.enabled = enabled
        assert kms.journal[-1].principal == f"{IAM}user/admin"

    def test_strict_identity_knows_them(self, iam, user, assume):
        with FakeKms(strict_identity=True) as kms:
            alice = user("alice")
            iam.put_user_policy(UserName="alice", PolicyName="Use", PolicyDocument=as_text())
            role_arn = iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
            names = [f"{IAM}user/alice", role_arn]
            key_id = alice.create_key(Policy=key_policy(allow(to=names)))["KeyMetadata"]["KeyId"]
            assume(role_arn).describe_key(KeyId=key_id)
            session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"
            alice.create_grant(KeyId=key_id, GranteePrincipal=session, Operations=["Encrypt"])
            for nobody in (f"{IAM}user/bob", f"{IAM}role/alice", f"arn:aws:sts::{ACCOUNT}:assumed-role/app/other"):
                with pytest.raises(alice.exceptions.MalformedPolicyDocumentException):
                    alice.put_key_policy(
                        KeyId=key_id, PolicyName="default", Policy=key_policy(allow(to=[*names, nobody]))
                    )
            with refusal("UnrecognizedClientException", "The security token included in the request is invalid."):
                kms.client().list_keys()
