"""What can be wrong with a policy document."""

from __future__ import annotations

__all__ = [
    "InvalidPolicyArn",
    "InvalidPrincipal",
    "MalformedPolicy",
    "MissingElement",
    "NoPrincipal",
    "OverlyPermissive",
]


class MalformedPolicy(Exception):  # noqa: N818 - AWS's term
    """The text is not a policy. The message says why; it is the fake's own and never part of an AWS answer."""

    def __str__(self) -> str:
        return str(self.args[0])

    def at(self, place: str) -> MalformedPolicy:
        """Return the same exception with the place in the document before its message."""
        return type(self)(f"{place}: {self}", *self.args[1:])


class NoPrincipal(MalformedPolicy):
    """A statement of a key policy names no principal."""


class MissingElement(MalformedPolicy):
    """A statement has no Action or no Resource."""

    @property
    def element(self) -> str:
        """What it does not have: "Action" or "Resource"."""
        return str(self.args[1])


class InvalidPrincipal(MalformedPolicy):
    """A statement names a principal that a key policy cannot name."""


class InvalidPolicyArn(MalformedPolicy):
    """A statement names a principal by a malformed ARN."""


class OverlyPermissive(MalformedPolicy):
    """A condition uses ForAllValues with a single-valued key, so a request without the key meets it."""

    @property
    def subject(self) -> str:
        """What such a request does not have: "encryption context" or "tag"."""
        return str(self.args[1])
