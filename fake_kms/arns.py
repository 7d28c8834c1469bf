"""ARNs of KMS keys and aliases, and the Regions and partitions in them.

Source: Service Authorization Reference, resource types of AWS KMS; botocore, partitions.json.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

__all__ = [
    "Arn",
    "account_root_arn",
    "administrator_arn",
    "alias_arn",
    "dns_suffixes",
    "is_account",
    "is_key_id",
    "is_known_region",
    "is_region",
    "key_arn",
    "known_regions",
    "parse_arn",
    "partition_of",
    "principal_meant",
]

_KEY_ID = re.compile(r"(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|mrk-[0-9a-f]{32})", re.ASCII)

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)

_MOTOS_CALLER = re.compile(r"arn:([a-z-]+):sts::(\d{12}):user/moto", re.ASCII)

_DEFAULT_PARTITION = "aws"


class Arn(NamedTuple):
    """An ARN's five varying parts; `resource` is everything after the account."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


class _Partition(NamedTuple):
    name: str
    region: re.Pattern[str]
    dns_suffixes: tuple[str, ...]
    listed: frozenset[str]


@functools.cache
def _partitions() -> tuple[_Partition, ...]:
    from botocore.loaders import Loader

    return tuple(
        _Partition(
            partition["id"],
            re.compile(partition["regionRegex"], re.ASCII),
            (partition["outputs"]["dnsSuffix"], partition["outputs"]["dualStackDnsSuffix"]),
            frozenset(partition["regions"]),
        )
        for partition in Loader().load_data("partitions")["partitions"]
    )


def _find_partition(region: str) -> str | None:
    # botocore's patterns have \w for the words of a name; they are in lower case.
    names = (partition.name for partition in _partitions() if partition.region.fullmatch(region))
    return next(names, None) if region.islower() else None


@functools.lru_cache(maxsize=256)
def is_region(name: str) -> bool:
    """Return whether a name has the form of an AWS Region, of any partition; newer ones than botocore's included."""
    return _find_partition(name) is not None


@functools.lru_cache(maxsize=256)
def is_known_region(name: str) -> bool:
    """Return whether botocore lists a Region, in any partition."""
    return any(name in partition.listed for partition in _partitions())


def known_regions() -> list[str]:
    """Return the Regions that botocore lists, of all partitions."""
    return sorted(name for partition in _partitions() for name in partition.listed if is_region(name))


@functools.lru_cache(maxsize=256)
def partition_of(region: str) -> str:
    """Return the partition of a Region, e.g. `aws-cn` for `cn-north-1`; `aws` for what is not the name of a Region."""
    return _find_partition(region) or _DEFAULT_PARTITION


def dns_suffixes() -> tuple[str, ...]:
    """Return the suffixes of AWS's host names in all partitions, for IPv4 and for dual stack."""
    return tuple(dict.fromkeys(suffix for partition in _partitions() for suffix in partition.dns_suffixes))


def parse_arn(text: str) -> Arn | None:
    """Return the parts of an ARN; None unless the text has the six parts of one."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":  # noqa: PLR2004 - an ARN has six parts
        return None
    return Arn(*parts[1:])


def key_arn(region: str, account: str, key_id: str) -> str:
    """Return the ARN of a KMS key: `arn:PARTITION:kms:REGION:ACCOUNT:key/KEY-ID`."""
    return f"arn:{partition_of(region)}:kms:{region}:{account}:key/{key_id}"


def alias_arn(region: str, account: str, alias_name: str) -> str:
    """Return the ARN of an alias; `alias_name` begins with `alias/`."""
    return f"arn:{partition_of(region)}:kms:{region}:{account}:{alias_name}"


def account_root_arn(partition: str, account: str) -> str:
    """Return the ARN of the account principal, as key policies and grants write it."""
    return f"arn:{partition}:iam::{account}:root"


def administrator_arn(partition: str, account: str) -> str:
    """Return the ARN of the principal to whom the access keys belong that nobody has registered."""
    return f"arn:{partition}:iam::{account}:user/admin"


def principal_meant(name: str) -> str:
    """Return the name of the principal that a name stands for: itself, but for the caller as moto's STS names it.

    moto's GetCallerIdentity answers `arn:aws:sts::ACCOUNT:user/moto` for access keys that nobody has registered.
    """
    motos = _MOTOS_CALLER.fullmatch(name)
    return administrator_arn(motos[1], motos[2]) if motos else name


def is_account(text: str) -> bool:
    """Return whether a text is an AWS account ID: twelve digits."""
    return _ACCOUNT.fullmatch(text) is not None


def is_key_id(text: str) -> bool:
    """Return whether the text has the form of a key id: a UUID in any letter case, or `mrk-` and 32 hex digits.

    Source: docs/aws/api_semantics.md#key-identifiers-and-lookup; floci.
    """
    return _KEY_ID.fullmatch(text) is not None
