"""Grant constraints, and grants that were created through grants."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from iam import ACCOUNT, IAM, NOT_BY_KEY_POLICY, allow, denied, denied_by_ciphertext, policy

BOB = f"{IAM}user/bob"


MET = [
    ("EncryptionContextEquals", {"tenant": "blue"}, {"tenant": "blue"}, True),
    ("EncryptionContextEquals", {"Tenant": "blue"}, {"tenant": "blue"}, True),  # names without letter case
    ("EncryptionContextEquals", {"tenant": "Blue"}, {"tenant": "blue"}, False),  # values with it
    ("EncryptionContextEquals", {"tenant": "blue"}, {"tenant": "blue", "job": "1"}, False),
    ("EncryptionContextEquals", {"tenant": "blue", "job": "1"}, {"job": "1", "tenant": "blue"}, True),
    ("EncryptionContextEquals", {"tenant": "blue"}, {}, False),
    ("EncryptionContextSubset", {"tenant": "blue"}, {"tenant": "blue"}, True),
    ("EncryptionContextSubset", {"TENANT": "blue"}, {"tenant": "blue", "job": "1"}, True),
    ("EncryptionContextSubset", {"tenant": "blue"}, {"tenant": "Blue", "job": "1"}, False),
    ("EncryptionContextSubset", {"tenant": "blue", "job": "1"}, {"tenant": "blue"}, False),
    ("EncryptionContextSubset", {"tenant": "blue"}, {}, False),
]


class TestConstraints:
    @pytest.mark.parametrize(("kind", "constraint", "context", "met"), MET)
    def test_the_encryption_context(self, kms, client, key, app, grant, refused, kind, constraint, context, met):
        grant(app.role_arn, "Encrypt", "Decrypt", "GenerateDataKey", Constraints={kind: constraint})
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        for operation, use in (
            ("Encrypt", lambda: client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)),
            ("Decrypt", lambda: client.decrypt(CiphertextBlob=blob, EncryptionContext=context)),
            (
                "GenerateDataKey",
                lambda: client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", EncryptionContext=context),
            ),
        ):
            with kms.acting_as(app):
                if met:
                    use()
                else:
                    by_name = denied(app, operation, key)
                    text = denied_by_ciphertext(app, operation) if operation == "Decrypt" else by_name
                    with refused("AccessDeniedException", text):
                        use()

    def test_each_side_of_re_encrypt_has_its_own(self, kms, client, key, app, grant, refused):
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "1"})["CiphertextBlob"]
        grant(app.role_arn, "ReEncryptFrom", Constraints={"EncryptionContextEquals": {"a": "1"}})
        grant(app.role_arn, "ReEncryptTo", Constraints={"EncryptionContextEquals": {"a": "2"}})
        request = {"CiphertextBlob": blob, "DestinationKeyId": key["KeyId"], "SourceEncryptionContext": {"a": "1"}}
        with kms.acting_as(app):
            client.re_encrypt(**request, DestinationEncryptionContext={"a": "2"})
            with refused("AccessDeniedException", denied(app, "ReEncryptTo", key)):
                client.re_encrypt(**request, DestinationEncryptionContext={"a": "1"})

    def test_operations_without_context_are_not_constrained(self, kms, client, key, app, grant):
        created = grant(app.role_arn, "DescribeKey", "RetireGrant", Constraints={"EncryptionContextEquals": {"a": "1"}})
        with kms.acting_as(app):
            client.describe_key(KeyId=key["KeyId"])
            client.retire_grant(GrantToken=created["GrantToken"])

    def test_a_source_arn(self, kms, client, key, refused):
        bucket = f"arn:aws:s3:us-east-1:{ACCOUNT}:bucket"
        client.create_grant(
            KeyId=key["KeyId"], GranteeServicePrincipal="s3.amazonaws.com", RetiringPrincipal=BOB,
            Operations=["Encrypt", "DescribeKey"], Constraints={"SourceArn": bucket},
        )  # fmt: skip
        right = kms.principals.service("s3.amazonaws.com", source_arn=bucket)
        wrong = kms.principals.service("s3.amazonaws.com", source_arn=f"{bucket}-2")
        other = kms.principals.service("sns.amazonaws.com", source_arn=bucket)
        right.client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        right.client().describe_key(KeyId=key["KeyId"])
        clause = NOT_BY_KEY_POLICY
        for service in (wrong, other):
            with refused("AccessDeniedException", denied(service, "DescribeKey", key, clause)):
                service.client().describe_key(KeyId=key["KeyId"])


class TestChains:
    """A grantee creates grants: no more operations than its own, with constraints at least as strict."""

    PARENT = ("CreateGrant", "Encrypt", "Decrypt", "RetireGrant")

    @pytest.mark.parametrize(
        ("operations", "allowed"),
        [(["Encrypt"], True), (["Encrypt", "CreateGrant"], True), (["RetireGrant"], True), (["DescribeKey"], False),
         (["Encrypt", "GenerateDataKey"], False), (list(PARENT), True)],
    )  # fmt: skip
    def test_the_operations(self, kms, client, key, app, grant, refused, operations, allowed):
        grant(app.role_arn, *self.PARENT)
        request = {"KeyId": key["KeyId"], "GranteePrincipal": BOB, "Operations": operations}
        with (
            kms.acting_as(app),
            nullcontext() if allowed else refused("AccessDeniedException", denied(app, "CreateGrant", key)),
        ):
            client.create_grant(**request)

    @pytest.mark.parametrize(
        ("parent", "child", "allowed"),
        [
            ({"EncryptionContextSubset": {"a": "1"}}, None, False),
            ({"EncryptionContextSubset": {"a": "1"}}, {"EncryptionContextSubset": {"a": "1"}}, True),
            ({"EncryptionContextSubset": {"a": "1"}}, {"EncryptionContextSubset": {"a": "1", "b": "2"}}, True),
            ({"EncryptionContextSubset": {"a": "1"}}, {"EncryptionContextEquals": {"a": "1", "b": "2"}}, True),
            ({"EncryptionContextSubset": {"a": "1"}}, {"EncryptionContextSubset": {"b": "2"}}, False),
            ({"EncryptionContextEquals": {"a": "1"}}, {"EncryptionContextEquals": {"a": "1"}}, True),
            ({"EncryptionContextEquals": {"a": "1"}}, {"EncryptionContextEquals": {"a": "1", "b": "2"}}, False),
            ({"EncryptionContextEquals": {"a": "1"}}, {"EncryptionContextSubset": {"a": "1"}}, False),
            (None, {"EncryptionContextSubset": {"a": "1"}}, True),
        ],
    )
    def test_the_constraints(self, kms, client, key, app, grant, refused, parent, child, allowed):
        grant(app.role_arn, *self.PARENT, **({"Constraints": parent} if parent else {}))
        request = {"KeyId": key["KeyId"], "GranteePrincipal": BOB, "Operations": ["Encrypt"]}
        request |= {"Constraints": child} if child else {}
        with (
            kms.acting_as(app),
            nullcontext() if allowed else refused("AccessDeniedException", denied(app, "CreateGrant", key)),
        ):
            client.create_grant(**request)

    def test_a_policy_does_not_limit_what_a_principal_grants(self, kms, client, key):
        """A principal that a policy allows to CreateGrant does not need the operations itself."""
        maker = kms.principals.user("maker", policies=[policy(allow("kms:CreateGrant"))])
        with kms.acting_as(maker):
            client.create_grant(KeyId=key["KeyId"], GranteePrincipal=BOB, Operations=["Decrypt"])

    def test_three_links(self, kms, client, key, app, grant, refused):
        roles = [kms.principals.role(f"link-{number}") for number in range(3)]
        grant(roles[0].role_arn, "CreateGrant", "Encrypt", "Decrypt")
        with kms.acting_as(roles[0]):
            second = client.create_grant(
                KeyId=key["KeyId"], GranteePrincipal=roles[1].role_arn, Operations=["CreateGrant", "Encrypt"]
            )
        with kms.acting_as(roles[1]):
            client.create_grant(KeyId=key["KeyId"], GranteePrincipal=roles[2].role_arn, Operations=["Encrypt"])
            with refused("AccessDeniedException", denied(roles[1], "CreateGrant", key)):
                client.create_grant(KeyId=key["KeyId"], GranteePrincipal=roles[2].role_arn, Operations=["Decrypt"])
        client.revoke_grant(KeyId=key["KeyId"], GrantId=second["GrantId"])
        with kms.acting_as(roles[2]):  # a grant does not depend on the one it was created through
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
