"""Key policies that a request brings."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "invalid_policy_arn",
    "invalid_policy_principals",
    "malformed_policy",
    "overly_permissive_policy",
    "policy_element_missing",
    "policy_lockout",
    "policy_name_unsupported",
    "policy_ram",
    "policy_too_large",
    "policy_without_principal",
]

_MALFORMED = "MalformedPolicyDocumentException"

# A text that is no policy.
malformed_policy = answer(
    _MALFORMED,
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#lists-listings-wire-members",
)

policy_without_principal = answer(
    _MALFORMED,
    "Policy contains a statement with no principal.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#other-public-native-evidence; docs/aws/evidence.md#key-policies, for the code",
)


@template(_MALFORMED, rank=Rank.ASSUMED, source="docs/aws/evidence.md#key-policies, from the text of a lint rule")
def policy_element_missing(element: str) -> str:
    """Refuse a statement without Action or Resource."""
    return f"Missing required field {element}"


# A key policy that names a principal which does not exist or is malformed.
invalid_policy_principals = answer(
    _MALFORMED,
    "Policy contains a statement with one or more invalid principals.",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#key-policies",
)

invalid_policy_arn = answer(
    "InvalidArnException",
    "An ARN in the specified key policy is invalid.",
    rank=Rank.RECORDED,
    source="docs/aws/authorization.md#key-policies; docs/aws/errors.md#invalidarnexception",
)


@template(
    _MALFORMED,
    rank=Rank.ASSUMED,
    source="docs/aws/authorization.md#semantics, for the rule; IAM Access Analyzer, for the text",
)
def overly_permissive_policy(subject: str) -> str:
    """Refuse ForAllValues with a single-valued condition key."""
    return (
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
        f"requests without the specified {subject}. To fix, remove ForAllValues."
    )


# A key policy under which the caller could not change it again.
policy_lockout = answer(
    _MALFORMED,
    "The new key policy will not allow you to update the key policy in the future.",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#key-policies",
)


@template("LimitExceededException", rank=Rank.ASSUMED, source="API_PutKeyPolicy, for the code")
def policy_too_large(quota: int) -> str:
    """Refuse a key policy above the quota, 32 KB."""
    return f"The key policy exceeds the maximum size of {quota} bytes."


policy_ram = answer(
    "ValidationException",
    "The AWS_RAM policy can only be managed by the RAM service",
    rank=Rank.DOCUMENTED,
    source="API_PutKeyPolicy",
)

policy_name_unsupported = answer(
    "UnsupportedOperationException",
    "Only default policy is supported",
    rank=Rank.EMULATOR,
    source="LocalStack",
)
