"""Primitives, formats and key material; knows no KMS rule and no AWS error."""
