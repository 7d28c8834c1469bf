"""The key policy of a request: its size, its form, the principals it names, and whether it locks the caller out.

Source: API_PutKeyPolicy, Policy and BypassPolicyLockoutSafetyCheck; docs/aws/authorization.md#key-policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.arns import parse_arn
from fake_kms.policy.document import aws_principals, compile_policy
from fake_kms.policy.malformed import (
    InvalidPolicyArn,
    InvalidPrincipal,
    MalformedPolicy,
    MissingElement,
    NoPrincipal,
    OverlyPermissive,
)
from fake_kms.service.ask import ask

if TYPE_CHECKING:
    from fake_kms.operations import Call
    from fake_kms.policy.document import Policy

__all__ = ["check_key_policy"]


def check_key_policy(call: Call) -> None:
    """Check the Policy of a request, if it has one.

    Raises: KmsError LimitExceededException, MalformedPolicyDocumentException, InvalidArnException.
    """
    text = call.input.get("Policy")
    if text is None:
        return
    most = call.settings.quotas["policy_bytes"]
    if len(text.encode()) > most:
        raise errors.policy_too_large(most)
    policy = _parsed(text)
    for principal in aws_principals(policy):
        arn = parse_arn(principal)
        if arn is not None and arn.partition != call.region.partition:
            raise errors.invalid_policy_arn()
        if not call.settings.knows_principal(principal):
            raise errors.invalid_policy_principals()
    if not call.input.get("BypassPolicyLockoutSafetyCheck") and not _may_change_it_again(call, policy):
        raise errors.policy_lockout()


def _parsed(text: str) -> Policy:
    try:
        return compile_policy(text, "key policy", kind="key")
    except InvalidPrincipal:
        raise errors.invalid_policy_principals() from None
    except InvalidPolicyArn:
        raise errors.invalid_policy_arn() from None
    except OverlyPermissive as reason:
        raise errors.overly_permissive_policy(reason.subject) from None
    except NoPrincipal:
        raise errors.policy_without_principal() from None
    except MissingElement as reason:
        raise errors.policy_element_missing(reason.element) from None
    except MalformedPolicy:
        raise errors.malformed_policy() from None


def _may_change_it_again(call: Call, policy: Policy) -> bool:
    # Assumed: conditions are held against the request at hand, as if it were the later PutKeyPolicy.
    found = call.found[0] if call.found else None
    resource = found.key.arn if found else call.region.key_arn("00000000-0000-0000-0000-000000000000")
    return ask(call, "kms:PutKeyPolicy", resource, on=found, account=call.caller.account, key_policy=policy).allowed
