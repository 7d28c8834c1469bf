"""CreateGrant, ListGrants, ListRetirableGrants, RetireGrant, RevokeGrant, and what a grant lets its grantee do."""

from __future__ import annotations

import base64
import re
from contextlib import nullcontext

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from iam import (
    ACCOUNT,
    ADMIN,
    DENIED_BY_IDENTITY,
    DENIED_BY_KEY_POLICY,
    IAM,
    NOT_BY_KEY_POLICY,
    OTHER,
    ROOT,
    across,
    allow,
    denied,
    deny,
    key_policy,
    policy,
)

from fake_kms import FakeKms
from fake_kms.tables import model

HAS_ML_KEM = "Encapsulate" in model.load()  # the lowest botocore that is tested does not know it
BOB = f"{IAM}user/bob"

SYMMETRIC = {}
RSA = {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}
SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
HMAC = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
AGREEMENT = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
ENCAPSULATION = {"KeySpec": "ML_KEM_768", "KeyUsage": "ENCAPSULATE_DECAPSULATE"}

# The key's kind -> what a grant on it may hold, besides what every grant may. Source: Developer Guide, "Grants".
ALWAYS = {"CreateGrant", "DescribeKey", "RetireGrant"}
HOLDS = {
    "symmetric": (SYMMETRIC, {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey",
                              "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
                              "GenerateDataKeyPairWithoutPlaintext"}),
    "RSA encryption": (RSA, {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GetPublicKey"}),
    "signing": (SIGNING, {"Sign", "Verify", "GetPublicKey"}),
    "HMAC": (HMAC, {"GenerateMac", "VerifyMac"}),
    "key agreement": (AGREEMENT, {"DeriveSharedSecret", "GetPublicKey"}),
    "encapsulation": (ENCAPSULATION, {"Encapsulate", "Decapsulate", "GetPublicKey"}),
}  # fmt: skip
if not HAS_ML_KEM:
    del HOLDS["encapsulation"]
EVERY = set().union(ALWAYS, *(holds for _, holds in HOLDS.values()))


@pytest.fixture
def app(kms):
    return kms.principals.role("app")


@pytest.fixture
def grant(client, key):
    """Make a grant on the key for somebody."""

    def make(grantee, *operations, **more):
        return client.create_grant(KeyId=key["KeyId"], GranteePrincipal=grantee, Operations=[*operations], **more)

    return make


def grants_of(client, key):
    return client.list_grants(KeyId=key["KeyId"])["Grants"]


class TestCreateGrant:
    def test_an_id_and_a_token(self, grant):
        answer = grant(BOB, "Encrypt")

        assert set(answer) - {"ResponseMetadata"} == {"GrantId", "GrantToken"}
        assert re.fullmatch("[0-9a-f]{64}", answer["GrantId"])
        assert re.fullmatch("AQpA[A-Za-z0-9_-]+", answer["GrantToken"])
        raw = base64.urlsafe_b64decode(answer["GrantToken"] + "==")
        assert (raw[:3], raw[67:70], len(raw)) == (b"\x01\x0a\x40", b"\x22\x88\x02", 334)

    def test_what_a_test_does_to_the_journal_changes_no_grant(self, kms, client, key, grant):
        grant(BOB, "Encrypt", Constraints={"EncryptionContextSubset": {"a": "b"}})
        event = kms.journal.events("CreateGrant")[0]
        event.input["Operations"].append("Decrypt")
        event.input["Constraints"]["EncryptionContextSubset"].clear()

        (entry,) = grants_of(client, key)
        assert entry["Operations"] == ["Encrypt"]
        assert entry["Constraints"] == {"EncryptionContextSubset": {"a": "b"}}

    def test_the_same_name_and_parameters_are_the_same_grant(self, client, key, grant):
        more = {"Name": "job", "RetiringPrincipal": BOB, "Constraints": {"EncryptionContextSubset": {"a": "b"}}}
        first, second = (grant(BOB, "Encrypt", "Decrypt", **more) for _ in range(2))
        turned = grant(BOB, "Decrypt", "Encrypt", **more)

        assert first["GrantId"] == second["GrantId"] == turned["GrantId"]
        assert len({first["GrantToken"], second["GrantToken"], turned["GrantToken"]}) == 3
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

    def test_without_a_name_it_is_always_a_new_grant(self, grant):
        assert grant(BOB, "Encrypt")["GrantId"] != grant(BOB, "Encrypt")["GrantId"]

    def test_all_its_tokens_go_with_it(self, client, key, grant, refused):
        tokens = [grant(BOB, "Encrypt", Name="job")["GrantToken"] for _ in range(2)]
        client.retire_grant(GrantToken=tokens[0])

        for token in tokens:
            with refused("InvalidGrantTokenException"):
                client.retire_grant(GrantToken=token)

    @pytest.mark.parametrize("kind", HOLDS)
    def test_the_operations_fit_the_key(self, client, refused, kind):
        spec, holds = HOLDS[kind]
        key = client.create_key(**spec)["KeyMetadata"]
        request = {"KeyId": key["KeyId"], "GranteePrincipal": BOB}

        client.create_grant(**request, Operations=sorted(holds | ALWAYS))
        for operation in sorted(EVERY - ALWAYS - holds):
            with refused("ValidationException", f"Grant operations {operation} are not valid for {key['Arn']}."):
                client.create_grant(**request, Operations=["DescribeKey", operation])

    def test_an_operation_that_does_not_exist(self, client, key, refused):
        message = (
            "1 validation error detected: Value '[Listen]' at 'operations' failed to satisfy constraint: Member must "
            "satisfy constraint: [Member must satisfy enum value set: ["
        )
        with pytest.raises(client.exceptions.ClientError) as caught:
            client.create_grant(KeyId=key["KeyId"], GranteePrincipal=BOB, Operations=["Listen"])
        assert caught.value.response["Error"]["Message"].startswith(message)

    def test_create_grant_alone(self, grant, refused):
        with refused("ValidationException", "Grants must not contain only the CreateGrant operation."):
            grant(BOB, "CreateGrant")

    @pytest.mark.parametrize(
        "principal",
        ["bob", "arn:aws:iam::123456789012:group/g", "arn:aws:iam::aws:policy/x", "s3.amazonaws.com",
         "arn:aws:sts::123456789012:assumed-role/app", "arn:aws:iam::1234:user/bob"],
    )  # fmt: skip
    @pytest.mark.parametrize("member", ["GranteePrincipal", "RetiringPrincipal"])
    def test_who_is_no_principal(self, client, key, unchecked, refused, member, principal):
        request = {"GranteePrincipal": BOB, member: principal}
        with refused("InvalidArnException", f"ARN does not refer to a valid principal: {principal}"):
            unchecked.create_grant(KeyId=key["KeyId"], Operations=["Encrypt"], **request)

    @pytest.mark.parametrize(
        "principal",
        [f"{IAM}root", ACCOUNT, f"{IAM}user/team/bob", f"{IAM}role/team/app", f"arn:aws:iam::{OTHER}:role/app",
         f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s", f"arn:aws:sts::{ACCOUNT}:federated-user/bob"],
    )  # fmt: skip
    def test_who_is_a_principal(self, grant, principal):
        grant(principal, "Encrypt", RetiringPrincipal=principal)

    def test_one_grantee(self, client, key, refused):
        message = "Exactly one of GranteePrincipal and GranteeServicePrincipal must be specified."
        for grantees in ({}, {"GranteePrincipal": BOB, "GranteeServicePrincipal": "s3.amazonaws.com"}):
            with refused("ValidationException", message):
                client.create_grant(KeyId=key["KeyId"], Operations=["Encrypt"], **grantees)

    def test_at_most_one_retirer(self, grant, refused):
        message = "Only one of RetiringPrincipal and RetiringServicePrincipal can be specified."
        with refused("ValidationException", message):
            grant(BOB, "Encrypt", RetiringPrincipal=BOB, RetiringServicePrincipal="s3.amazonaws.com")

    @pytest.mark.parametrize(
        "more", [{}, {"RetiringPrincipal": BOB}, {"Constraints": {"SourceArn": "arn:aws:s3:us-east-1:123456789012:b"}}]
    )
    def test_a_service_needs_a_retirer_and_a_source(self, client, key, refused, more):
        message = "GranteeServicePrincipal requires a retiring principal and a SourceArn constraint."
        with refused("ValidationException", message):
            client.create_grant(
                KeyId=key["KeyId"], GranteeServicePrincipal="s3.amazonaws.com", Operations=["Encrypt"], **more
            )

    @pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
    @pytest.mark.parametrize("spec", [RSA, SIGNING, HMAC, AGREEMENT], ids=lambda spec: spec["KeyUsage"])
    def test_context_constraints_are_for_symmetric_keys(self, client, refused, kind, spec):
        key = client.create_key(**spec)["KeyMetadata"]
        with refused("ValidationException", f"Encryption context constraints are not valid for {key['Arn']}."):
            client.create_grant(
                KeyId=key["KeyId"], GranteePrincipal=BOB, Operations=["DescribeKey"], Constraints={kind: {"a": "b"}}
            )

    @pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
    def test_the_size_of_context_constraints(self, grant, refused, kind):
        grant(BOB, "Encrypt", Constraints={kind: {str(number): "x" * 384 for number in range(8)}})
        message = "Encryption context constraints hold at most 8 pairs of up to 384 characters each."
        for pairs in ({str(number): "x" for number in range(9)}, {"a": "x" * 385}, {"x" * 385: "a"}):
            with refused("ValidationException", message):
                grant(BOB, "Encrypt", Constraints={kind: pairs})

    def test_the_quota_of_a_key(self):
        with FakeKms(quotas={"grants_per_key": 2}) as kms:
            client = kms.client()
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            request = {"KeyId": key_id, "GranteePrincipal": BOB, "Operations": ["Encrypt"]}
            for name in ("one", "two"):
                client.create_grant(**request, Name=name)
            with pytest.raises(client.exceptions.LimitExceededException) as caught:
                client.create_grant(**request, Name="three")
            message = "Grants per key quota for this account in this region is 2, current usage is 2."
            assert caught.value.response["Error"]["Message"] == message

            client.create_grant(**request, Name="two")  # it is there already
            client.revoke_grant(KeyId=key_id, GrantId=client.list_grants(KeyId=key_id)["Grants"][0]["GrantId"])
            client.create_grant(**request, Name="three")

    @pytest.mark.parametrize(
        ("spoil", "code", "message"),
        [
            ("disable_key", "DisabledException", "{} is disabled."),
            ("schedule_key_deletion", "KMSInvalidStateException", "{} is pending deletion."),
        ],
    )
    def test_the_state_of_the_key(self, client, key, grant, refused, spoil, code, message):
        getattr(client, spoil)(KeyId=key["KeyId"])
        with refused(code, message.format(key["Arn"])):
            grant(BOB, "Encrypt")

    def test_an_alias_is_no_key(self, client, key, refused):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        with refused("InvalidArnException", "Key Aliases are not supported for this operation."):
            client.create_grant(KeyId="alias/app", GranteePrincipal=BOB, Operations=["Encrypt"])

    def test_a_dry_run(self, client, key, grant, refused):
        with refused("DryRunOperationException", "The request would have succeeded, but the DryRun option is set."):
            grant(BOB, "Encrypt", DryRun=True)
        with refused("ValidationException", "Grants must not contain only the CreateGrant operation."):
            grant(BOB, "CreateGrant", DryRun=True)
        assert grants_of(client, key) == []

    def test_the_permission(self, kms, key, refused):
        alice = kms.principals.user("alice")
        with refused("AccessDeniedException", denied(alice, "CreateGrant", key)):
            alice.client().create_grant(KeyId=key["KeyId"], GranteePrincipal=alice.arn, Operations=["Encrypt"])


class TestListGrants:
    def test_the_members_of_an_entry(self, client, key, grant):
        constraints = {"EncryptionContextEquals": {"a": "b"}}
        made = grant(BOB, "Decrypt", "Encrypt", Name="job", RetiringPrincipal=f"{IAM}root", Constraints=constraints)
        (entry,) = grants_of(client, key)

        created = entry.pop("CreationDate")
        assert created >= key["CreationDate"]
        assert entry == {
            "Constraints": constraints,
            "GrantId": made["GrantId"],
            "GranteePrincipal": BOB,
            "IssuingAccount": f"{IAM}root",
            "KeyId": key["Arn"],
            "Name": "job",
            "Operations": ["Decrypt", "Encrypt"],
            "RetiringPrincipal": f"{IAM}root",
        }

    def test_what_was_not_said_is_not_there(self, client, key, grant):
        grant(BOB, "Encrypt")
        (entry,) = grants_of(client, key)

        assert sorted(entry) == [
            "CreationDate", "GrantId", "GranteePrincipal", "IssuingAccount", "KeyId", "Name", "Operations",
        ]  # fmt: skip
        assert entry["Name"] == ""

    def test_operations_and_constraints_are_listed_as_they_were_sent(self, client, key, grant):
        grant(BOB, "Encrypt", "Decrypt", "Encrypt", Constraints={})
        (entry,) = grants_of(client, key)

        assert (entry["Operations"], entry["Constraints"]) == (["Encrypt", "Decrypt", "Encrypt"], {})

    def test_a_grant_to_a_service(self, client, key):
        request = {
            "GranteeServicePrincipal": "s3.amazonaws.com",
            "RetiringServicePrincipal": "s3.amazonaws.com",
            "Constraints": {"SourceArn": "arn:aws:s3:us-east-1:123456789012:bucket"},
        }
        client.create_grant(KeyId=key["KeyId"], Operations=["Encrypt"], **request)
        (entry,) = grants_of(client, key)

        assert {name: entry[name] for name in request} == request

    def test_filters(self, client, key, grant, refused):
        made = [grant(who, "Encrypt")["GrantId"] for who in (BOB, f"{IAM}root", BOB)]

        def listed(**wanted):
            return [entry["GrantId"] for entry in client.list_grants(KeyId=key["Arn"], **wanted)["Grants"]]

        assert listed() == made
        assert listed(GranteePrincipal=BOB) == [made[0], made[2]]
        assert listed(GrantId=made[1]) == [made[1]]
        assert listed(GrantId=made[1], GranteePrincipal=BOB) == []
        assert listed(GrantId="0" * 64) == []
        with refused("InvalidGrantIdException"):
            listed(GrantId="one")

    def test_one_kind_of_grantee(self, client, key, refused):
        message = "Only one of GranteePrincipal and GranteeServicePrincipal can be specified."
        with refused("ValidationException", message):
            client.list_grants(KeyId=key["KeyId"], GranteePrincipal=BOB, GranteeServicePrincipal="s3.amazonaws.com")

    def test_pages_while_grants_come_and_go(self, client, key, grant, refused):
        made = [grant(BOB, "Encrypt")["GrantId"] for _ in range(5)]
        first = client.list_grants(KeyId=key["KeyId"], Limit=2)
        for gone in (made[1], made[2]):
            client.revoke_grant(KeyId=key["KeyId"], GrantId=gone)
        made.append(grant(BOB, "Decrypt")["GrantId"])
        rest = client.list_grants(KeyId=key["KeyId"], Marker=first["NextMarker"])

        assert [entry["GrantId"] for entry in first["Grants"]] == made[:2]
        assert [entry["GrantId"] for entry in rest["Grants"]] == made[3:]
        assert (first["Truncated"], rest["Truncated"], "NextMarker" in rest) == (True, False, False)
        other = client.create_key()["KeyMetadata"]["KeyId"]
        with refused("InvalidMarkerException"):
            client.list_grants(KeyId=other, Marker=first["NextMarker"])

    def test_a_page_holds_fifty_and_at_most_a_hundred(self, client, key, grant):
        for _ in range(101):
            grant(BOB, "Encrypt")

        assert len(client.list_grants(KeyId=key["KeyId"])["Grants"]) == 50
        assert len(client.list_grants(KeyId=key["KeyId"], Limit=100)["Grants"]) == 100

    def test_on_a_disabled_key(self, client, key, grant):
        grant(BOB, "Encrypt")
        client.disable_key(KeyId=key["KeyId"])

        assert len(grants_of(client, key)) == 1

    def test_no_grant_lets_list_grants(self, kms, client, key, app, grant, refused):
        grant(app.role_arn, *sorted(ALWAYS))
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "ListGrants", key)):
            client.list_grants(KeyId=key["KeyId"])


class TestListRetirableGrants:
    def test_of_all_keys_and_accounts_in_the_region(self, client, key, elsewhere):
        guest = elsewhere(OTHER)
        far = elsewhere(region="eu-west-1")
        made = []
        for owner, key_id in (
            (client, key["KeyId"]),
            (client, client.create_key()["KeyMetadata"]["KeyId"]),
            (guest, guest.create_key()["KeyMetadata"]["KeyId"]),
            (far, far.create_key()["KeyMetadata"]["KeyId"]),
        ):
            request = {"KeyId": key_id, "GranteePrincipal": f"{IAM}root", "Operations": ["Encrypt"]}
            made.append(owner.create_grant(**request, RetiringPrincipal=BOB)["GrantId"])
            owner.create_grant(**request)
            owner.create_grant(**request, RetiringPrincipal=f"{IAM}root")

        answer = client.list_retirable_grants(RetiringPrincipal=BOB)
        assert [entry["GrantId"] for entry in answer["Grants"]] == made[:3]
        assert {entry["IssuingAccount"] for entry in answer["Grants"]} == {f"{IAM}root", f"arn:aws:iam::{OTHER}:root"}
        assert answer["Truncated"] is False
        assert [e["GrantId"] for e in far.list_retirable_grants(RetiringPrincipal=BOB)["Grants"]] == made[3:]

    def test_pages(self, client, key, grant):
        made = [grant(BOB, "Encrypt", RetiringPrincipal=BOB)["GrantId"] for _ in range(4)]
        first = client.list_retirable_grants(RetiringPrincipal=BOB, Limit=2)
        client.revoke_grant(KeyId=key["KeyId"], GrantId=made[2])
        rest = client.list_retirable_grants(RetiringPrincipal=BOB, Limit=2, Marker=first["NextMarker"])

        assert [entry["GrantId"] for entry in first["Grants"] + rest["Grants"]] == [made[0], made[1], made[3]]

    def test_whose(self, client, refused):
        message = "Exactly one of RetiringPrincipal and RetiringServicePrincipal must be specified."
        with refused("ValidationException", message):
            client.list_retirable_grants()

    def test_of_another_accounts_principal(self, kms, client, refused):
        admin = kms.principals.user("boss", policies=[policy(allow())])
        with kms.acting_as(admin), refused("AccessDeniedException", across(admin, "ListRetirableGrants")):
            client.list_retirable_grants(RetiringPrincipal=f"arn:aws:iam::{OTHER}:user/bob")

    def test_the_identity_policy_names_the_retiring_principal(self, kms, client, key, grant, refused):
        carol = kms.principals.user("carol", policies=[policy(allow("kms:ListRetirableGrants", BOB))])
        grant(f"{IAM}root", "Encrypt", RetiringPrincipal=BOB)
        with kms.acting_as(carol):
            assert len(client.list_retirable_grants(RetiringPrincipal=BOB)["Grants"]) == 1
            with refused("AccessDeniedException", denied(carol, "ListRetirableGrants", carol.arn)):
                client.list_retirable_grants(RetiringPrincipal=carol.arn)

    def test_a_retiring_service_is_no_resource(self, kms, refused):
        carol = kms.principals.user("carol", policies=[policy(allow("kms:ListRetirableGrants", BOB))])
        with refused("AccessDeniedException", denied(carol, "ListRetirableGrants", "*")):
            carol.client().list_retirable_grants(RetiringServicePrincipal="ec2.amazonaws.com")


class TestRetireGrant:
    @pytest.fixture
    def made(self, grant, app):
        return grant(app.role_arn, "Encrypt", "RetireGrant", RetiringPrincipal=BOB)

    def test_by_token_and_by_ids(self, client, key, grant):
        for _ in range(2):
            grant(BOB, "Encrypt")
        token = grant(BOB, "Encrypt")["GrantToken"]
        client.retire_grant(GrantToken=token)
        first, second = grants_of(client, key)
        client.retire_grant(KeyId=key["Arn"], GrantId=first["GrantId"])

        assert grants_of(client, key) == [second]

    def test_one_of_the_two_forms(self, client, key, made, refused):
        message = "Grant token OR (grant ID, key ID) must be specified"
        for form in (
            {},
            {"KeyId": key["Arn"]},
            {"GrantId": made["GrantId"]},
            {"GrantToken": made["GrantToken"], "KeyId": key["Arn"], "GrantId": made["GrantId"]},
        ):
            with refused("ValidationException", message):
                client.retire_grant(**form)

    def test_a_grant_that_is_not_there(self, client, key, made, refused):
        with refused("NotFoundException", f"Grant ID {'0' * 64} not found"):
            client.retire_grant(KeyId=key["Arn"], GrantId="0" * 64)
        with refused("InvalidGrantIdException"):
            client.retire_grant(KeyId=key["Arn"], GrantId="x")
        with refused("InvalidGrantTokenException"):
            client.retire_grant(GrantToken="x")

    def test_the_key_is_named_by_its_arn(self, kms, client, key, made, refused):
        missing = key["Arn"][:-12] + "0" * 12
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        admin = kms.principals.user("boss", policies=[policy(allow())])
        for key_id, code, message in (
            (key["KeyId"], "InvalidArnException", f"Invalid ARN {key['KeyId']}"),
            ("alias/app", "InvalidArnException", "Key Aliases are not supported for this operation."),
            (
                f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app",
                "InvalidArnException",
                "Key Aliases are not supported for this operation.",
            ),
            (missing, "NotFoundException", f"Key '{missing}' does not exist"),
            (missing.replace(ACCOUNT, OTHER), "AccessDeniedException", across(admin, "RetireGrant")),
            (key["Arn"].replace("us-east-1", "eu-west-1"), "NotFoundException", "Invalid arn eu-west-1"),
        ):
            with kms.acting_as(admin), refused(code, message):
                client.retire_grant(KeyId=key_id, GrantId=made["GrantId"])

    def test_in_its_own_region_only(self, elsewhere, key, made, refused):
        far = elsewhere(region="eu-west-1")
        with refused("NotFoundException", "Invalid arn us-east-1"):
            far.retire_grant(KeyId=key["Arn"], GrantId=made["GrantId"])
        with refused("InvalidGrantTokenException"):
            far.retire_grant(GrantToken=made["GrantToken"])

    @pytest.mark.parametrize("spoil", ["disable_key", "schedule_key_deletion"])
    def test_in_every_state_of_the_key(self, client, key, made, spoil):
        getattr(client, spoil)(KeyId=key["KeyId"])
        client.retire_grant(KeyId=key["Arn"], GrantId=made["GrantId"])

        assert grants_of(client, key) == []

    def test_the_retiring_principal(self, kms, client, key, made):
        bob = kms.principals.user("bob")
        with kms.acting_as(bob):
            client.retire_grant(KeyId=key["Arn"], GrantId=made["GrantId"])
        assert grants_of(client, key) == []

    def test_the_grantee_with_retire_grant(self, kms, client, key, app, made, grant, refused):
        without = grant(app.role_arn, "Encrypt")
        with kms.acting_as(app):
            client.retire_grant(GrantToken=made["GrantToken"])
            with refused("AccessDeniedException", denied(app, "RetireGrant", key)):
                client.retire_grant(GrantToken=without["GrantToken"])

    def test_the_root_user_of_the_issuing_account(self, kms, client, key, made):
        kms.principals.root().client().retire_grant(KeyId=key["Arn"], GrantId=made["GrantId"])

        assert grants_of(client, key) == []

    def test_the_issuing_account_through_iam(self, kms, client, key, made, refused):
        carol = kms.principals.user("carol")
        dave = kms.principals.user("dave", policies=[policy(allow("kms:RetireGrant", key["Arn"]))])
        with kms.acting_as(carol), refused("AccessDeniedException", denied(carol, "RetireGrant", key)):
            client.retire_grant(GrantToken=made["GrantToken"])
        with kms.acting_as(dave):
            client.retire_grant(GrantToken=made["GrantToken"])

    def test_the_issuing_account_is_the_makers(self, kms, client, key, refused):
        """The guest made it on our key: its account may retire it, ours may not."""
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(allow())])
        owner = kms.principals.user("owner", policies=[policy(allow())])
        text = key_policy(allow(to=ROOT), allow("kms:CreateGrant", to=guest.arn))
        client.put_key_policy(KeyId=key["KeyId"], Policy=text)
        request = {"KeyId": key["Arn"], "GranteePrincipal": guest.arn, "Operations": ["Encrypt"]}
        made = guest.client().create_grant(**request)
        assert grants_of(client, key)[0]["IssuingAccount"] == f"arn:aws:iam::{OTHER}:root"

        with refused("AccessDeniedException", denied(owner, "RetireGrant", key, NOT_BY_KEY_POLICY)):
            owner.client().retire_grant(GrantToken=made["GrantToken"])
        guest.client().retire_grant(GrantToken=made["GrantToken"])

    @pytest.mark.parametrize("account", [f"arn:aws:iam::{OTHER}:root", OTHER])
    def test_an_account_as_retirer(self, kms, client, key, grant, refused, account):
        guest = kms.principals.user("guest", account=OTHER)
        let = kms.principals.user("let", account=OTHER, policies=[policy(allow("kms:RetireGrant"))])
        for retirer in (let, kms.principals.root(OTHER)):
            made = grant(BOB, "Encrypt", RetiringPrincipal=account)
            with refused("AccessDeniedException", denied(guest, "RetireGrant", key)):
                guest.client().retire_grant(GrantToken=made["GrantToken"])
            retirer.client().retire_grant(GrantToken=made["GrantToken"])
        assert grants_of(client, key) == []

    @pytest.mark.parametrize("account", [ACCOUNT, OTHER])
    def test_conditions_see_the_key(self, kms, client, key, grant, refused, account):
        """Through the IAM policies of the issuing account, and of the account that the grant lets retire it."""
        team = policy(allow("kms:RetireGrant", Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}}))
        carol = kms.principals.user("carol", account=account, policies=[team])
        made = grant(BOB, "Encrypt", RetiringPrincipal=f"arn:aws:iam::{OTHER}:root")
        with refused("AccessDeniedException", denied(carol, "RetireGrant", key)):
            carol.client().retire_grant(GrantToken=made["GrantToken"])
        client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "team", "TagValue": "blue"}])
        carol.client().retire_grant(GrantToken=made["GrantToken"])
        assert grants_of(client, key) == []

    def test_the_decision_is_in_the_journal(self, kms, key, made):
        kms.principals.user("bob").client().retire_grant(GrantToken=made["GrantToken"])
        (event,) = kms.journal.events("RetireGrant")

        assert kms.explain(event).splitlines() == [
            str(event),
            f"Allowed: kms:RetireGrant on {key['Arn']} by {BOB}",
            "  Allow by grant of the retiring principal",
        ]

    def test_a_service_as_grantee_and_as_retirer(self, kms, client, key, refused):
        bucket = f"arn:aws:s3:us-east-1:{ACCOUNT}:bucket"
        client.create_grant(
            KeyId=key["KeyId"], GranteeServicePrincipal="s3.amazonaws.com", Operations=["Encrypt"],
            RetiringServicePrincipal="ec2.amazonaws.com", Constraints={"SourceArn": bucket},
        )  # fmt: skip
        (entry,) = client.list_retirable_grants(RetiringServicePrincipal="ec2.amazonaws.com")["Grants"]
        (same,) = client.list_grants(KeyId=key["KeyId"], GranteeServicePrincipal="s3.amazonaws.com")["Grants"]
        assert entry == same
        request = {"KeyId": key["Arn"], "GrantId": entry["GrantId"]}
        grantee = kms.principals.service("s3.amazonaws.com", source_arn=bucket)
        with refused("AccessDeniedException", denied(grantee, "RetireGrant", key)):
            grantee.client().retire_grant(**request)
        kms.principals.service("ec2.amazonaws.com").client().retire_grant(**request)

    def test_a_stranger_of_another_account(self, kms, key, made, refused):
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(allow())])
        with refused("AccessDeniedException", denied(guest, "RetireGrant", key, NOT_BY_KEY_POLICY)):
            guest.client().retire_grant(GrantToken=made["GrantToken"])

    def test_a_key_policy_cannot_allow_it(self, kms, client, key, made, refused):
        carol = kms.principals.user("carol")
        text = key_policy(allow(to=ROOT), allow("kms:RetireGrant", to=carol.arn))
        client.put_key_policy(KeyId=key["KeyId"], Policy=text)
        with kms.acting_as(carol), refused("AccessDeniedException", denied(carol, "RetireGrant", key)):
            client.retire_grant(GrantToken=made["GrantToken"])

    def test_a_key_policy_can_deny_it(self, kms, client, key, made, refused):
        bob = kms.principals.user("bob")
        text = key_policy(allow(to=ROOT), deny("kms:RetireGrant", to=BOB))
        client.put_key_policy(KeyId=key["KeyId"], Policy=text)
        message = denied(bob, "RetireGrant", key, DENIED_BY_KEY_POLICY)
        with kms.acting_as(bob), refused("AccessDeniedException", message):
            client.retire_grant(GrantToken=made["GrantToken"])

    def test_an_identity_policy_can_deny_it(self, kms, client, key, made, refused):
        bob = kms.principals.user("bob", policies=[policy(deny("kms:RetireGrant"))])
        message = denied(bob, "RetireGrant", key, DENIED_BY_IDENTITY)
        with kms.acting_as(bob), refused("AccessDeniedException", message):
            client.retire_grant(GrantToken=made["GrantToken"])

    def test_a_dry_run(self, client, key, made, refused):
        with refused("DryRunOperationException", "The request would have succeeded, but the DryRun option is set."):
            client.retire_grant(GrantToken=made["GrantToken"], DryRun=True)
        assert len(grants_of(client, key)) == 1


class TestRevokeGrant:
    def test_the_grant_and_its_permission_are_gone(self, kms, client, key, app, grant, refused):
        made = grant(app.role_arn, "Encrypt")
        client.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])

        assert grants_of(client, key) == []
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_grant_that_is_not_there(self, client, key, grant, refused):
        grant_id = grant(BOB, "Encrypt")["GrantId"]
        other = client.create_key()["KeyMetadata"]["KeyId"]
        with refused("NotFoundException", f"Grant ID {grant_id} not found"):
            client.revoke_grant(KeyId=other, GrantId=grant_id)
        with refused("InvalidGrantIdException"):
            client.revoke_grant(KeyId=key["KeyId"], GrantId="x")

    def test_the_permission(self, kms, client, key, app, grant, refused):
        made = grant(app.role_arn, "Encrypt", "RetireGrant")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "RevokeGrant", key)):
            client.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])

    def test_from_another_account(self, kms, client, key, grant):
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(allow("kms:RevokeGrant"))])
        text = key_policy(allow(to=ROOT), allow("kms:RevokeGrant", to=OTHER))
        client.put_key_policy(KeyId=key["KeyId"], Policy=text)
        guest.client().revoke_grant(KeyId=key["Arn"], GrantId=grant(BOB, "Encrypt")["GrantId"])

        assert grants_of(client, key) == []

    def test_a_dry_run(self, client, key, grant, refused):
        made = grant(BOB, "Encrypt")
        with refused("DryRunOperationException", "The request would have succeeded, but the DryRun option is set."):
            client.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"], DryRun=True)


def peer():
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def sealed(client, key_id):
    return client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]


# What a grant may hold -> the kind of key, what an administrator makes first, and the call with key and what was made.
SIGN = {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
MAC = {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
PAIR = {"KeyPairSpec": "ECC_NIST_P256"}
USES = {
    "Encrypt": (SYMMETRIC, None, lambda c, k, _: c.encrypt(KeyId=k, Plaintext=b"x")),
    "Decrypt": (SYMMETRIC, sealed, lambda c, _, blob: c.decrypt(CiphertextBlob=blob)),
    "GenerateDataKey": (SYMMETRIC, None, lambda c, k, _: c.generate_data_key(KeyId=k, KeySpec="AES_256")),
    "GenerateDataKeyWithoutPlaintext": (
        SYMMETRIC, None, lambda c, k, _: c.generate_data_key_without_plaintext(KeyId=k, KeySpec="AES_256")),
    "GenerateDataKeyPair": (SYMMETRIC, None, lambda c, k, _: c.generate_data_key_pair(KeyId=k, **PAIR)),
    "GenerateDataKeyPairWithoutPlaintext": (
        SYMMETRIC, None, lambda c, k, _: c.generate_data_key_pair_without_plaintext(KeyId=k, **PAIR)),
    "DescribeKey": (SYMMETRIC, None, lambda c, k, _: c.describe_key(KeyId=k)),
    "GetPublicKey": (SIGNING, None, lambda c, k, _: c.get_public_key(KeyId=k)),
    "Sign": (SIGNING, None, lambda c, k, _: c.sign(KeyId=k, **SIGN)),
    "Verify": (SIGNING, lambda c, k: c.sign(KeyId=k, **SIGN)["Signature"],
               lambda c, k, made: c.verify(KeyId=k, Signature=made, **SIGN)),
    "GenerateMac": (HMAC, None, lambda c, k, _: c.generate_mac(KeyId=k, **MAC)),
    "VerifyMac": (HMAC, lambda c, k: c.generate_mac(KeyId=k, **MAC)["Mac"],
                  lambda c, k, made: c.verify_mac(KeyId=k, Mac=made, **MAC)),
    "DeriveSharedSecret": (AGREEMENT, None, lambda c, k, _: c.derive_shared_secret(
        KeyId=k, KeyAgreementAlgorithm="ECDH", PublicKey=peer())),
    "Encapsulate": (ENCAPSULATION, None, lambda c, k, _: c.encapsulate(
        KeyId=k, EncapsulationAlgorithm="ML_KEM")),
    "Decapsulate": (ENCAPSULATION,
                    lambda c, k: c.encapsulate(KeyId=k, EncapsulationAlgorithm="ML_KEM")["SharedSecretCiphertextBlob"],
                    lambda c, k, made: c.decapsulate(KeyId=k, SharedSecretCiphertextBlob=made, EncapsulationAlgorithm="ML_KEM")),
}  # fmt: skip
USES = {operation: use for operation, use in USES.items() if operation in EVERY}


class TestEveryOperation:
    def test_none_is_left_out(self):
        assert set(USES) | {"CreateGrant", "RetireGrant", "ReEncryptFrom", "ReEncryptTo"} == EVERY

    @pytest.mark.parametrize("operation", USES)
    def test_the_grant_is_enough(self, kms, client, app, refused, operation):
        spec, prepare, use = USES[operation]
        key = client.create_key(**spec)["KeyMetadata"]
        made = prepare(client, key["KeyId"]) if prepare else None
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, operation, key)):
            use(client, key["KeyId"], made)

        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=app.role_arn, Operations=[operation])
        with kms.acting_as(app):
            use(client, key["KeyId"], made)
        (decision,) = kms.journal[-1].decisions
        assert "Allow by grant " in decision.because

    def test_a_grant_to_a_session_is_that_sessions(self, kms, client, key, app, grant, refused):
        grant(app.arn, "Encrypt")
        other = app.assume("other")
        with kms.acting_as(app):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with kms.acting_as(other), refused("AccessDeniedException", denied(other, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.parametrize("account", [f"{IAM}root", ACCOUNT])
    def test_a_grant_to_the_account_delegates_to_iam(self, kms, client, key, app, refused, account):
        key = client.create_key(Policy=key_policy(allow(to=ADMIN)))["KeyMetadata"]
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=account, Operations=["Encrypt"])
        kms.principals.root().client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with kms.acting_as(kms.principals.user("let", policies=[policy(allow("kms:Encrypt"))])):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.parametrize("missing", ["ReEncryptFrom", "ReEncryptTo"])
    def test_both_sides_of_re_encrypt(self, kms, client, key, app, refused, missing):
        other = client.create_key()["KeyMetadata"]
        request = {"CiphertextBlob": sealed(client, key["KeyId"]), "DestinationKeyId": other["KeyId"]}
        sides = {"ReEncryptFrom": key, "ReEncryptTo": other}
        for operation in sorted(sides, key=lambda one: one == missing):
            with kms.acting_as(app), pytest.raises(client.exceptions.ClientError):
                client.re_encrypt(**request)
            if operation == missing:
                with kms.acting_as(app), refused("AccessDeniedException", denied(app, missing, sides[missing])):
                    client.re_encrypt(**request)
            client.create_grant(KeyId=sides[operation]["KeyId"], GranteePrincipal=app.role_arn, Operations=[operation])
        with kms.acting_as(app):
            client.re_encrypt(**request)

    def test_an_operation_the_grant_does_not_hold(self, kms, client, key, app, grant, refused):
        grant(app.role_arn, "Decrypt", "DescribeKey")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_somebody_elses_grant(self, kms, client, key, app, grant, refused):
        token = grant(BOB, "Encrypt")["GrantToken"]
        grant(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/other", "Encrypt")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[token])

    def test_one_grant_among_others_comes_and_goes(self, kms, client, key, app, grant, refused):
        """A refusal from before the grant, or an answer from before its end, is not remembered."""
        request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
        grant(BOB, "Encrypt")
        for _ in range(2):
            with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
                client.encrypt(**request)
            made = grant(app.role_arn, "Encrypt")
            with kms.acting_as(app):
                client.encrypt(**request)
            client.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])

    def test_a_key_policy_that_delegates_to_nobody(self, kms, client, app):
        key_id = client.create_key(Policy=key_policy(allow(to=ADMIN)))["KeyMetadata"]["KeyId"]
        client.create_grant(KeyId=key_id, GranteePrincipal=app.role_arn, Operations=["Encrypt"])
        with kms.acting_as(app):
            client.encrypt(KeyId=key_id, Plaintext=b"x")

    @pytest.mark.parametrize("where", ["key policy", "identity policy"])
    def test_an_explicit_deny_beats_it(self, kms, client, key, grant, refused, where):
        own = [policy(deny("kms:Encrypt"))] if where == "identity policy" else []
        bob, clause = kms.principals.user("bob", policies=own), DENIED_BY_IDENTITY
        grant(BOB, "Encrypt")
        if where == "key policy":
            clause = DENIED_BY_KEY_POLICY
            text = key_policy(allow(to=ROOT), deny("kms:Encrypt", to=BOB))
            client.put_key_policy(KeyId=key["KeyId"], Policy=text)
        with kms.acting_as(bob), refused("AccessDeniedException", denied(bob, "Encrypt", key, clause)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_grant_of_a_deleted_key(self, client, kms, key, grant, refused):
        made = grant(BOB, "Encrypt", RetiringPrincipal=BOB)
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        assert len(grants_of(client, key)) == 1
        kms.clock.advance(days=7)

        assert client.list_retirable_grants(RetiringPrincipal=BOB)["Grants"] == []
        with refused("InvalidGrantTokenException"):
            client.retire_grant(GrantToken=made["GrantToken"])
        with refused("NotFoundException", f"Key '{key['Arn']}' does not exist"):
            client.retire_grant(KeyId=key["Arn"], GrantId=made["GrantId"])


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
                    with refused("AccessDeniedException", denied(app, operation, key)):
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
        made = grant(app.role_arn, "DescribeKey", "RetireGrant", Constraints={"EncryptionContextEquals": {"a": "1"}})
        with kms.acting_as(app):
            client.describe_key(KeyId=key["KeyId"])
            client.retire_grant(GrantToken=made["GrantToken"])

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
    """A grantee makes grants: no more operations than its own, under constraints at least as strict."""

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

    def test_a_policy_knows_no_such_rule(self, kms, client, key):
        """Who may CreateGrant through a policy need not hold the operations."""
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
        with kms.acting_as(roles[2]):  # a grant does not hang on the one it was made by
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


class TestAcrossAccounts:
    def test_a_grantee_of_another_account(self, kms, client, key, grant, refused):
        guest = kms.principals.role("guest", account=OTHER)
        request = {"KeyId": key["Arn"], "Plaintext": b"x"}
        with refused("AccessDeniedException", across(guest, "Encrypt")):
            guest.client().encrypt(**request)
        grant(guest.role_arn, "Encrypt")
        guest.client().encrypt(**request)
        with refused("AccessDeniedException", across(guest, "DescribeKey")):
            guest.client().describe_key(KeyId=key["Arn"])

    def test_decrypt_names_its_key_by_the_ciphertext(self, kms, client, key, grant, refused):
        guest = kms.principals.role("guest", account=OTHER)
        blob = sealed(client, key["KeyId"])
        message = (
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or "
            "you are not allowed to access."
        )
        with refused("AccessDeniedException", message):
            guest.client().decrypt(CiphertextBlob=blob)
        grant(guest.role_arn, "Decrypt")
        assert guest.client().decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_an_account_as_grantee_delegates(self, kms, client, key, grant, refused):
        guest = kms.principals.role("guest", account=OTHER)
        let = kms.principals.role("let", account=OTHER, policies=[policy(allow("kms:Encrypt", key["Arn"]))])
        grant(f"arn:aws:iam::{OTHER}:root", "Encrypt")
        let.client().encrypt(KeyId=key["Arn"], Plaintext=b"x")
        with refused("AccessDeniedException", denied(guest, "Encrypt", key)):
            guest.client().encrypt(KeyId=key["Arn"], Plaintext=b"x")


class TestTokens:
    @pytest.mark.aws
    @pytest.mark.parametrize("token", ["x", "AQpA" + "A" * 442, "a b"])
    def test_a_token_that_nobody_has_given_out(self, client, key, refused, token):
        with refused("InvalidGrantTokenException"):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[token])

    def test_a_token_of_a_retired_grant(self, client, key, grant, refused):
        token = grant(BOB, "Encrypt")["GrantToken"]
        client.retire_grant(GrantToken=token)
        with refused("InvalidGrantTokenException"):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[token])

    def test_a_token_of_another_region(self, elsewhere, grant, refused):
        token = grant(BOB, "Encrypt")["GrantToken"]
        far = elsewhere(region="eu-west-1")
        key_id = far.create_key()["KeyMetadata"]["KeyId"]
        with refused("InvalidGrantTokenException"):
            far.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=[token])

    def test_a_token_of_another_region_among_good_ones(self, client, elsewhere, grant, key, refused):
        far = elsewhere(region="eu-west-1")
        far_key = far.create_key()["KeyMetadata"]["KeyId"]
        good = grant(BOB, "Encrypt")["GrantToken"]
        other = far.create_grant(KeyId=far_key, GranteePrincipal=BOB, Operations=["Encrypt"])["GrantToken"]
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[good])
        with refused("InvalidGrantTokenException"):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=[good, other])

    def test_several_tokens_of_one_grant_and_of_another_key(self, client, key, grant):
        tokens = [grant(BOB, "Encrypt", Name="job")["GrantToken"] for _ in range(2)]
        other = client.create_key()["KeyMetadata"]["KeyId"]
        client.encrypt(KeyId=other, Plaintext=b"x", GrantTokens=tokens)

    def test_without_its_token_only_after_a_while(self):
        with FakeKms(consistency="eventual") as kms:
            client = kms.client()
            app = kms.principals.role("app")
            key = client.create_key()["KeyMetadata"]
            request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
            token = client.create_grant(
                KeyId=key["KeyId"], GranteePrincipal=app.role_arn, Operations=["Encrypt"]
            )["GrantToken"]  # fmt: skip
            with kms.acting_as(app):
                client.encrypt(**request, GrantTokens=[token])
                kms.clock.advance(minutes=4)
                with pytest.raises(client.exceptions.ClientError) as caught:
                    client.encrypt(**request)
                assert caught.value.response["Error"]["Message"] == denied(app, "Encrypt", key)
                kms.clock.advance(minutes=1)
                client.encrypt(**request)

    def test_a_token_lets_make_a_grant_at_once(self):
        with FakeKms(consistency="eventual") as kms:
            client = kms.client()
            app = kms.principals.role("app")
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            token = client.create_grant(
                KeyId=key_id, GranteePrincipal=app.role_arn, Operations=["CreateGrant", "Encrypt"]
            )["GrantToken"]  # fmt: skip
            request = {"KeyId": key_id, "GranteePrincipal": BOB, "Operations": ["Encrypt"]}
            with kms.acting_as(app):
                client.create_grant(**request, GrantTokens=[token])
                with pytest.raises(client.exceptions.ClientError):
                    client.create_grant(**request)
