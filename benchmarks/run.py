"""How fast: every figure is a ratio measured in this one run, call by call in turn.

    python -m pip install ".[test]" && python benchmarks/run.py [--quick] [--write]

`--write` puts the table into benchmarks/README.md. The floor of a call is the same boto3 call, answered by a
canned response at botocore's HTTP layer (so it has botocore's own cost and nothing else).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

import boto3
import botocore.httpsession
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from fake_kms import FakeKms, fake_kms
from fake_kms.wire import HttpRequest

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
REAL_SEND = botocore.httpsession.URLLib3Session.send


class Canned:
    """Answers every request at the HTTP layer with the last real answer of the fake."""

    def __init__(self) -> None:
        self.response: tuple[int, dict, bytes] = (200, {}, b"{}")

    def send(self, _session, request):
        status, headers, body = self.response
        return AWSResponse(request.url, status, headers, Raw(body))


class Raw:
    def __init__(self, body):
        self.body = body

    def stream(self, amt=65536):
        yield self.body

    def read(self, amt=None):
        return self.body


def client():
    return boto3.Session(**dict(CREDENTIALS.items())).client("kms")


def turns(contestants: dict, rounds: int) -> dict[str, float]:
    """Time each contestant once a round, in turn; give the medians in microseconds."""
    times = {name: [] for name in contestants}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in contestants.items():
                start = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - start)
    finally:
        gc.enable()
    return {name: statistics.median(values) * 1e6 for name, values in times.items()}


def operations(kms_client):
    key = kms_client.create_key()["KeyMetadata"]["KeyId"]
    blob = kms_client.encrypt(KeyId=key, Plaintext=b"x" * 32, EncryptionContext={"a": "b"})["CiphertextBlob"]
    return {
        "Encrypt": lambda: kms_client.encrypt(KeyId=key, Plaintext=b"x" * 32, EncryptionContext={"a": "b"}),
        "Decrypt": lambda: kms_client.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}),
        "GenerateDataKey": lambda: kms_client.generate_data_key(KeyId=key, KeySpec="AES_256"),
        "DescribeKey": lambda: kms_client.describe_key(KeyId=key),
        "GenerateRandom": lambda: kms_client.generate_random(NumberOfBytes=32),
        "CreateKey": lambda: kms_client.create_key(Description="benchmark"),
    }


def record(call):
    """Give the fake's answer to a call, as the floor's canned response."""
    seen = []
    send = botocore.httpsession.URLLib3Session.send

    def spy(session, request):
        response = send(session, request)
        seen.append((response.status_code, dict(response.headers.items()), response.content))
        return response

    botocore.httpsession.URLLib3Session.send = spy
    try:
        call()
    finally:
        botocore.httpsession.URLLib3Session.send = send
    return seen[0]


def calls(rounds: int) -> list[list]:
    """Each operation: floor, fake and moto in turn."""
    rows = []
    with fake_kms(quotas={"keys": 10**6}):
        ours = operations(client())
        for name, call in ours.items():
            floor, fake = floor_and_fake(call, rounds)
            rows.append([name, f"{floor:.0f} µs", fake / floor, 1.15])
    with mock_aws():
        theirs = operations(client())
        for row in rows:
            medians = turns({"moto": theirs[row[0]]}, max(10, rounds // 20))
            row.append(medians["moto"] / float(row[1].split()[0]))
    return rows


def floor_and_fake(call, rounds: int) -> tuple[float, float]:
    """Time one call of an open fake in turn with the same call answered by its own last answer."""
    canned = Canned()
    canned.response = record(call)
    patched = botocore.httpsession.URLLib3Session.send

    def canned_send(session, request):
        return canned.send(session, request)

    def floor():
        botocore.httpsession.URLLib3Session.send = canned_send
        try:
            call()
        finally:
            botocore.httpsession.URLLib3Session.send = patched

    medians = turns({"floor": floor, "fake": call}, rounds)
    return medians["floor"], medians["fake"]


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
            floor, fake = floor_and_fake(
                lambda spec=spec, usage=usage: kms.create_key(KeySpec=spec, KeyUsage=usage), rounds
            )
            rows.append([f"CreateKey {spec}", f"{floor:.0f} µs", fake / floor, 1.3])
    return rows


def cryptography_calls(rounds: int) -> list[list]:
    """Calls whose cryptography costs something: what they add to the floor, as a multiple of the bare operation."""
    import hmac

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    rows, digest = [], b"x" * 32
    with fake_kms() as fake:
        kms = client()

        def key(spec, usage):
            key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
            stored = fake._service.store.region("123456789012", "us-east-1").keys.get(key_id)
            return key_id, stored.material

        rsa_id, rsa_material = key("RSA_2048", "SIGN_VERIFY")
        ecc_id, ecc_material = key("ECC_NIST_P256", "SIGN_VERIFY")
        mac_id, mac_material = key("HMAC_256", "GENERATE_VERIFY_MAC")
        sha = hashes.SHA256()
        pss = padding.PSS(padding.MGF1(sha), 32)
        signed = kms.sign(KeyId=ecc_id, Message=digest, SigningAlgorithm="ECDSA_SHA_256")["Signature"]
        contestants = {
            "Sign RSA_2048": (
                lambda: kms.sign(KeyId=rsa_id, Message=digest, SigningAlgorithm="RSASSA_PSS_SHA_256"),
                lambda: rsa_material.private.sign(digest, pss, sha),
            ),
            "Sign ECC_NIST_P256": (
                lambda: kms.sign(KeyId=ecc_id, Message=digest, SigningAlgorithm="ECDSA_SHA_256"),
                lambda: ecc_material.private.sign(digest, ec.ECDSA(sha)),
            ),
            "Verify ECC_NIST_P256": (
                lambda: kms.verify(KeyId=ecc_id, Message=digest, Signature=signed, SigningAlgorithm="ECDSA_SHA_256"),
                lambda: ecc_material.private.public_key().verify(signed, digest, ec.ECDSA(sha)),
            ),
            "GenerateMac HMAC_256": (
                lambda: kms.generate_mac(KeyId=mac_id, Message=digest, MacAlgorithm="HMAC_SHA_256"),
                lambda: hmac.digest(mac_material.secret, digest, "sha256"),
            ),
        }
        for name, (call, bare) in contestants.items():
            floor, ours = floor_and_fake(call, rounds)
            alone = turns({"bare": bare}, rounds)["bare"]
            rows.append([name, f"{floor:.0f} µs", f"{alone:.0f} µs", f"{ours:.0f} µs", ours / (floor + 1.2 * alone)])
    return rows


def sessions(count: int) -> list[list]:
    """A session of tests, each making one RSA_2048 key and signing once; moto makes a key each time."""

    def story():
        kms = client_of_session
        key_id = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        kms.sign(KeyId=key_id, Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256")

    client_of_session = client()
    start = time.perf_counter()
    for _ in range(count):
        with fake_kms():
            story()
    ours = (time.perf_counter() - start) / count
    with mock_aws():
        client_of_session = client()
    start = time.perf_counter()
    for _ in range(count // 10):
        with mock_aws():
            story()
    theirs = (time.perf_counter() - start) / (count // 10)
    return [
        [
            f"a test of {count}, one RSA_2048 key and one signature",
            f"{ours * 1e3:.1f} ms",
            f"{theirs * 1e3:.1f} ms",
            theirs / ours,
            "10 ×",
        ]
    ]


def authorization(rounds: int) -> list[list]:
    """A registered principal under the default key policy, and under much of everything."""
    rows = []
    with fake_kms() as fake:
        administrator = client()
        allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
        app = fake.principals.role("App", policies=[allow])
        key = administrator.create_key()["KeyMetadata"]
        kms = app.client()
        floor, ours = floor_and_fake(lambda: kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x"), rounds)
        rows.append(["Encrypt, default key policy", f"{floor:.0f} µs", ours / floor, 1.15])

        other = fake.principals.role("Other")
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
        root = {
            "Sid": "Root",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [*statements, root]})
        key = administrator.create_key(Policy=policy)["KeyMetadata"]
        for number in range(20):
            administrator.create_grant(
                KeyId=key["KeyId"], GranteePrincipal=other.role_arn, Operations=["Decrypt"], Name=f"g{number}"
            )
        many = [
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "kms:Encrypt",
                        "Resource": f"arn:aws:kms:*:*:key/{number}*",
                        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                    }
                ],
            }
            for number in range(9)
        ]
        busy = fake.principals.role("Busy", policies=[*many, allow]).client()
        floor, ours = floor_and_fake(lambda: busy.encrypt(KeyId=key["KeyId"], Plaintext=b"x"), rounds)
        rows.append(["Encrypt, 50 statements, 20 grants, 10 identity policies", f"{floor:.0f} µs", ours / floor, 1.4])
    return rows


def opening(rounds: int) -> list[list]:
    """Open and close a fake, and moto."""
    import requests  # noqa: F401 - as in a process that has loaded it

    def fake():
        FakeKms().start().stop()

    def moto():
        with mock_aws():
            pass

    fake()
    moto()
    ours, theirs = turns({"fake": fake}, rounds)["fake"], turns({"moto": moto}, max(10, rounds // 20))["moto"]
    return [["open and close a fake", f"{ours:.0f} µs", f"{theirs:.0f} µs", "200 µs"]]


def start_up(rounds: int) -> list[list]:
    """What an installed plugin adds to a pytest that uses none of it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        base = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"]
        base += ["-p", "no:hypothesispytest", "-p", "no:anyio", folder]

        # As Python does by default: what was compiled once is kept.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

        def run(*arguments):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([*base, *arguments], capture_output=True, check=True, env=environment)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        def differ(*, without_first: bool):
            first = run("-p", "no:fake_kms") if without_first else run()
            second = run() if without_first else run("-p", "no:fake_kms")
            return second - first if without_first else first - second

        # In turn, and each first as often as second: whatever goes second is the faster one on some machines.
        differences = [differ(without_first=number % 2 == 0) for number in range(2 * rounds)]
    added = statistics.median(differences) * 1e3
    return [["plugin installed and not used", f"{added:+.1f} ms", "", "5 ms"]]


def growth() -> list[list]:
    """The same call with few and with many keys and aliases, in turn; and what a key weighs."""
    small, large = FakeKms(quotas={"keys": 200_000}), FakeKms(quotas={"keys": 200_000})
    fill(small, 100)
    tracemalloc.start()
    fill(large, 1_000)
    before = tracemalloc.get_traced_memory()[0]
    fill(large, 10_000)
    per_key = (tracemalloc.get_traced_memory()[0] - before) / 10_000
    tracemalloc.stop()
    fill(large, 89_000)
    for key_id in large.filled[:10_000]:  # dates ahead, none of them due
        ask(large, "ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": 30})
    rows = []
    for name, request in {
        "Encrypt": {"Plaintext": "eA=="},
        "DescribeKey": {},
        "CreateKey": {},
        "ListKeys": {"Limit": 10},
        "ListAliases": {"Limit": 10},
        "CreateAlias": None,
        "Decrypt": None,
    }.items():
        medians = turns({"100": prepared(small, name, request), "100 000": prepared(large, name, request)}, 3000)
        rows.append([name, f"{medians['100']:.0f} µs", medians["100 000"] / medians["100"], 1.2])
    rows.append(["memory of a key and its alias", f"{per_key / 1024:.2f} KiB", "", "3 KiB"])
    return rows


HEADERS = "AWS4-HMAC-SHA256 Credential=testing/20261124/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0"


def ask(fake, operation, request):
    body = json.dumps(request).encode()
    url = "https://kms.us-east-1.amazonaws.com/"
    response = fake.handle(HttpRequest("POST", url, {}, body, f"TrentService.{operation}", HEADERS))
    assert response.status == 200, response.body
    return json.loads(response.body) if response.body else None


def fill(fake, count):
    if repr(fake).endswith("not opened>"):
        fake.start()
    filled = getattr(fake, "filled", [])
    for _ in range(count):
        key_id = ask(fake, "CreateKey", {})["KeyMetadata"]["KeyId"]
        ask(fake, "CreateAlias", {"AliasName": f"alias/{key_id}", "TargetKeyId": key_id})
        filled.append(key_id)
    fake.filled, fake.last = filled, key_id
    fake.journal.clear()


def prepared(fake, name, request):
    if name == "CreateAlias":
        names = iter(range(10**6))
        targets = [ask(fake, "CreateKey", {})["KeyMetadata"]["KeyId"] for _ in range(70)]

        def create_alias():
            number = next(names)
            ask(fake, name, {"AliasName": f"alias/new-{number}", "TargetKeyId": targets[number // 48]})

        return create_alias
    if name == "Decrypt":
        request = {"CiphertextBlob": ask(fake, "Encrypt", {"KeyId": fake.last, "Plaintext": "eA=="})["CiphertextBlob"]}
    elif name in {"Encrypt", "DescribeKey"}:
        request = {"KeyId": fake.last, **request}
    return lambda: ask(fake, name, request)


def table(title: str, header: list[str], rows: list[list]) -> str:
    def shown(value):
        return f"{value:.2f} ×" if isinstance(value, float) else str(value)

    lines = [f"### {title}", "", f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(shown(value) for value in row)} |" for row in rows]
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    rounds = 300 if options.quick else 2000
    report = "\n".join(
        [
            table(
                "A call, against botocore's floor", ["operation", "floor", "fake_kms", "at most", "moto"], calls(rounds)
            ),
            table("Creating keys of every kind", ["", "floor", "fake_kms", "at most"], creating(rounds // 2)),
            table(
                "Cryptography: the call against the floor plus 1.2 times the bare operation",
                ["", "floor", "bare operation", "fake_kms", "of what it may cost"],
                cryptography_calls(rounds // 2),
            ),
            table("A session of tests", ["", "fake_kms", "moto", "faster", "at least"], sessions(200)),
            table("Authorization", ["", "floor", "fake_kms", "at most"], authorization(rounds // 2)),
            table("Opening and closing", ["", "fake_kms", "moto", "at most"], opening(rounds)),
            table("pytest start-up", ["", "adds", "", "at most"], start_up(5 if options.quick else 15)),
            table(
                "Growth, below the HTTP layer",
                ["", "100 keys and aliases", "100 000, of which 10 000 have dates ahead", "at most"],
                growth(),
            ),
        ]
    )
    print(report)
    if options.write:
        page = Path(__file__).with_name("README.md")
        head = page.read_text(encoding="utf-8").partition("<!-- table -->")[0]
        page.write_text(f"{head}<!-- table -->\n\n{report}", encoding="utf-8")


if __name__ == "__main__":
    main()
