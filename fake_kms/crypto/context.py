"""The encryption context as additional authenticated data."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["canonical", "canonical_length"]


def canonical(context: Mapping[str, str] | None) -> bytes:
    """Serialise an encryption context so that no two different ones give the same bytes.

    Pairs are sorted by key, and every key and value carries its length, so `{"ab": "c"}` and `{"a": "bc"}`
    differ. An empty context equals none at all. Source: the AWS Encryption SDK's serialisation.
    """
    if not context:
        return b"\0\0"
    pairs = sorted((key.encode(), value.encode()) for key, value in context.items())
    out = len(pairs).to_bytes(2, "big")
    for key, value in pairs:
        out += len(key).to_bytes(2, "big") + key + len(value).to_bytes(2, "big") + value
    return out


def canonical_length(context: Mapping[str, str]) -> int:
    """Tell how many bytes `canonical` gives, without making them."""
    return 2 + sum(4 + len(key.encode()) + len(value.encode()) for key, value in context.items())
