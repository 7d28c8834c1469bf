"""Errors that AWS answers although its model does not declare them for the operation, each with its source.

The model declares what is particular to an operation. It declares nowhere what the front end, the authorizer and the
constraints on members answer. Every error that the fake answers is declared or listed here; a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.tables.model import Operation

__all__ = ["UNDECLARED", "UNDECLARED_EVERYWHERE", "may_answer"]

# Code -> source.
UNDECLARED_EVERYWHERE: Mapping[str, str] = {
    "AccessDeniedException": "docs/aws/recorded.md#policies-and-aws-managed-keys",
    "ExpiredTokenException": "docs/aws/evidence.md#front-end",
    "IncompleteSignatureException": "docs/aws/errors.md#incompletesignatureexception",
    "InvalidSignatureException": "docs/aws/evidence.md#front-end",
    "MissingAuthenticationTokenException": "docs/aws/errors.md#missingauthenticationtokenexception",
    "SerializationException": "docs/aws/errors.md#serializationexception",
    "UnrecognizedClientException": "docs/aws/recorded.md#general",
    "ValidationException": "docs/aws/errors.md#constraint-violations",
}

_RESERVED = "moto, for alias/aws/; local-kms"

# Operation -> code -> source.
UNDECLARED: Mapping[str, Mapping[str, str]] = {
    "CreateAlias": {"NotAuthorizedException": _RESERVED},
    "DeleteAlias": {"NotAuthorizedException": _RESERVED},
    "DescribeKey": {"InvalidGrantTokenException": "API_DescribeKey, for its GrantTokens"},
    "ListKeyPolicies": {"InvalidMarkerException": "API_ListKeys, for the same Marker"},
    "UpdateAlias": {"NotAuthorizedException": _RESERVED},
}


def may_answer(operation: Operation, code: str) -> bool:
    """Whether AWS is known to answer an operation with this error."""
    return code in operation.errors or code in UNDECLARED_EVERYWHERE or code in UNDECLARED.get(operation.name, ())
