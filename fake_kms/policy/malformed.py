"""What can be wrong with a policy document: the verdicts, told in our words."""

from __future__ import annotations

__all__ = ["OVERLY_PERMISSIVE", "InvalidPolicyArn", "InvalidPrincipal", "MalformedPolicy", "OverlyPermissive"]

# Assumed: that PutKeyPolicy words it as the console and Access Analyzer do; a PutKeyPolicy call would tell.
OVERLY_PERMISSIVE = (
    "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
    "requests without the specified {subject}. To fix, remove ForAllValues."
)


class MalformedPolicy(Exception):  # noqa: N818 - a verdict on the document
    """The document is no policy; `args[0]` says why, in our words."""


class InvalidPrincipal(MalformedPolicy):
    """A statement names a principal that a key policy cannot name."""


class InvalidPolicyArn(MalformedPolicy):
    """A statement names a principal by an ARN that is none."""


class OverlyPermissive(MalformedPolicy):
    """A statement asks for `ForAllValues` of a single-valued key, which a request without the key would meet."""
