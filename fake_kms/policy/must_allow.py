"""Which of a caller's own policies must allow besides the key policy or grant that names the caller."""

from __future__ import annotations

from enum import IntFlag

__all__ = ["MustAllow"]


class MustAllow(IntFlag):
    """The caller's own policies that must allow, too.

    The form in which a key policy or a grant names the caller decides: its own ARN (NONE), the user of a federated
    session (SESSION), the role of a session (ROLE), its account (ALL). Each of these includes the ones before it, so
    the smaller number is the weaker demand. Source: IAM User Guide, "Policy evaluation logic".
    """

    NONE = 0
    SESSION = 1
    BOUNDARY = 2
    IDENTITY = 4
    ROLE = SESSION | BOUNDARY
    ALL = SESSION | BOUNDARY | IDENTITY
