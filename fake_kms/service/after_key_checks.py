"""What AWS checks for one operation alone, when usage, state and algorithm of every key fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["after_key_checks"]


def after_key_checks(call: Call) -> None:
    """Run the declared check of the operation, if it has one here. Raises: KmsError."""
    check = call.declaration.after_key_checks
    if check is not None:
        check(call)
