"""What AWS checks for one operation alone, when the caller is authorized, before usage and state of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["before_key_checks"]


def before_key_checks(call: Call) -> None:
    """Run the declared check of the operation, if it has one here. Raises: KmsError."""
    check = call.declaration.before_key_checks
    if check is not None:
        check(call)
