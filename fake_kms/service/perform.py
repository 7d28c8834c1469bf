"""The operation itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["perform"]


def perform(call: Call) -> None:
    """Run the body; a dry run ends before a change, and after everything else. Raises: KmsError."""
    dry_run = call.input.get("DryRun")
    if dry_run and call.declaration.changes:
        raise errors.dry_run()
    call.output = call.declaration.body(call)
    if dry_run:
        raise errors.dry_run()
