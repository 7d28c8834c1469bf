"""How fast: every figure is a ratio measured in this one run, call by call in turn.

    python -m pip install ".[test]" && python benchmarks/run.py [--quick] [--write]

`--write` puts the table into benchmarks/README.md. The floor of a call is the same boto3 call, answered by a
canned response at botocore's HTTP layer (so it has botocore's own cost and nothing else).
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import time

os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

import boto3
import botocore.httpsession
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from fake_kms import fake_kms

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


def calls(rounds: int) -> list[tuple[str, str, str, str]]:
    """Each operation: floor, fake and moto in turn."""
    rows = []
    canned = Canned()
    with fake_kms():
        ours = operations(client())
        patched = botocore.httpsession.URLLib3Session.send
        answers = {name: record(call) for name, call in ours.items()}
        for name, call in ours.items():
            canned.response = answers[name]

            def floor(call=call):
                botocore.httpsession.URLLib3Session.send = canned_send
                try:
                    call()
                finally:
                    botocore.httpsession.URLLib3Session.send = patched

            def canned_send(session, request):
                return canned.send(session, request)

            medians = turns({"floor": floor, "fake": call}, rounds)
            ratio = medians["fake"] / medians["floor"]
            rows.append([name, f"{medians['floor']:.0f} µs", ratio, 1.15])
    with mock_aws():
        theirs = operations(client())
        for row in rows:
            canned.response = answers[row[0]]
            medians = turns({"moto": theirs[row[0]]}, max(10, rounds // 20))
            row.append(medians["moto"] / float(row[1].split()[0]))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rounds = 300 if options.quick else 2000
    for row in calls(rounds):
        print(row)


if __name__ == "__main__":
    main()
