"""Whether the caller may: for now only what AWS forbids everybody on its own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors

if TYPE_CHECKING:
    from fake_kms.operations import Call, Declaration

__all__ = ["authorize"]

_ALLOWED_ON_AWS_MANAGED = ("kms:Describe", "kms:Get", "kms:List", "kms:RevokeGrant")


def authorize(call: Call, declaration: Declaration) -> None:
    """Refuse what the policy of an AWS managed key allows to nobody. Raises: KmsError AccessDeniedException."""
    if call.input.get("GrantTokens"):
        raise errors.invalid_grant_token()  # nobody has been given one
    for number, found in enumerate(call.found):
        action = (
            found.use.action or declaration.permission.actions[min(number, len(declaration.permission.actions) - 1)]
        )
        if found.key.aws_managed and not action.startswith(_ALLOWED_ON_AWS_MANAGED):
            because = f"because no resource-based policy allows the {action} action"
            raise errors.access_denied(call.caller.arn, action, found.key.arn, because)
