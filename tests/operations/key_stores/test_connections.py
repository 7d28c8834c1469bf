"""ConnectCustomKeyStore, DisconnectCustomKeyStore, and what works in which connection state."""

from __future__ import annotations

import botocore.exceptions
import pytest
from expected import members
from key_stores import (
    CLUSTER,
    ENDPOINT,
    HEALTH_FAILURES,
    HSM,
    INVALID_STATE,
    NOT_CONNECTED,
    OTHER_CLUSTER,
    OTHER_CREDENTIAL,
    PATH,
    SERVICE,
    VPC,
    XKS,
    connection,
    described,
    state,
)

from fake_kms import FakeKms
from fake_kms.xks import LocalXksProxy

MINUTE = 60


def connect(client, key_store):
    """Connect a key store, and return the outcome; one that fails is disconnected again."""
    client.connect_custom_key_store(CustomKeyStoreId=key_store)
    outcome = connection(client, key_store)
    if outcome[0] != "CONNECTED":
        client.disconnect_custom_key_store(CustomKeyStoreId=key_store)
    return outcome


class TestConnectCustomKeyStore:
    def test_a_key_store_is_connected_at_the_next_request(self, client, create_key_store):
        key_store = create_key_store(HSM, connect=False)

        assert members(client.connect_custom_key_store(CustomKeyStoreId=key_store)) == {}
        assert connection(client, key_store) == ("CONNECTED", None)

    def test_a_connected_key_store_stays_as_it_is(self, client, hsm, hsm_key):
        client.connect_custom_key_store(CustomKeyStoreId=hsm)

        assert connection(client, hsm) == ("CONNECTED", None)
        assert state(client, hsm_key) == "Enabled"


class TestConnectToCloudHsm:
    def test_a_wrong_password_locks_the_user_out_in_the_end(self, client, create_key_store, cluster):
        cluster.set_password("another")
        key_store = create_key_store(HSM, connect=False)

        outcomes = [connect(client, key_store) for _ in range(7)]
        assert outcomes == [("FAILED", "INVALID_CREDENTIALS")] * 5 + [("FAILED", "USER_LOCKED_OUT")] * 2
        client.update_custom_key_store(CustomKeyStoreId=key_store, KeyStorePassword="another")
        assert connect(client, key_store) == ("FAILED", "USER_LOCKED_OUT")
        cluster.set_password("the third")
        client.update_custom_key_store(CustomKeyStoreId=key_store, KeyStorePassword="the third")
        assert connect(client, key_store) == ("CONNECTED", None)
        assert "ConnectionErrorCode" not in described(client, key_store)

    def test_a_user_who_is_locked_out(self, client, create_key_store, cluster):
        cluster.lock_out()
        assert connect(client, create_key_store(HSM, connect=False)) == ("FAILED", "USER_LOCKED_OUT")

    def test_a_login_that_succeeds_resets_the_count_of_failures(self, client, create_key_store, cluster):
        key_store = create_key_store(HSM, connect=False)
        cluster.failed_logins = 4
        assert connect(client, key_store) == ("CONNECTED", None)
        assert cluster.failed_logins == 0

    @pytest.mark.parametrize(
        "code", ["USER_LOGGED_IN", "SUBNET_NOT_FOUND", "INSUFFICIENT_CLOUDHSM_HSMS", "NETWORK_ERRORS"]
    )
    def test_any_other_connection_error(self, client, create_key_store, cluster, code):
        key_store = create_key_store(HSM, connect=False)
        cluster.connection_error = code
        assert connect(client, key_store) == ("FAILED", code)

    def test_a_cluster_that_is_inactive_empty_or_removed(self, kms, client, create_key_store, cluster, refused):
        key_store = create_key_store(HSM, connect=False)
        cluster.set_state("DEGRADED")
        with refused("CloudHsmClusterNotActiveException"):
            client.connect_custom_key_store(CustomKeyStoreId=key_store)
        cluster.set_state("ACTIVE")
        cluster.hsms = 0
        with refused("CloudHsmClusterInvalidConfigurationException"):
            client.connect_custom_key_store(CustomKeyStoreId=key_store)
        kms.clusters.add(OTHER_CLUSTER)
        kms.clusters.remove(CLUSTER)
        assert connect(client, key_store) == ("FAILED", "CLUSTER_NOT_FOUND")
        cluster = kms.clusters.add(CLUSTER, hsms=2)
        cluster.hsms = 1
        assert connect(client, key_store) == ("CONNECTED", None)


class TestConnectToAProxy:
    @pytest.mark.parametrize(("failure", "_", "code"), HEALTH_FAILURES, ids=lambda value: getattr(value, "name", ""))
    def test_a_proxy_that_fails(self, client, create_key_store, proxy, failure, _, code):
        key_store = create_key_store(XKS, connect=False)
        proxy.fail_with(failure)

        assert connect(client, key_store) == ("FAILED", code)
        assert connect(client, key_store) == ("CONNECTED", None)

    def test_all_key_managers_are_unavailable(self, client, create_key_store, proxy):
        key_store = create_key_store(XKS, connect=False)
        proxy.set_health("UNAVAILABLE")
        assert connect(client, key_store) == ("FAILED", "XKS_PROXY_NOT_REACHABLE")

    def test_through_a_vpc_endpoint_service(self, kms, client, create_key_store):
        key_store = create_key_store(VPC, connect=False)
        assert connect(client, key_store) == ("FAILED", "XKS_PROXY_NOT_REACHABLE")
        kms.xks.route(ENDPOINT + PATH, LocalXksProxy())
        kms.xks.add_vpc_endpoint_service(SERVICE + "1")
        assert connect(client, key_store) == ("FAILED", "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND")
        kms.xks.add_vpc_endpoint_service(SERVICE, meets_requirements=False)
        assert connect(client, key_store) == ("FAILED", "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION")
        kms.xks.add_vpc_endpoint_service(SERVICE)
        assert connect(client, key_store) == ("CONNECTED", None)


class TestDisconnectCustomKeyStore:
    def test_a_key_store_is_disconnected_at_the_next_request(self, client, hsm):
        assert members(client.disconnect_custom_key_store(CustomKeyStoreId=hsm)) == {}
        assert connection(client, hsm) == ("DISCONNECTED", None)

    def test_a_disconnected_key_store(self, client, create_key_store, refused):
        key_store = create_key_store(HSM, connect=False)

        with refused(INVALID_STATE):
            client.disconnect_custom_key_store(CustomKeyStoreId=key_store)

    def test_the_error_of_a_failed_connection_goes_with_it(self, client, create_key_store, proxy):
        key_store = create_key_store(XKS, connect=False)
        proxy.set_health("UNAVAILABLE")
        connect(client, key_store)

        assert connection(client, key_store) == ("DISCONNECTED", None)


@pytest.fixture
def slow():
    """Open a fake under eventual consistency, with a proxy, and freeze its clock."""
    with FakeKms(consistency="eventual") as fake:
        local = LocalXksProxy()
        local.add_key("one")
        fake.xks.route(ENDPOINT, local)
        fake.clock.freeze()
        yield fake, local


class TestUnderEventualConsistency:
    def test_connection_states_take_their_time(self, slow):
        kms, _ = slow
        client = kms.client()
        key_store = client.create_custom_key_store(**HSM)["CustomKeyStoreId"]
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
        assert connection(client, key_store) == ("CONNECTING", None)
        kms.clock.advance(seconds=MINUTE)
        key = client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=key_store)["KeyMetadata"]
        client.disconnect_custom_key_store(CustomKeyStoreId=key_store)
        assert connection(client, key_store) == ("DISCONNECTING", None)
        assert state(client, key) == "Unavailable"
        kms.clock.advance(seconds=MINUTE)
        assert connection(client, key_store) == ("DISCONNECTED", None)
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
        assert state(client, key) == "Unavailable"
        kms.clock.advance(seconds=MINUTE)
        assert state(client, key) == "Enabled"

    def test_disconnecting_cancels_connecting(self, slow):
        kms, _ = slow
        client = kms.client()
        key_store = client.create_custom_key_store(**HSM)["CustomKeyStoreId"]
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
        kms.clock.advance(seconds=5)
        client.disconnect_custom_key_store(CustomKeyStoreId=key_store)
        kms.clock.advance(seconds=7)
        assert connection(client, key_store) == ("DISCONNECTING", None)
        kms.clock.advance(seconds=MINUTE)
        assert connection(client, key_store) == ("DISCONNECTED", None)


STATES = ["DISCONNECTED", "CONNECTING", "CONNECTED", "FAILED", "DISCONNECTING"]
# Operation -> the states in which it works. Source: API_UpdateCustomKeyStore; docs/aws/errors.md#customkeystoreinvalidstateexception.
WORKS = {
    "connect": {"DISCONNECTED", "CONNECTING", "CONNECTED"},
    "disconnect": {"CONNECTING", "CONNECTED", "FAILED"},
    "delete": {"DISCONNECTED"},
    "describe": set(STATES),
    "rename": {"DISCONNECTED", "CONNECTED"},
    "new credential": {"DISCONNECTED", "CONNECTED"},
    "new path": {"DISCONNECTED", "CONNECTED"},
    "new endpoint": {"DISCONNECTED"},
    "new connectivity": {"DISCONNECTED"},
    "create key": {"CONNECTED"},
}
REQUESTS = {
    "connect": ("ConnectCustomKeyStore", {}),
    "disconnect": ("DisconnectCustomKeyStore", {}),
    "delete": ("DeleteCustomKeyStore", {}),
    "describe": ("DescribeCustomKeyStores", {}),
    "rename": ("UpdateCustomKeyStore", {"NewCustomKeyStoreName": "new"}),
    "new credential": ("UpdateCustomKeyStore", {"XksProxyAuthenticationCredential": OTHER_CREDENTIAL}),
    "new path": ("UpdateCustomKeyStore", {"XksProxyUriPath": "/new/kms/xks/v1"}),
    "new endpoint": ("UpdateCustomKeyStore", {"XksProxyUriEndpoint": ENDPOINT}),
    "new connectivity": (
        "UpdateCustomKeyStore",
        {
            "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE",
            "XksProxyUriEndpoint": ENDPOINT,
            "XksProxyVpcEndpointServiceName": SERVICE,
        },
    ),
    "create key": ("CreateKey", {"Origin": "EXTERNAL_KEY_STORE", "XksKeyId": "one"}),
}


def bring_to(kms, proxy, key_store, wanted):
    """Bring a disconnected external key store into a state."""
    client = kms.client()
    if wanted == "FAILED":
        proxy.fail_with("AccessDeniedException")
    if wanted != "DISCONNECTED":
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
    if wanted not in {"DISCONNECTED", "CONNECTING"}:
        kms.clock.advance(seconds=MINUTE)
        client.describe_custom_key_stores()
    if wanted == "DISCONNECTING":
        client.disconnect_custom_key_store(CustomKeyStoreId=key_store)
    assert described(client, key_store)["ConnectionState"] == wanted


@pytest.mark.parametrize("operation", WORKS)
@pytest.mark.parametrize("wanted", STATES)
def test_what_works_in_which_connection_state(slow, operation, wanted):
    kms, proxy = slow
    client = kms.client()
    key_store = client.create_custom_key_store(**XKS)["CustomKeyStoreId"]
    bring_to(kms, proxy, key_store, wanted)
    name, request = REQUESTS[operation]
    before = described(client, key_store)

    if wanted in WORKS[operation]:
        client._make_api_call(name, request | {"CustomKeyStoreId": key_store})
        return
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client._make_api_call(name, request | {"CustomKeyStoreId": key_store})
    error = caught.value.response["Error"]
    text = NOT_CONNECTED if operation == "create key" else ""
    assert (error["Code"], error["Message"]) == (INVALID_STATE, text)
    assert described(client, key_store) == before
