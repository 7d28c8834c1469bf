"""Who may do what: the worked examples of AWS's documentation, and the exact text of every refusal."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from iam import (
    ACCOUNT,
    ADMIN,
    ALL,
    DENIED_BY_BOUNDARY,
    DENIED_BY_IDENTITY,
    DENIED_BY_KEY_POLICY,
    DENIED_BY_SESSION,
    IAM,
    NOT_BY_BOUNDARY,
    NOT_BY_KEY_POLICY,
    NOT_BY_SESSION,
    OTHER,
    ROOT,
    across,
    across_by_ciphertext,
    allow,
    denied,
    denied_by_ciphertext,
    denied_elsewhere,
    denied_to_tag,
    deny,
    key_policy,
    policy,
)

from fake_kms.nitro import attestation_document, open_ciphertext

REGION = f"arn:aws:kms:us-east-1:{ACCOUNT}:"


@pytest.fixture
def user(kms):
    def make(*statements, name="alice", **more):
        return kms.principals.user(name, policies=[policy(*statements)] if statements else [], **more)

    return make


@pytest.fixture
def make_key(client):
    """Create a key with a key policy of these statements; the fixture's own client stays its administrator."""

    def make(*statements, delegates=False, **more):
        delegation = [allow(to=ROOT)] if delegates else []
        text = key_policy(allow(to=ADMIN), *delegation, *statements)
        return client.create_key(Policy=text, **more)["KeyMetadata"]

    return make


@pytest.fixture
def attempt(kms, client, refused):
    """Let somebody call: what is refused, is refused with the text."""

    def call(actor, method, text=None, **request):
        with kms.acting_as(actor):
            if text is None:
                return getattr(client, method)(**request)
            with refused("AccessDeniedException", text):
                getattr(client, method)(**request)
        return None

    return call


class TestDefaultKeyPolicy:
    def test_it_lets_iam_policies_decide(self, user, key, attempt):
        alice = user(allow("kms:DescribeKey", key["Arn"]))
        attempt(alice, "describe_key", KeyId=key["KeyId"])
        attempt(alice, "disable_key", denied(alice, "DisableKey", key["Arn"]), KeyId=key["KeyId"])

    def test_an_iam_policy_for_another_key(self, user, key, client, attempt):
        other = client.create_key()["KeyMetadata"]["Arn"]
        alice = user(allow("kms:*", other))
        attempt(alice, "describe_key", denied(alice, "DescribeKey", key["Arn"]), KeyId=key["KeyId"])

    def test_the_root_user_needs_no_iam_policy(self, kms, key, attempt):
        attempt(kms.principals.root(), "describe_key", KeyId=key["KeyId"])

    def test_without_delegation_iam_policies_are_without_effect(self, user, make_key, attempt):
        key = make_key()
        alice = user(ALL)
        attempt(alice, "encrypt", denied(alice, "Encrypt", key["Arn"], NOT_BY_KEY_POLICY), KeyId=key["KeyId"],
                Plaintext=b"x")  # fmt: skip

    def test_without_it_the_root_user_is_out_as_well(self, kms, make_key, attempt):
        key = make_key()
        root = kms.principals.root()
        attempt(root, "describe_key", denied(root, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY), KeyId=key["KeyId"])

    def test_when_both_lack_it_the_key_policy_is_blamed(self, user, make_key, attempt):
        key, alice = make_key(), user()
        text = denied(alice, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "describe_key", text, KeyId=key["KeyId"])

    def test_partial_delegation(self, user, make_key, attempt):
        key = make_key(allow("kms:Describe*", to=ACCOUNT))
        alice = user(ALL)
        attempt(alice, "describe_key", KeyId=key["KeyId"])
        text = denied(alice, "GetKeyPolicy", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "get_key_policy", text, KeyId=key["KeyId"], PolicyName="default")

    def test_the_key_is_named_by_its_arn_never_by_its_alias(self, client, user, key, attempt):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        alice = user(allow("kms:Encrypt", f"{REGION}alias/app"))
        text = denied(alice, "Encrypt", key["Arn"])
        attempt(alice, "encrypt", text, KeyId="alias/app", Plaintext=b"x")

    def test_decrypt_without_key_id_is_about_the_key_of_the_ciphertext(self, client, user, key, attempt):
        other = client.create_key()["KeyMetadata"]
        blobs = [client.encrypt(KeyId=one["KeyId"], Plaintext=b"x")["CiphertextBlob"] for one in (key, other)]
        alice = user(allow("kms:Decrypt", key["Arn"]))
        assert attempt(alice, "decrypt", CiphertextBlob=blobs[0])["Plaintext"] == b"x"
        attempt(alice, "decrypt", denied_by_ciphertext(alice, "Decrypt"), CiphertextBlob=blobs[1])
        request = {"CiphertextBlob": blobs[1], "KeyId": other["KeyId"]}
        attempt(alice, "decrypt", denied(alice, "Decrypt", other["Arn"]), **request)


class TestKeyAdministratorsAndUsers:
    """The statements that the console writes. Source: Developer Guide, "Default key policy"."""

    ADMINISTRATION = (
        "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*",
        "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion",
        "kms:CancelKeyDeletion",
    )  # fmt: skip
    USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")

    @pytest.fixture
    def console_key(self, make_key):
        def make(administrator, users):
            return make_key(
                allow(list(self.ADMINISTRATION), to=administrator),
                allow(list(self.USE), to=users),
                allow(
                    ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"], to=users,
                    Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
                delegates=True,
            )  # fmt: skip

        return make

    def test_administrators_administer_and_do_not_use(self, user, console_key, attempt):
        boss = user(name="boss")
        key = console_key(boss.arn, f"{IAM}user/app")
        attempt(boss, "disable_key", KeyId=key["KeyId"])
        attempt(boss, "enable_key", KeyId=key["KeyId"])
        attempt(boss, "tag_resource", KeyId=key["KeyId"], Tags=[{"TagKey": "a", "TagValue": "b"}])
        attempt(boss, "encrypt", denied(boss, "Encrypt", key["Arn"]), KeyId=key["KeyId"], Plaintext=b"x")

    def test_users_use_and_do_not_administer(self, user, console_key, attempt):
        app = user(name="app")
        key = console_key(f"{IAM}user/boss", app.arn)
        attempt(app, "encrypt", KeyId=key["KeyId"], Plaintext=b"x")
        attempt(app, "generate_data_key", KeyId=key["KeyId"], KeySpec="AES_256")
        attempt(app, "disable_key", denied(app, "DisableKey", key["Arn"]), KeyId=key["KeyId"])

    def test_users_make_grants_for_aws_services_only(self, user, console_key, attempt):
        app = user(name="app")
        key = console_key(f"{IAM}user/boss", app.arn)
        request = {"KeyId": key["KeyId"], "GranteePrincipal": f"{IAM}role/ebs", "Operations": ["Decrypt"]}
        attempt(app, "create_grant", denied(app, "CreateGrant", key["Arn"]), **request)
        made = attempt(app.via("ec2"), "create_grant", **request)
        attempt(app.via("ec2"), "list_grants", KeyId=key["KeyId"])
        attempt(app.via("ec2"), "revoke_grant", KeyId=key["KeyId"], GrantId=made["GrantId"])

    def test_the_condition_key_is_there_for_the_operations_on_grants_only(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow(to=alice.arn, Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}}))
        attempt(alice.via("s3"), "list_grants", KeyId=key["KeyId"])
        text = denied(alice, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice.via("s3"), "describe_key", text, KeyId=key["KeyId"])

    def test_a_role_with_a_path(self, kms, make_key, attempt):
        app = kms.principals.role("app", path="/team/")
        key = make_key(allow("kms:DescribeKey", to=app.role_arn))
        assert app.role_arn == f"{IAM}role/team/app"
        assert app.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session"
        attempt(app, "describe_key", KeyId=key["KeyId"])
        attempt(app.assume("another"), "describe_key", KeyId=key["KeyId"])

    def test_a_session_alone(self, kms, make_key, attempt):
        app = kms.principals.role("app")
        key = make_key(allow("kms:DescribeKey", to=app.arn))
        other = app.assume("other")
        attempt(app, "describe_key", KeyId=key["KeyId"])
        text = denied(other, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(other, "describe_key", text, KeyId=key["KeyId"])


class TestExplicitDeny:
    def test_of_the_key_policy(self, user, make_key, attempt):
        alice = user(ALL)
        key = make_key(allow(to=alice.arn), deny("kms:Encrypt", to="*"), delegates=True)
        text = denied(alice, "Encrypt", key["Arn"], DENIED_BY_KEY_POLICY)
        attempt(alice, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_of_an_identity_policy(self, user, make_key, attempt):
        alice = user(ALL, deny("kms:Encrypt"))
        key = make_key(allow(to=alice.arn))
        text = denied(alice, "Encrypt", key["Arn"], DENIED_BY_IDENTITY)
        attempt(alice, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_it_beats_a_grant(self, client, user, key, attempt):
        alice = user(deny("kms:Encrypt"))
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=alice.arn, Operations=["Encrypt"])
        text = denied(alice, "Encrypt", key["Arn"], DENIED_BY_IDENTITY)
        attempt(alice, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_it_binds_the_administrator_too(self, client, make_key, refused):
        key = make_key(deny("kms:Encrypt", to="*"), delegates=True)
        with refused("AccessDeniedException", denied(ADMIN, "Encrypt", key, DENIED_BY_KEY_POLICY)):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")

    def test_the_algorithm(self, user, client, make_key, attempt):
        """Source: Developer Guide, kms:EncryptionAlgorithm."""
        alice = user()
        unless = {"StringNotLike": {"kms:EncryptionAlgorithm": "RSAES_OAEP*"}}
        key = make_key(
            allow("kms:Encrypt", to=alice.arn), deny("kms:Encrypt", to="*", Condition=unless),
            KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT",
        )  # fmt: skip
        attempt(alice, "encrypt", KeyId=key["KeyId"], Plaintext=b"x", EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        text = denied(alice, "Encrypt", key["Arn"], DENIED_BY_KEY_POLICY)
        attempt(alice, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")


class TestLimits:
    """Permissions boundaries and session policies. Source: IAM User Guide, "Policy evaluation logic"."""

    def test_a_boundary_does_not_allow(self, user, key, attempt):
        alice = user(ALL, boundary=policy(allow("s3:*")))
        text = denied(alice, "Encrypt", key["Arn"], NOT_BY_BOUNDARY)
        attempt(alice, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_boundary_denies(self, user, key, attempt):
        alice = user(ALL, boundary=policy(allow("*"), deny("kms:Encrypt")))
        text = denied(alice, "Encrypt", key["Arn"], DENIED_BY_BOUNDARY)
        attempt(alice, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_boundary_alone_gives_nothing(self, user, key, attempt):
        alice = user(boundary=policy(ALL))
        attempt(alice, "encrypt", denied(alice, "Encrypt", key["Arn"]), KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_key_policy_that_names_the_user_passes_the_boundary(self, user, make_key, attempt):
        alice = user(boundary=policy(allow("s3:*")))
        key = make_key(allow("kms:Encrypt", to=alice.arn))
        attempt(alice, "encrypt", KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_key_policy_that_names_the_role_does_not(self, kms, make_key, attempt):
        app = kms.principals.role("app", boundary=policy(allow("s3:*")))
        key = make_key(allow("kms:Encrypt", to=app.role_arn))
        text = denied(app, "Encrypt", key["Arn"], NOT_BY_BOUNDARY)
        attempt(app, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_session_policy(self, kms, key, attempt):
        app = kms.principals.role("app", policies=[policy(ALL)])
        session = app.assume("narrow", policies=[policy(allow("kms:DescribeKey"))])
        attempt(app, "encrypt", KeyId=key["KeyId"], Plaintext=b"x")
        attempt(session, "describe_key", KeyId=key["KeyId"])
        text = denied(session, "Encrypt", key["Arn"], NOT_BY_SESSION)
        attempt(session, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_session_policy_denies(self, kms, key, attempt):
        app = kms.principals.role("app", policies=[policy(ALL)])
        session = app.assume("narrow", policies=[policy(ALL, deny("kms:Encrypt"))])
        text = denied(session, "Encrypt", key["Arn"], DENIED_BY_SESSION)
        attempt(session, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")

    def test_a_session_policy_limits_what_names_the_role_and_not_what_names_the_session(self, kms, make_key, attempt):
        app = kms.principals.role("app")
        session = app.assume("narrow", policies=[policy(allow("s3:*"))])
        by_role = make_key(allow("kms:DescribeKey", to=app.role_arn))
        by_session = make_key(allow("kms:DescribeKey", to=session.arn))
        text = denied(session, "DescribeKey", by_role["Arn"], NOT_BY_SESSION)
        attempt(session, "describe_key", text, KeyId=by_role["KeyId"])
        attempt(session, "describe_key", KeyId=by_session["KeyId"])

    def test_a_federated_user(self, kms, user, key, make_key, attempt):
        alice = user(ALL)
        bob = kms.principals.federated_user("bob", of=alice, policies=[policy(allow("kms:DescribeKey"))])
        attempt(bob, "describe_key", KeyId=key["KeyId"])
        text = denied(bob, "Encrypt", key["Arn"], NOT_BY_SESSION)
        attempt(bob, "encrypt", text, KeyId=key["KeyId"], Plaintext=b"x")
        attempt(bob, "get_key_policy", KeyId=make_key(allow(to=bob.arn))["KeyId"], PolicyName="default")


class TestAcrossAccounts:
    """Source: Developer Guide, "Allowing users in other accounts to use a KMS key"."""

    @pytest.fixture
    def guest(self, kms):
        return lambda *statements: kms.principals.user(
            "guest", account=OTHER, policies=[policy(*statements)] if statements else []
        )

    @pytest.mark.parametrize("named", [OTHER, f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{OTHER}:user/guest", "*"])
    def test_both_sides_are_needed(self, guest, make_key, attempt, named):
        key = make_key(allow(["kms:Encrypt", "kms:DescribeKey"], to=named))
        allowed = guest(allow("kms:Encrypt", key["Arn"]))
        attempt(allowed, "encrypt", KeyId=key["Arn"], Plaintext=b"x")
        attempt(allowed, "describe_key", denied_elsewhere(allowed, "DescribeKey"), KeyId=key["Arn"])

    def test_the_key_policy_alone_is_not_enough(self, guest, make_key, attempt):
        key = make_key(allow("kms:Encrypt", to=f"arn:aws:iam::{OTHER}:user/guest"))
        alone = guest()
        attempt(alone, "encrypt", denied_elsewhere(alone, "Encrypt"), KeyId=key["Arn"], Plaintext=b"x")

    def test_the_root_user_of_the_other_account(self, kms, make_key, attempt):
        key = make_key(allow("kms:DescribeKey", to=OTHER))
        attempt(kms.principals.root(OTHER), "describe_key", KeyId=key["Arn"])

    def test_the_identity_policy_alone_is_not_enough(self, guest, key, attempt):
        alone = guest(ALL)
        attempt(alone, "encrypt", across(alone, "Encrypt"), KeyId=key["Arn"], Plaintext=b"x")

    def test_a_denial_tells_nothing_of_the_key(self, guest, make_key, attempt):
        key = make_key(allow(to=OTHER), deny("kms:Encrypt", to="*"))
        both = guest(ALL)
        attempt(both, "encrypt", across(both, "Encrypt"), KeyId=key["Arn"], Plaintext=b"x")
        missing = key["Arn"][:-12] + "0" * 12
        attempt(both, "encrypt", across(both, "Encrypt"), KeyId=missing, Plaintext=b"x")

    def test_a_denial_of_ones_own_policy(self, guest, make_key, attempt):
        key = make_key(allow(to=OTHER))
        own = guest(ALL, deny("kms:Encrypt"))
        text = denied_elsewhere(own, "Encrypt", DENIED_BY_IDENTITY)
        attempt(own, "encrypt", text, KeyId=key["Arn"], Plaintext=b"x")

    @pytest.mark.parametrize(
        ("method", "action"),
        [("enable_key", "EnableKey"), ("get_key_policy", "GetKeyPolicy"), ("list_resource_tags", "ListResourceTags"),
         ("schedule_key_deletion", "ScheduleKeyDeletion")],
    )  # fmt: skip
    def test_what_never_works_across_accounts(self, guest, make_key, attempt, method, action):
        key = make_key(allow(to=OTHER))
        both = guest(ALL)
        more = {"PolicyName": "default"} if method == "get_key_policy" else {}
        attempt(both, method, across(both, action), KeyId=key["Arn"], **more)

    def test_a_missing_destination_of_re_encrypt(self, client, guest, make_key, attempt):
        key = make_key(allow(to=OTHER))
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        both, missing = guest(ALL), key["Arn"][:-12] + "0" * 12
        request = {"CiphertextBlob": blob, "DestinationKeyId": missing}
        attempt(both, "re_encrypt", across(both, "ReEncryptTo"), **request)

    def test_by_the_alias_of_another_account(self, client, guest, make_key, attempt):
        condition = {"StringEquals": {"kms:RequestAlias": "alias/app"}}
        key = make_key(allow("kms:Encrypt", to=OTHER, Condition=condition))
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        both = guest(ALL)
        answer = attempt(both, "encrypt", KeyId=f"{REGION}alias/app", Plaintext=b"x")
        assert answer["KeyId"] == key["Arn"]
        attempt(both, "encrypt", across(both, "Encrypt"), KeyId=key["Arn"], Plaintext=b"x")
        attempt(both, "encrypt", across(both, "Encrypt"), KeyId=f"{REGION}alias/other", Plaintext=b"x")
        attempt(both, "get_key_rotation_status", across(both, "GetKeyRotationStatus"), KeyId=key["Arn"])

    def test_decrypt_without_key_id(self, client, guest, make_key, attempt):
        key = make_key()
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        both = guest(ALL)
        attempt(both, "decrypt", across_by_ciphertext(both, "Decrypt"), CiphertextBlob=blob)
        attempt(both, "decrypt", across(both, "Decrypt"), CiphertextBlob=blob, KeyId=key["Arn"])
        mine = make_key(allow("kms:Decrypt", to=OTHER))
        blob = client.encrypt(KeyId=mine["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        assert attempt(both, "decrypt", CiphertextBlob=blob)["Plaintext"] == b"x"
        none = guest()
        attempt(none, "decrypt", denied_by_ciphertext(none, "Decrypt"), CiphertextBlob=blob)
        attempt(none, "decrypt", denied_elsewhere(none, "Decrypt"), CiphertextBlob=blob, KeyId=mine["Arn"])


class TestNotFoundOrDenied:
    """Who may nothing still learns that his own account's key is not there.

    Source: docs/aws/authorization.md#notfoundexception-or-accessdeniedexception.
    """

    MISSING = "1234abcd-12ab-34cd-56ef-1234567890ab"

    @pytest.mark.parametrize("statements", [(), (ALL,), (deny("kms:*"),)], ids=["nothing", "all", "denied"])
    @pytest.mark.parametrize(
        ("key_id", "message"),
        [
            ("foo", "Invalid keyId 'foo'"),
            (MISSING, f"Key '{REGION}key/{MISSING}' does not exist"),
            (f"{REGION}key/{MISSING}", f"Key '{REGION}key/{MISSING}' does not exist"),
            ("alias/none", f"Alias {REGION}alias/none is not found."),
            (f"{REGION}alias/none", f"Alias {REGION}alias/none is not found."),
        ],
    )
    def test_what_is_missing_in_the_own_account(self, kms, client, user, refused, statements, key_id, message):
        with kms.acting_as(user(*statements)), refused("NotFoundException", message):
            client.describe_key(KeyId=key_id)

    def test_a_bare_key_id_of_another_account(self, kms, client, key, refused):
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(ALL)])
        message = f"Key 'arn:aws:kms:us-east-1:{OTHER}:key/{key['KeyId']}' does not exist"
        with kms.acting_as(guest), refused("NotFoundException", message):
            client.describe_key(KeyId=key["KeyId"])

    def test_the_state_is_told_to_those_who_may(self, kms, client, user, key, attempt, refused):
        client.disable_key(KeyId=key["KeyId"])
        alice, bob = user(ALL), user(name="bob")
        request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
        attempt(bob, "encrypt", denied(bob, "Encrypt", key["Arn"]), **request)
        with kms.acting_as(alice), refused("DisabledException", f"{key['Arn']} is disabled."):
            client.encrypt(**request)


class TestWithoutResource:
    @pytest.mark.parametrize(
        ("method", "action", "request_"),
        [("list_keys", "ListKeys", {}), ("list_aliases", "ListAliases", {}), ("create_key", "CreateKey", {}),
         ("generate_random", "GenerateRandom", {"NumberOfBytes": 8})],
    )  # fmt: skip
    def test_the_resource_is_a_star(self, kms, user, attempt, method, action, request_):
        allowed, other = user(allow(f"kms:{action}")), user(allow(f"kms:{action}", f"{REGION}key/*"), name="bob")
        attempt(allowed, method, **request_)
        attempt(other, method, denied(other, action, "*"), **request_)
        attempt(kms.principals.root(), method, **request_)
        no = user(ALL, deny(f"kms:{action}"), name="no")
        attempt(no, method, denied(no, action, "*", DENIED_BY_IDENTITY), **request_)

    def test_a_key_policy_has_no_say(self, user, make_key, attempt):
        alice = user()
        make_key(allow(["kms:ListKeys", "kms:CreateKey"], to=alice.arn))
        attempt(alice, "list_keys", denied(alice, "ListKeys", "*"))

    def test_create_key_with_tags_needs_tag_resource(self, user, attempt):
        tags = {"Tags": [{"TagKey": "team", "TagValue": "blue"}]}
        maker = user(allow("kms:CreateKey"))
        attempt(maker, "create_key")
        attempt(maker, "create_key", denied_to_tag(maker), **tags)
        neither = user(allow("kms:ListKeys"), name="neither")
        attempt(neither, "create_key", denied_to_tag(neither), **tags)
        both = user(ALL, deny("kms:TagResource"), name="both")
        attempt(both, "create_key", denied_to_tag(both, DENIED_BY_IDENTITY), **tags)
        tagger = user(allow("kms:TagResource"), name="tagger")
        attempt(tagger, "create_key", denied(tagger, "CreateKey", "*"), **tags)
        attempt(user(allow(["kms:CreateKey", "kms:TagResource"]), allow("kms:PutKeyPolicy")), "create_key", **tags)

    def test_a_refusal_to_tag_a_key_names_it(self, user, key, attempt):
        alice = user()
        text = denied(alice, "TagResource", key["Arn"])
        attempt(alice, "tag_resource", text, KeyId=key["KeyId"], Tags=[{"TagKey": "a", "TagValue": "b"}])

    def test_replicate_key_needs_create_key_and_tag_resource(self, client, user, attempt):
        key = client.create_key(MultiRegion=True)["KeyMetadata"]
        request = {"KeyId": key["KeyId"], "ReplicaRegion": "eu-west-1", "Tags": [{"TagKey": "team", "TagValue": "a"}]}
        replicate = allow("kms:ReplicateKey", Condition={"StringEquals": {"kms:ReplicaRegion": "eu-west-1"}})
        create = allow("kms:CreateKey")
        tag = allow("kms:TagResource", Condition={"StringEquals": {"aws:RequestTag/team": "a"}})
        alice = user(name="alice")
        for statements, text in (
            ((), denied(alice, "ReplicateKey", key)),
            ((replicate,), denied_to_tag(alice)),
            ((replicate, tag), denied(alice, "CreateKey", "*")),
        ):
            attempt(user(allow("kms:ListKeys"), *statements), "replicate_key", text, **request)
        attempt(user(replicate, create, tag), "replicate_key", **request)

    def test_create_key_by_its_properties(self, user, attempt):
        """Source: Developer Guide, kms:KeySpec, kms:KeyUsage, kms:MultiRegion, aws:RequestTag and aws:TagKeys."""
        alice = user(
            allow("kms:CreateKey", Condition={
                "StringEquals": {"kms:KeySpec": "RSA_2048", "kms:KeyUsage": "SIGN_VERIFY", "kms:KeyOrigin": "AWS_KMS"},
                "Bool": {"kms:MultiRegion": "false"},
            })
        )  # fmt: skip
        attempt(alice, "create_key", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
        text = denied(alice, "CreateKey", "*")
        attempt(alice, "create_key", text)
        attempt(alice, "create_key", text, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")

    def test_create_key_by_its_tags(self, user, attempt):
        alice = user(
            allow(["kms:CreateKey", "kms:TagResource"], Condition={
                "StringEquals": {"aws:RequestTag/team": "blue"}, "ForAllValues:StringEquals": {"aws:TagKeys": "team"},
            })
        )  # fmt: skip
        attempt(alice, "create_key", Tags=[{"TagKey": "team", "TagValue": "blue"}])
        text = denied(alice, "CreateKey", "*")
        attempt(alice, "create_key", text)
        attempt(alice, "create_key", denied_to_tag(alice), Tags=[{"TagKey": "team", "TagValue": "red"}])


class TestAliases:
    """Source: Developer Guide, "Controlling access to aliases": the alias through IAM, and every key of it."""

    def test_create(self, user, key, attempt):
        request = {"AliasName": "alias/app", "TargetKeyId": key["KeyId"]}
        alias = f"{REGION}alias/app"
        neither, one = user(), user(allow("kms:CreateAlias", alias), name="one")
        attempt(neither, "create_alias", denied(neither, "CreateAlias", alias), **request)
        attempt(one, "create_alias", denied(one, "CreateAlias", key["Arn"]), **request)
        attempt(user(allow("kms:CreateAlias", [alias, key["Arn"]]), name="both"), "create_alias", **request)

    def test_create_asks_nothing_of_the_key_that_has_the_name_already(self, client, user, key, kms, refused):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        other, alias = client.create_key()["KeyMetadata"], f"{REGION}alias/app"
        alice = user(allow("kms:CreateAlias", [alias, other["Arn"]]))

        message = f"An alias with the name {alias} already exists"
        with kms.acting_as(alice), refused("AlreadyExistsException", message):
            client.create_alias(AliasName="alias/app", TargetKeyId=other["KeyId"])

    def test_update_asks_for_the_alias_and_both_keys(self, client, user, key, attempt):
        other = client.create_key()["KeyMetadata"]
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        request = {"AliasName": "alias/app", "TargetKeyId": other["KeyId"]}
        resources = [f"{REGION}alias/app", key["Arn"], other["Arn"]]
        for count, resource in enumerate(resources):
            alice = user(allow("kms:UpdateAlias", resources[:count]) if count else allow("kms:ListKeys"))
            attempt(alice, "update_alias", denied(alice, "UpdateAlias", resource), **request)
        attempt(user(allow("kms:UpdateAlias", resources)), "update_alias", **request)

    def test_delete(self, client, user, key, attempt):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        alias = f"{REGION}alias/app"
        one = user(allow("kms:DeleteAlias", alias))
        attempt(one, "delete_alias", denied(one, "DeleteAlias", key["Arn"]), AliasName="alias/app")
        attempt(user(allow("kms:DeleteAlias", [alias, key["Arn"]])), "delete_alias", AliasName="alias/app")

    def test_the_key_policy_speaks_for_the_key(self, user, make_key, attempt):
        alice = user(allow("kms:CreateAlias", f"{REGION}alias/*"))
        key = make_key(allow("kms:CreateAlias", to=alice.arn))
        attempt(alice, "create_alias", AliasName="alias/app", TargetKeyId=key["KeyId"])

    @pytest.mark.parametrize(("method", "action"), [("update_alias", "UpdateAlias"), ("delete_alias", "DeleteAlias")])
    def test_the_key_policy_speaks_for_the_present_key(self, client, user, key, make_key, attempt, method, action):
        alice = user(allow(f"kms:{action}", [f"{REGION}alias/*", key["Arn"]]))
        target = {"TargetKeyId": key["KeyId"]} if action == "UpdateAlias" else {}
        open_key, closed_key = make_key(allow(f"kms:{action}", to=alice.arn)), make_key()
        client.create_alias(AliasName="alias/open", TargetKeyId=open_key["KeyId"])
        client.create_alias(AliasName="alias/closed", TargetKeyId=closed_key["KeyId"])

        text = denied(alice, action, closed_key, NOT_BY_KEY_POLICY)
        attempt(alice, method, text, AliasName="alias/closed", **target)
        attempt(alice, method, AliasName="alias/open", **target)

    def test_by_the_alias_that_was_asked_for(self, client, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:Encrypt", to=alice.arn, Condition={
            "StringEquals": {"kms:RequestAlias": "alias/app"}}))  # fmt: skip
        for name in ("alias/app", "alias/other"):
            client.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
        text = denied(alice, "Encrypt", key["Arn"], NOT_BY_KEY_POLICY)
        for key_id in ("alias/app", f"{REGION}alias/app"):
            attempt(alice, "encrypt", KeyId=key_id, Plaintext=b"x")
        for key_id in ("alias/other", key["KeyId"], key["Arn"]):
            attempt(alice, "encrypt", text, KeyId=key_id, Plaintext=b"x")

    def test_by_the_aliases_that_the_key_has(self, client, user, key, attempt):
        alice = user(allow("kms:Encrypt", Condition={
            "ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/app*"}}))  # fmt: skip
        client.create_alias(AliasName="alias/other", TargetKeyId=key["KeyId"])
        attempt(alice, "encrypt", denied(alice, "Encrypt", key["Arn"]), KeyId=key["KeyId"], Plaintext=b"x")
        client.create_alias(AliasName="alias/app-1", TargetKeyId=key["KeyId"])
        attempt(alice, "encrypt", KeyId=key["KeyId"], Plaintext=b"x")


class TestConditions:
    """Source: Developer Guide, the examples of "Condition keys"."""

    def test_an_encryption_context_is_wanted(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:GenerateDataKey", to=alice.arn, Condition={
            "StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}}))  # fmt: skip
        request = {"KeyId": key["KeyId"], "KeySpec": "AES_256"}
        text = denied(alice, "GenerateDataKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "generate_data_key", EncryptionContext={"AppName": "ExampleApp"}, **request)
        attempt(alice, "generate_data_key", EncryptionContext={"appname": "ExampleApp", "a": "b"}, **request)
        attempt(alice, "generate_data_key", text, EncryptionContext={"AppName": "exampleapp"}, **request)
        attempt(alice, "generate_data_key", text, **request)

    def test_the_names_in_an_encryption_context(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:Encrypt", to=alice.arn, Condition={
            "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["AppName", "Department"]},
            "Null": {"kms:EncryptionContextKeys": "false"}}))  # fmt: skip
        request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
        text = denied(alice, "Encrypt", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "encrypt", EncryptionContext={"AppName": "1"}, **request)
        attempt(alice, "encrypt", text, EncryptionContext={"AppName": "1", "Other": "2"}, **request)
        attempt(alice, "encrypt", text, **request)

    def test_create_grant_by_constraint_operations_and_principals(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:CreateGrant", to=alice.arn, Condition={
            "StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals", "kms:GranteePrincipal": ROOT,
                             "kms:RetiringPrincipal": ROOT, "kms:EncryptionContext:app": "pay"},
            "ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "Decrypt"]}}))  # fmt: skip
        request = {
            "KeyId": key["KeyId"], "GranteePrincipal": ROOT, "RetiringPrincipal": ROOT, "Operations": ["Encrypt"],
            "Constraints": {"EncryptionContextEquals": {"app": "pay"}},
        }  # fmt: skip
        attempt(alice, "create_grant", **request)
        text = denied(alice, "CreateGrant", key["Arn"], NOT_BY_KEY_POLICY)
        for change in (
            {"Operations": ["Encrypt", "DescribeKey"]}, {"GranteePrincipal": alice.arn},
            {"RetiringPrincipal": alice.arn}, {"Constraints": {"EncryptionContextSubset": {"app": "pay"}}},
            {"Constraints": {"EncryptionContextEquals": {"app": "play"}}},
        ):  # fmt: skip
            attempt(alice, "create_grant", text, **{**request, **change})

    def test_via_a_service(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow(to=alice.arn, Condition={
            "StringEquals": {"kms:ViaService": ["s3.us-east-1.amazonaws.com", "ec2.us-east-1.amazonaws.com"]}}))  # fmt: skip
        text = denied(alice, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice.via("s3"), "describe_key", KeyId=key["KeyId"])
        attempt(alice.via("ec2.us-east-1.amazonaws.com"), "describe_key", KeyId=key["KeyId"])
        attempt(alice.via("s3.eu-west-1.amazonaws.com"), "describe_key", text, KeyId=key["KeyId"])
        attempt(alice, "describe_key", text, KeyId=key["KeyId"])

    @pytest.mark.parametrize(
        "condition",
        [{"Bool": {"aws:ViaAWSService": "true"}}, {"ForAnyValue:StringEquals": {"aws:CalledVia": "s3.amazonaws.com"}},
         {"StringEquals": {"aws:CalledViaFirst": "s3.amazonaws.com"}},
         {"StringEquals": {"aws:CalledViaLast": "s3.amazonaws.com"}}],
        ids=lambda condition: str(next(iter(condition.values()))),
    )  # fmt: skip
    def test_called_via(self, user, make_key, attempt, condition):
        alice = user()
        key = make_key(allow("kms:DescribeKey", to=alice.arn, Condition=condition))
        attempt(alice.via("s3"), "describe_key", KeyId=key["KeyId"])
        text = denied(alice, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "describe_key", text, KeyId=key["KeyId"])

    def test_multi_factor_authentication(self, kms, make_key, attempt):
        app = kms.principals.role("app")
        key = make_key(
            allow(to=app.role_arn),
            deny("kms:ScheduleKeyDeletion", to="*", Condition={
                "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        )  # fmt: skip
        text = denied(app, "ScheduleKeyDeletion", key["Arn"], DENIED_BY_KEY_POLICY)
        attempt(app, "schedule_key_deletion", text, KeyId=key["KeyId"])
        attempt(app.assume("session", mfa=True), "schedule_key_deletion", KeyId=key["KeyId"])

    def test_long_term_credentials_tell_nothing_of_mfa(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:DescribeKey", to=alice.arn, Condition={
            "Null": {"aws:MultiFactorAuthPresent": "true"}}))  # fmt: skip
        attempt(alice, "describe_key", KeyId=key["KeyId"])

    def test_the_source_address(self, user, make_key, attempt):
        alice = user()
        key = make_key(
            allow(to=alice.arn), deny("kms:Encrypt", to="*", Condition={
                "NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}}))  # fmt: skip
        request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
        for address in ("192.0.2.7", "2001:db8::7"):
            attempt(alice.having({"aws:SourceIp": address}), "encrypt", **request)
        text = denied(alice, "Encrypt", key["Arn"], DENIED_BY_KEY_POLICY)
        attempt(alice.having({"aws:SourceIp": "198.51.100.7"}), "encrypt", text, **request)

    def test_the_callers_account_and_type(self, kms, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:DescribeKey", to="*", Condition={
            "StringEquals": {"kms:CallerAccount": ACCOUNT, "aws:PrincipalType": "User"},
            "ArnLike": {"aws:PrincipalArn": f"{IAM}user/*"}}))  # fmt: skip
        attempt(alice, "describe_key", KeyId=key["KeyId"])
        role = kms.principals.role("app")
        text = denied(role, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(role, "describe_key", text, KeyId=key["KeyId"])

    def test_the_principal_arn_of_a_session_is_its_roles(self, kms, make_key, attempt):
        app = kms.principals.role("app", path="/team/")
        key = make_key(allow("kms:DescribeKey", to="*", Condition={
            "ArnEquals": {"aws:PrincipalArn": f"{IAM}role/team/app"}}))  # fmt: skip
        attempt(app, "describe_key", KeyId=key["KeyId"])

    def test_tags_of_the_principal_and_of_the_key(self, client, user, key, attempt):
        """Attribute-based access: the key's tag must be the caller's."""
        alice = user(
            allow("kms:Encrypt", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
            tags={"team": "blue"},
        )
        request = {"KeyId": key["KeyId"], "Plaintext": b"x"}
        text = denied(alice, "Encrypt", key["Arn"])
        attempt(alice, "encrypt", text, **request)
        client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "team", "TagValue": "red"}])
        attempt(alice, "encrypt", text, **request)
        client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "team", "TagValue": "blue"}])
        attempt(alice, "encrypt", **request)

    def test_session_tags_go_before_the_roles(self, kms, client, make_key, attempt):
        app = kms.principals.role("app", tags={"team": "red"})
        key = make_key(allow("kms:DescribeKey", to="*", Condition={
            "StringEquals": {"aws:PrincipalTag/team": "blue"}}))  # fmt: skip
        text = denied(app, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(app, "describe_key", text, KeyId=key["KeyId"])
        attempt(app.assume("blue", tags={"team": "blue"}), "describe_key", KeyId=key["KeyId"])

    def test_the_signing_algorithm_and_message_type(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:Sign", to=alice.arn, Condition={
            "StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"}}),
            KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")  # fmt: skip
        request = {"KeyId": key["KeyId"], "Message": b"x" * 32, "SigningAlgorithm": "ECDSA_SHA_256"}
        attempt(alice, "sign", **request)
        text = denied(alice, "Sign", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "sign", text, MessageType="DIGEST", **request)

    def test_the_waiting_period(self, user, make_key, attempt):
        alice = user()
        key = make_key(allow("kms:ScheduleKeyDeletion", to=alice.arn, Condition={
            "NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "21"}}))  # fmt: skip
        text = denied(alice, "ScheduleKeyDeletion", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "schedule_key_deletion", text, KeyId=key["KeyId"], PendingWindowInDays=7)
        attempt(alice, "schedule_key_deletion", KeyId=key["KeyId"], PendingWindowInDays=21)

    def test_until_a_date(self, kms, user, make_key, attempt):
        alice = user()
        kms.clock.freeze()
        until = kms.clock.now().replace(microsecond=0)
        key = make_key(allow("kms:DescribeKey", to=alice.arn, Condition={
            "DateLessThanEquals": {"aws:CurrentTime": f"{until:%Y-%m-%dT%H:%M:%SZ}"}}))  # fmt: skip
        attempt(alice, "describe_key", KeyId=key["KeyId"])
        kms.clock.advance(seconds=1)
        text = denied(alice, "DescribeKey", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "describe_key", text, KeyId=key["KeyId"])


class TestReEncrypt:
    def test_from_and_to(self, client, user, key, attempt):
        other = client.create_key()["KeyMetadata"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        request = {"CiphertextBlob": blob, "DestinationKeyId": other["KeyId"]}
        source = allow("kms:ReEncryptFrom", key["Arn"])
        target = allow("kms:ReEncryptTo", other["Arn"])
        only_to, only_from = user(target), user(source, name="bob")
        attempt(only_to, "re_encrypt", denied_by_ciphertext(only_to, "ReEncryptFrom"), **request)
        named = request | {"SourceKeyId": key["KeyId"]}
        attempt(only_to, "re_encrypt", denied(only_to, "ReEncryptFrom", key["Arn"]), **named)
        attempt(only_from, "re_encrypt", denied(only_from, "ReEncryptTo", other["Arn"]), **request)
        attempt(user(source, target, name="carol"), "re_encrypt", **request)

    def test_contexts_and_the_same_key(self, client, user, make_key, attempt):
        alice = user()
        key = make_key(
            allow("kms:ReEncryptFrom", to=alice.arn, Condition={
                "StringEquals": {"kms:EncryptionContext:v": "1"}, "Bool": {"kms:ReEncryptOnSameKey": "true"}}),
            allow("kms:ReEncryptTo", to=alice.arn, Condition={"StringEquals": {"kms:EncryptionContext:v": "2"}}),
        )  # fmt: skip
        context = {"v": "1"}
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
        request = {"CiphertextBlob": blob, "SourceEncryptionContext": context}
        attempt(alice, "re_encrypt", DestinationKeyId=key["KeyId"], DestinationEncryptionContext={"v": "2"}, **request)
        text = denied(alice, "ReEncryptTo", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "re_encrypt", text, DestinationKeyId=key["KeyId"], **request)
        other = make_key(allow(to=alice.arn))["KeyId"]
        text = denied(alice, "ReEncryptFrom", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "re_encrypt", text, DestinationKeyId=other, **request)

    def test_from_a_key_of_another_account(self, kms, client, elsewhere, key, attempt):
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(ALL)])
        own = elsewhere(OTHER).create_key()["KeyMetadata"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        attempt(
            guest,
            "re_encrypt",
            across_by_ciphertext(guest, "ReEncryptFrom"),
            CiphertextBlob=blob,
            DestinationKeyId=own["KeyId"],
        )
        blob = elsewhere(OTHER).encrypt(KeyId=own["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        attempt(guest, "re_encrypt", across(guest, "ReEncryptTo"), CiphertextBlob=blob, DestinationKeyId=key["Arn"])


@pytest.fixture(scope="module")
def enclave():
    return rsa.generate_private_key(65537, 2048)


class TestRecipients:
    @pytest.mark.parametrize("name", ["ImageSha384", "PCR0", "PCR8"])
    def test_an_enclave_of_the_right_image(self, client, user, make_key, attempt, enclave, name):
        """Source: Developer Guide, "Condition keys for AWS Nitro Enclaves"."""
        alice = user()
        number = int(name.removeprefix("PCR")) if name.startswith("PCR") else 0
        key = make_key(allow(["kms:Decrypt", "kms:GenerateDataKey"], to=alice.arn, Condition={
            "StringEqualsIgnoreCase": {f"kms:RecipientAttestation:{name}": "AB" * 48}}))  # fmt: skip
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

        def recipient(value):
            document = attestation_document({number: value * 48}, enclave.public_key())
            return {"AttestationDocument": document, "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}

        answer = attempt(alice, "decrypt", CiphertextBlob=blob, Recipient=recipient("ab"))
        assert open_ciphertext(enclave, answer["CiphertextForRecipient"]) == b"x"
        text = denied(alice, "Decrypt", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice, "decrypt", text, CiphertextBlob=blob, Recipient=recipient("cd"))
        attempt(alice, "decrypt", text, CiphertextBlob=blob)

    def test_generate_random(self, user, attempt, enclave):
        alice = user(allow("kms:GenerateRandom", Condition={
            "StringEquals": {"kms:RecipientAttestation:PCR0": "ab" * 48}}))  # fmt: skip
        document = attestation_document({0: "ab" * 48}, enclave.public_key())
        recipient = {"AttestationDocument": document, "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
        attempt(alice, "generate_random", NumberOfBytes=8, Recipient=recipient)
        attempt(alice, "generate_random", denied(alice, "GenerateRandom", "*"), NumberOfBytes=8)


class TestAwsManagedKeys:
    """Source: Developer Guide, "AWS managed keys": through their service only, by whoever the account lets."""

    def test_through_their_service_only(self, client, user, attempt):
        key = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
        alice = user(ALL)
        text = denied(alice, "Encrypt", key["Arn"], NOT_BY_KEY_POLICY)
        attempt(alice.via("s3"), "encrypt", KeyId="alias/aws/s3", Plaintext=b"x")
        attempt(alice.via("sns"), "encrypt", text, KeyId="alias/aws/s3", Plaintext=b"x")
        attempt(alice, "encrypt", text, KeyId="alias/aws/s3", Plaintext=b"x")
        attempt(alice, "get_key_policy", KeyId=key["KeyId"], PolicyName="default")
        nobody = user(name="nobody")
        attempt(nobody.via("s3"), "generate_data_key", KeyId=key["KeyId"], KeySpec="AES_256")
        attempt(
            nobody,
            "get_key_policy",
            denied(nobody, "GetKeyPolicy", key["Arn"]),
            KeyId=key["KeyId"],
            PolicyName="default",
        )

    def test_not_from_another_account(self, kms, client, attempt):
        key = client.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
        guest = kms.principals.user("guest", account=OTHER, policies=[policy(ALL)]).via("s3")
        attempt(guest, "encrypt", across(guest, "Encrypt"), KeyId=key["Arn"], Plaintext=b"x")


class TestServicePrincipals:
    def test_a_service_that_the_key_policy_names(self, kms, make_key, attempt):
        """Source: CloudTrail User Guide, "Configure KMS key policies"."""
        trail = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t"
        service, condition = {"Service": "cloudtrail.amazonaws.com"}, {"StringEquals": {"aws:SourceArn": trail}}
        key = make_key(allow("kms:GenerateDataKey*", Principal=service, Condition=condition))
        request = {"KeyId": key["Arn"], "KeySpec": "AES_256"}
        right = kms.principals.service("cloudtrail.amazonaws.com", source_arn=trail, source_account=ACCOUNT)
        wrong = kms.principals.service("cloudtrail.amazonaws.com", source_arn=f"{trail}2")
        other = kms.principals.service("s3.amazonaws.com", source_arn=trail)
        attempt(right, "generate_data_key", **request)
        for service in (wrong, other):
            text = denied(service, "GenerateDataKey", key["Arn"], NOT_BY_KEY_POLICY)
            attempt(service, "generate_data_key", text, **request)


def test_a_refusal_is_sent_as_aws_sends_it(kms, user, key, send):
    alice = user()
    answer = send("DescribeKey", {"KeyId": key["KeyId"]}, account=alice.credentials["aws_access_key_id"])
    text = denied(alice, "DescribeKey", key["Arn"])

    assert (answer.status, answer.json) == (400, {"__type": "AccessDeniedException", "Message": text})


def test_a_decision_that_was_made_before_tells_nothing_of_the_earlier_request(kms, client, key):
    for tenant in ("blue", "red"):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"tenant": tenant})

    first, second = (event.decisions[0] for event in kms.journal.events("Encrypt"))
    assert second == first
    assert "blue" not in second.explain()
