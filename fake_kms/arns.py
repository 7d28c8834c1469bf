"""The ARNs of KMS: building and taking apart the names of keys and aliases.

Source: Service Authorization Reference, resource types of AWS KMS; Regions and partitions from
botocore's partition names.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

__all__ = [
    "Arn",
    "account_root_arn",
    "alias_arn",
    "is_account",
    "is_key_id",
    "is_region",
    "key_arn",
    "parse_arn",
    "partition_of",
]

_KEY_ID = re.compile(r"(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|mrk-[0-9a-f]{32})", re.ASCII)

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)

_REGION = re.compile(
    r"(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+|cn-[a-z]+-\d+|us-gov-[a-z]+-\d+|us-iso[a-z]?-[a-z]+-\d+"
    r"|eu-isoe-[a-z]+-\d+|eusc-[a-z]{2}-[a-z]+-\d+",
    re.ASCII,
)
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
)


class Arn(NamedTuple):
    """An ARN's five varying parts; `resource` is all that follows the account."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


@functools.lru_cache(maxsize=256)
def is_region(name: str) -> bool:
    """Return whether a name has the form of an AWS Region of any partition. Source: botocore's partitions."""
    return _REGION.fullmatch(name) is not None


@functools.lru_cache(maxsize=256)
def partition_of(region: str) -> str:
    """Name the partition a Region lies in, e.g. `aws-cn` for `cn-north-1`."""
    for prefix, partition in _PARTITIONS:
        if region.startswith(prefix):
            return partition
    return "aws"


def parse_arn(text: str) -> Arn | None:
    """Take an ARN apart; None when the text has not the six parts of one."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":  # noqa: PLR2004 - an ARN has six parts
        return None
    return Arn(*parts[1:])


def key_arn(region: str, account: str, key_id: str) -> str:
    """Name a KMS key: `arn:PARTITION:kms:REGION:ACCOUNT:key/KEY-ID`."""
    return f"arn:{partition_of(region)}:kms:{region}:{account}:key/{key_id}"


def alias_arn(region: str, account: str, alias_name: str) -> str:
    """Name an alias; `alias_name` begins with `alias/`."""
    return f"arn:{partition_of(region)}:kms:{region}:{account}:{alias_name}"


def account_root_arn(partition: str, account: str) -> str:
    """Name the account principal, as key policies and grants write it."""
    return f"arn:{partition}:iam::{account}:root"


def is_account(text: str) -> bool:
    """Return whether a text is an AWS account: twelve digits."""
    return _ACCOUNT.fullmatch(text) is not None


def is_key_id(text: str) -> bool:
    """Return whether the text has the form of a key id: a UUID in any letter case, or `mrk-` and 32 hex digits.

    Source: measured by floci PR #3968 (api_semantics section 2).
    """
    return _KEY_ID.fullmatch(text) is not None
