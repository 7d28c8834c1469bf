"""moto beside the fake: in either nesting, imported earlier or later, KMS is ours and the rest is moto's."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

STORY = {
    "imports": {"earlier": "import moto\n", "later": ""},
    "nesting": {
        "around": "with moto_around(), fake_kms():\n    check()\n",
        "inside": "with fake_kms(), moto_around():\n    check()\n",
    },
}
PREAMBLE = """
import os, sys
{imports}
import boto3, botocore.httpsession, requests
from fake_kms import fake_kms

send = botocore.httpsession.URLLib3Session.send
keys = dict(region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
early = boto3.client("kms", **keys)

def moto_around():
    from moto import mock_aws
    return mock_aws()

def check():
    s3 = boto3.client("s3", **keys)
    s3.create_bucket(Bucket="bucket")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["bucket"]
    table = boto3.client("dynamodb", **keys)
    assert table.list_tables()["TableNames"] == []
    for kms in (early, boto3.client("kms", **keys)):
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.disable_key(KeyId=key_id)
        try:
            kms.encrypt(KeyId=key_id, Plaintext=b"x")
        except kms.exceptions.DisabledException:
            pass
        else:
            raise AssertionError("moto answered: it encrypts with a disabled key")
    raw = requests.post("https://kms.us-east-1.amazonaws.com/", data="{{}}", headers={{"X-Amz-Target": "TrentService.ListKeys"}})
    assert raw.json()["__type"] == "MissingAuthenticationTokenException", raw.text

{nesting}
assert botocore.httpsession.URLLib3Session.send is send
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
assert BotocoreStubber.__call__.__module__ == "moto.core.botocore_stubber"
with mock_aws():
    assert "123" in boto3.client("sts", **keys).get_caller_identity()["Account"]
    key_id = boto3.client("kms", **keys).create_key()["KeyMetadata"]["KeyId"]  # moto's own again
print("fine")
"""


@pytest.mark.parametrize("nesting", sorted(STORY["nesting"]))
@pytest.mark.parametrize("imports", sorted(STORY["imports"]))
def test_the_four_combinations(imports, nesting, tmp_path):
    program = PREAMBLE.format(imports=STORY["imports"][imports], nesting=STORY["nesting"][nesting])
    environment = {"PATH": "", "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=120,
    )

    assert (done.stdout, done.returncode) == ("fine\n", 0), done.stderr
