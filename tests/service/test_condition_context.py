"""Condition keys that are there whoever asks the authorizer: a call, a retirement, the lock-out check, `simulate`."""

from __future__ import annotations

import datetime

import pytest
from botocore.exceptions import ClientError
from iam import ALL, IAM, ROOT, allow, denied, deny, key_policy, policy

INSTANT = datetime.datetime(2030, 1, 1, 11, tzinfo=datetime.timezone.utc)
BOTO3 = {"StringLike": {"aws:UserAgent": "Boto3/*"}}
OTHER = {"StringLike": {"aws:UserAgent": "curl/*"}}


@pytest.mark.parametrize(("condition", "allowed"), [(BOTO3, True), (OTHER, False)], ids=["this client", "another"])
class TestUserAgent:
    def allows(self, attempt):
        try:
            attempt()
        except ClientError as error:
            return error.response["Error"]["Code"] not in {"AccessDeniedException", "MalformedPolicyDocumentException"}
        return True

    def test_of_a_call(self, kms, key, condition, allowed):
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=condition))])

        assert self.allows(lambda: alice.client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")) is allowed

    def test_of_a_retirement(self, kms, client, key, condition, allowed):
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=condition))])
        grant = client.create_grant(KeyId=key["KeyId"], GranteePrincipal=f"{IAM}user/bob", Operations=["Encrypt"])

        retire = {"KeyId": key["Arn"], "GrantId": grant["GrantId"]}
        assert self.allows(lambda: alice.client().retire_grant(**retire)) is allowed

    @pytest.mark.parametrize("operation", ["CreateKey", "PutKeyPolicy"])
    def test_of_the_lock_out_check(self, kms, key, condition, allowed, operation):
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=BOTO3))])
        request = {"Policy": key_policy(allow(to=alice.arn, Condition=condition))}
        if operation == "PutKeyPolicy":
            request["KeyId"] = key["KeyId"]

        assert self.allows(lambda: alice.client()._make_api_call(operation, request)) is allowed

    def test_of_a_simulation(self, kms, key, condition, allowed):
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=condition))])

        assert kms.simulate(alice, "Encrypt", key["KeyId"]).allowed is allowed

    def test_of_a_simulation_that_says_another(self, kms, key, condition, allowed):
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=condition))])

        decision = kms.simulate(alice, "Encrypt", key["KeyId"], context={"aws:UserAgent": "curl/8"})
        assert decision.allowed is not allowed


def allowed_if(kms, operator, **keys):
    """Register a user who may do everything under a condition."""
    return kms.principals.user("alice", policies=[policy(allow(Condition={operator: keys}))])


class TestRetireGrant:
    """The grant's own constraint. Source: Service Authorization Reference, RetireGrant."""

    @pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
    def test_its_constraint(self, kms, client, key, kind):
        constraint = {"Constraints": {kind: {"Tenant": "blue"}}}
        request = {"KeyId": key["KeyId"], "GranteePrincipal": ROOT, "Operations": ["Encrypt"]}
        right, wrong = (client.create_grant(**request, **more)["GrantToken"] for more in (constraint, {}))
        wanted = {
            "kms:GrantConstraintType": kind,
            "kms:EncryptionContext:tenant": "blue",
            "kms:EncryptionContextKeys": "Tenant",
        }
        alice = kms.principals.user("alice", policies=[policy(allow(Condition={"StringEquals": wanted}))])

        with pytest.raises(ClientError, match="not authorized to perform: kms:RetireGrant"):
            alice.client().retire_grant(GrantToken=wrong)
        alice.client().retire_grant(GrantToken=right)


def test_a_source_arn_is_no_constraint_type(kms, client, key):
    absent = {"Null": {"kms:GrantConstraintType": "true"}}
    alice = kms.principals.user("alice", policies=[policy(allow("kms:CreateGrant", Condition=absent))]).client()
    request = {"KeyId": key["KeyId"], "GranteePrincipal": ROOT, "Operations": ["Encrypt"]}

    alice.create_grant(**request, Constraints={"SourceArn": "arn:aws:s3:us-east-1:123456789012:bucket"})
    with pytest.raises(ClientError, match="not authorized to perform: kms:CreateGrant"):
        alice.create_grant(**request, Constraints={"EncryptionContextEquals": {"a": "b"}})


class TestAliases:
    """Source: Developer Guide, "Controlling access to aliases"."""

    @pytest.mark.parametrize(
        "name", ["kms:KeySpec", "kms:KeyUsage", "kms:KeyOrigin", "kms:MultiRegion", "kms:MultiRegionKeyType",
                 "kms:ResourceAliases", "aws:ResourceTag/team"]
    )  # fmt: skip
    def test_an_alias_has_no_properties_of_its_key(self, kms, client, name, refused):
        tags = [{"TagKey": "team", "TagValue": "blue"}]
        key = client.create_key(MultiRegion=True, Tags=tags)["KeyMetadata"]
        client.create_alias(AliasName="alias/one", TargetKeyId=key["KeyId"])
        alias = "arn:aws:kms:us-east-1:123456789012:alias/two"
        there = {"Null": {name: "false"}}
        request = {"AliasName": "alias/two", "TargetKeyId": key["KeyId"]}
        on_key = allow("kms:CreateAlias", key["Arn"], Condition=there)
        wrong = kms.principals.user(
            "wrong", policies=[policy(on_key, allow("kms:CreateAlias", alias, Condition=there))]
        )
        right = kms.principals.user("right", policies=[policy(on_key, allow("kms:CreateAlias", alias))])

        with kms.acting_as(wrong), refused("AccessDeniedException", denied(wrong, "CreateAlias", alias)):
            client.create_alias(**request)
        with kms.acting_as(right):
            client.create_alias(**request)


class TestMultiRegionKeys:
    @pytest.mark.parametrize("multi_region", [True, False])
    def test_the_type_of_a_key_that_is_created(self, kms, multi_region):
        alice = allowed_if(kms, "StringEquals", **{"kms:MultiRegionKeyType": "PRIMARY"}).client()

        if multi_region:
            alice.create_key(MultiRegion=True)
        else:
            with pytest.raises(ClientError, match="kms:CreateKey on resource: "):
                alice.create_key()

    @pytest.mark.parametrize(
        ("name", "value"),
        [("aws:RequestedRegion", "eu-west-1"), ("kms:MultiRegionKeyType", "REPLICA"), ("kms:MultiRegion", "true"),
         ("kms:KeySpec", "HMAC_256"), ("kms:KeyUsage", "GENERATE_VERIFY_MAC"), ("kms:KeyOrigin", "AWS_KMS")],
    )  # fmt: skip
    def test_a_replica_is_created_in_its_own_region(self, kms, client, name, value):
        request = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC", "MultiRegion": True}
        key_id = client.create_key(**request)["KeyMetadata"]["KeyId"]
        tags = [{"TagKey": "team", "TagValue": "blue"}]
        creating = ["kms:CreateKey", "kms:TagResource"]
        for operator, allowed in (("StringNotEquals", False), ("StringEquals", True)):
            statements = [allow("kms:ReplicateKey"), allow(creating, Condition={operator: {name: value}})]
            alice = kms.principals.user("alice", policies=[policy(*statements)]).client()
            if allowed:
                alice.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Tags=tags)
            else:
                with pytest.raises(ClientError, match="not authorized to perform: kms:TagResource because"):
                    alice.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1", Tags=tags)

    def test_the_region_of_the_primary_key(self, kms, client):
        key_id = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        here = allow("kms:ReplicateKey", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})
        alice = kms.principals.user("alice", policies=[policy(here, allow("kms:CreateKey"))])

        alice.client().replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")


class TestTemporaryCredentials:
    """Source: IAM User Guide, aws:TokenIssueTime and aws:MultiFactorAuthPresent."""

    def test_when_they_were_issued(self, kms, key):
        made, old = kms.principals, {"DateLessThan": {"aws:TokenIssueTime": "2030-01-01T12:00:00Z"}}
        kms.clock.travel_to(INSTANT)
        policies = [policy(ALL, deny(Condition=old))]
        user, role = made.user("alice", policies=policies), made.role("app", policies=policies)
        federated = made.federated_user("f", of=user, policies=[policy(ALL)])
        kms.clock.advance(hours=2)
        late = role.assume("late")

        allowed = {who: kms.simulate(who, "Encrypt", key["KeyId"]).allowed for who in (user, role, federated, late)}
        assert allowed == {user: True, role: False, federated: False, late: True}

    def test_mfa_when_a_service_calls_for_somebody(self, kms, key):
        there = {"Null": {"aws:MultiFactorAuthPresent": "false"}}
        user = kms.principals.user("alice", policies=[policy(ALL, deny(Condition=there))])
        mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        session = kms.principals.role("app", policies=[policy(allow(Condition=mfa))]).assume("s", mfa=True)

        assert kms.simulate(user, "Encrypt", key["KeyId"]).allowed
        assert not kms.simulate(user.via("s3"), "Encrypt", key["KeyId"]).allowed
        assert kms.simulate(session.via("s3"), "Encrypt", key["KeyId"]).allowed
