"""`kms.principals`: who calls, with which credentials; strictness, signatures, explanations and simulations."""

from __future__ import annotations

import datetime
import json
import re

import boto3
import freezegun
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from iam import (
    ACCOUNT,
    ADMIN,
    ALL,
    DENIED_BY_IDENTITY,
    DENIED_BY_KEY_POLICY,
    IAM,
    NOT_BY_IDENTITY,
    OTHER,
    ROOT,
    allow,
    denied,
    deny,
    key_policy,
    policy,
)

from fake_kms import FakeKms
from fake_kms.controls.principal import identity_of
from fake_kms.wire import HttpRequest
from fake_kms.wire.sigv4 import Authorization, signature

STS = f"arn:aws:sts::{ACCOUNT}:"
EVERYTHING = policy(ALL)
TOKEN_INVALID = "The security token included in the request is invalid."


def code_and_message(caught):
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def caller(kms):
    return kms.journal[-1].principal


class TestRegistering:
    def test_everybody_has_an_arn(self, kms):
        made = kms.principals
        alice = made.user("alice", path="/team/")
        app = made.role("app", path="/team/", session_name="job")

        assert alice.arn == f"{IAM}user/team/alice"
        assert made.user("bob", account=OTHER).arn == f"arn:aws:iam::{OTHER}:user/bob"
        assert (app.arn, app.role_arn) == (f"{STS}assumed-role/app/job", f"{IAM}role/team/app")
        assert app.assume("other").arn == f"{STS}assumed-role/app/other"
        assert made.root().arn == f"{IAM}root"
        assert made.root(OTHER).arn == f"arn:aws:iam::{OTHER}:root"
        assert made.federated_user("carol", of=alice).arn == f"{STS}federated-user/carol"
        assert made.service("s3.amazonaws.com").arn == "s3.amazonaws.com"
        assert repr(app) == f"<Role {app.arn}>"

    def test_in_other_partitions(self):
        with FakeKms(region="cn-north-1") as kms:
            made = kms.principals
            assert made.user("alice").arn == f"arn:aws-cn:iam::{ACCOUNT}:user/alice"
            assert made.role("app").arn == f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/app/session"
            made.root().client().list_keys()
            assert caller(kms) == f"arn:aws-cn:iam::{ACCOUNT}:root"

    def test_long_term_and_temporary_credentials(self, kms):
        made = kms.principals
        alice, app = made.user("alice"), made.role("app")
        for actor, prefix, temporary in (
            (alice, "AKIA", False),
            (made.root(), "AKIA", False),
            (app, "ASIA", True),
            (app.assume("s"), "ASIA", True),
            (made.federated_user("f", of=alice), "ASIA", True),
            (alice.via("s3"), "AKIA", False),
        ):
            assert re.fullmatch(f"{prefix}[A-Z2-7]{{16}}", actor.credentials["aws_access_key_id"])
            assert (actor.credentials["aws_session_token"] is not None) == temporary

    @pytest.mark.parametrize(
        ("document", "message"),
        [
            ("{", "identity policy 1 of alice: it is not JSON"),
            ({"Statement": []}, "identity policy 1 of alice: it has no Statement"),
            (
                {"Statement": [ALL, {"Sid": "Mine", "Effect": "allow"}]},
                "identity policy 1 of alice: statement 2 (Sid 'Mine'): Effect is 'allow', not Allow or Deny",
            ),
            (
                {"Statement": allow("Encrypt")},
                "identity policy 1 of alice: statement 1: Action 'Encrypt' has no service prefix, as in kms:Decrypt",
            ),
            (
                {"Statement": allow(Principal="*")},
                "identity policy 1 of alice: statement 1: an identity policy cannot have a Principal",
            ),
            ({"Statement": allow(Condition={"Like": {}})}, None),
            (
                {"Statement": allow(Condition={"StringIs": {"aws:username": "a"}})},
                "identity policy 1 of alice: statement 1: Condition has the unknown operator 'StringIs'",
            ),
        ],
    )
    def test_a_malformed_policy(self, kms, document, message):
        if message is None:  # an operator without a condition key asks for nothing
            kms.principals.user("alice", policies=[document])
            return
        with pytest.raises(ValueError) as caught:
            kms.principals.user("alice", policies=[document])
        assert str(caught.value) == message

    def test_managed_policies_go_by_their_arns(self, kms, key, refused):
        """Source: docs/aws/evidence.md#authorization."""
        made, arn = kms.principals, f"arn:aws:iam::{ACCOUNT}:policy/team/NoKms"
        alice = made.user("alice", policies=[policy(ALL)], managed={arn: policy(deny("kms:Encrypt"))})
        app = made.role("app", managed={arn: json.dumps(policy(allow("kms:DescribeKey"), deny("kms:Encrypt")))})
        for actor in (alice, app):
            actor.client().describe_key(KeyId=key["KeyId"])
            with refused("AccessDeniedException", denied(actor, "Encrypt", key, f"{DENIED_BY_IDENTITY}: {arn}")):
                actor.client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with pytest.raises(ValueError, match=r"^a managed policy goes by its ARN, as in .*:policy/X, not 'NoKms'$"):
            made.user("alice", managed={"NoKms": policy(ALL)})
        with pytest.raises(ValueError, match=rf"^{arn}: it is not JSON$"):
            made.role("app", managed={arn: "{"})

    def test_a_role_of_awss_own(self, kms, client, key):
        infrastructure = kms.principals.role("aws:ec2-infrastructure", session_name="i-0123456789abcdef0")
        assert infrastructure.arn == f"{STS}assumed-role/aws:ec2-infrastructure/i-0123456789abcdef0"
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=infrastructure.arn, Operations=["Decrypt", "Encrypt"])
        infrastructure.client().encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        with pytest.raises(ValueError, match="a name is up to 64 letters"):
            kms.principals.role("ec2:infrastructure")

    def test_other_mistakes(self, kms):
        made = kms.principals
        for policies in (EVERYTHING, json.dumps(EVERYTHING)):
            with pytest.raises(TypeError, match=r"^policies is a list of policies: put the one in brackets$"):
                made.user("alice", policies=policies)
        for register in (made.user, made.role):
            with pytest.raises(ValueError, match=r"^a path begins and ends with '/', unlike 'team'$"):
                register("alice", path="team")
            with pytest.raises(ValueError, match=r"^an account is twelve digits in a string, not '1'$"):
                register("alice", account="1")
            with pytest.raises(TypeError, match=r"^an account is twelve digits in a string, not 123456789012$"):
                register("alice", account=123456789012)
            message = (
                r"^the value of aws:MultiFactorAuthPresent is text or a list of texts, such as \"true\", not True$"
            )
            with pytest.raises(TypeError, match=message):
                register("alice", context={"aws:MultiFactorAuthPresent": True})
        alice = made.user("alice")
        for misnamed in (
            lambda: made.role("app", session_name="a/b"),
            lambda: made.federated_user("a b", of=alice),
        ):
            with pytest.raises(ValueError, match=r"^a name is up to 64 letters, digits and"):
                misnamed()
        with pytest.raises(ValueError, match=r"^an account is twelve digits in a string, not '1'$"):
            made.root("1")

    def test_which_policy_is_malformed(self, kms):
        made = kms.principals
        role = made.role("app")
        for register, place in (
            (lambda: made.user("alice", policies=[EVERYTHING, "{"]), "identity policy 2 of alice"),
            (lambda: made.user("alice", boundary="{"), "permissions boundary of alice"),
            (lambda: made.role("app", path="/team/", policies=["{"]), "identity policy 1 of app"),
            (lambda: role.assume("s", policies=[EVERYTHING, "{"]), "session policy 2"),
            (lambda: made.federated_user("f", of=made.root(), policies=["{"]), "session policy 1"),
        ):
            with pytest.raises(ValueError, match=rf"^{place}: it is not JSON$"):
                register()


class TestCalling:
    def test_a_client_a_session_and_the_environment(self, kms, monkeypatch):
        alice, app = (
            kms.principals.user("alice", policies=[EVERYTHING]),
            kms.principals.role("app", policies=[EVERYTHING]),
        )
        alice.client().list_keys()
        assert caller(kms) == alice.arn
        app.session().client("kms").list_keys()
        assert caller(kms) == app.arn
        boto3.Session(region_name="eu-west-1", **alice.credentials).client("kms").list_keys()
        assert (caller(kms), kms.journal[-1].region) == (alice.arn, "eu-west-1")
        boto3.client("kms", region_name="us-east-1", **app.credentials).list_keys()
        assert caller(kms) == app.arn
        for name, value in alice.credentials.items():
            if value is None:
                monkeypatch.delenv(name.upper(), raising=False)
            else:
                monkeypatch.setenv(name.upper(), value)
        boto3.Session(region_name="us-east-1").client("kms").list_keys()
        assert caller(kms) == alice.arn

    def test_a_region_of_ones_own(self, kms):
        alice = kms.principals.user("alice", policies=[EVERYTHING])
        alice.client("eu-west-1").list_keys()
        assert kms.journal[-1].region == "eu-west-1"
        assert alice.session("eu-central-1").region_name == "eu-central-1"

    def test_acting_as(self, kms, client):
        alice, bob = (kms.principals.user(name, policies=[EVERYTHING]) for name in ("alice", "bob"))
        seen = []

        def look(one=client):
            one.list_keys()
            seen.append(caller(kms))

        with kms.acting_as(alice) as acting:
            assert acting is alice
            look()
            with kms.acting_as(bob):
                look()
                with kms.acting_as(alice):
                    look()
                look()
                look(alice.client())  # registered credentials are nobody else's
            look()
        look()
        assert seen == [alice.arn, bob.arn, alice.arn, bob.arn, alice.arn, alice.arn, ADMIN]

    def test_acting_as_ends_with_an_exception(self, kms, client):
        with pytest.raises(RuntimeError), kms.acting_as(kms.principals.root()):
            raise RuntimeError
        client.list_keys()
        assert caller(kms) == ADMIN

    def test_unregistered_keys_are_administrators(self, kms, elsewhere):
        elsewhere("AKIAIOSFODNN7EXAMPLE").list_keys()
        assert caller(kms) == ADMIN
        elsewhere(OTHER).list_keys()
        assert caller(kms) == f"arn:aws:iam::{OTHER}:user/admin"

    def test_unregistered_keys_in_another_partition(self, kms, send):
        for access_key_id in ("one", "two"):
            for region, partition in (("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-east-1", "aws")):
                send("ListKeys", region=region, account=access_key_id)
                assert caller(kms) == f"arn:{partition}:iam::{ACCOUNT}:user/admin"

    def test_a_federated_user_of_a_user_that_was_removed(self, kms):
        made = kms.principals
        alice = made.user("alice", policies=[EVERYTHING])
        federated = made.federated_user("f", of=alice, policies=[EVERYTHING])
        made.remove(alice)
        for issue in (
            lambda: federated.having({"aws:SourceIp": "1.2.3.4"}),
            lambda: made.federated_user("g", of=alice, policies=[EVERYTHING]),
        ):
            with pytest.raises(LookupError, match=f"^{alice.arn} was removed$"):
                issue()

    def test_a_service_calls_for_somebody(self, kms, client, key, refused):
        through_s3 = {
            "kms:ViaService": "s3.us-east-1.amazonaws.com",
            "aws:ViaAWSService": "true",
            "aws:CalledVia": "s3.amazonaws.com",
            "aws:CalledViaFirst": "s3.amazonaws.com",
            "aws:SourceArn": "arn:aws:s3:::b",
        }
        alice = kms.principals.user("alice", policies=[policy(allow(Condition={"StringEquals": through_s3}))])
        via = alice.via("s3", **{"aws:SourceArn": "arn:aws:s3:::b"})
        via.client().describe_key(KeyId=key["KeyId"])

        assert caller(kms) == alice.arn
        with refused("AccessDeniedException", denied(alice, "DescribeKey", key)):
            alice.client().describe_key(KeyId=key["KeyId"])
        assert "ViaService: expected 's3.us-east-1.amazonaws.com', actual (absent)" in kms.explain()

    def test_what_conditions_see_of_a_caller(self, kms, client):
        made = kms.principals
        alice = made.user("alice", tags={"Team": "blue"}, context={"aws:PrincipalOrgID": "o-1"}, policies=[EVERYTHING])
        app = made.role("app", tags={"Team": "red"}, policies=[EVERYTHING])
        session = app.assume("job", tags={"team": "green"}, mfa=True, context={"aws:SourceIdentity": "alice"})

        def seen(actor, *names):
            """Return what the explanation of conditions that nobody meets calls the actual values."""
            conditions = {"StringEquals": dict.fromkeys(names, "?")}
            text = key_policy(allow(to=ROOT), allow(to="*", Condition=conditions))
            key_id = client.create_key(Policy=text)["KeyMetadata"]["KeyId"]
            why = kms.simulate(actor, "kms:DescribeKey", key_id).trace[1].why
            actual = re.findall(r"condition StringEquals (\S+): expected '\?', actual (?:'([^']*)'|\(absent\))", why)
            return {name: value or None for name, value in actual}

        assert seen(
            alice, "aws:username", "aws:PrincipalTag/team", "aws:PrincipalOrgID", "aws:PrincipalType", "aws:PrincipalArn",
            "aws:MultiFactorAuthPresent", "aws:PrincipalAccount",
        ) == {
            "aws:username": "alice",
            "aws:PrincipalTag/team": "blue",
            "aws:PrincipalOrgID": "o-1",
            "aws:PrincipalType": "User",
            "aws:PrincipalArn": alice.arn,
            "aws:MultiFactorAuthPresent": None,
            "aws:PrincipalAccount": ACCOUNT,
        }  # fmt: skip
        names = ("aws:username", "aws:PrincipalTag/team", "aws:PrincipalArn", "aws:MultiFactorAuthPresent")
        assert seen(app, *names) == dict(zip(names, (None, "red", app.role_arn, "false"), strict=True))
        assert seen(session, *names) == dict(zip(names, (None, "green", app.role_arn, "true"), strict=True))
        assert seen(session, "aws:SourceIdentity") == {"aws:SourceIdentity": "alice"}
        user_id = seen(session, "aws:userid")["aws:userid"]
        assert re.fullmatch("AROA[A-Z2-7]{17}:job", user_id)
        assert seen(made.root(), "aws:userid", "aws:PrincipalType") == {
            "aws:userid": ACCOUNT,
            "aws:PrincipalType": "Account",
        }

    def test_what_conditions_see_of_the_administrator(self, client, refused):
        condition = {"StringEquals": {"aws:username": "admin", "aws:userid": "AIDAADMIN"}}
        text = key_policy(allow(to=ROOT), deny("kms:GetKeyPolicy", to="*", Condition=condition))
        key = client.create_key(Policy=text)["KeyMetadata"]

        with refused("AccessDeniedException", denied(ADMIN, "GetKeyPolicy", key, DENIED_BY_KEY_POLICY)):
            client.get_key_policy(KeyId=key["KeyId"])

    def test_a_context_names_kms_keys_only_where_aws_has_them(self, kms):
        """Source: Service Authorization Reference, where ListKeys has no kms:ViaService."""
        named = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=named))]).via("s3")
        alice.client().create_key()
        with pytest.raises(ClientError) as caught:
            alice.client().list_keys()
        assert code_and_message(caught)[1].endswith(NOT_BY_IDENTITY.format(action="kms:ListKeys"))

    def test_the_same_seed_registers_the_same_credentials(self):
        def story(seed):
            with FakeKms(seed=seed) as kms:
                alice = kms.principals.user("alice")
                return alice.credentials, kms.client().create_key()["KeyMetadata"]["KeyId"]

        assert story(7) == story(7)
        assert story(7) != story(8)
        with FakeKms(seed=7) as kms:  # and whoever is registered, the keys are the same
            assert kms.client().create_key()["KeyMetadata"]["KeyId"] == story(7)[1]


class TestStrictIdentity:
    @pytest.fixture
    def kms(self):
        with FakeKms(strict_identity=True) as fake:
            yield fake

    @pytest.fixture
    def boss(self, kms):
        return kms.principals.user("boss", policies=[EVERYTHING])

    @pytest.mark.parametrize("access_key_id", ["testing", "AKIAIOSFODNN7EXAMPLE", OTHER])
    def test_an_access_key_that_nobody_registered(self, kms, refused, access_key_id):
        client = kms.client(aws_access_key_id=access_key_id)
        with refused("UnrecognizedClientException", TOKEN_INVALID):
            client.list_keys()

    def test_acting_as_gives_them_somebody(self, kms, boss):
        with kms.acting_as(boss):
            kms.client().list_keys()
        assert caller(kms) == boss.arn

    def test_who_can_be_named(self, kms, boss):
        made = kms.principals
        app = made.role("app", path="/team/")
        names = [
            boss.arn,
            app.role_arn,
            app.arn,
            app.assume("other").arn,
            f"{STS}assumed-role/app/never-begun",
            made.federated_user("f", of=boss).arn,
            made.user("guest", account=OTHER).arn,
            f"{IAM}root",
            f"arn:aws:iam::{OTHER}:root",
            OTHER,
        ]
        client = boss.client()
        key_id = client.create_key(Policy=key_policy(allow(to=[*names, "*"])))["KeyMetadata"]["KeyId"]
        client.put_key_policy(KeyId=key_id, PolicyName="default", Policy=key_policy(allow(to=names)))
        for name in names:
            client.create_grant(KeyId=key_id, GranteePrincipal=name, RetiringPrincipal=name, Operations=["Encrypt"])
        unique_id = identity_of(app).principal.unique_id.partition(":")[0]
        client.put_key_policy(KeyId=key_id, PolicyName="default", Policy=key_policy(allow(to=[boss.arn, unique_id])))

    @pytest.mark.parametrize(
        "name",
        [f"{IAM}user/nobody", f"{IAM}role/app", f"{STS}assumed-role/none/s", f"{STS}federated-user/nobody",
         "AROAXXXXXXXXXXXXXXXXX"],
    )  # fmt: skip
    def test_who_cannot(self, kms, boss, refused, name):
        kms.principals.role("app", path="/team/")
        client = boss.client()
        key_id = client.create_key()["KeyMetadata"]["KeyId"]
        message = "Policy contains a statement with one or more invalid principals."
        with refused("MalformedPolicyDocumentException", message):
            client.put_key_policy(KeyId=key_id, PolicyName="default", Policy=key_policy(allow(to=[boss.arn, name])))
        with refused("MalformedPolicyDocumentException", message):
            client.create_key(Policy=key_policy(allow(to=[boss.arn, name])))
        for member in ("GranteePrincipal", "RetiringPrincipal"):
            message = f"ARN does not refer to a valid principal: {name}"
            if not name.startswith("arn:"):
                message = f"{member} does not refer to a valid principal."
            with refused("InvalidArnException", message):
                client.create_grant(**{"KeyId": key_id, "Operations": ["Encrypt"], "GranteePrincipal": boss.arn,
                                       member: name})  # fmt: skip

    def test_without_it_anybody_can_be_named(self):
        with FakeKms() as kms:
            client = kms.client()
            text = key_policy(allow(to=[ADMIN, f"{IAM}user/nobody", "AROAXXXXXXXXXXXXXXXXX"]))
            key_id = client.create_key(Policy=text)["KeyMetadata"]["KeyId"]
            client.create_grant(KeyId=key_id, GranteePrincipal=f"{IAM}user/nobody", Operations=["Encrypt"])


MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


class TestSignatures:
    URL = "https://kms.us-east-1.amazonaws.com/"

    @pytest.fixture
    def kms(self):
        with FakeKms(verify_signatures=True) as fake:
            yield fake

    @pytest.fixture(params=["user", "role"])
    def actor(self, kms, request):
        return getattr(kms.principals, request.param)("alice", policies=[EVERYTHING])

    def signed(self, credentials, body=b"{}", at=None):
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService.ListKeys"}
        request = AWSRequest("POST", self.URL, data=body, headers=headers)
        own = Credentials(*credentials.values())
        with freezegun.freeze_time(at or datetime.datetime.now(datetime.timezone.utc)):
            SigV4Auth(own, "kms", "us-east-1").add_auth(request)
        return dict(request.headers)

    def post(self, headers, body=b"{}"):
        return requests.post(self.URL, data=body, headers=headers, timeout=5)

    def test_right_ones(self, kms, actor):
        actor.client().create_key(Description="ä")
        assert caller(kms) == actor.arn
        assert self.post(self.signed(actor.credentials)).status_code == 200
        kms.clock.advance(days=400)  # signatures follow the system's clock, as the clients do
        actor.client().list_keys()

    def test_another_secret(self, actor, refused):
        client = actor.session().client("kms", aws_secret_access_key="wrong", **{
            name: value for name, value in actor.credentials.items() if name != "aws_secret_access_key"
        })  # fmt: skip
        with refused("InvalidSignatureException", MISMATCH):
            client.list_keys()
        assert self.post(self.signed({**actor.credentials, "aws_secret_access_key": "x"})).json() == {
            "__type": "InvalidSignatureException",
            "message": MISMATCH,
        }

    @pytest.mark.parametrize("header", ["X-Amz-Target", "X-Amz-Date", "Content-Type"])
    def test_a_signed_header_was_changed(self, actor, header):
        headers = self.signed(actor.credentials)
        stamp = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=60)
        changed = {"X-Amz-Target": "TrentService.ListAliases", "X-Amz-Date": f"{stamp:%Y%m%dT%H%M%SZ}",
                   "Content-Type": "application/json"}  # fmt: skip
        assert self.post({**headers, header: changed[header]}).json()["message"] == MISMATCH

    def test_the_body_was_changed(self, actor):
        answer = self.post(self.signed(actor.credentials), body=b'{"Limit":5}')
        assert answer.json()["message"] == MISMATCH

    def test_a_date_that_is_none(self, actor):
        assert self.post({**self.signed(actor.credentials), "X-Amz-Date": "today"}).json()["message"] == MISMATCH
        headers = self.signed(actor.credentials)
        del headers["X-Amz-Date"]
        assert self.post(headers).json()["message"] == MISMATCH

    @pytest.mark.parametrize(("date", "status"), [(None, 200), ("today", 400)])
    def test_a_signed_date_that_is_none(self, actor, date, status):
        signed = self.signed(actor.credentials)
        headers = {**signed, "X-Amz-Date": date or signed["X-Amz-Date"]}
        sent = {name.lower(): value for name, value in headers.items()} | {"host": "kms.us-east-1.amazonaws.com"}
        request = HttpRequest("POST", self.URL, sent, b"{}", headers["X-Amz-Target"], headers["Authorization"])
        authorization = Authorization.parse(headers["Authorization"])
        right = signature(request, authorization, actor.credentials["aws_secret_access_key"])
        headers["Authorization"] = headers["Authorization"].replace(authorization.signature, right)
        answer = self.post(headers)
        assert answer.status_code == status
        assert date is None or answer.json()["message"] == MISMATCH

    def test_an_old_one(self, actor):
        noon = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)
        headers = self.signed(actor.credentials, at=noon)
        with freezegun.freeze_time(noon + datetime.timedelta(minutes=5)):
            assert self.post(headers).status_code == 200
        with freezegun.freeze_time(noon + datetime.timedelta(minutes=5, seconds=1)):
            assert self.post(headers).json() == {
                "__type": "InvalidSignatureException",
                "message": (
                    "Signature expired: 20261124T120000Z is now earlier than 20261124T120001Z "
                    "(20261124T120501Z - 5 min.)"
                ),
            }

    def test_one_of_the_future(self, actor):
        noon = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)
        headers = self.signed(actor.credentials, at=noon)
        with freezegun.freeze_time(noon - datetime.timedelta(minutes=6)):
            assert self.post(headers).json()["message"] == (
                "Signature not yet current: 20261124T120000Z is still later than 20261124T115900Z "
                "(20261124T115400Z + 5 min.)"
            )

    @pytest.mark.parametrize("token", [None, "another"])
    def test_temporary_credentials_need_their_token(self, kms, refused, token):
        app = kms.principals.role("app", policies=[EVERYTHING])
        own = {**app.credentials, "aws_session_token": token}
        client = boto3.Session(region_name="us-east-1", **own).client("kms")
        with refused("UnrecognizedClientException", TOKEN_INVALID):
            client.list_keys()

    def test_nobodys_signature_cannot_be_verified(self, kms):
        kms.client().list_keys()
        assert caller(kms) == ADMIN

    def test_without_the_option_none_is_verified(self):
        with FakeKms() as kms:
            alice = kms.principals.user("alice", policies=[EVERYTHING])
            kms.client(**{**alice.credentials, "aws_secret_access_key": "wrong"}).list_keys()
            assert caller(kms) == alice.arn


class TestExplanations:
    def test_of_a_refusal(self, kms, key):
        alice = kms.principals.user("alice")
        with pytest.raises(ClientError):
            alice.client().describe_key(KeyId=key["KeyId"])
        kms.client().list_keys()

        text = denied(alice, "DescribeKey", key)
        delegation = "key policy statement 'Enable IAM User Permissions'"
        missing = f"no identity policy of {alice.arn} allows kms:DescribeKey"
        assert kms.explain().splitlines() == [
            f"DescribeKey {key['Arn']} by {alice.arn} -> AccessDeniedException: {text}",
            f"Refused (NOT_ALLOWED_BY_IDENTITY_POLICY): kms:DescribeKey on {key['Arn']} by {alice.arn}",
            f"  {delegation} (delegates to the account) would allow, but {missing}",
            f"  - Allow {delegation}: matches (delegates to the account)",
        ]

    def test_of_what_was_true_then(self, kms, client, key):
        """Neither tags nor policies that change later change the explanation of a refusal."""
        wanted = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=wanted))])
        with pytest.raises(ClientError):
            alice.client().describe_key(KeyId=key["KeyId"])
        (refusal,) = kms.journal.events("DescribeKey", succeeded=False)
        before = kms.explain(refusal)
        client.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "team", "TagValue": "blue"}])
        client.put_key_policy(
            KeyId=key["KeyId"], PolicyName="default", Policy=key_policy(allow(to=ADMIN), allow(to=alice.arn))
        )
        alice.client().describe_key(KeyId=key["KeyId"])

        condition = "condition StringEquals aws:ResourceTag/team: expected 'blue', actual (absent)"
        assert before.endswith(f"\n  - Allow identity policy 1 of alice statement 1: does not match ({condition})")
        assert kms.explain(refusal) == before

    def test_of_an_answer(self, kms, client, key):
        client.describe_key(KeyId=key["KeyId"])
        (event,) = kms.journal.events("DescribeKey")
        (decision,) = event.decisions

        delegation = "key policy statement 'Enable IAM User Permissions' (delegates to the account)"
        assert kms.explain(event).splitlines() == [
            str(event),
            f"Allowed: kms:DescribeKey on {key['Arn']} by {ADMIN}",
            f"  Allow by {delegation} and identity policy 'AdministratorAccess' statement 1",
        ]
        assert kms.explain(event) == f"{event}\n{decision.explain()}"

    def test_of_what_was_refused_before_anybody_asked(self, kms, client):
        with pytest.raises(ClientError):
            client.describe_key(KeyId="foo")
        text = "The request was answered before anybody asked whether the caller may."
        assert kms.explain().endswith(f"\n  {text}")

    def test_of_a_grant_that_is_too_new(self):
        with FakeKms(consistency="eventual") as kms:
            client = kms.client()
            alice = kms.principals.user("alice")
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            made = client.create_grant(KeyId=key_id, GranteePrincipal=alice.arn, Operations=["Encrypt"])
            with pytest.raises(ClientError):
                alice.client().encrypt(KeyId=key_id, Plaintext=b"x")
            reason = "it is new, and the request does not bring its token"
            assert kms.explain().endswith(f"\n  - Allow grant {made['GrantId']}: does not match ({reason})")

    def test_of_a_grant_that_covers_less(self, kms, client, key):
        alice = kms.principals.user("alice")
        made = client.create_grant(
            KeyId=key["KeyId"], GranteePrincipal=alice.arn, Operations=["Encrypt", "CreateGrant"]
        )  # fmt: skip
        with pytest.raises(ClientError):
            alice.client().create_grant(KeyId=key["KeyId"], GranteePrincipal=alice.arn, Operations=["Decrypt"])
        reason = "a grantee passes on only operations that it holds, under constraints at least as strict"
        assert kms.explain().endswith(f"\n  - Allow grant {made['GrantId']}: does not match ({reason})")

    def test_when_nothing_was_refused(self, kms, client):
        client.list_keys()
        with pytest.raises(LookupError, match=r"^no request was refused; name the event to explain$"):
            kms.explain()

    def test_a_decision_for_every_resource(self, kms, client, key):
        other = client.create_key()["KeyMetadata"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        client.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])

        def asked(operation):
            event = kms.journal.events(operation)[-1]
            return [(decision.action, decision.resource) for decision in event.decisions]

        assert asked("ReEncrypt") == [("kms:ReEncryptFrom", key["Arn"]), ("kms:ReEncryptTo", other["Arn"])]
        alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"
        assert asked("CreateAlias") == [("kms:CreateAlias", alias), ("kms:CreateAlias", key["Arn"])]
        assert asked("CreateKey") == [("kms:TagResource", "*"), ("kms:CreateKey", "*")]


class TestSimulations:
    def test_a_question_is_no_request(self, kms, key):
        alice = kms.principals.user("alice")
        before = len(kms.journal)
        decision = kms.simulate(alice, "kms:Encrypt", key["KeyId"])

        assert not decision.allowed
        assert decision.because.endswith(f"but no identity policy of {alice.arn} allows kms:Encrypt")
        assert decision.explain().startswith("Refused (NOT_ALLOWED_BY_IDENTITY_POLICY): kms:Encrypt on ")
        assert len(kms.journal) == before

    def test_an_allowed_one_is_explained_too(self, kms, key):
        alice = kms.principals.user("alice", policies=[policy(ALL)])
        decision = kms.simulate(alice, "kms:Encrypt", key["KeyId"])

        assert decision.allowed
        assert decision.explain().splitlines()[-1] == "  - Allow identity policy 1 of alice statement 1: matches"

    def test_keys_by_every_name(self, kms, client, key):
        client.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
        alice = kms.principals.user("alice", policies=[EVERYTHING])
        for name in (key["KeyId"], key["Arn"], "alias/app", f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"):
            assert kms.simulate(alice, "Encrypt", name).allowed

    def test_a_key_of_another_account_and_region(self, kms, elsewhere):
        far = elsewhere(OTHER, "eu-west-1").create_key()["KeyMetadata"]
        alice = kms.principals.user("alice", policies=[EVERYTHING])

        assert kms.simulate(alice, "Encrypt", far["Arn"]).outcome.value == "NOT_ALLOWED_BY_KEY_POLICY"
        elsewhere(OTHER, "eu-west-1").create_grant(
            KeyId=far["KeyId"], GranteePrincipal=alice.arn, Operations=["Encrypt"]
        )
        assert kms.simulate(alice, "Encrypt", far["Arn"]).allowed

    def test_what_the_request_would_bring(self, kms, key):
        wanted = {"StringEquals": {"kms:EncryptionContext:tenant": "blue", "aws:SourceIp": "192.0.2.1"}}
        alice = kms.principals.user("alice", policies=[policy(allow(Condition=wanted))])

        def allowed(**more):
            return kms.simulate(alice, "Decrypt", key["KeyId"], **more).allowed

        context, tenant = {"aws:SourceIp": "192.0.2.1"}, {"tenant": "blue"}
        assert allowed(encryption_context=tenant, context=context)
        assert not allowed(encryption_context=tenant)
        assert not allowed(context=context)

    def test_grants_and_their_constraints(self, kms, client, key):
        alice = kms.principals.user("alice")
        client.create_grant(
            KeyId=key["KeyId"], GranteePrincipal=alice.arn, Operations=["ReEncryptFrom", "ReEncryptTo"],
            Constraints={"EncryptionContextSubset": {"tenant": "blue"}},
        )  # fmt: skip
        for action in ("ReEncryptFrom", "ReEncryptTo"):
            assert kms.simulate(alice, action, key["KeyId"], encryption_context={"tenant": "blue"}).allowed
            assert not kms.simulate(alice, action, key["KeyId"]).allowed

    def test_a_grant_made_within_this_millisecond(self, kms, client, key):
        alice = kms.principals.user("alice")
        kms.clock.freeze(kms.clock.now().replace(microsecond=600) + datetime.timedelta(seconds=1))
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=alice.arn, Operations=["Encrypt"])
        assert kms.simulate(alice, "Encrypt", key["KeyId"]).allowed

    def test_actions_without_a_key(self, kms):
        alice = kms.principals.user("alice", policies=[EVERYTHING])
        assert kms.simulate(alice, "ListKeys").allowed
        assert not kms.simulate(kms.principals.user("bob"), "kms:CreateKey").allowed

    @pytest.mark.parametrize(
        ("action", "near"),
        [
            ("kms:Fly", ""),
            ("s3:GetObject", ""),
            ("ReEncrypt", ": did you mean 'ReEncryptTo'?"),
            ("decrypt", ": did you mean 'Decrypt'?"),
            ("kms:generate_data_key", ": did you mean 'GenerateDataKey'?"),
        ],
    )
    def test_an_action_that_does_not_exist(self, kms, action, near):
        name = action if action.startswith("kms:") else f"kms:{action}"
        with pytest.raises(ValueError, match=rf"^{name} is no action of KMS that this fake knows{re.escape(near)}$"):
            kms.simulate(kms.principals.root(), action)

    def test_retire_grant_hangs_on_the_grant(self, kms, key):
        with pytest.raises(ValueError, match=r"depends on the grant: call RetireGrant with DryRun$"):
            kms.simulate(kms.principals.root(), "RetireGrant", key["KeyId"])

    def test_a_key_that_does_not_exist(self, kms):
        with pytest.raises(LookupError, match=r"^there is no key foo$"):
            kms.simulate(kms.principals.root(), "Encrypt", "foo")
        with pytest.raises(LookupError, match=r"^this action is about a key: say which$"):
            kms.simulate(kms.principals.root(), "Encrypt")
