"""Signature Version 4: reading headers, computing and checking signatures."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import posixpath
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from fake_kms.wire import HttpRequest, sigv4
from fake_kms.wire.sigv4 import Authorization, DateProblem, IncompleteAuthorization

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SCOPE = "20150830/us-east-1/service/aws4_request"
DATE = "20150830T123600Z"
NOW = datetime.datetime(2015, 8, 30, 12, 36, tzinfo=datetime.timezone.utc)


def authorization(signed="host;x-amz-date", signature="0"):
    header = f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{SCOPE}, SignedHeaders={signed}, Signature={signature}"
    return Authorization.parse(header)


@pytest.mark.parametrize(
    "parameters",
    [
        f"Credential=AKIDEXAMPLE/{SCOPE}, SignedHeaders=host;x-amz-date, Signature=0a",
        f"Credential=AKIDEXAMPLE/{SCOPE},SignedHeaders=host;x-amz-date,Signature=0a",
        f"Signature=0a, SignedHeaders=host;x-amz-date,  Credential= AKIDEXAMPLE/{SCOPE} ",
    ],
)
def test_a_header_is_read_in_any_order(parameters):
    read = Authorization.parse(f"AWS4-HMAC-SHA256 {parameters}")

    assert read.credential == ("AKIDEXAMPLE", "20150830", "us-east-1", "service")
    assert (read.signed_headers, read.signature) == (["host", "x-amz-date"], "0a")


def test_empty_parameters_are_read_as_empty():
    read = authorization(signed="", signature="")

    assert (read.signed_headers, read.signature) == ([], "")


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("", ["Credential", "Signature", "SignedHeaders"]),
        ("AWS4-HMAC-SHA256 SignedHeaders=host", ["Credential", "Signature"]),
        (f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{SCOPE}, Signature=0", ["SignedHeaders"]),
        (f"AWS4-HMAC-SHA1 Credential=AKIDEXAMPLE/{SCOPE}, SignedHeaders=host, Signature=0", []),
        (f"AWS4-HMAC-SHA256X Credential=AKIDEXAMPLE/{SCOPE}, SignedHeaders=host, Signature=0", []),
        (
            f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{SCOPE.replace('service', 'S3')}, SignedHeaders=host, Signature=0",
            [],
        ),
        ("AWS4-HMAC-SHA256 Credential= , SignedHeaders=host, Signature=0", ["Credential"]),
        (f"Basic AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{SCOPE}, SignedHeaders=host, Signature=0", []),
        ("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE, SignedHeaders=host, Signature=0", []),
        *(
            (f"AWS4-HMAC-SHA256 Credential={credential}/service/aws4_request, SignedHeaders=host, Signature=0", [])
            for credential in (
                "/20150830/us-east-1",
                "AKID/EXAMPLE/20150830/us-east-1",
                "AKID EXAMPLE/20150830/us-east-1",
                "AKIDEXAMPLE/201508300/us-east-1",
                "AKIDEXAMPLE/2015083\N{ARABIC-INDIC DIGIT ZERO}/us-east-1",
                "AKIDEXAMPLE/20150830/US-EAST-1",
                "AKIDEXAMPLE/20150830/us-east-1/x",
            )
        ),
    ],
)
def test_what_is_missing_is_named(header, missing):
    with pytest.raises(IncompleteAuthorization) as caught:
        Authorization.parse(header)

    assert missing == caught.value.missing


# Source: aws-sig-v4-test-suite, get-vanilla, post-vanilla, get-vanilla-query-order-key-case.
@pytest.mark.parametrize(
    ("method", "query", "expected"),
    [
        ("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ],
)
def test_the_signatures_that_aws_publishes(method, query, expected):
    headers = {"host": "example.amazonaws.com", "x-amz-date": DATE}
    request = HttpRequest(method, f"https://example.amazonaws.com/{query}", headers, b"", "", "")

    assert expected == sigv4.signature(request, authorization(), SECRET)


def by_hand(request, read):
    """Compute a signature without botocore."""
    lines = [f"{name}:{' '.join(request.header(name).split())}" for name in read.signed_headers]
    path = posixpath.normpath(urlsplit(request.url).path)
    signed, digest = ";".join(read.signed_headers), hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join((request.method, quote(path, safe="/~"), "", *lines, "", signed, digest))
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{SECRET}".encode()
    for part in (*SCOPE.split("/"), f"AWS4-HMAC-SHA256\n{DATE}\n{SCOPE}\n{hashed}"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


@given(
    st.binary(max_size=50),
    st.lists(st.sampled_from(["a", "keys", "..", ".", "b-c_d.~", "%20"]), max_size=4).map("/".join),
    st.text("ab \t", max_size=8),
)
def test_a_signature_is_what_the_guide_says(body, path, value):
    headers = {"content-type": value, "host": "example.com", "x-amz-date": DATE, "unsigned": value}
    request = HttpRequest("POST", f"http://127.0.0.1:80/{path}", headers, body, "", "")
    read = authorization("content-type;host;x-amz-date")

    assert by_hand(request, read) == sigv4.signature(request, read, SECRET)


def test_a_signed_header_that_is_not_there_is_left_out():
    headers = {"host": "example.amazonaws.com", "x-amz-date": DATE}
    request = HttpRequest("POST", "https://example.amazonaws.com/", headers, b"", "", "")

    assert sigv4.signature(request, authorization(), SECRET) == sigv4.signature(
        request, authorization("host;x-amz-date;x"), SECRET
    )
    assert sigv4.signature(request, authorization(), SECRET) != sigv4.signature(request, authorization("host"), SECRET)


@time_machine.travel(NOW, tick=False)
def test_a_request_is_signed():
    headers = sigv4.sign(
        "POST",
        "https://example.amazonaws.com/path",
        {"Content-Type": "application/json", "Host": "example.amazonaws.com"},
        b"{}",
        access_key_id="AKIDEXAMPLE",
        secret_access_key=SECRET,
        service="service",
        region="us-east-1",
    )

    read = Authorization.parse(headers["Authorization"])
    assert read.credential == ("AKIDEXAMPLE", "20150830", "us-east-1", "service")
    assert read.signed_headers == ["content-type", "host", "x-amz-date"]
    lowered = {name.lower(): value for name, value in headers.items()}
    assert by_hand(HttpRequest("POST", "/path", lowered, b"{}", "", ""), read) == read.signature


@pytest.mark.parametrize(
    ("stamp", "problem"),
    [
        (DATE, None),
        ("20150830T123100Z", None),
        ("20150830T123059Z", DateProblem.EXPIRED),
        ("20150830T124100Z", None),
        ("20150830T124101Z", DateProblem.NOT_YET_CURRENT),
        ("00010101T000000Z", DateProblem.EXPIRED),
        ("2015-08-30T12:36:00Z", DateProblem.MALFORMED),
        ("", DateProblem.MALFORMED),
    ],
)
def test_dates(stamp, problem):
    assert problem is sigv4.check_date(stamp, NOW.timestamp())


def test_an_instant_is_written_as_in_a_header():
    assert sigv4.timestamp(NOW.timestamp()) == DATE
