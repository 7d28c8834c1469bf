"""What calls cost, against botocore's floor, against moto, and against bare cryptography."""

from __future__ import annotations

import base64
import hmac
import json
import time

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from measure import against_floor, client, turns
from moto import mock_aws

from fake_kms import fake_kms, guard
from fake_kms.adapters import handlers
from fake_kms.wire import HttpResponse


def operations(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x" * 32, EncryptionContext={"a": "b"})["CiphertextBlob"]
    return {
        "Encrypt": lambda: kms.encrypt(KeyId=key, Plaintext=b"x" * 32, EncryptionContext={"a": "b"}),
        "Decrypt": lambda: kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}),
        "GenerateDataKey": lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        "DescribeKey": lambda: kms.describe_key(KeyId=key),
        "GenerateRandom": lambda: kms.generate_random(NumberOfBytes=32),
        "CreateKey": lambda: kms.create_key(Description="benchmark"),
    }


def calls(rounds: int) -> list[list]:
    """Each operation: floor, fake and moto."""
    rows = []
    with fake_kms(quotas={"keys": 10**6}):
        for name, call in operations(client()).items():
            times = against_floor(call, rounds)
            rows.append([name, f"{times.microseconds('floor'):.0f} µs", times.ratio("fake", "floor"), 1.15])
    with guard(strict=True), fake_kms():
        times = against_floor(operations(client())["Encrypt"], rounds)
    guarded = [
        "Encrypt, with the guard on",
        f"{times.microseconds('floor'):.0f} µs",
        times.ratio("fake", "floor"),
        1.15,
    ]
    with mock_aws():
        theirs = operations(client())
        for row in rows:
            times = turns({"moto": theirs[row[0]]}, max(10, rounds // 20))
            row.append(times.microseconds("moto") / float(row[1].split()[0]))
    return [*rows, [*guarded, ""]]


SPECS = {
    "RSA_2048": "SIGN_VERIFY",
    "RSA_4096": "SIGN_VERIFY",
    "ECC_NIST_P256": "SIGN_VERIFY",
    "HMAC_256": "GENERATE_VERIFY_MAC",
    "ML_DSA_65": "SIGN_VERIFY",
    "ML_KEM_768": "ENCAPSULATE_DECAPSULATE",
}


def creating(rounds: int) -> list[list]:
    """CreateKey of every kind of spec: none waits for its key."""
    rows = []
    with fake_kms(quotas={"keys": 10**6}):
        kms = client()
        for spec, usage in SPECS.items():
            try:
                kms.create_key(KeySpec=spec, KeyUsage=usage)
            except ClientError:  # an older botocore or cryptography does not have it
                rows.append([f"CreateKey {spec}", "not available here", "", 1.3])
                continue
            times = against_floor(lambda: kms.create_key(KeySpec=spec, KeyUsage=usage), rounds)  # noqa: B023
            floor = f"{times.microseconds('floor'):.0f} µs"
            rows.append([f"CreateKey {spec}", floor, times.ratio("fake", "floor"), 1.3])
    return rows


def cryptography_calls(rounds: int) -> list[list]:
    """Calls whose cryptography costs something, and that cryptography alone, in turn with them.

    The last row tells how far down one could come: a service that makes the MAC and does nothing else.
    """

    def row(name, call, bare):
        times = against_floor(call, rounds, bare=bare)
        shown = [f"{times.microseconds(contestant):.0f} µs" for contestant in ("floor", "bare", "fake")]
        return [name, *shown, times.ratio("fake", "floor", bare=1.2)]

    with fake_kms() as fake:
        contestants = _with_bare(fake, client())
        rows = [row(name, call, bare) for name, (call, bare) in contestants.items()]
        call, bare = contestants["GenerateMac HMAC_256"]
        handler = _NothingButMacs(bare)
        handlers.push(handler)
        try:
            rows.append(row("GenerateMac by a service without keys, callers, checks or journal", call, bare))
        finally:
            handlers.remove(handler)
    return rows


class _NothingButMacs:
    """The least that an answer to GenerateMac takes."""

    def __init__(self, make_mac):
        self._make_mac = make_mac

    def handle(self, request):
        asked = json.loads(request.body)
        base64.b64decode(asked["Message"])
        answer = {"KeyId": asked["KeyId"], "Mac": base64.b64encode(self._make_mac()).decode()}
        body = json.dumps({**answer, "MacAlgorithm": asked["MacAlgorithm"]}).encode()
        names = ("x-amzn-RequestId", "Cache-Control", "Expires", "Pragma", "Date", "Content-Type", "Content-Length")
        return HttpResponse(200, dict.fromkeys(names, "0"), body)


def _with_bare(fake, kms):
    def key(spec, usage):
        key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
        return key_id, fake._service.tools.store.region("123456789012", "us-east-1").keys.get(key_id).material

    rsa_id, rsa = key("RSA_2048", "SIGN_VERIFY")
    ecc_id, ecc = key("ECC_NIST_P256", "SIGN_VERIFY")
    mac_id, mac = key("HMAC_256", "GENERATE_VERIFY_MAC")
    digest, sha = b"x" * 32, hashes.SHA256()
    pss, ecdsa = padding.PSS(padding.MGF1(sha), 32), ec.ECDSA(sha)
    signed = kms.sign(KeyId=ecc_id, Message=digest, SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    return {
        "Sign RSA_2048": (
            lambda: kms.sign(KeyId=rsa_id, Message=digest, SigningAlgorithm="RSASSA_PSS_SHA_256"),
            lambda: rsa.private.sign(digest, pss, sha),
        ),
        "Sign ECC_NIST_P256": (
            lambda: kms.sign(KeyId=ecc_id, Message=digest, SigningAlgorithm="ECDSA_SHA_256"),
            lambda: ecc.private.sign(digest, ecdsa),
        ),
        "Verify ECC_NIST_P256": (
            lambda: kms.verify(KeyId=ecc_id, Message=digest, Signature=signed, SigningAlgorithm="ECDSA_SHA_256"),
            lambda: ecc.private.public_key().verify(signed, digest, ecdsa),
        ),
        "GenerateMac HMAC_256": (
            lambda: kms.generate_mac(KeyId=mac_id, Message=digest, MacAlgorithm="HMAC_SHA_256"),
            lambda: hmac.digest(mac.secret, digest, "sha256"),
        ),
    }


def sessions(count: int) -> list[list]:
    """A session of tests, each making one RSA_2048 key and signing once; moto makes a key each time."""

    def story(kms):
        key_id = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        kms.sign(KeyId=key_id, Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256")

    def session(double, kms, tests):
        start = time.perf_counter()
        for _ in range(tests):
            with double():
                story(kms)
        return (time.perf_counter() - start) / tests * 1e3

    ours = session(fake_kms, client(), count)
    with mock_aws():
        mocked = client()
    theirs = session(mock_aws, mocked, count // 10)
    title = f"a test of {count}, one RSA_2048 key and one signature"
    return [[title, f"{ours:.1f} ms", f"{theirs:.1f} ms", theirs / ours, "10 ×"]]


def authorization(rounds: int) -> list[list]:
    """A registered principal under the default key policy, and under much of everything."""
    with fake_kms() as fake:
        contestants = {
            "Encrypt, default key policy": (_plain(fake), 1.15),
            "Encrypt, 50 statements, 20 grants, 10 identity policies": (_busy(fake), 1.4),
        }
        rows = []
        for name, (call, most) in contestants.items():
            times = against_floor(call, rounds)
            rows.append([name, f"{times.microseconds('floor'):.0f} µs", times.ratio("fake", "floor"), most])
    return rows


ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}


def _plain(fake):
    key_id = fake.client().create_key()["KeyMetadata"]["KeyId"]
    app = fake.principals.role("App", policies=[ALLOW]).client()
    return lambda: app.encrypt(KeyId=key_id, Plaintext=b"x")


def _busy(fake):
    administrator, other = fake.client(), fake.principals.role("Other")
    statements = [
        {
            "Sid": f"S{number}",
            "Effect": "Allow",
            "Principal": {"AWS": other.role_arn},
            "Action": ["kms:Encrypt", "kms:Decrypt"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:tenant": f"t{number}"}},
        }
        for number in range(49)
    ]
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    statements.append({"Sid": "Root", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"})
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    key_id = administrator.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    for number in range(20):
        administrator.create_grant(
            KeyId=key_id, GranteePrincipal=other.role_arn, Operations=["Decrypt"], Name=f"g{number}"
        )
    app = fake.principals.role("Busy", policies=[*map(_of_no_use, range(9)), ALLOW]).client()
    return lambda: app.encrypt(KeyId=key_id, Plaintext=b"x")


def _of_no_use(number: int) -> dict:
    statement = {
        "Effect": "Allow",
        "Action": "kms:Encrypt",
        "Resource": f"arn:aws:kms:*:*:key/{number}*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
