"""What AWS checks for one operation alone, before keys are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["check_request"]


def check_request(call: Call) -> None:
    """Run the declared check of the operation, if it has one here. Raises: KmsError."""
    check = call.declaration.check_request
    if check is not None:
        check(call)
