"""What travels between a client and KMS: HTTP values, AWS JSON 1.1 and Signature Version 4."""

from __future__ import annotations

from fake_kms.wire.http import HttpRequest, HttpResponse

__all__ = ["HttpRequest", "HttpResponse"]
