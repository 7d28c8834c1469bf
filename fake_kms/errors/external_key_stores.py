"""External key stores: what KMS answers when their proxies or external keys fail.

The kinds of failure are the values of `fake_kms.xks.Failure`: the error names of the proxy API, and words for what the
API has no name for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fake_kms.errors.answer import Choice, Rank, answer, template

__all__ = [
    "XKS_TEXTS",
    "xks_configuration",
    "xks_credential",
    "xks_endpoint_in_use",
    "xks_key_configuration",
    "xks_key_in_use",
    "xks_key_not_found",
    "xks_key_spec",
    "xks_key_status",
    "xks_key_unusable",
    "xks_key_usage",
    "xks_not_connected",
    "xks_not_connected_for_key",
    "xks_operation",
    "xks_plaintext",
    "xks_response",
    "xks_unreachable",
    "xks_uri_in_use",
    "xks_vpc_service_configuration",
    "xks_vpc_service_in_use",
    "xks_vpc_service_not_found",
]

_GUIDE = 'Developer Guide, "Troubleshooting external key stores"'
_CREATE = "API_CreateCustomKeyStore, for the code"
_SPECIFICATION = "XKS proxy API specification, for the code"
_EVIDENCE = "docs/aws/evidence.md#custom-key-stores"

# The text for each kind of failure; kinds that are missing have none. Source: Developer Guide, "Troubleshooting
# external key stores"; docs/aws/evidence.md#custom-key-stores. Assumed: a ValidationException, which is not among them,
# has no text.
XKS_TEXTS: Mapping[str, str] = {
    "unreachable": (
        "AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. If "
        "you see this error repeatedly, verify that your external key store proxy is active and is connected to the "
        "network, and that its endpoint URI is correct in your external key store."
    ),
    "no TLS connection": (
        "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, "
        "including its certificate."
    ),
    "no answer in time": (
        "AWS KMS rejected the request because the external key store proxy did not respond in time. Retry the "
        "request. If you see this error repeatedly, report it to your external key store proxy administrator."
    ),
    "invalid response": (
        "AWS KMS cannot interpret the response from the external key store proxy. If you see this error repeatedly, "
        "consult your external key store proxy administrator."
    ),
    "unhealthy": (
        "The external key store proxy is in an unhealthy state. If you see this message repeatedly, notify your "
        "external key store proxy administrator."
    ),
    "AuthenticationFailedException": (
        "The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the "
        "credentials for your external key store and update if necessary."
    ),
    "InvalidUriPathException": (
        "The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for "
        "your external key store and update if necessary."
    ),
    "KeyNotFoundException": (
        "The external key store proxy rejected the request because it could not find the external key."
    ),
    "InvalidStateException": (
        "The external key store proxy rejected the request because the external key is not enabled in the external "
        "key manager."
    ),
    "InvalidCiphertextException": (
        "The external key store proxy rejected the request because the specified ciphertext or additional "
        "authenticated data is corrupted, missing, or otherwise invalid."
    ),
    "InvalidKeyUsageException": (
        "The external key store proxy rejected the request because the external key does not support the requested "
        "operation."
    ),
    "UnsupportedOperationException": (
        "The external key store proxy rejected the request because it does not support the requested cryptographic "
        "operation."
    ),
    "AccessDeniedException": (
        "The external key store proxy denied access to the operation. Verify that the user and the external key are "
        "both authorized for this operation, and try the request again."
    ),
    "DependencyTimeoutException": (
        "The external key store proxy did not respond to the request in the time allotted. Retry the request. If you "
        "see this error repeatedly, report it to your external key store proxy administrator."
    ),
    "InternalException": (
        "The external key store proxy rejected the request because it cannot communicate with the external key "
        "manager. Verify that the external key store proxy configuration is correct and that the external key manager "
        "is available."
    ),
    "ThrottlingException": (
        "The external key store proxy rejected the request due to a very high request rate. Reduce the frequency of "
        "your calls using KMS keys in this external key store."
    ),
}


def _by_failure(code: str, documented: Mapping[str, str], assumed: Mapping[str, str]) -> Choice[[]]:
    """Return the answers of one code, by kind of failure; the values are their sources."""
    ranks = ((documented, Rank.DOCUMENTED), (assumed, Rank.ASSUMED))
    return Choice(
        {
            kind: answer(code, XKS_TEXTS.get(kind), rank=rank, source=source)
            for sources, rank in ranks
            for kind, source in sources.items()
        }
    )


def _each(kinds: Iterable[str], source: str) -> dict[str, str]:
    return dict.fromkeys(kinds, source)


# Using a key.
xks_operation = _by_failure(
    "KMSInvalidStateException",
    _each(XKS_TEXTS, f"{_GUIDE}; {_EVIDENCE}"),
    {"ValidationException": _SPECIFICATION},
)

# Using a key, where KMS does not decrypt what the proxy has decrypted.
xks_plaintext = answer(
    "KMSInvalidStateException",
    "The ciphertext that the external key store proxy submitted for decryption, or the encryption context, is "
    "corrupted, missing, or otherwise invalid.",
    rank=Rank.DOCUMENTED,
    source=_EVIDENCE,
)

_NOT_CONNECTED = (
    "This KMS key is in a custom key store that is not connected to its external key store proxy. Connect the external "
    "key store and try the request again."
)

# Using a key of an external key store that is not connected.
xks_not_connected = answer("KMSInvalidStateException", _NOT_CONNECTED, rank=Rank.DOCUMENTED, source=_EVIDENCE)

# Creating a key in an external key store that is not connected.
xks_not_connected_for_key = answer(
    "CustomKeyStoreInvalidStateException", _NOT_CONNECTED, rank=Rank.DOCUMENTED, source=_EVIDENCE
)

# Creating or updating a key store: a proxy that does not answer well at its URI.
xks_unreachable = _by_failure(
    "XksProxyUriUnreachableException",
    _each(("no answer in time", "unreachable"), _GUIDE)
    | {"unhealthy": f"API_CreateCustomKeyStore, for the code; {_GUIDE}"},
    _each(("DependencyTimeoutException", "ThrottlingException"), f"{_EVIDENCE}, for the text"),
)

# Creating or updating a key store: a credential that the proxy does not take.
xks_credential = _by_failure(
    "XksProxyIncorrectAuthenticationCredentialException", {"AuthenticationFailedException": _GUIDE}, {}
)

# Creating or updating a key store: a proxy that is not configured for KMS.
xks_configuration = _by_failure(
    "XksProxyInvalidConfigurationException",
    {
        "InvalidUriPathException": _EVIDENCE,
        "no TLS connection": f"{_EVIDENCE}, of whose sources the guide is preferred",
    },
    {"AccessDeniedException": f"{_EVIDENCE}, for the text"},
)

# Creating or updating a key store: a proxy that answers a health request with anything else.
xks_response = _by_failure(
    "XksProxyInvalidResponseException",
    {"invalid response": _GUIDE, "InternalException": _EVIDENCE},
    _each(
        (
            "InvalidCiphertextException",
            "InvalidKeyUsageException",
            "InvalidStateException",
            "KeyNotFoundException",
            "UnsupportedOperationException",
            "ValidationException",
        ),
        _CREATE,
    ),
)

# Creating a key: the proxy does not find the external key.
xks_key_not_found = _by_failure("XksKeyNotFoundException", {"KeyNotFoundException": _GUIDE}, {})

# Creating a key: the proxy says that the external key cannot be used.
xks_key_configuration = _by_failure(
    "XksKeyInvalidConfigurationException", _each(("InvalidKeyUsageException", "InvalidStateException"), _EVIDENCE), {}
)

# Creating a key: the proxy does not describe the external key.
xks_key_unusable = _by_failure(
    "CustomKeyStoreInvalidStateException", {}, _each((*XKS_TEXTS, "ValidationException"), _SPECIFICATION)
)


@template("XksKeyInvalidConfigurationException", rank=Rank.DOCUMENTED, source=_GUIDE)
def xks_key_spec(key_spec: str) -> str:
    """Refuse an external key that is not AES_256."""
    return f"The key spec of the external key must be AES_256. The key spec of specified external key is {key_spec}."


@template("XksKeyInvalidConfigurationException", rank=Rank.DOCUMENTED, source=_GUIDE)
def xks_key_status(key_status: str) -> str:
    """Refuse an external key that is not enabled."""
    return f"The status of the external key must be ENABLED. The status of specified external key is {key_status}."


@template("XksKeyInvalidConfigurationException", rank=Rank.DOCUMENTED, source=_GUIDE)
def xks_key_usage(key_usage: tuple[str, ...]) -> str:
    """Refuse an external key that does not encrypt and decrypt.

    Assumed: the usages are printed as enum sets are.
    """
    return (
        "The key usage of the external key must include ENCRYPT and DECRYPT. The key use of specified external key is "
        f"[{', '.join(key_usage)}]."
    )


# An external key that another KMS key of the key store has.
xks_key_in_use = answer("XksKeyAlreadyInUseException", rank=Rank.ASSUMED, source="API_CreateKey, for the code")

# An endpoint and path that another key store has.
xks_uri_in_use = answer("XksProxyUriInUseException", rank=Rank.ASSUMED, source=_CREATE)

# An endpoint that another key store has, where one of the two is a private DNS name.
xks_endpoint_in_use = answer("XksProxyUriEndpointInUseException", rank=Rank.ASSUMED, source=_CREATE)

xks_vpc_service_in_use = answer("XksProxyVpcEndpointServiceInUseException", rank=Rank.ASSUMED, source=_CREATE)

xks_vpc_service_not_found = answer("XksProxyVpcEndpointServiceNotFoundException", rank=Rank.ASSUMED, source=_CREATE)

# A VPC endpoint service that does not meet the requirements.
xks_vpc_service_configuration = answer(
    "XksProxyVpcEndpointServiceInvalidConfigurationException", rank=Rank.ASSUMED, source=_CREATE
)
