"""Condition keys that are there whoever asks the authorizer: a call, a retirement, the lock-out check, `simulate`."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from botocore.exceptions import ClientError
from iam import ACCOUNT, ALL, IAM, ROOT, allow, denied, denied_to_tag, deny, key_policy, policy

INSTANT = datetime.datetime(2030, 1, 1, 11, tzinfo=datetime.timezone.utc)
BOTO3 = {"StringLike": {"aws:UserAgent": "Boto3/*"}}
OTHER = {"StringLike": {"aws:UserAgent": "curl/*"}}


ARN = f"arn:aws:s3:us-east-1:{ACCOUNT}:bucket"
ALICE = f"{IAM}user/alice"
ALL_FOR_BOB = {"GranteePrincipal": f"{IAM}user/bob", "Operations": ["Encrypt", "Decrypt"]}
S3_GRANT = {
    "GranteeServicePrincipal": "s3.amazonaws.com", "RetiringServicePrincipal": "ec2.amazonaws.com",
    "Operations": ["Encrypt"], "Constraints": {"SourceArn": ARN},
}  # fmt: skip
RSA = {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}
SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
IMPORT = {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"}
OAEP = "RSAES_OAEP_SHA_256"
WRAPPING = {"WrappingAlgorithm": OAEP, "WrappingKeySpec": "RSA_3072"}
TAGS = [{"TagKey": "Team", "TagValue": "blue"}, {"TagKey": "cost", "TagValue": "1"}]

# How the key was created -> the request about it -> what conditions see of both (None: nothing). Several values: any.
SEEN = [
    ({}, ("CreateKey", {}), {
        "kms:BypassPolicyLockoutSafetyCheck": None, "kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyUsage": "ENCRYPT_DECRYPT",
        "kms:KeyOrigin": "AWS_KMS", "kms:MultiRegion": "false", "kms:MultiRegionKeyType": None, "aws:TagKeys": None,
        "aws:ResourceAccount": None, "kms:ResourceAliases": None, "aws:RequestTag/Team": None,
    }),
    ({}, ("CreateKey", {**SIGNING, "MultiRegion": True, "Tags": TAGS, "BypassPolicyLockoutSafetyCheck": False}), {
        "kms:BypassPolicyLockoutSafetyCheck": "false", "kms:KeySpec": "ECC_NIST_P256", "kms:KeyUsage": "SIGN_VERIFY",
        "kms:MultiRegion": "true", "aws:TagKeys": ["Team", "cost"], "aws:RequestTag/team": "blue",
        "aws:RequestTag/cost": "1", "aws:RequestTag/other": None,
    }),
    ({}, ("CreateKey", {"Origin": "EXTERNAL"}), {"kms:KeyOrigin": "EXTERNAL"}),
    ({"Tags": TAGS}, ("DescribeKey", {}), {
        "kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyUsage": "ENCRYPT_DECRYPT", "kms:KeyOrigin": "AWS_KMS",
        "kms:MultiRegion": "false", "kms:MultiRegionKeyType": None, "kms:ResourceAliases": None, "kms:RequestAlias": None,
        "kms:CallerAccount": ACCOUNT, "aws:ResourceTag/TEAM": "blue", "aws:ResourceTag/other": None,
        "aws:ResourceTag": None, "kms:EncryptionAlgorithm": None, "kms:Fly": None, "aws:SourceArn": None,
    }),
    ({**SIGNING, "MultiRegion": True}, ("GetPublicKey", {}), {
        "kms:KeySpec": "ECC_NIST_P256", "kms:KeyUsage": "SIGN_VERIFY", "kms:MultiRegion": "true",
        "kms:MultiRegionKeyType": "PRIMARY",
    }),
    ({"Origin": "EXTERNAL"}, ("GetParametersForImport", WRAPPING), {
        "kms:KeyOrigin": "EXTERNAL", "kms:WrappingAlgorithm": OAEP, "kms:WrappingKeySpec": "RSA_3072",
    }),
    ({"Origin": "EXTERNAL"}, ("ImportKeyMaterial", {**IMPORT, "ValidTo": 1_900_000_000}), {
        "kms:ExpirationModel": None, "kms:ValidTo": "1900000000",
    }),
    ({"Origin": "EXTERNAL"}, ("ImportKeyMaterial", {**IMPORT, "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}), {
        "kms:ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE", "kms:ValidTo": None,
    }),
    ({}, ("Encrypt", {"Plaintext": b"x"}), {
        "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "kms:EncryptionContextKeys": None, "kms:EncryptionContext:a": None,
        "kms:RecipientAttestation:PCR0": None,
    }),
    ({}, ("Encrypt", {"Plaintext": b"x", "EncryptionContext": {"A": "1", "b": "2"}}), {
        "kms:EncryptionContextKeys": ["A", "b"], "kms:EncryptionContext:a": "1", "kms:EncryptionContext:b": "2",
        "kms:EncryptionContext:c": None, "kms:EncryptionContext": None,
    }),
    (RSA, ("Encrypt", {"Plaintext": b"x", "EncryptionAlgorithm": OAEP}), {"kms:EncryptionAlgorithm": OAEP}),
    ({}, ("GenerateDataKeyPair", {"KeyPairSpec": "ECC_NIST_P384"}), {
        "kms:DataKeyPairSpec": "ECC_NIST_P384", "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }),
    ({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
     ("GenerateMac", {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}), {"kms:MacAlgorithm": "HMAC_SHA_256"}),
    (SIGNING, ("Sign", {"Message": b"x" * 32, "SigningAlgorithm": "ECDSA_SHA_256"}), {
        "kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW",
    }),
    (SIGNING, ("Sign", {"Message": b"x" * 32, "SigningAlgorithm": "ECDSA_SHA_256", "MessageType": "DIGEST"}), {
        "kms:MessageType": "DIGEST",
    }),
    ({"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
     ("DeriveSharedSecret", {"KeyAgreementAlgorithm": "ECDH", "PublicKey": b"x"}), {"kms:KeyAgreementAlgorithm": "ECDH"}),
    ({}, ("CreateGrant", ALL_FOR_BOB), {
        "kms:GrantConstraintType": None, "kms:GrantConstraintSourceArn": None, "kms:GrantIsForAWSResource": "false",
        "kms:GrantOperations": ["Encrypt", "Decrypt"], "kms:GranteePrincipal": f"{IAM}user/bob",
        "kms:GranteeServicePrincipal": None, "kms:RetiringPrincipal": None, "kms:RetiringServicePrincipal": None,
        "kms:EncryptionContextKeys": None,
    }),
    ({}, ("CreateGrant", {**ALL_FOR_BOB, "RetiringPrincipal": ALICE,
                          "Constraints": {"EncryptionContextSubset": {"a": "1"}}}), {
        "kms:GrantConstraintType": "EncryptionContextSubset", "kms:EncryptionContext:a": "1",
        "kms:EncryptionContextKeys": ["a"], "kms:RetiringPrincipal": ALICE,
    }),
    ({}, ("CreateGrant", {**ALL_FOR_BOB, "Constraints": {"EncryptionContextEquals": {"b": "2"}}}), {
        "kms:GrantConstraintType": "EncryptionContextEquals", "kms:EncryptionContext:b": "2",
        "kms:EncryptionContextKeys": ["b"],
    }),
    ({}, ("CreateGrant", S3_GRANT), {
        "kms:GrantConstraintType": None, "kms:GrantConstraintSourceArn": ARN, "kms:GranteePrincipal": None,
        "kms:GranteeServicePrincipal": "s3.amazonaws.com", "kms:RetiringServicePrincipal": "ec2.amazonaws.com",
    }),
    ({}, ("GetKeyPolicy", {}), {"kms:PolicyName": "default"}),
    ({}, ("GetKeyPolicy", {"PolicyName": "other"}), {"kms:PolicyName": "other"}),
    ({"MultiRegion": True}, ("ReplicateKey", {"ReplicaRegion": "eu-west-1"}), {"kms:ReplicaRegion": "eu-west-1"}),
    ({}, ("EnableKeyRotation", {}), {"kms:RotationPeriodInDays": "365"}),
    ({}, ("EnableKeyRotation", {"RotationPeriodInDays": 90}), {"kms:RotationPeriodInDays": "90"}),
    ({}, ("ScheduleKeyDeletion", {}), {
        "kms:ScheduleKeyDeletionPendingWindowInDays": "30", "kms:TrailingDaysWithoutKeyUsage": "0",
    }),
    ({}, ("ScheduleKeyDeletion", {"PendingWindowInDays": 7}), {"kms:ScheduleKeyDeletionPendingWindowInDays": "7"}),
    ({}, ("TagResource", {"Tags": TAGS}), {"aws:TagKeys": ["Team", "cost"], "aws:RequestTag/Team": "blue"}),
    ({}, ("UntagResource", {"TagKeys": ["Team"]}), {"aws:TagKeys": ["Team"], "aws:RequestTag/Team": None}),
    ({}, ("DisableKey", {}), {
        "aws:PrincipalArn": ALICE, "aws:PrincipalAccount": ACCOUNT, "aws:PrincipalType": "User",
        "aws:PrincipalIsAWSService": "false", "aws:RequestedRegion": "us-east-1", "aws:ResourceAccount": ACCOUNT,
        "aws:SecureTransport": "true", "aws:SourceIp": "127.0.0.1", "aws:ViaAWSService": "false",
        "aws:CurrentTime": "2030-01-02T03:04:05Z", "aws:EpochTime": "1893553445",
    }),
]  # fmt: skip


@pytest.mark.parametrize(
    ("created", "call", "name", "value"),
    [
        pytest.param(created, call, name, value, id=f"{call[0]} {name} {value}")
        for created, call, seen in SEEN
        for name, value in seen.items()
    ],
)
def test_what_conditions_see_of_a_call(kms, client, created, call, name, value):
    kms.clock.freeze(datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc))
    operation, request = call
    key = client.create_key(**created)["KeyMetadata"]
    if operation != "CreateKey":
        request = {"KeyId": key["KeyId"], **request}
    if value is None:
        right, wrong = {"Null": {name: "true"}}, {"Null": {name: "false"}}
    elif isinstance(value, list):
        right = {"ForAllValues:StringEquals": {name: value}, "ForAnyValue:StringEquals": {name: value[-1]}}
        wrong = {"ForAllValues:StringEquals": {name: value[1:]}}
    else:
        right, wrong = {"StringEquals": {name: value}}, {"StringEquals": {name: f"{value} "}}

    for condition, allowed in ((right, True), (wrong, False)):
        rest = {"Effect": "Allow", "NotAction": f"kms:{operation}", "Resource": "*"}
        alice = kms.principals.user("alice", policies=[policy(rest, allow(f"kms:{operation}", Condition=condition))])
        with contextlib.suppress(ClientError):
            alice.client()._make_api_call(operation, request)
        assert (kms.journal[-1].error_code != "AccessDeniedException") is allowed, kms.explain()


@pytest.mark.parametrize(("valid_to", "seen"), [(1_900_000_000.5, "1900000000.5"), (1_900_000_000.0, "1900000000")])
def test_the_date_of_expiry_is_seen_with_its_fraction_of_a_second(kms, client, send, valid_to, seen):
    """The request is raw, as older versions of botocore send whole seconds."""
    request = {"KeyId": client.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"], **IMPORT, "ValidTo": valid_to}
    for value, allowed in ((seen, True), (f"{seen} ", False)):
        condition = {"StringEquals": {"kms:ValidTo": value}}
        alice = kms.principals.user("alice", policies=[policy(allow("kms:ImportKeyMaterial", Condition=condition))])
        send("ImportKeyMaterial", request, account=alice.credentials["aws_access_key_id"])
        assert (kms.journal[-1].error_code != "AccessDeniedException") is allowed, kms.explain()


class TestOtherKeysOfTheCall:
    """What conditions see where more than one key, a service or an alias is at work."""

    @pytest.fixture
    def sees(self, kms):
        """Let a user whose policy has a condition on one action call, and say whether it may."""

        def call(action, condition, method, *, via=None, **request):
            rest = {"Effect": "Allow", "NotAction": f"kms:{action}", "Resource": "*"}
            alice = kms.principals.user("alice", policies=[policy(rest, allow(f"kms:{action}", Condition=condition))])
            client = (alice.via(via) if via else alice).client()
            with contextlib.suppress(ClientError):
                getattr(client, method)(**request)
            return kms.journal[-1].error_code != "AccessDeniedException"

        return call

    @pytest.mark.parametrize(("region", "allowed"), [("eu-west-1", True), ("eu-west-2", False)])
    def test_the_next_primary_region(self, client, sees, region, allowed):
        key_id = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
        client.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
        condition = {"StringEquals": {"kms:PrimaryRegion": region, "kms:MultiRegionKeyType": ["PRIMARY", "REPLICA"]}}

        request = {"KeyId": key_id, "PrimaryRegion": "eu-west-1"}
        assert sees("UpdatePrimaryRegion", condition, "update_primary_region", **request) is allowed

    @pytest.mark.parametrize("side", ["Source", "Destination"])
    def test_each_side_of_re_encrypt_has_its_algorithm(self, client, key, sees, side):
        other = client.create_key(**RSA)["KeyMetadata"]["KeyId"]
        ends = [(key["KeyId"], "SYMMETRIC_DEFAULT"), (other, OAEP)]
        (source, used), (destination, wanted) = ends if side == "Destination" else ends[::-1]
        blob = client.encrypt(KeyId=source, Plaintext=b"x", EncryptionAlgorithm=used)["CiphertextBlob"]
        request = {
            "CiphertextBlob": blob, "SourceKeyId": source, "DestinationKeyId": destination,
            "SourceEncryptionAlgorithm": used, "DestinationEncryptionAlgorithm": wanted,
        }  # fmt: skip
        for action, algorithm in (("ReEncryptFrom", used), ("ReEncryptTo", wanted)):
            for name in ("SYMMETRIC_DEFAULT", OAEP):
                condition = {"StringEquals": {"kms:EncryptionAlgorithm": name}}
                assert sees(action, condition, "re_encrypt", **request) is (name == algorithm)

    @pytest.mark.parametrize("same", ["true", "false"])
    def test_re_encrypting_under_the_same_key(self, client, key, sees, same):
        other = client.create_key()["KeyMetadata"]["KeyId"]
        request = {"CiphertextBlob": client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]}
        condition = {"StringEquals": {"kms:ReEncryptOnSameKey": same}}
        for action in ("ReEncryptFrom", "ReEncryptTo"):
            assert sees(action, condition, "re_encrypt", DestinationKeyId=key["KeyId"], **request) is (same == "true")
            assert sees(action, condition, "re_encrypt", DestinationKeyId=other, **request) is (same == "false")

    @pytest.mark.parametrize("name", ["alias/a", "alias/b"])
    def test_aliases(self, client, key, sees, name):
        for alias in ("alias/a", "alias/b"):
            client.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
        requested = {"StringEquals": {"kms:RequestAlias": name}}
        of_the_key = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}}

        assert sees("DescribeKey", requested, "describe_key", KeyId="alias/a") is (name == "alias/a")
        assert sees("DescribeKey", of_the_key, "describe_key", KeyId="alias/a")
        client.delete_alias(AliasName="alias/b")
        assert sees("DescribeKey", of_the_key, "describe_key", KeyId=key["KeyId"]) is (name == "alias/a")
        client.delete_alias(AliasName="alias/a")
        assert sees("DescribeKey", {"Null": {"kms:ResourceAliases": "true"}}, "describe_key", KeyId=key["KeyId"])

    @pytest.mark.parametrize("value", ["true", "false"])
    def test_a_grant_that_a_service_makes(self, kms, client, key, sees, value):
        condition = {"StringEquals": {"kms:GrantIsForAWSResource": value}}
        request = {"KeyId": key["KeyId"], **ALL_FOR_BOB}
        assert sees("CreateGrant", condition, "create_grant", via="ec2", **request) is (value == "true")
        service = {"Service": "ec2.amazonaws.com"}
        text = key_policy(allow(to=f"{IAM}root"), allow(Principal=service, Condition=condition))
        client.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=text)
        with contextlib.suppress(ClientError):
            kms.principals.service("ec2.amazonaws.com").client().create_grant(**{**request, "KeyId": key["Arn"]})
        assert (kms.journal[-1].error_code is None) is (value == "true")

    @pytest.mark.parametrize("days", ["0", "1", "2"])
    def test_the_days_since_a_key_was_used(self, kms, client, key, sees, days):
        condition = {"StringEquals": {"kms:TrailingDaysWithoutKeyUsage": days}}

        def seen():
            allowed = sees("DisableKey", condition, "disable_key", KeyId=key["KeyId"])
            client.enable_key(KeyId=key["KeyId"])
            return allowed

        kms.clock.freeze()
        kms.clock.advance(days=2)
        assert seen() is (days == "2")
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
        kms.clock.advance(days=1, seconds=-1)
        assert seen() is (days == "0")
        kms.clock.advance(seconds=1)
        assert seen() is (days == "1")


@pytest.mark.parametrize("variable", ["aws:ResourceTag/team", "kms:EncryptionContext:team", "kms:CallerAccount"])
def test_a_variable_for_any_letter_case(kms, client, refused, variable):
    """StringEqualsIgnoreCase sees in its variables every condition key that other operators see."""
    wanted = {"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": f"${{{variable}}}"}}
    value = ACCOUNT if variable == "kms:CallerAccount" else "BLUE"
    key = client.create_key(Tags=[{"TagKey": "team", "TagValue": "BLUE"}])["KeyMetadata"]
    request = {"KeyId": key["KeyId"], "Plaintext": b"x", "EncryptionContext": {"team": "BLUE"}}
    alice, bob = (
        kms.principals.user(name, policies=[policy(allow(Condition=wanted))], tags={"team": team})
        for name, team in (("alice", value.lower()), ("bob", "red"))
    )

    assert alice.client().encrypt(**request)["KeyId"] == key["Arn"]
    with refused("AccessDeniedException", denied(bob, "Encrypt", key)):
        bob.client().encrypt(**request)


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
            request |= {"KeyId": key["KeyId"], "PolicyName": "default"}

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
    def test_its_constraint(self, kms, client, key, refused, kind):
        constraint = {"Constraints": {kind: {"Tenant": "blue"}}}
        request = {"KeyId": key["KeyId"], "GranteePrincipal": ROOT, "Operations": ["Encrypt"]}
        right, wrong = (client.create_grant(**request, **more)["GrantToken"] for more in (constraint, {}))
        wanted = {
            "kms:GrantConstraintType": kind,
            "kms:EncryptionContext:tenant": "blue",
            "kms:EncryptionContextKeys": "Tenant",
        }
        alice = kms.principals.user("alice", policies=[policy(allow(Condition={"StringEquals": wanted}))])

        with refused("AccessDeniedException", denied(alice, "RetireGrant", key)):
            alice.client().retire_grant(GrantToken=wrong)
        alice.client().retire_grant(GrantToken=right)


def test_a_source_arn_is_no_constraint_type(kms, client, key, refused):
    absent = {"Null": {"kms:GrantConstraintType": "true"}}
    alice = kms.principals.user("alice", policies=[policy(allow("kms:CreateGrant", Condition=absent))]).client()
    request = {"KeyId": key["KeyId"], "GranteePrincipal": ROOT, "Operations": ["Encrypt"]}

    alice.create_grant(**request, Constraints={"SourceArn": "arn:aws:s3:us-east-1:123456789012:bucket"})
    with refused("AccessDeniedException", denied(ALICE, "CreateGrant", key)):
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
    def test_the_type_of_a_key_that_is_created(self, kms, refused, multi_region):
        alice = allowed_if(kms, "StringEquals", **{"kms:MultiRegionKeyType": "PRIMARY"}).client()

        if multi_region:
            alice.create_key(MultiRegion=True)
        else:
            with refused("AccessDeniedException", denied(ALICE, "CreateKey", "*")):
                alice.create_key()

    @pytest.mark.parametrize(
        ("name", "value"),
        [("aws:RequestedRegion", "eu-west-1"), ("kms:MultiRegionKeyType", "REPLICA"), ("kms:MultiRegion", "true"),
         ("kms:KeySpec", "HMAC_256"), ("kms:KeyUsage", "GENERATE_VERIFY_MAC"), ("kms:KeyOrigin", "AWS_KMS")],
    )  # fmt: skip
    def test_a_replica_is_created_in_its_own_region(self, kms, client, refused, name, value):
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
                with refused("AccessDeniedException", denied_to_tag(ALICE)):
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
