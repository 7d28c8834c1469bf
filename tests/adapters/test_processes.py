"""Child processes: what they find of the fake that their parent has opened."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import multiprocessing, sys
import boto3
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from fake_kms import FakeKms

def child(queue):
    client = boto3.client("kms", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))
    try:
        client.create_key()
        queue.put(f"{len(client.list_keys()['Keys'])} keys")
    except EndpointConnectionError as error:
        queue.put(str(error))

if __name__ == "__main__":
    with FakeKms() as kms:
        kms.client().create_key()
        context = multiprocessing.get_context(sys.argv[1])
        queue = context.Queue()
        process = context.Process(target=child, args=(queue,))
        process.start()
        print(queue.get())
        process.join()
        print(len(kms.client().list_keys()["Keys"]))
"""
NOWHERE = "http://fake-kms-answers-only-in-the-process-that-opened-it.invalid/"


@pytest.mark.parametrize(
    ("method", "found"),
    [("fork", "2 keys"), ("spawn", f'Could not connect to the endpoint URL: "{NOWHERE}"')],
)
def test_multiprocessing(tmp_path, method, found):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py"), method], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.splitlines() == [found, "1"], done.stderr
