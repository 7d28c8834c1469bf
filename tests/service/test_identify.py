"""Who calls: Authorization headers that are refused, and the Region they choose."""

from __future__ import annotations

import datetime as dt

import pytest
from iam import allow, policy


def test_a_request_without_authorization_is_refused(send):
    assert send("ListKeys", authorization="").json == {
        "__type": "MissingAuthenticationTokenException",
        "message": "Missing Authentication Token",
    }


SCOPE = "AKIA/20261124/us-east-1/kms/aws4_request"
ALL = ("Credential", "Signature", "SignedHeaders")


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("nonsense", ALL),
        ("Basic dTpw", ALL),
        ("AWS4-HMAC-SHA256 Signature=0", ("Credential", "SignedHeaders")),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host", ("Signature",)),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, Signature=0", ("SignedHeaders",)),
        (f"AWS4-HMAC-SHA256 SignedHeaders=host, Credential={SCOPE} Signature=0", ()),
        ("AWS4-HMAC-SHA256 Credential=AKIA/yesterday/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0", ()),
    ],
)
def test_an_authorization_that_cannot_be_read_is_refused(send, header, missing):
    answer = send("ListKeys", authorization=header).json

    assert answer["__type"] == "IncompleteSignatureException"
    lacks = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
    assert answer["message"] == f"{lacks} Authorization={header}".lstrip()


@pytest.mark.parametrize(
    "order",
    ["Credential={0}, SignedHeaders=host, Signature=0", "Credential={0},SignedHeaders=host,Signature=0",
     "Signature=0, SignedHeaders=host, Credential={0}", "SignedHeaders=host, Signature=0, Credential={0}"],
)  # fmt: skip
def test_the_parts_of_an_authorization_stand_in_any_order(send, order):
    assert send("ListKeys", authorization=f"AWS4-HMAC-SHA256 {order.format(SCOPE)}").status == 200


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ("AKIA/20261124/us-east-1/s3/aws4_request", "Credential should be scoped to correct service: 'kms'. "),
        ("AKIA/20261124/mars-1/kms/aws4_request", "Credential should be scoped to a valid region. "),
    ],
)
def test_a_credential_of_another_scope_is_refused(send, scope, message):
    answer = send("ListKeys", authorization=f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")

    assert answer.json == {"__type": "InvalidSignatureException", "message": message}


def test_the_region_is_that_of_the_credential(send):
    arn = send("CreateKey", region="ap-southeast-2").json["KeyMetadata"]["Arn"]

    assert arn.startswith("arn:aws:kms:ap-southeast-2:123456789012:key/")


class TestTemporaryCredentials:
    EXPIRED = ("ExpiredTokenException", "The security token included in the request is expired")

    @pytest.fixture(params=["a session of a role", "a federated user"])
    def issue(self, request, kms):
        def make(**more):
            if request.param == "a federated user":
                alice = kms.principals.user("alice", policies=[policy(allow())])
                return kms.principals.federated_user("f", of=alice, policies=[policy(allow())], **more)
            return kms.principals.role("app", policies=[policy(allow())]).assume("job", **more)

        return make

    def test_they_expire_on_the_clock_of_the_fake(self, kms, issue, refused):
        kms.clock.freeze(dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc))  # the hour is over to the millisecond
        session = issue(duration=3600)
        through_s3 = session.via("s3")
        kms.clock.advance(minutes=59)
        session.client().list_keys()
        kms.clock.advance(minutes=1)
        for late in (session, through_s3):
            with refused(*self.EXPIRED):
                late.client().create_key()
        with kms.acting_as(session), refused(*self.EXPIRED):
            kms.client().create_key()

    def test_others_do_not(self, kms, issue):
        session = issue()
        kms.clock.advance(days=365)
        session.client().list_keys()

    @pytest.mark.parametrize("duration", [0, -1])
    def test_a_duration_is_positive(self, issue, duration):
        with pytest.raises(ValueError, match=rf"^a duration is a positive number of seconds, not {duration}$"):
            issue(duration=duration)
