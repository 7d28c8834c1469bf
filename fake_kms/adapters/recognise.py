"""Which HTTP requests are KMS's: by target, by host, by the service they are signed for."""

from __future__ import annotations

import re

__all__ = ["KMS_URL", "is_kms"]

# kms.REGION.SUFFIX, kms-fips.REGION.SUFFIX, ….kms.REGION.vpce.SUFFIX; SUFFIX is that of any partition, dual stack
# or not. Source: botocore's endpoint rule set of KMS.
KMS_URL = re.compile(
    r"https?://(?:[^/?#@]+\.)?kms(?:-fips)?\.[a-z0-9-]+\."
    r"(?:(?:vpce\.)?amazonaws\.(?:com(?:\.cn)?|eu)|api\.aws|api\.amazonwebservices\.(?:com\.cn|eu)"
    r"|(?:c2s|sc2s)\.[a-z.]+|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)(?::\d+)?(?:[/?#]|$)",
    re.IGNORECASE,
)
_TARGET = "TrentService."


def is_kms(url: str, target: str, authorization: str) -> bool:
    """Tell whether a request is KMS's, from its URL and two of its headers (empty where it has none)."""
    return target.startswith(_TARGET) or "/kms/aws4_request" in authorization or KMS_URL.match(url) is not None
