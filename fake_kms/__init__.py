"""AWS KMS for your tests: plain boto3 code runs against an in-memory KMS that refuses what AWS refuses."""

from __future__ import annotations

from fake_kms.api import FakeKms, current, fake_kms

__all__ = ["FakeKms", "current", "fake_kms"]
