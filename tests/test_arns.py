"""Regions and partitions, which come from botocore's own data."""

from __future__ import annotations

import subprocess
import sys

import boto3
import pytest
from installed import needs_region

from fake_kms import arns

# What the patterns were that stood in fake_kms before it read botocore's.
PARTITIONS = {
    "us-east-1": "aws", "eu-central-2": "aws", "ap-southeast-7": "aws", "sa-east-1": "aws", "ca-west-1": "aws",
    "me-central-1": "aws", "af-south-1": "aws", "il-central-1": "aws", "mx-central-1": "aws",
    "cn-north-1": "aws-cn", "cn-northwest-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-iso-east-1": "aws-iso",
    "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f",
    "eusc-de-east-1": "aws-eusc",
}  # fmt: skip


@pytest.mark.parametrize(
    ("region", "partition"), [pytest.param(*pair, marks=needs_region(pair[0])) for pair in PARTITIONS.items()]
)
def test_a_region_and_its_partition(region, partition):
    assert arns.is_region(region)
    assert arns.partition_of(region) == partition
    assert arns.key_arn(region, "123456789012", "k") == f"arn:{partition}:kms:{region}:123456789012:key/k"


def test_every_region_that_botocore_knows():
    session = boto3.Session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("kms", partition):
            if "-fips" not in region:
                assert arns.is_region(region), region
                assert arns.partition_of(region) == partition


def test_a_region_that_is_newer_than_botocore():
    assert arns.is_region("eu-north-9")
    assert arns.partition_of("cn-south-9") == "aws-cn"


@pytest.mark.parametrize(
    "name",
    ["", "us-east", "us-east-1a", "us-east-1\n", "us-East-1", "US-EAST-1", "xx-east-1", "aws-global", "us-east-\u0661",
     "eü-west-1", "../x", "us-isox-east-1", "eusc-fr-east-1"],
)  # fmt: skip
def test_what_is_not_a_region(name):
    assert not arns.is_region(name)
    assert arns.partition_of(name) == "aws"


def test_where_botocores_patterns_differ_from_a_list_typed_by_hand():
    """botocore allows digits and underscores in a word, and knows the isolated and sovereign partitions one by one."""
    assert arns.is_region("us-east1-1")
    assert arns.is_region("us-no_where-1")
    assert not arns.is_region("us-isoz-east-1")
    assert not arns.is_region("eusc-fr-west-1")


def test_the_suffixes_of_host_names():
    suffixes = arns.dns_suffixes()

    assert {"amazonaws.com", "api.aws", "amazonaws.com.cn", "c2s.ic.gov"} < {*suffixes}
    assert len(suffixes) == len({*suffixes})


def test_botocore_is_loaded_when_the_first_region_is_looked_at():
    program = (
        "import sys; from fake_kms import arns; "
        "assert arns.is_account('123456789012') and arns.parse_arn('arn:aws:kms:us-east-1:1:key/k'); "
        "assert 'botocore' not in sys.modules; "
        "assert arns.is_region('us-east-1') and 'botocore.loaders' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
