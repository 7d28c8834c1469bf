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


class Times(dict[str, list[float]]):
    """The seconds that each contestant took, round by round."""

    def microseconds(self, name: str) -> float:
        """Give the median of one contestant."""
        return statistics.median(self[name]) * 1e6

    def ratio(self, name: str, other: str, **more: float) -> float:
        """Compare one contestant with another, and with multiples of `more`: the median of all rounds.

        Each round is compared within itself, so a machine that gets slower or faster on the way does not matter.
        """
        rounds = zip(self[name], self[other], *(self[added] for added in more), strict=True)
        return statistics.median(
            mine / (theirs + sum(part * times for part, times in zip(parts, more.values(), strict=True)))
            for mine, theirs, *parts in rounds
        )


def turns(contestants: dict, rounds: int) -> Times:
    """Time each contestant once a round, in turn."""
    times = Times({name: [] for name in contestants})
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
    return times


def against_floor(call, rounds: int, **others) -> Times:
    """Time a call of an open fake, the same call answered by its own last answer (`floor`), and others, in turn."""
    answer = recorded(call)
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


def recorded(call) -> tuple[int, dict, bytes]:
    """Give the status, headers and body that a call of an open fake is answered with."""
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
