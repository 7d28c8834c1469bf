"""Which HTTP requests are for KMS: by target, by host, by the service they are signed for."""

from __future__ import annotations

import functools
import re
from typing import Any

from fake_kms import arns
from fake_kms.wire import json11
from fake_kms.wire.http import header_text

__all__ = ["is_kms", "is_kms_host", "is_kms_url", "kms_headers", "unknown_region"]

_TARGET = f"{json11.TARGET}."


def kms_headers(headers: Any) -> tuple[str, str]:
    """Return the headers that tell which service a request is for: X-Amz-Target and Authorization; empty if absent."""
    return header_text(headers.get("X-Amz-Target", "")), header_text(headers.get("Authorization", ""))


def is_kms(url: str, target: str, authorization: str) -> bool:
    """Return whether a request is for KMS, from its URL and its `kms_headers`."""
    return target.startswith(_TARGET) or "/kms/aws4_request" in authorization or is_kms_url(url)


def is_kms_url(url: str) -> bool:
    """Return whether a URL is that of a KMS endpoint, in any partition.

    Those are kms.REGION.SUFFIX, kms-fips.REGION.SUFFIX and, of VPC endpoints, ….kms.REGION.vpce.SUFFIX, with a
    partition's suffix for IPv4 or for dual stack; and kms.SUFFIX, without a Region. A bucket of S3 may be named `kms`:
    its host is none. Source: botocore, its endpoint rules and partitions.
    """
    return _kms_url().match(url) is not None


def is_kms_host(host: str) -> bool:
    """Return whether a host is that of a KMS endpoint, in any partition."""
    return is_kms_url(f"https://{host}/")


@functools.lru_cache(maxsize=64)
def unknown_region(url: str) -> str | None:
    """Return the Region in the host of a KMS endpoint if botocore does not list it, None if it does.

    None, too, for hosts that are not AWS's, or name no Region.
    """
    match = _kms_url().match(url)
    region = match["region"].lower() if match and match["region"] else None
    return None if region is None or arns.is_known_region(region) else region


@functools.cache
def _kms_url() -> re.Pattern[str]:
    suffixes = "|".join(re.escape(suffix) for suffix in arns.dns_suffixes())
    return re.compile(
        r"https?://(?:[^/?#@]*@)?(?:[^/?#@]+\.)?kms(?:-fips)?\."
        rf"(?:(?P<region>(?!s3[.-])[a-z0-9-]+)\.(?:vpce\.)?)?(?:{suffixes})\.?(?::\d+)?(?:[/?#]|$)",
        re.IGNORECASE,
    )
