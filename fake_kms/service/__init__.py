"""The one door: a request goes through the stages and comes out as an answer."""

from __future__ import annotations

from fake_kms.service.pipeline import Service

__all__ = ["Service"]
