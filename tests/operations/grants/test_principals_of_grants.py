"""The principals of a grant: unique ids, and users and roles that are gone or made again.

Source: docs/aws/recorded.md#grants.
"""

from __future__ import annotations

import json

import pytest
from grantable import grants_of
from iam import ACCOUNT, ADMIN, IAM, ROOT, allow, denied, key_policy

from fake_kms.controls.principal import identity_of

STS = f"arn:aws:sts::{ACCOUNT}:"


@pytest.fixture
def role_id(app):
    """Give the unique id of the role that gets grants."""
    return identity_of(app).principal.unique_id.partition(":")[0]


class TestUniqueIds:
    @pytest.mark.parametrize("session", ["", ":session", ":nobody-has-begun-it"])
    def test_a_role_and_its_sessions(self, client, key, app, role_id, grant, session):
        grant(f"{role_id}{session}", "Encrypt", RetiringPrincipal=f"{role_id}{session}")

        arn = f"{STS}assumed-role/app/{session[1:]}" if session else app.role_arn
        (entry,) = grants_of(client, key)
        assert (entry["GranteePrincipal"], entry["RetiringPrincipal"]) == (arn, arn)

    def test_a_user(self, kms, client, key, grant):
        bob = kms.principals.user("bob", path="/team/")
        grant(identity_of(bob).principal.unique_id, "Encrypt")

        assert grants_of(client, key)[0]["GranteePrincipal"] == bob.arn
        bob.client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_the_same_request_by_arn_and_by_id_is_the_same_grant(self, app, role_id, grant):
        by_arn, by_id = (
            grant(grantee, "Encrypt", Name="job", RetiringPrincipal=grantee)["GrantId"]
            for grantee in (app.arn, f"{role_id}:session")
        )

        assert by_arn == by_id

    def test_filters(self, client, key, app, role_id, grant):
        created = grant(app.arn, "Encrypt", RetiringPrincipal=app.arn)["GrantId"]
        (entry,) = client.list_grants(KeyId=key["KeyId"], GranteePrincipal=f"{role_id}:session")["Grants"]
        (same,) = client.list_retirable_grants(RetiringPrincipal=f"{role_id}:session")["Grants"]

        assert entry == same
        assert (entry["GrantId"], entry["GranteePrincipal"]) == (created, app.arn)

    def test_the_session_of_a_role_that_nobody_has_begun(self, client, key, app, grant):
        grant(f"{STS}assumed-role/app/never", "Encrypt")

        app.assume("never").client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")


class TestRemoved:
    def test_both_principals_are_shown_by_id(self, kms, client, key, app, role_id, grant):
        grant(app.arn, "Encrypt", RetiringPrincipal=app.arn)
        grant(app.role_arn, "Encrypt")
        grant(f"{IAM}role/other", "Encrypt")
        kms.principals.remove(app)

        session, role, other = grants_of(client, key)
        assert (session["GranteePrincipal"], session["RetiringPrincipal"]) == (f"{role_id}:session",) * 2
        assert role["GranteePrincipal"] == role_id
        assert other["GranteePrincipal"] == f"{IAM}role/other"

    def test_it_can_no_longer_be_named(self, kms, client, key, app, role_id, grant, refused):
        kms.principals.remove(app)
        for arn in (app.arn, app.role_arn):
            message = f"ARN does not refer to a valid principal: {arn}"
            with refused("InvalidArnException", message):
                grant(arn, "Encrypt")
            with refused("InvalidArnException", message):
                client.list_grants(KeyId=key["KeyId"], GranteePrincipal=arn)
            with refused("InvalidArnException", message):
                client.list_retirable_grants(RetiringPrincipal=arn)
        for name in (role_id, f"{role_id}:session"):
            with refused("InvalidArnException", "GranteePrincipal does not refer to a valid principal."):
                grant(name, "Encrypt")
            with refused("InvalidArnException", "RetiringPrincipal does not refer to a valid principal."):
                grant(ROOT, "Encrypt", RetiringPrincipal=name)
            with refused("InvalidArnException", "Input does not refer to a valid principal"):
                client.list_grants(KeyId=key["KeyId"], GranteePrincipal=name)
            with refused("NotFoundException", f"Retiring principal {name} could not be found"):
                client.list_retirable_grants(RetiringPrincipal=name)

    def test_made_again_it_is_another_principal(self, kms, client, key, app, grant, refused):
        grant(app.role_arn, "Encrypt")
        grant(app.arn, "Encrypt", RetiringPrincipal=app.role_arn)
        kms.principals.remove(app)
        again = kms.principals.role("app")
        assert again.role_arn == app.role_arn

        with refused("AccessDeniedException", denied(again, "Encrypt", key)):
            again.client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        assert client.list_grants(KeyId=key["KeyId"], GranteePrincipal=again.role_arn)["Grants"] == []
        assert client.list_retirable_grants(RetiringPrincipal=again.role_arn)["Grants"] == []
        grant(again.role_arn, "Encrypt")
        again.client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_its_access_keys_are_unknown(self, kms, app, refused):
        other = app.assume("other")
        bob = kms.principals.user("bob")
        carol = kms.principals.federated_user("carol", of=bob)
        kms.principals.remove(other)  # a session stands for its role
        kms.principals.remove(bob)
        for gone in (app, other, bob, carol):
            with refused("UnrecognizedClientException", "The security token included in the request is invalid."):
                gone.client().list_keys()
            with (
                kms.acting_as(gone),
                refused("UnrecognizedClientException", "The security token included in the request is invalid."),
            ):
                kms.client().list_keys()

    def test_key_policies_show_its_id_and_are_nobodys(self, kms, client, app, role_id, refused):
        text = key_policy(
            allow(to=[ADMIN, app.role_arn, app.arn]), allow("kms:Encrypt", NotPrincipal={"AWS": app.role_arn})
        )
        key = client.create_key(Policy=text)["KeyMetadata"]
        other = client.create_key()["KeyMetadata"]
        before = client.get_key_policy(KeyId=other["KeyId"], PolicyName="default")["Policy"]
        kms.principals.remove(app)

        first, second = json.loads(client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])[
            "Statement"
        ]
        assert first["Principal"] == {"AWS": [ADMIN, role_id, f"{role_id}:session"]}
        assert second["NotPrincipal"] == {"AWS": role_id}
        assert client.get_key_policy(KeyId=other["KeyId"], PolicyName="default")["Policy"] == before
        again = kms.principals.role("app")
        no = denied(again, "DescribeKey", key, "because no resource-based policy allows the kms:DescribeKey action")
        with refused("AccessDeniedException", no):
            again.client().describe_key(KeyId=key["KeyId"])
        with refused(
            "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."
        ):
            client.put_key_policy(
                KeyId=key["KeyId"], PolicyName="default", Policy=key_policy(allow(to=[ADMIN, role_id]))
            )

    def test_what_cannot_be_removed(self, kms, app):
        made = kms.principals
        for other in (made.root(), made.service("s3.amazonaws.com"), made.federated_user("f", of=made.user("bob"))):
            with pytest.raises(ValueError, match=r"^only users and roles can be removed, not <Principal "):
                made.remove(other)
        made.remove(app)
        with pytest.raises(LookupError, match=r"^<Role .*> is not registered, or was removed$"):
            made.remove(app)
        with pytest.raises(LookupError, match=r"assumed-role/app/late was removed$"):
            app.assume("late")
