"""Which HTTP requests are KMS's: by target, by host, by the service they are signed for."""

from __future__ import annotations

import re
from typing import Any

from fake_kms.wire.http import header_text

__all__ = ["KMS_URL", "is_kms", "whose"]

# kms.REGION.SUFFIX, kms-fips.REGION.SUFFIX, ….kms.REGION.vpce.SUFFIX; SUFFIX is that of any partition, dual stack
# or not. Source: botocore's endpoint rule set of KMS.
KMS_URL = re.compile(
    r"https?://(?:[^/?#@]+\.)?kms(?:-fips)?\.[a-z0-9-]+\."
    r"(?:(?:vpce\.)?amazonaws\.(?:com(?:\.cn)?|eu)|api\.aws|api\.amazonwebservices\.(?:com\.cn|eu)"
    r"|(?:c2s|sc2s)\.[a-z.]+|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)(?::\d+)?(?:[/?#]|$)",
    re.IGNORECASE,
)
_TARGET = "TrentService."


def whose(headers: Any) -> tuple[str, str]:
    """Return the two headers that say whose a client library's request is, target and authorization; empty for none."""
    return header_text(headers.get("X-Amz-Target", "")), header_text(headers.get("Authorization", ""))


def is_kms(url: str, target: str, authorization: str) -> bool:
    """Return whether a request is KMS's, from its URL and what `whose` gives."""
    return target.startswith(_TARGET) or "/kms/aws4_request" in authorization or KMS_URL.match(url) is not None
