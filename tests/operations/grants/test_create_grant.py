"""CreateGrant."""

from __future__ import annotations

import base64
import re

import pytest
from expected import DRY_RUN, NO_ALIAS, disabled, members, pending_deletion
from grantable import AGREEMENT, ALWAYS, EVERY, HMAC, HOLDS, RSA, SIGNING, create_grant, grants_of
from iam import ACCOUNT, IAM, OTHER, across, denied
from keys import account_root, alias_of

from fake_kms import FakeKms
from fake_kms.tables import model

BOB, STS = f"{IAM}user/bob", f"arn:aws:sts::{ACCOUNT}:"
CONTEXT_CONSTRAINTS = ["EncryptionContextEquals", "EncryptionContextSubset"]
CONTEXT_UNSUPPORTED = (
    "ValidationException",
    "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
)
ONLY_CREATE_GRANT = ("ValidationException", "Grants must not contain only the CreateGrant operation.")


class TestCreateGrant:
    def test_an_operation_that_does_not_exist(self, client, key, refused):
        values = ", ".join(model.load()["CreateGrant"].input.members["Operations"].element.enum)
        message = (
            "1 validation error detected: Value '[Listen]' at 'operations' failed to satisfy constraint: Member must "
            f"satisfy constraint: [Member must satisfy enum value set: [{values}]]"
        )
        with refused("ValidationException", message):
            create_grant(client, key, "Listen")

    @pytest.mark.aws
    def test_create_grant_as_the_only_operation(self, client, key, refused):
        with refused(*ONLY_CREATE_GRANT):
            create_grant(client, key, "CreateGrant")

    @pytest.mark.parametrize("member", ["GranteePrincipal", "RetiringPrincipal"])
    @pytest.mark.parametrize(
        ("principal", "message"),
        [
            ("bob", "{member} does not refer to a valid principal."),
            (f"{IAM}group/g", "ARN does not refer to a valid principal: {principal}"),
            ("arn:aws:iam::aws:policy/x", "ARN is not valid: {principal}"),
            ("arn:aws:iam::1234:user/bob", "ARN is not valid: {principal}"),
            (f"{STS}assumed-role/app", "ARN is not valid: {principal}"),
            (f"{STS}assumed-role/team/app/session", "ARN is not valid: {principal}"),
        ],
    )
    def test_a_principal_that_is_not_valid(self, key, unchecked, refused, member, principal, message):
        with refused("InvalidArnException", message.format(member=member, principal=principal)):
            create_grant(unchecked, key, "Encrypt", **{member: principal})

    def test_exactly_one_grantee(self, client, key, refused):
        message = "Exactly one of GranteePrincipal and GranteeServicePrincipal must be specified."
        for grantees in ({}, {"GranteePrincipal": BOB, "GranteeServicePrincipal": "s3.amazonaws.com"}):
            with refused("ValidationException", message):
                client.create_grant(KeyId=key["KeyId"], Operations=["Encrypt"], **grantees)

    def test_at_most_one_retiring_principal(self, grant, refused):
        message = "Only one of RetiringPrincipal and RetiringServicePrincipal can be specified."
        with refused("ValidationException", message):
            grant(BOB, "Encrypt", RetiringPrincipal=BOB, RetiringServicePrincipal="s3.amazonaws.com")

    @pytest.mark.parametrize(
        "more", [{}, {"RetiringPrincipal": BOB}, {"Constraints": {"SourceArn": "arn:aws:s3:us-east-1:123456789012:b"}}]
    )
    def test_a_service_needs_a_retiring_principal_and_a_source(self, client, key, refused, more):
        message = "GranteeServicePrincipal requires a retiring principal and a SourceArn constraint."
        with refused("ValidationException", message):
            client.create_grant(
                KeyId=key["KeyId"], GranteeServicePrincipal="s3.amazonaws.com", Operations=["Encrypt"], **more
            )

    @pytest.mark.aws
    @pytest.mark.parametrize("kind", HOLDS)
    def test_operations_that_the_key_cannot_do(self, client, refused, kind):
        spec, holds = HOLDS[kind]
        key = client.create_key(**spec)["KeyMetadata"]

        create_grant(client, key, *sorted(holds | ALWAYS))
        asymmetric = "KeySpec" in spec and not spec["KeySpec"].startswith("HMAC")
        valid = [name for name in client.meta.service_model.shape_for("GrantOperation").enum if name in holds | ALWAYS]
        for operation in sorted(EVERY - ALWAYS - holds):
            message = (
                f"Operations [{operation}] are not supported when creating a grant for "
                f"{'an asymmetric' if asymmetric else 'a symmetric'} KMS key with key usage {key['KeyUsage']}. "
                f"Valid operations are [{', '.join(valid)}]"
            )
            with refused("ValidationException", message):
                create_grant(client, key, "DescribeKey", operation)

    @pytest.mark.aws
    @pytest.mark.parametrize("kind", CONTEXT_CONSTRAINTS)
    @pytest.mark.parametrize("spec", [RSA, SIGNING, HMAC, AGREEMENT], ids=lambda spec: spec["KeyUsage"])
    def test_context_constraints_are_for_symmetric_keys(self, client, refused, kind, spec):
        key = client.create_key(**spec)["KeyMetadata"]

        for operations in (["DescribeKey"], ["GenerateDataKey"]):  # the constraint is checked before the operations
            with refused(*CONTEXT_UNSUPPORTED):
                create_grant(client, key, *operations, Constraints={kind: {"a": "b"}})

    def test_both_context_constraints(self, client, key, refused):
        constraints = {kind: {"a": "b"} for kind in CONTEXT_CONSTRAINTS}
        with refused("ValidationException", "More than one constraint supplied"):
            create_grant(client, key, "Encrypt", Constraints=constraints)

    def test_several_operations_that_the_key_cannot_do(self, client, refused):
        key = client.create_key(**HMAC)["KeyMetadata"]
        message = (
            "Operations [Sign, Encrypt] are not supported when creating a grant for a symmetric KMS key with key usage "
            "GENERATE_VERIFY_MAC. Valid operations are [CreateGrant, RetireGrant, DescribeKey, GenerateMac, VerifyMac]"
        )
        with refused("ValidationException", message):
            create_grant(client, key, "Sign", "GenerateMac", "Encrypt")

    @pytest.mark.aws
    @pytest.mark.parametrize("kind", CONTEXT_CONSTRAINTS)
    def test_the_size_of_context_constraints(self, client, key, refused, kind):
        create_grant(client, key, "Encrypt", Constraints={kind: {str(number): "x" * 384 for number in range(8)}})

        message = "Encryption context constraints hold at most 8 pairs of up to 384 characters each."
        for pairs in ({str(number): "x" for number in range(9)}, {"a": "x" * 385}, {"x" * 385: "a"}):
            with refused("ValidationException", message):
                create_grant(client, key, "Encrypt", Constraints={kind: pairs})

    def test_the_quota_of_a_key(self):
        with FakeKms(quotas={"grants_per_key": 2}) as kms:
            client = kms.client()
            key = client.create_key()["KeyMetadata"]
            for name in ("one", "two"):
                create_grant(client, key, "Encrypt", Name=name)
            with pytest.raises(client.exceptions.LimitExceededException) as caught:
                create_grant(client, key, "Encrypt", Name="three")
            message = "Grants per key quota for this account in this region is 2, current usage is 2."
            assert caught.value.response["Error"]["Message"] == message

            create_grant(client, key, "Encrypt", Name="two")  # exists already
            client.revoke_grant(KeyId=key["KeyId"], GrantId=grants_of(client, key)[0]["GrantId"])
            create_grant(client, key, "Encrypt", Name="three")

    @pytest.mark.aws
    @pytest.mark.parametrize(
        ("change", "refusal"), [("disable_key", disabled), ("schedule_key_deletion", pending_deletion)]
    )
    def test_the_state_of_the_key(self, client, key, refused, change, refusal):
        getattr(client, change)(KeyId=key["KeyId"])

        with refused(*refusal(key)):
            create_grant(client, key, "Encrypt")

    @pytest.mark.aws
    def test_an_alias(self, client, key, refused):
        alias_name = alias_of(client, key)

        with refused(*NO_ALIAS):
            create_grant(client, key, "Encrypt", KeyId=alias_name)

    def test_the_permission(self, kms, key, refused):
        alice = kms.principals.user("alice")
        with refused("AccessDeniedException", denied(alice, "CreateGrant", key)):
            create_grant(alice.client(), key, "Encrypt", GranteePrincipal=alice.arn)

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        with refused(*DRY_RUN):
            create_grant(client, key, "Encrypt", DryRun=True)
        with refused(*ONLY_CREATE_GRANT):
            create_grant(client, key, "CreateGrant", DryRun=True)
        assert grants_of(client, key) == []

    @pytest.mark.aws
    def test_the_answer_is_an_id_and_a_token(self, client, key):
        answer = members(create_grant(client, key, "Encrypt"))

        assert set(answer) == {"GrantId", "GrantToken"}
        assert re.fullmatch("[0-9a-f]{64}", answer["GrantId"])
        assert re.fullmatch("AQpA[A-Za-z0-9_-]+", answer["GrantToken"])
        raw = base64.urlsafe_b64decode(answer["GrantToken"] + "==")
        assert (raw[:3], raw[67:70], len(raw)) == (b"\x01\x0a\x40", b"\x22\x88\x02", 334)

    @pytest.mark.parametrize(
        "principal",
        [f"{IAM}root", ACCOUNT, f"{IAM}user/team/bob", f"{IAM}role/team/app", f"arn:aws:iam::{OTHER}:role/app",
         f"{STS}assumed-role/app/s", f"{STS}federated-user/bob", "s3.amazonaws.com", "dynamodb.us-east-1.amazonaws.com",
         f"{STS}assumed-role/aws:ec2-infrastructure/i-0123456789abcdef0", f"{STS}user/moto"],
    )  # fmt: skip
    def test_every_kind_of_principal(self, client, key, grant, principal):
        grant(principal, "Encrypt", RetiringPrincipal=principal)

        (entry,) = grants_of(client, key)
        assert (entry["GranteePrincipal"], entry["RetiringPrincipal"]) == (principal, principal)

    def test_the_caller_as_motos_sts_names_it(self, client, elsewhere, key, refused):
        """moto's GetCallerIdentity answers this ARN for access keys that nobody has registered."""
        guest, moto = elsewhere(OTHER), f"arn:aws:sts::{OTHER}:user/moto"
        request = {"KeyId": key["Arn"], "Plaintext": b"x"}
        with refused("AccessDeniedException", across(f"arn:aws:iam::{OTHER}:user/admin", "Encrypt")):
            guest.encrypt(**request)
        token = create_grant(client, key, "Encrypt", GranteePrincipal=moto, RetiringPrincipal=moto)["GrantToken"]
        guest.encrypt(**request)
        (entry,) = grants_of(client, key)
        assert (entry["GranteePrincipal"], entry["RetiringPrincipal"]) == (moto, moto)
        assert client.list_grants(KeyId=key["KeyId"], GranteePrincipal=moto)["Grants"] == [entry]
        guest.retire_grant(GrantToken=token)

    @pytest.mark.aws
    def test_the_same_name_and_parameters_are_the_same_grant(self, client, key):
        constraints = {"EncryptionContextSubset": {"a": "b"}}
        more = {"Name": "job", "RetiringPrincipal": account_root(key), "Constraints": constraints}
        first, second = (create_grant(client, key, "Encrypt", "Decrypt", **more) for _ in range(2))
        reordered = create_grant(client, key, "Decrypt", "Encrypt", **more)

        assert first["GrantId"] == second["GrantId"] == reordered["GrantId"]
        assert len({first["GrantToken"], second["GrantToken"], reordered["GrantToken"]}) == 3
        assert len(grants_of(client, key)) == 1

    @pytest.mark.parametrize(
        "other",
        [{"Name": "other"}, {"RetiringPrincipal": BOB}, {"Constraints": {"EncryptionContextSubset": {"a": "b"}}},
         {"Operations": ["Encrypt", "Decrypt"]}, {"GranteePrincipal": f"{IAM}user/carol"}],
        ids=lambda other: next(iter(other)),
    )  # fmt: skip
    def test_another_parameter_is_another_grant(self, client, key, other):
        request = {"KeyId": key["KeyId"], "GranteePrincipal": BOB, "Operations": ["Encrypt"], "Name": "job"}

        assert client.create_grant(**request)["GrantId"] != client.create_grant(**request | other)["GrantId"]

    @pytest.mark.aws
    def test_without_a_name_it_is_always_a_new_grant(self, client, key):
        first, second = (create_grant(client, key, "Encrypt")["GrantId"] for _ in range(2))

        assert first != second

    @pytest.mark.aws
    def test_all_tokens_of_a_grant_become_invalid_with_it(self, client, key, refused):
        tokens = [create_grant(client, key, "Encrypt", Name="job")["GrantToken"] for _ in range(2)]
        client.retire_grant(GrantToken=tokens[0])

        for token in tokens:
            with refused("InvalidGrantTokenException"):
                client.retire_grant(GrantToken=token)

    def test_a_grant_does_not_change_with_the_input_in_the_journal(self, kms, client, key, grant):
        grant(BOB, "Encrypt", Constraints={"EncryptionContextSubset": {"a": "b"}})
        event = kms.journal.events("CreateGrant")[0]
        event.input["Operations"].append("Decrypt")
        event.input["Constraints"]["EncryptionContextSubset"].clear()

        (entry,) = grants_of(client, key)
        assert entry["Operations"] == ["Encrypt"]
        assert entry["Constraints"] == {"EncryptionContextSubset": {"a": "b"}}
