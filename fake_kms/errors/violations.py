"""The grammar of constraint violations: what the model constrains, all violations in one message.

Source: docs/aws/errors.md#constraint-violations.
"""

from __future__ import annotations

from collections.abc import Sequence

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "at_least",
    "at_most",
    "constraints",
    "encryption_context_too_long",
    "in_enum_set",
    "matching",
    "not_null",
    "violation",
    "with_elements",
    "with_length",
    "with_value",
]


@template(
    "ValidationException",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#constraint-violations; LocalStack snapshots",
)
def constraints(violations: list[str]) -> str:
    """Refuse a request whose members violate constraints of the model."""
    plural = "error" if len(violations) == 1 else "errors"
    return f"{len(violations)} validation {plural} detected: {'; '.join(violations)}"


def violation(path: str, constraint: str, value: str | None = None) -> str:
    """Return one violation; `value` is None where AWS does not print it."""
    subject = "Value" if value is None else f"Value {value}"
    return f"{subject} at '{path}' failed to satisfy constraint: {constraint}"


def not_null() -> str:
    """Return the constraint on a required member."""
    return "Member must not be null"


def with_value(limit: str) -> str:
    """Return the constraint on a number."""
    return f"Member must have value {limit}"


def with_length(limit: str) -> str:
    """Return the constraint on a length."""
    return f"Member must have length {limit}"


def at_least(minimum: int) -> str:
    """Return a lower limit."""
    return f"greater than or equal to {minimum}"


def at_most(maximum: int | None) -> str:
    """Return an upper limit."""
    return f"less than or equal to {maximum}"


def matching(pattern: str | None) -> str:
    """Return the constraint of a pattern."""
    return f"Member must satisfy regular expression pattern: {pattern}"


def in_enum_set(values: Sequence[str]) -> str:
    """Return the constraint of an enum."""
    return f"Member must satisfy enum value set: [{', '.join(values)}]"


def with_elements(constraint: str) -> str:
    """Return the constraint on the elements of a list."""
    return f"Member must satisfy constraint: [{constraint}]"


# An encryption context above 8,192 bytes.
encryption_context_too_long = answer(
    "ValidationException",
    "EncryptionContext is too long.",
    rank=Rank.ASSUMED,
    source="docs/aws/crypto.md#encryption-context-sizes, for the limit of external key store proxies",
)
