"""What a fake costs besides its calls: its first use, opening and closing it, an unused plugin, holding many keys."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import requests  # noqa: F401 - as in a process that has loaded it
from measure import CREDENTIALS, Times, recorded, turns
from moto import mock_aws

from fake_kms import FakeKms, fake_kms
from fake_kms.wire import HttpRequest


def opening(rounds: int) -> list[list]:
    """Open and close a fake, and moto."""

    def fake():
        FakeKms().start().stop()

    def moto():
        with mock_aws():
            pass

    fake()
    moto()
    ours = turns({"fake": fake}, rounds).microseconds("fake")
    theirs = turns({"moto": moto}, max(10, rounds // 20)).microseconds("moto")
    return [["open and close a fake", f"{ours:.0f} µs", f"{theirs:.0f} µs", "200 µs"]]


def start_up(rounds: int) -> list[list]:
    """What an installed plugin adds to a pytest that uses none of it.

    Once as the difference between whole runs, which are some 300 ms with 50 ms of noise; once as what it is made of.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        # In turn, and each first as often as second: whatever goes second is the faster one on some machines.
        differences = [_difference(folder, without_first=number % 2 == 0) for number in range(2 * rounds)]
    _seconds(OWN)  # compiles what is not compiled yet
    own = statistics.median(_seconds(OWN) for _ in range(rounds))
    return [
        ["plugin installed and not used: whole runs", f"{statistics.median(differences) * 1e3:+.1f} ms", "", "5 ms"],
        ["plugin installed and not used: its import and its hooks", f"{own * 1e3:+.1f} ms", "", "5 ms"],
    ]


OWN = """
import time, pytest
config = pytest.Config.fromdictargs({}, ["-p", "no:fake_kms"])
start = time.perf_counter()
import conftest_plugin
conftest_plugin.pytest_addoption(config._parser)
conftest_plugin.pytest_configure(config)
print(time.perf_counter() - start)
"""


def _seconds(program: str) -> float:
    """Run a program in a process of its own; it prints how long it took."""
    (seconds,) = _printed(program)
    return seconds


def _printed(program: str) -> list[float]:
    """Run a program in a process of its own; it prints numbers."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, env=_environment()
    )
    return [float(number) for number in done.stdout.split()]


def _environment() -> dict[str, str]:
    # As Python does by default: what was compiled once is kept.
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _difference(folder: str, *, without_first: bool) -> float:
    if without_first:
        without = _pytest(folder, "-p", "no:fake_kms")
        return _pytest(folder) - without
    return _pytest(folder) - _pytest(folder, "-p", "no:fake_kms")


def _pytest(folder: str, *arguments: str) -> float:
    command = [sys.executable, "-m", "pytest", "-q"]
    for plugin in ("cacheprovider", "randomly", "xdist", "hypothesispytest", "anyio"):
        command += ["-p", f"no:{plugin}"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, folder, *arguments], capture_output=True, check=True, env=_environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


FIRST_CALL = """
import time
start = time.perf_counter()
import boto3
{before}
boto3.client("kms", **{credentials}).create_key()
print(time.perf_counter() - start)
"""
OPEN = """
from fake_kms import fake_kms
opened = fake_kms().start()
"""
CANNED = """
import botocore.httpsession
from botocore.awsrequest import AWSResponse

class Raw:
    def stream(self):
        yield {body}

botocore.httpsession.URLLib3Session.send = lambda _, request: AWSResponse(request.url, {status}, {headers}, Raw())
"""


def first_use(rounds: int) -> list[list]:
    """What a process pays once: imports, opening, a client and its first call, against bare boto3's own first call."""
    with fake_kms() as fake:
        status, headers, body = recorded(fake.client().create_key)
    programs = {"floor": CANNED.format(status=status, headers=headers, body=body), "fake": OPEN}
    times = Times({name: [] for name in programs})
    for number in range(rounds + 1):
        for name, before in programs.items():
            seconds = _seconds(FIRST_CALL.format(before=before, credentials=CREDENTIALS))
            if number:  # the first round compiles what is not compiled yet
                times[name].append(seconds)
    floor = f"{times.microseconds('floor') / 1e3:.0f} ms"
    return [["import, open, client, CreateKey", floor, times.ratio("fake", "floor"), 1.3], _first_signature(rounds)]


SIGNATURES = """
import gc, time
from fake_kms import fake_kms
kms = fake_kms().start().client()
key_id = kms.create_key(KeySpec="RSA_4096", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
gc.collect()  # else it is luck which of the two calls it runs in
for _ in range(2):
    start = time.perf_counter()
    kms.sign(KeyId=key_id, Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256")
    print(time.perf_counter() - start)
"""


def _first_signature(rounds: int) -> list:
    """Compare the first signature of a process with the next one under the same key."""
    first, following = zip(*(_printed(SIGNATURES) for _ in range(rounds)), strict=True)
    times = Times(first=list(first), next=list(following))
    floor = f"{times.microseconds('next') / 1e3:.1f} ms"
    return ["Sign RSA_4096, against the next one", floor, times.ratio("first", "next"), 5.0]


def growth(keys: int, rounds: int) -> list[list]:
    """The same call with 100 and with many keys and aliases, in turn; and what a key weighs."""
    small, large = FakeKms(quotas={"keys": 200_000}), FakeKms(quotas={"keys": 200_000})
    weighed = keys // 10
    _fill(small, 100)
    tracemalloc.start()
    _fill(large, 100)
    before = tracemalloc.get_traced_memory()[0]
    _fill(large, weighed)
    per_key = (tracemalloc.get_traced_memory()[0] - before) / weighed
    tracemalloc.stop()
    _fill(large, keys - weighed - 100)
    for key_id in large.filled[: keys // 10]:  # dates ahead, none of them due
        _ask(large, "ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": 30})
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
        times = turns({"few": _prepared(small, name, request), "many": _prepared(large, name, request)}, rounds)
        rows.append([name, f"{times.microseconds('few'):.0f} µs", times.ratio("many", "few"), 1.2])
    rows.append(["memory of a key and its alias", f"{per_key / 1024:.2f} KiB", "", "3 KiB"])
    return rows


SIGNED = "AWS4-HMAC-SHA256 Credential=testing/20261124/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0"


def _ask(fake, operation, request):
    body = json.dumps(request).encode()
    url = "https://kms.us-east-1.amazonaws.com/"
    response = fake._handler.handle(HttpRequest("POST", url, {}, body, f"TrentService.{operation}", SIGNED))
    assert response.status == 200, response.body
    return json.loads(response.body) if response.body else None


def _fill(fake, count):
    if repr(fake).endswith("not opened>"):
        fake.start()
    filled = getattr(fake, "filled", [])
    for _ in range(count):
        key_id = _ask(fake, "CreateKey", {})["KeyMetadata"]["KeyId"]
        _ask(fake, "CreateAlias", {"AliasName": f"alias/{key_id}", "TargetKeyId": key_id})
        filled.append(key_id)
    fake.filled, fake.last = filled, key_id
    fake.journal.clear()


def _prepared(fake, name, request):
    if name == "CreateAlias":
        names = iter(range(10**6))
        targets = [_ask(fake, "CreateKey", {})["KeyMetadata"]["KeyId"] for _ in range(70)]

        def create_alias():
            number = next(names)
            _ask(fake, name, {"AliasName": f"alias/new-{number}", "TargetKeyId": targets[number // 48]})

        return create_alias
    if name == "Decrypt":
        request = {"CiphertextBlob": _ask(fake, "Encrypt", {"KeyId": fake.last, "Plaintext": "eA=="})["CiphertextBlob"]}
    elif name in {"Encrypt", "DescribeKey"}:
        request = {"KeyId": fake.last, **request}
    return lambda: _ask(fake, name, request)
