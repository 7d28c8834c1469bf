"""Measuring: contestants in turn, and botocore's own floor."""

from __future__ import annotations

import gc
import statistics
import time

import boto3
import botocore.httpsession
from botocore.awsrequest import AWSResponse

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}


def client():
    return boto3.Session(**CREDENTIALS).client("kms")


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


def against_floor(call, rounds: int, **others) -> dict[str, float]:
    """Time a call of an open fake, the same call answered by its own last answer (`floor`), and others, in turn."""
    answer = _recorded(call)
    patched = botocore.httpsession.URLLib3Session.send

    def canned_send(_session, request):
        status, headers, body = answer
        return AWSResponse(request.url, status, headers, _Raw(body))

    def floor():
        botocore.httpsession.URLLib3Session.send = canned_send
        try:
            call()
        finally:
            botocore.httpsession.URLLib3Session.send = patched

    return turns({"floor": floor, "fake": call, **others}, rounds)


def _recorded(call) -> tuple[int, dict, bytes]:
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


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body):
        self.body = body

    def stream(self):
        yield self.body
