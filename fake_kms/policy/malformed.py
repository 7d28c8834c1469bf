"""What can be wrong with a policy document: the verdicts, told in our words."""

from __future__ import annotations

__all__ = ["InvalidPolicyArn", "InvalidPrincipal", "MalformedPolicy", "OverlyPermissive"]


class MalformedPolicy(Exception):  # noqa: N818 - a verdict on the document
    """The document is no policy; `args[0]` says why, in our words."""

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidPrincipal(MalformedPolicy):
    """A statement names a principal that a key policy cannot name."""


class InvalidPolicyArn(MalformedPolicy):
    """A statement names a principal by an ARN that is none."""


class OverlyPermissive(MalformedPolicy):
    """A statement asks for `ForAllValues` of a single-valued key, which a request without the key would meet.

    `args[1]` is what such a request lacks: "encryption context" or "tag".
    """
