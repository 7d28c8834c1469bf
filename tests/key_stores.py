"""Custom key stores for the tests: requests that create them, and what they and their keys look like.

The messages are those of the external key store errors. Source: docs/aws/evidence.md#custom-key-stores.
"""

from __future__ import annotations

from fake_kms.xks import Failure

CLUSTER, OTHER_CLUSTER = "cluster-abcdefghijk", "cluster-lmnopqrstuv"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"
HSM = {
    "CustomKeyStoreName": "hsm",
    "CloudHsmClusterId": CLUSTER,
    "KeyStorePassword": "kmsPswd",
    "TrustAnchorCertificate": CERTIFICATE,
}
ACCESS_KEY_ID, SECRET = "ABCDEFGHIJKLMNOPQRST", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U"
CREDENTIAL = {"AccessKeyId": ACCESS_KEY_ID, "RawSecretAccessKey": SECRET}
OTHER_CREDENTIAL = {"AccessKeyId": ACCESS_KEY_ID, "RawSecretAccessKey": SECRET[::-1]}
ENDPOINT, PATH = "https://proxy.example.com", "/kms/xks/v1"
SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
XKS = {
    "CustomKeyStoreName": "outside",
    "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
    "XksProxyConnectivity": "PUBLIC_ENDPOINT",
    "XksProxyUriEndpoint": ENDPOINT,
    "XksProxyUriPath": PATH,
    "XksProxyAuthenticationCredential": CREDENTIAL,
}
VPC = XKS | {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE", "XksProxyVpcEndpointServiceName": SERVICE}
INVALID_STATE = "CustomKeyStoreInvalidStateException"
NOT_FOUND = "CustomKeyStoreNotFoundException"
ABSENT = "cks-1234567890abcdef0"

_REJECTED = "The external key store proxy rejected the request because"
_REPEATEDLY = "If you see this error repeatedly,"
# What goes wrong at the proxy -> AWS's message; AWS sends none for the others.
TEXTS = {
    Failure.UNREACHABLE: (
        "AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. "
        f"{_REPEATEDLY} verify that your external key store proxy is active and is connected to the network, and that "
        "its endpoint URI is correct in your external key store."
    ),
    Failure.TLS: (
        "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, "
        "including its certificate."
    ),
    Failure.TIMEOUT: (
        "AWS KMS rejected the request because the external key store proxy did not respond in time. Retry the request. "
        f"{_REPEATEDLY} report it to your external key store proxy administrator."
    ),
    Failure.INVALID_RESPONSE: (
        f"AWS KMS cannot interpret the response from the external key store proxy. {_REPEATEDLY} consult your external "
        "key store proxy administrator."
    ),
    Failure.UNHEALTHY: (
        "The external key store proxy is in an unhealthy state. If you see this message repeatedly, notify your external "
        "key store proxy administrator."
    ),
    Failure.AUTHENTICATION_FAILED: (
        f"{_REJECTED} it could not authenticate AWS KMS. Verify the credentials for your external key store and update "
        "if necessary."
    ),
    Failure.INVALID_URI_PATH: (
        f"{_REJECTED} of an invalid URI path. Verify the URI path for your external key store and update if necessary."
    ),
    Failure.KEY_NOT_FOUND: f"{_REJECTED} it could not find the external key.",
    Failure.KEY_DISABLED: f"{_REJECTED} the external key is not enabled in the external key manager.",
    Failure.INVALID_CIPHERTEXT: (
        f"{_REJECTED} the specified ciphertext or additional authenticated data is corrupted, missing, or otherwise "
        "invalid."
    ),
    Failure.INVALID_KEY_USAGE: f"{_REJECTED} the external key does not support the requested operation.",
    Failure.UNSUPPORTED_OPERATION: f"{_REJECTED} it does not support the requested cryptographic operation.",
    Failure.ACCESS_DENIED: (
        "The external key store proxy denied access to the operation. Verify that the user and the external key are both "
        "authorized for this operation, and try the request again."
    ),
    Failure.DEPENDENCY_TIMEOUT: (
        "The external key store proxy did not respond to the request in the time allotted. Retry the request. "
        f"{_REPEATEDLY} report it to your external key store proxy administrator."
    ),
    Failure.INTERNAL: (
        f"{_REJECTED} it cannot communicate with the external key manager. Verify that the external key store proxy "
        "configuration is correct and that the external key manager is available."
    ),
    Failure.THROTTLED: (
        "The external key store proxy rejected the request due to a very high request rate. Reduce the frequency of your "
        "calls using KMS keys in this external key store."
    ),
}
NOT_CONNECTED = (
    "This KMS key is in a custom key store that is not connected to its external key store proxy. Connect the external key "
    "store and try the request again."
)
# What goes wrong at the proxy -> the refusal of CreateCustomKeyStore, and the ConnectionErrorCode.
HEALTH_FAILURES = [
    (Failure.UNREACHABLE, "XksProxyUriUnreachableException", "XKS_PROXY_NOT_REACHABLE"),
    (Failure.TLS, "XksProxyInvalidConfigurationException", "XKS_PROXY_INVALID_TLS_CONFIGURATION"),
    (Failure.TIMEOUT, "XksProxyUriUnreachableException", "XKS_PROXY_TIMED_OUT"),
    (Failure.INVALID_URI_PATH, "XksProxyInvalidConfigurationException", "XKS_PROXY_INVALID_CONFIGURATION"),
    (Failure.INTERNAL, "XksProxyInvalidResponseException", "XKS_PROXY_NOT_REACHABLE"),
    (Failure.DEPENDENCY_TIMEOUT, "XksProxyUriUnreachableException", "XKS_PROXY_TIMED_OUT"),
    (Failure.THROTTLED, "XksProxyUriUnreachableException", "XKS_PROXY_NOT_REACHABLE"),
    (Failure.AUTHENTICATION_FAILED, "XksProxyIncorrectAuthenticationCredentialException", "INVALID_CREDENTIALS"),
    (Failure.ACCESS_DENIED, "XksProxyInvalidConfigurationException", "XKS_PROXY_ACCESS_DENIED"),
    (Failure.INVALID_RESPONSE, "XksProxyInvalidResponseException", "XKS_PROXY_INVALID_RESPONSE"),
    (Failure.VALIDATION, "XksProxyInvalidResponseException", "XKS_PROXY_INVALID_RESPONSE"),
]


def without(request, *members):
    """Return a request without some of its members."""
    return {name: value for name, value in request.items() if name not in members}


def described(client, key_store):
    """Return the entry of a key store."""
    return client.describe_custom_key_stores(CustomKeyStoreId=key_store)["CustomKeyStores"][0]


def connection(client, key_store):
    """Return the connection state of a key store, and its ConnectionErrorCode."""
    entry = described(client, key_store)
    return entry["ConnectionState"], entry.get("ConnectionErrorCode")


def state(client, key):
    """Return the state of a key."""
    return client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]


def create_external_key(client, key_store, xks_key_id="one"):
    """Create a KMS key that an external key backs."""
    request = {"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": key_store, "XksKeyId": xks_key_id}
    return client.create_key(**request)["KeyMetadata"]
