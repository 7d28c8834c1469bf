"""ListGrants and ListRetirableGrants."""

from __future__ import annotations

import pytest
from expected import members
from grantable import ALWAYS, create_grant, grants_of
from iam import ACCOUNT, IAM, OTHER, ROOT, across, allow, denied, key_policy, policy
from keys import account_root

BOB, STS = f"{IAM}user/bob", f"arn:aws:sts::{ACCOUNT}:"


class TestListGrants:
    @pytest.mark.aws
    def test_an_id_that_is_not_valid(self, client, key, refused):
        with refused("InvalidGrantIdException"):
            client.list_grants(KeyId=key["KeyId"], GrantId="one")

    def test_one_kind_of_grantee(self, client, key, refused):
        message = "Only one of GranteePrincipal and GranteeServicePrincipal can be specified."
        with refused("ValidationException", message):
            client.list_grants(KeyId=key["KeyId"], GranteePrincipal=BOB, GranteeServicePrincipal="s3.amazonaws.com")

    def test_a_grant_never_allows_list_grants(self, kms, client, key, app, grant, refused):
        grant(app.role_arn, *sorted(ALWAYS))
        with kms.acting_as(app), refused("AccessDeniedException", denied(app, "ListGrants", key)):
            client.list_grants(KeyId=key["KeyId"])

    @pytest.mark.aws
    def test_the_members_of_an_entry(self, client, key):
        constraints, root = {"EncryptionContextEquals": {"a": "b"}}, account_root(key)
        more = {"Name": "job", "RetiringPrincipal": root, "Constraints": constraints}
        created = create_grant(client, key, "Decrypt", "Encrypt", **more)
        (entry,) = grants_of(client, key)

        created_at = entry.pop("CreationDate")
        assert created_at >= key["CreationDate"].replace(microsecond=0)
        assert created_at.microsecond == 0
        assert entry == {
            "Constraints": constraints,
            "GrantId": created["GrantId"],
            "GranteePrincipal": root,
            "IssuingAccount": root,
            "KeyId": key["Arn"],
            "Name": "job",
            "Operations": ["Decrypt", "Encrypt"],
            "RetiringPrincipal": root,
        }

    @pytest.mark.aws
    def test_members_that_create_grant_left_out(self, client, key):
        created = create_grant(client, key, "Encrypt")
        (entry,) = grants_of(client, key)

        del entry["CreationDate"]
        assert entry == {
            "GrantId": created["GrantId"],
            "GranteePrincipal": account_root(key),
            "IssuingAccount": account_root(key),
            "KeyId": key["Arn"],
            "Name": "",
            "Operations": ["Encrypt"],
        }

    @pytest.mark.aws
    def test_a_key_without_grants(self, client, key):
        assert members(client.list_grants(KeyId=key["KeyId"])) == {"Grants": [], "Truncated": False}

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

    def test_filters(self, client, key, grant):
        created = [grant(who, "Encrypt")["GrantId"] for who in (BOB, ROOT, BOB)]

        def listed(**filters):
            return [entry["GrantId"] for entry in client.list_grants(KeyId=key["Arn"], **filters)["Grants"]]

        assert listed() == created
        assert listed(GranteePrincipal=BOB) == [created[0], created[2]]
        assert listed(GrantId=created[1]) == [created[1]]
        assert listed(GrantId=created[1], GranteePrincipal=BOB) == []
        assert listed(GrantId="0" * 64) == []

    @pytest.mark.aws
    def test_the_grants_of_a_disabled_key(self, client, key):
        create_grant(client, key, "Encrypt")
        client.disable_key(KeyId=key["KeyId"])

        assert len(grants_of(client, key)) == 1

    def test_pages_while_grants_come_and_go(self, client, key, grant, refused):
        created = [grant(BOB, "Encrypt")["GrantId"] for _ in range(5)]
        first = client.list_grants(KeyId=key["KeyId"], Limit=2)
        for gone in (created[1], created[2]):
            client.revoke_grant(KeyId=key["KeyId"], GrantId=gone)
        created.append(grant(BOB, "Decrypt")["GrantId"])
        rest = client.list_grants(KeyId=key["KeyId"], Marker=first["NextMarker"])

        assert [entry["GrantId"] for entry in first["Grants"]] == created[:2]
        assert [entry["GrantId"] for entry in rest["Grants"]] == created[3:]
        assert (first["Truncated"], rest["Truncated"], "NextMarker" in rest) == (True, False, False)
        other = client.create_key()["KeyMetadata"]["KeyId"]
        with refused("InvalidMarkerException"):
            client.list_grants(KeyId=other, Marker=first["NextMarker"])

    def test_a_page_holds_fifty_and_at_most_a_hundred(self, client, key, grant):
        for _ in range(101):
            grant(BOB, "Encrypt")

        assert len(client.list_grants(KeyId=key["KeyId"])["Grants"]) == 50
        assert len(client.list_grants(KeyId=key["KeyId"], Limit=100)["Grants"]) == 100

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("bob", "Input does not refer to a valid principal"),
            (f"{STS}assumed-role/team/app/s", f"ARN is not valid: {STS}assumed-role/team/app/s"),
        ],
    )
    def test_a_filter_that_is_no_principal(self, client, key, refused, name, message):
        with refused("InvalidArnException", message):
            client.list_grants(KeyId=key["KeyId"], GranteePrincipal=name)

    def test_a_filter_that_is_for_services(self, kms, client, key, refused):
        request = {
            "GranteeServicePrincipal": "s3.amazonaws.com",
            "RetiringServicePrincipal": "s3.amazonaws.com",
            "Constraints": {"SourceArn": "arn:aws:s3:us-east-1:123456789012:bucket"},
        }
        created = client.create_grant(KeyId=key["KeyId"], Operations=["Encrypt"], **request)
        message = "GranteeServicePrincipal can be used only by AWS services."
        listing = {"KeyId": key["Arn"], "GranteeServicePrincipal": "s3.amazonaws.com"}
        with refused("ValidationException", message):
            client.list_grants(**listing)
        text = key_policy(allow(to=ROOT), allow("kms:ListGrants", Principal={"Service": "s3.amazonaws.com"}))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        service = kms.principals.service("s3.amazonaws.com").client()
        assert [entry["GrantId"] for entry in service.list_grants(**listing)["Grants"]] == [created["GrantId"]]


class TestListRetirableGrants:
    @pytest.mark.aws
    def test_a_retiring_principal_is_required(self, client, refused):
        message = "Exactly one of RetiringPrincipal and RetiringServicePrincipal must be specified."
        with refused("ValidationException", message):
            client.list_retirable_grants()

    def test_a_retiring_service_is_for_services(self, client, refused):
        message = "RetiringServicePrincipal can be used only by AWS services."
        with refused("ValidationException", message):
            client.list_retirable_grants(RetiringServicePrincipal="s3.amazonaws.com")

    @pytest.mark.parametrize(
        ("name", "code", "message"),
        [
            ("bob", "NotFoundException", "Retiring principal bob could not be found"),
            (f"{IAM}group/g", "InvalidArnException", f"ARN does not refer to a valid principal: {IAM}group/g"),
        ],
    )
    def test_a_name_that_is_no_principal(self, client, refused, name, code, message):
        with refused(code, message):
            client.list_retirable_grants(RetiringPrincipal=name)

    def test_a_principal_of_another_account(self, kms, client, refused):
        admin = kms.principals.user("boss", policies=[policy(allow())])
        with kms.acting_as(admin), refused("AccessDeniedException", across(admin, "ListRetirableGrants")):
            client.list_retirable_grants(RetiringPrincipal=f"arn:aws:iam::{OTHER}:user/bob")

    def test_the_identity_policy_names_the_retiring_principal(self, kms, client, key, grant, refused):
        carol = kms.principals.user("carol", policies=[policy(allow("kms:ListRetirableGrants", BOB))])
        grant(ROOT, "Encrypt", RetiringPrincipal=BOB)
        with kms.acting_as(carol):
            assert len(client.list_retirable_grants(RetiringPrincipal=BOB)["Grants"]) == 1
            with refused("AccessDeniedException", denied(carol, "ListRetirableGrants", carol.arn)):
                client.list_retirable_grants(RetiringPrincipal=carol.arn)

    def test_a_retiring_service_is_no_resource(self, kms, refused):
        service = kms.principals.service("ec2.amazonaws.com")
        with refused("AccessDeniedException", denied(service, "ListRetirableGrants", "*")):
            service.client().list_retirable_grants(RetiringServicePrincipal="ec2.amazonaws.com")

    @pytest.mark.aws
    def test_an_entry_is_that_of_list_grants(self, client, key):
        create_grant(client, key, "Encrypt", RetiringPrincipal=account_root(key))
        listed = client.list_retirable_grants(RetiringPrincipal=account_root(key))["Grants"]

        assert [entry for entry in listed if entry["KeyId"] == key["Arn"]] == grants_of(client, key)

    def test_the_grants_of_all_keys_and_accounts_in_the_region(self, client, key, elsewhere):
        guest = elsewhere(OTHER)
        far = elsewhere(region="eu-west-1")
        created = []
        for owner, key_id in (
            (client, key["KeyId"]),
            (client, client.create_key()["KeyMetadata"]["KeyId"]),
            (guest, guest.create_key()["KeyMetadata"]["KeyId"]),
            (far, far.create_key()["KeyMetadata"]["KeyId"]),
        ):
            request = {"KeyId": key_id, "GranteePrincipal": ROOT, "Operations": ["Encrypt"]}
            created.append(owner.create_grant(**request, RetiringPrincipal=BOB)["GrantId"])
            owner.create_grant(**request)
            owner.create_grant(**request, RetiringPrincipal=ROOT)

        answer = client.list_retirable_grants(RetiringPrincipal=BOB)
        assert [entry["GrantId"] for entry in answer["Grants"]] == created[:3]
        assert {entry["IssuingAccount"] for entry in answer["Grants"]} == {ROOT, f"arn:aws:iam::{OTHER}:root"}
        assert answer["Truncated"] is False
        assert [e["GrantId"] for e in far.list_retirable_grants(RetiringPrincipal=BOB)["Grants"]] == created[3:]

    def test_pages(self, client, key, grant):
        created = [grant(BOB, "Encrypt", RetiringPrincipal=BOB)["GrantId"] for _ in range(4)]
        first = client.list_retirable_grants(RetiringPrincipal=BOB, Limit=2)
        client.revoke_grant(KeyId=key["KeyId"], GrantId=created[2])
        rest = client.list_retirable_grants(RetiringPrincipal=BOB, Limit=2, Marker=first["NextMarker"])

        assert [entry["GrantId"] for entry in first["Grants"] + rest["Grants"]] == [created[0], created[1], created[3]]
