"""Condition keys that are there whoever asks the authorizer: a call, a retirement, the lock-out check, `simulate`."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from iam import IAM, allow, key_policy, policy

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
