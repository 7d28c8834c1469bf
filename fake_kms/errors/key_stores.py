"""Custom key stores of both types, and AWS CloudHSM clusters."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "cluster_configuration",
    "cluster_in_use",
    "cluster_not_active",
    "cluster_not_found",
    "cluster_not_related",
    "cluster_unreachable",
    "custom_key_store_by_id_or_name",
    "custom_key_store_has_keys",
    "custom_key_store_name_in_use",
    "custom_key_store_not_found",
    "custom_key_store_quota",
    "custom_key_store_state",
    "incorrect_trust_anchor",
    "member_not_valid_for_type",
    "member_not_valid_with",
    "member_required_by_type",
    "member_required_with",
    "uri_endpoint_required",
]

_CREATE = "API_CreateCustomKeyStore, for the code"
_RULES = "API_CreateCustomKeyStore, for the rule"

custom_key_store_not_found = answer(
    "CustomKeyStoreNotFoundException",
    rank=Rank.DOCUMENTED,
    source='Developer Guide, "Viewing a custom key store"; docs/aws/evidence.md#custom-key-stores',
)

# What the connection state does not allow.
custom_key_store_state = answer(
    "CustomKeyStoreInvalidStateException",
    rank=Rank.ASSUMED,
    source="API_ConnectCustomKeyStore, for the code",
)

custom_key_store_has_keys = answer(
    "CustomKeyStoreHasCMKsException", rank=Rank.ASSUMED, source="API_DeleteCustomKeyStore, for the code"
)

custom_key_store_name_in_use = answer("CustomKeyStoreNameInUseException", rank=Rank.ASSUMED, source=_CREATE)

custom_key_store_quota = answer("LimitExceededException", rank=Rank.ASSUMED, source=_CREATE)

custom_key_store_by_id_or_name = answer(
    "ValidationException",
    "Only one of CustomKeyStoreId and CustomKeyStoreName can be specified.",
    rank=Rank.ASSUMED,
    source="API_DescribeCustomKeyStores, for the rule",
)


@template("ValidationException", rank=Rank.ASSUMED, source=_RULES)
def member_required_by_type(member: str, key_store_type: str) -> str:
    """Refuse a request without a member that the type of the key store needs."""
    return f"{member} is required for custom key stores of type {key_store_type}."


@template("ValidationException", rank=Rank.ASSUMED, source=_RULES)
def member_not_valid_for_type(member: str, key_store_type: str) -> str:
    """Refuse a member that the type of the key store does not have."""
    return f"{member} is not valid for custom key stores of type {key_store_type}."


@template("ValidationException", rank=Rank.ASSUMED, source=f"{_RULES}; API_CreateKey, for the rule")
def member_required_with(member: str, other: str, value: str) -> str:
    """Refuse a request without a member that the value of another one needs."""
    return f"{member} is required with {other} {value}."


@template("ValidationException", rank=Rank.ASSUMED, source=f"{_RULES}; API_CreateKey, for the rule")
def member_not_valid_with(member: str, other: str, value: str) -> str:
    """Refuse a member that the value of another one excludes."""
    return f"{member} is not valid with {other} {value}."


# Another connectivity with the same endpoint.
uri_endpoint_required = answer(
    "ValidationException",
    "XksProxyUriEndpoint is required to change XksProxyConnectivity.",
    rank=Rank.ASSUMED,
    source="API_UpdateCustomKeyStore, for the rule",
)

# A cluster, or one of the same backup history, that another key store has.
cluster_in_use = answer("CloudHsmClusterInUseException", rank=Rank.ASSUMED, source=_CREATE)

cluster_not_found = answer("CloudHsmClusterNotFoundException", rank=Rank.ASSUMED, source=_CREATE)

cluster_not_active = answer("CloudHsmClusterNotActiveException", rank=Rank.ASSUMED, source=_CREATE)

# A cluster of another backup history than the key store's.
cluster_not_related = answer(
    "CloudHsmClusterNotRelatedException", rank=Rank.ASSUMED, source="API_UpdateCustomKeyStore, for the code"
)

# A cluster with fewer active HSMs than the operation needs.
cluster_configuration = answer("CloudHsmClusterInvalidConfigurationException", rank=Rank.ASSUMED, source=_CREATE)

# A key whose CloudHSM cluster does not answer.
cluster_unreachable = answer(
    "KMSInvalidStateException",
    "KMS cannot communicate with your CloudHSM cluster",
    rank=Rank.DOCUMENTED,
    source='Developer Guide, "Troubleshooting a custom key store"; docs/aws/errors.md#kmsinvalidstateexception',
)

# A certificate that is not the cluster's.
incorrect_trust_anchor = answer("IncorrectTrustAnchorException", rank=Rank.ASSUMED, source=_CREATE)
