"""RetireGrant and RevokeGrant."""

from __future__ import annotations

import pytest
from expected import DRY_RUN, NO_ALIAS, members
from grantable import create_grant, grants_of
from iam import (
    ACCOUNT,
    DENIED_BY_IDENTITY,
    IAM,
    NOT_BY_KEY_POLICY,
    OTHER,
    ROOT,
    across,
    allow,
    denied,
    denied_elsewhere,
    deny,
    key_policy,
    policy,
)

BOB = f"{IAM}user/bob"


class TestRetireGrant:
    @pytest.fixture
    def created(self, grant, app):
        return grant(app.role_arn, "Encrypt", "RetireGrant", RetiringPrincipal=BOB)

    @pytest.mark.aws
    def test_by_token_and_by_ids(self, client, key):
        for _ in range(2):
            create_grant(client, key, "Encrypt")
        token = create_grant(client, key, "Encrypt")["GrantToken"]
        assert members(client.retire_grant(GrantToken=token)) == {}
        first, second = grants_of(client, key)
        assert members(client.retire_grant(KeyId=key["Arn"], GrantId=first["GrantId"])) == {}

        assert grants_of(client, key) == [second]

    @pytest.mark.aws
    def test_either_a_token_or_key_and_grant_id(self, client, key, refused):
        created = create_grant(client, key, "Encrypt")
        message = "Grant token OR (grant ID, key ID) must be specified"
        for form in (
            {},
            {"KeyId": key["Arn"]},
            {"GrantId": created["GrantId"]},
            {"GrantToken": created["GrantToken"], "KeyId": key["Arn"], "GrantId": created["GrantId"]},
        ):
            with refused("ValidationException", message):
                client.retire_grant(**form)

    @pytest.mark.aws
    def test_a_grant_that_does_not_exist(self, client, key, refused):
        with refused("NotFoundException", f"Grant ID {'0' * 64} not found"):
            client.retire_grant(KeyId=key["Arn"], GrantId="0" * 64)
        with refused("InvalidGrantIdException"):
            client.retire_grant(KeyId=key["Arn"], GrantId="x")
        with refused("InvalidGrantTokenException"):
            client.retire_grant(GrantToken="x")

    def test_the_key_must_be_named_by_its_arn(self, kms, client, key, created, refused):
        missing = key["Arn"][:-12] + "0" * 12
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        admin = kms.principals.user("boss", policies=[policy(allow())])
        for key_id, code, message in (
            (key["KeyId"], "NotFoundException", f"Invalid arn {key['KeyId']}"),
            ("alias/app", *NO_ALIAS),
            (f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app", *NO_ALIAS),
            (missing, "NotFoundException", f"Key '{missing}' does not exist"),
            (missing.replace(ACCOUNT, OTHER), "AccessDeniedException", across(admin, "RetireGrant")),
            (key["Arn"].replace("us-east-1", "eu-west-1"), "NotFoundException", "Invalid arn eu-west-1"),
        ):
            with kms.acting_as(admin), refused(code, message):
                client.retire_grant(KeyId=key_id, GrantId=created["GrantId"])

    def test_in_its_own_region_only(self, elsewhere, key, created, refused):
        far = elsewhere(region="eu-west-1")
        with refused("NotFoundException", "Invalid arn us-east-1"):
            far.retire_grant(KeyId=key["Arn"], GrantId=created["GrantId"])
        with refused("InvalidGrantTokenException"):
            far.retire_grant(GrantToken=created["GrantToken"])

    @pytest.mark.aws
    @pytest.mark.parametrize("change", ["disable_key", "schedule_key_deletion"])
    def test_in_every_state_of_the_key(self, client, key, change):
        created = create_grant(client, key, "Encrypt")
        getattr(client, change)(KeyId=key["KeyId"])
        client.retire_grant(KeyId=key["Arn"], GrantId=created["GrantId"])

        assert grants_of(client, key) == []

    def test_the_retiring_principal(self, kms, client, key, created):
        bob = kms.principals.user("bob")
        with kms.acting_as(bob):
            client.retire_grant(KeyId=key["Arn"], GrantId=created["GrantId"])
        assert grants_of(client, key) == []

    def test_the_grantee_with_retire_grant(self, kms, client, key, app, created, grant, refused):
        without = grant(app.role_arn, "Encrypt")
        with kms.acting_as(app):
            client.retire_grant(GrantToken=created["GrantToken"])
            with refused("AccessDeniedException", denied(app, "RetireGrant", key)):
                client.retire_grant(GrantToken=without["GrantToken"])

    def test_the_root_user_of_the_issuing_account(self, kms, client, key, created):
        kms.principals.root().client().retire_grant(KeyId=key["Arn"], GrantId=created["GrantId"])

        assert grants_of(client, key) == []

    def test_the_issuing_account_through_iam(self, kms, client, key, created, refused):
        carol = kms.principals.user("carol")
        dave = kms.principals.user("dave", policies=[policy(allow("kms:RetireGrant", key["Arn"]))])
        with kms.acting_as(carol), refused("AccessDeniedException", denied(carol, "RetireGrant", key)):
            client.retire_grant(GrantToken=created["GrantToken"])
        with kms.acting_as(dave):
            client.retire_grant(GrantToken=created["GrantToken"])

    def test_the_issuing_account_is_that_of_its_creator(self, kms, client, key, refused):
        """A principal of another account created it: that account may retire it, the key's own account may not."""
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(allow())])
        owner = kms.principals.user("owner", policies=[policy(allow())])
        text = key_policy(allow(to=ROOT), allow("kms:CreateGrant", to=guest.arn))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        request = {"KeyId": key["Arn"], "GranteePrincipal": guest.arn, "Operations": ["Encrypt"]}
        created = guest.client().create_grant(**request)
        assert grants_of(client, key)[0]["IssuingAccount"] == f"arn:aws:iam::{OTHER}:root"

        with refused("AccessDeniedException", denied(owner, "RetireGrant", key, NOT_BY_KEY_POLICY)):
            owner.client().retire_grant(GrantToken=created["GrantToken"])
        guest.client().retire_grant(GrantToken=created["GrantToken"])

    @pytest.mark.parametrize("account", [f"arn:aws:iam::{OTHER}:root", OTHER])
    def test_an_account_as_retiring_principal(self, kms, client, key, grant, refused, account):
        guest = kms.principals.user("guest", account=OTHER)
        permitted = kms.principals.user("permitted", account=OTHER, policies=[policy(allow("kms:RetireGrant"))])
        for retirer in (permitted, kms.principals.root(OTHER)):
            created = grant(BOB, "Encrypt", RetiringPrincipal=account)
            with refused("AccessDeniedException", denied_elsewhere(guest, "RetireGrant")):
                guest.client().retire_grant(GrantToken=created["GrantToken"])
            retirer.client().retire_grant(GrantToken=created["GrantToken"])
        assert grants_of(client, key) == []

    @pytest.mark.parametrize("account", [ACCOUNT, OTHER])
    def test_conditions_see_the_key(self, kms, client, key, grant, refused, account):
        """Through the IAM policies of the issuing account, and of the account that the grant lets retire it."""
        team = policy(allow("kms:RetireGrant", Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}}))
        carol = kms.principals.user("carol", account=account, policies=[team])
        made = grant(BOB, "Encrypt", RetiringPrincipal=f"arn:aws:iam::{OTHER}:root")
        text = denied(carol, "RetireGrant", key) if account == ACCOUNT else denied_elsewhere(carol, "RetireGrant")
        with refused("AccessDeniedException", text):
            carol.client().retire_grant(GrantToken=made["GrantToken"])
        client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "team", "TagValue": "blue"}])
        carol.client().retire_grant(GrantToken=made["GrantToken"])
        assert grants_of(client, key) == []

    def test_the_decision_is_in_the_journal(self, kms, key, created):
        kms.principals.user("bob").client().retire_grant(GrantToken=created["GrantToken"])
        (event,) = kms.journal.events("RetireGrant")

        assert kms.explain(event).splitlines() == [
            str(event),
            f"Allowed: kms:RetireGrant on {key['Arn']} by {BOB}",
            "  Allow by grant of the retiring principal",
        ]

    def test_a_service_as_grantee_and_as_retiring_principal(self, kms, client, key, refused):
        bucket = f"arn:aws:s3:us-east-1:{ACCOUNT}:bucket"
        client.create_grant(
            KeyId=key["KeyId"], GranteeServicePrincipal="s3.amazonaws.com", Operations=["Encrypt"],
            RetiringServicePrincipal="ec2.amazonaws.com", Constraints={"SourceArn": bucket},
        )  # fmt: skip
        (entry,) = grants_of(client, key)
        request = {"KeyId": key["Arn"], "GrantId": entry["GrantId"]}
        grantee = kms.principals.service("s3.amazonaws.com", source_arn=bucket)
        with refused("AccessDeniedException", denied(grantee, "RetireGrant", key)):
            grantee.client().retire_grant(**request)
        kms.principals.service("ec2.amazonaws.com").client().retire_grant(**request)

    def test_a_stranger_of_another_account(self, kms, key, created, refused):
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(allow())])
        with refused("AccessDeniedException", across(guest, "RetireGrant")):
            guest.client().retire_grant(GrantToken=created["GrantToken"])

    def test_a_key_policy_cannot_allow_it(self, kms, client, key, created, refused):
        carol = kms.principals.user("carol")
        text = key_policy(allow(to=ROOT), allow("kms:RetireGrant", to=carol.arn))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        with kms.acting_as(carol), refused("AccessDeniedException", denied(carol, "RetireGrant", key)):
            client.retire_grant(GrantToken=created["GrantToken"])

    def test_a_key_policy_cannot_deny_it(self, kms, client, key, created):
        text = key_policy(allow(to=ROOT), deny("kms:RetireGrant", to=BOB))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        with kms.acting_as(kms.principals.user("bob")):
            client.retire_grant(GrantToken=created["GrantToken"])
        assert grants_of(client, key) == []

    def test_an_identity_policy_can_deny_it(self, kms, client, key, created, refused):
        bob = kms.principals.user("bob", policies=[policy(deny("kms:RetireGrant"))])
        message = denied(bob, "RetireGrant", key, DENIED_BY_IDENTITY)
        with kms.acting_as(bob), refused("AccessDeniedException", message):
            client.retire_grant(GrantToken=created["GrantToken"])

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        created = create_grant(client, key, "Encrypt")

        with refused(*DRY_RUN):
            client.retire_grant(GrantToken=created["GrantToken"], DryRun=True)
        assert len(grants_of(client, key)) == 1


class TestRevokeGrant:
    def test_the_grant_and_its_permission_end(self, kms, client, key, app, grant, refused):
        created = grant(app.role_arn, "Encrypt")
        client.revoke_grant(KeyId=key["KeyId"], GrantId=created["GrantId"])

        assert grants_of(client, key) == []
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "Encrypt", key)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    @pytest.mark.aws
    def test_a_grant_that_does_not_exist(self, client, key, refused):
        grant_id = create_grant(client, key, "Encrypt")["GrantId"]
        other = client.create_key()["KeyMetadata"]["KeyId"]
        with refused("NotFoundException", f"Grant ID {grant_id} not found"):
            client.revoke_grant(KeyId=other, GrantId=grant_id)
        with refused("InvalidGrantIdException"):
            client.revoke_grant(KeyId=key["KeyId"], GrantId="x")

    def test_the_permission(self, kms, client, key, app, grant, refused):
        created = grant(app.role_arn, "Encrypt", "RetireGrant")
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "RevokeGrant", key)):
            client.revoke_grant(KeyId=key["KeyId"], GrantId=created["GrantId"])

    def test_from_another_account(self, kms, client, key, grant):
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(allow("kms:RevokeGrant"))])
        text = key_policy(allow(to=ROOT), allow("kms:RevokeGrant", to=OTHER))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        guest.client().revoke_grant(KeyId=key["Arn"], GrantId=grant(BOB, "Encrypt")["GrantId"])

        assert grants_of(client, key) == []

    @pytest.mark.aws
    def test_dry_run(self, client, key, refused):
        created = create_grant(client, key, "Encrypt")

        with refused(*DRY_RUN):
            client.revoke_grant(KeyId=key["KeyId"], GrantId=created["GrantId"], DryRun=True)
        assert len(grants_of(client, key)) == 1

    @pytest.mark.aws
    @pytest.mark.parametrize("change", ["disable_key", "schedule_key_deletion"])
    def test_in_every_state_of_the_key(self, client, key, change):
        created = create_grant(client, key, "Encrypt")
        getattr(client, change)(KeyId=key["KeyId"])
        assert members(client.revoke_grant(KeyId=key["Arn"], GrantId=created["GrantId"])) == {}

        assert grants_of(client, key) == []

    @pytest.mark.aws
    def test_the_other_grants_of_the_key_stay(self, client, key):
        first, second = (create_grant(client, key, "Encrypt")["GrantId"] for _ in range(2))
        client.revoke_grant(KeyId=key["KeyId"], GrantId=first)

        assert [entry["GrantId"] for entry in grants_of(client, key)] == [second]
