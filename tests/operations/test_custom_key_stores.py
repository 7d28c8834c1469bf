"""Custom key stores: the six operations, keys in CloudHSM and behind external proxies, and the road to the proxy."""

from __future__ import annotations

import base64
import re

import botocore.exceptions
import pytest
from internals import region_of

from fake_kms import FakeKms
from fake_kms.errors import XKS_TEXTS
from fake_kms.xks import Failure, LocalXksProxy, serve
from fake_kms.xks.http_client import HttpXksProxy

CLUSTER = "cluster-abcdefghijk"
OTHER_CLUSTER = "cluster-lmnopqrstuv"
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
MINUTE = 60
PATIENCE = 10  # seconds that a busy machine may need to answer


@pytest.fixture
def proxy(kms):
    """Route the endpoint to a proxy in this process with one external key."""
    local = LocalXksProxy()
    local.add_key("one")
    kms.xks.route(ENDPOINT, local)
    return local


@pytest.fixture
def make(client):
    """Create a key store, and connect it if told to."""

    def create(request, connect=True, **changes):
        key_store = client.create_custom_key_store(**request | changes)["CustomKeyStoreId"]
        if connect:
            client.connect_custom_key_store(CustomKeyStoreId=key_store)
            assert described(client, key_store)["ConnectionState"] == "CONNECTED"
        return key_store

    return create


@pytest.fixture
def hsm(make):
    """Give a connected CloudHSM key store."""
    return make(HSM)


@pytest.fixture
def outside(make, proxy):
    """Give a connected external key store."""
    return make(XKS)


@pytest.fixture
def hsm_key(client, hsm):
    """Create a key in CloudHSM."""
    return client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm)["KeyMetadata"]


@pytest.fixture
def xks_key(client, outside):
    """Create a key that an external key backs."""
    return external(client, outside, "one")


def external(client, key_store, xks_key_id):
    request = {"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": key_store, "XksKeyId": xks_key_id}
    return client.create_key(**request)["KeyMetadata"]


def described(client, key_store):
    return client.describe_custom_key_stores(CustomKeyStoreId=key_store)["CustomKeyStores"][0]


def connection(client, key_store):
    entry = described(client, key_store)
    return entry["ConnectionState"], entry.get("ConnectionErrorCode")


def state(client, key):
    return client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]


def without(request, *members):
    return {name: value for name, value in request.items() if name not in members}


def body(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


# CreateCustomKeyStore


def test_a_new_cloudhsm_key_store(client, make):
    key_store = make(HSM, connect=False)

    assert re.fullmatch("cks-[0-9a-f]{17}", key_store)
    entry = described(client, key_store)
    assert without(entry, "CreationDate") == {
        "CustomKeyStoreId": key_store,
        "CustomKeyStoreName": "hsm",
        "CustomKeyStoreType": "AWS_CLOUDHSM",
        "CloudHsmClusterId": CLUSTER,
        "TrustAnchorCertificate": CERTIFICATE,
        "ConnectionState": "DISCONNECTED",
    }


def test_a_new_external_key_store(client, make, proxy):
    entry = described(client, make(XKS, connect=False))

    assert entry["CustomKeyStoreType"] == "EXTERNAL_KEY_STORE"
    assert entry["XksProxyConfiguration"] == {
        "Connectivity": "PUBLIC_ENDPOINT",
        "AccessKeyId": ACCESS_KEY_ID,
        "UriEndpoint": ENDPOINT,
        "UriPath": PATH,
    }
    assert not {"CloudHsmClusterId", "TrustAnchorCertificate"} & set(entry)


def test_a_new_external_key_store_behind_a_vpc_endpoint_service_does_not_ask_its_proxy(client, make):
    first = make(VPC, connect=False)
    owned = make(
        VPC,
        connect=False,
        CustomKeyStoreName="b",
        XksProxyUriEndpoint="https://b.example.com",
        XksProxyVpcEndpointServiceName=SERVICE + "b",
        XksProxyVpcEndpointServiceOwner="111122223333",
    )

    configuration = described(client, first)["XksProxyConfiguration"]
    assert configuration["VpcEndpointServiceName"] == SERVICE
    assert configuration["VpcEndpointServiceOwner"] == "123456789012"
    assert described(client, owned)["XksProxyConfiguration"]["VpcEndpointServiceOwner"] == "111122223333"


def test_the_empty_outputs_are_empty_objects(send, make, hsm):
    for operation in ("ConnectCustomKeyStore", "UpdateCustomKeyStore", "DisconnectCustomKeyStore"):
        assert send(operation, {"CustomKeyStoreId": hsm}).body == b"{}"
    send("DescribeCustomKeyStores")
    assert send("DeleteCustomKeyStore", {"CustomKeyStoreId": hsm}).body == b"{}"


@pytest.mark.parametrize("member", ["CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"])
def test_what_a_cloudhsm_key_store_needs(client, refused, member):
    text = f"{member} is required for custom key stores of type AWS_CLOUDHSM."
    with refused("ValidationException", text):
        client.create_custom_key_store(**without(HSM, member))


@pytest.mark.parametrize(
    "member",
    ["XksProxyConnectivity", "XksProxyAuthenticationCredential", "XksProxyUriEndpoint", "XksProxyUriPath"],
)
def test_what_an_external_key_store_needs(client, proxy, refused, member):
    text = f"{member} is required for custom key stores of type EXTERNAL_KEY_STORE."
    with refused("ValidationException", text):
        client.create_custom_key_store(**without(XKS, member))


def test_connectivity_and_vpc_endpoint_service_go_together(client, proxy, refused):
    text = "XksProxyVpcEndpointServiceName is required with XksProxyConnectivity VPC_ENDPOINT_SERVICE."
    with refused("ValidationException", text):
        client.create_custom_key_store(**without(VPC, "XksProxyVpcEndpointServiceName"))
    text = "XksProxyVpcEndpointServiceName is not valid with XksProxyConnectivity PUBLIC_ENDPOINT."
    with refused("ValidationException", text):
        client.create_custom_key_store(**XKS, XksProxyVpcEndpointServiceName=SERVICE)


@pytest.mark.parametrize("member", sorted(set(XKS) - {"CustomKeyStoreName", "CustomKeyStoreType"}))
def test_members_of_the_other_type_are_refused_for_cloudhsm(client, refused, member):
    text = f"{member} is not valid for custom key stores of type AWS_CLOUDHSM."
    with refused("ValidationException", text):
        client.create_custom_key_store(**HSM | {member: XKS[member]})


@pytest.mark.parametrize("member", sorted(set(HSM) - {"CustomKeyStoreName"}))
def test_members_of_the_other_type_are_refused_for_external_ones(client, proxy, refused, member):
    text = f"{member} is not valid for custom key stores of type EXTERNAL_KEY_STORE."
    with refused("ValidationException", text):
        client.create_custom_key_store(**XKS | {member: HSM[member]})


def test_the_model_constrains(unchecked, refused):
    prefix = "Value 'cluster-1' at 'cloudHsmClusterId' failed to satisfy constraint: Member must"
    text = (
        f"2 validation errors detected: {prefix} have length greater than or equal to 19; "
        f"{prefix} satisfy regular expression pattern: cluster-[2-7a-zA-Z]{{11,16}}"
    )
    with refused("ValidationException", text):
        unchecked.create_custom_key_store(**HSM | {"CloudHsmClusterId": "cluster-1"})


def test_names_are_unique_in_the_region(client, hsm, refused, elsewhere):
    with refused("CustomKeyStoreNameInUseException"):
        client.create_custom_key_store(**HSM | {"CloudHsmClusterId": OTHER_CLUSTER})
    elsewhere(region="eu-west-1").create_custom_key_store(**HSM | {"CloudHsmClusterId": OTHER_CLUSTER})


def test_the_quota():
    with FakeKms(quotas={"custom_key_stores": 1}) as kms:
        kms.client().create_custom_key_store(**HSM)
        with pytest.raises(botocore.exceptions.ClientError, match="LimitExceededException"):
            kms.client().create_custom_key_store(
                **HSM | {"CloudHsmClusterId": OTHER_CLUSTER, "CustomKeyStoreName": "b"}
            )


def test_a_cluster_backs_one_key_store_of_the_account(client, hsm, refused, elsewhere):
    request = HSM | {"CustomKeyStoreName": "b"}
    with refused("CloudHsmClusterInUseException"):
        client.create_custom_key_store(**request)
    with refused("CloudHsmClusterInUseException"):
        elsewhere(region="eu-west-1").create_custom_key_store(**request)
    elsewhere(account="111122223333").create_custom_key_store(**request)


@pytest.mark.parametrize(
    "common", [{"backup_lineage": "backup"}, {"certificate": CERTIFICATE}], ids=["family", "certificate"]
)
def test_so_do_clusters_of_one_backup_history(kms, client, make, refused, common):
    kms.clusters.add(CLUSTER, **common)
    kms.clusters.add(OTHER_CLUSTER, **common)
    kms.clusters.add("cluster-aaaaaaaaaaa")
    make(HSM)

    with refused("CloudHsmClusterInUseException"):
        client.create_custom_key_store(**HSM | {"CloudHsmClusterId": OTHER_CLUSTER, "CustomKeyStoreName": "b"})
    make(HSM, CloudHsmClusterId="cluster-aaaaaaaaaaa", CustomKeyStoreName="b")


@pytest.mark.parametrize(
    ("cluster", "code"),
    [
        ({"state": "UNINITIALIZED"}, "CloudHsmClusterNotActiveException"),
        ({"hsms": 1}, "CloudHsmClusterInvalidConfigurationException"),
        ({"certificate": "another"}, "IncorrectTrustAnchorException"),
    ],
)
def test_a_cluster_that_will_not_do(kms, client, refused, cluster, code):
    kms.clusters.add(CLUSTER, **cluster)
    with refused(code):
        client.create_custom_key_store(**HSM)


def test_once_a_cluster_is_registered_others_do_not_exist(kms, client, make, refused):
    kms.clusters.add(CLUSTER, certificate=CERTIFICATE + "\n")
    make(HSM)
    with refused("CloudHsmClusterNotFoundException"):
        client.create_custom_key_store(**HSM | {"CloudHsmClusterId": OTHER_CLUSTER, "CustomKeyStoreName": "b"})


def test_a_uri_backs_one_key_store_of_the_region(client, make, proxy, refused):
    make(XKS, connect=False)
    again = XKS | {"CustomKeyStoreName": "b"}

    with refused("XksProxyUriInUseException"):
        client.create_custom_key_store(**again)
    with refused("XksProxyUriInUseException"):
        client.create_custom_key_store(**again | {"XksProxyUriEndpoint": "https://PROXY.example.com"})
    with refused("XksProxyUriEndpointInUseException"):
        client.create_custom_key_store(**VPC | {"CustomKeyStoreName": "b", "XksProxyUriPath": "/b/kms/xks/v1"})
    make(XKS, connect=False, CustomKeyStoreName="b", XksProxyUriPath="/b/kms/xks/v1")


def test_a_private_dns_name_and_a_vpc_endpoint_service_back_one_key_store(client, make, proxy, refused):
    make(VPC, connect=False)
    path = {"CustomKeyStoreName": "b", "XksProxyUriPath": "/b/kms/xks/v1"}

    with refused("XksProxyVpcEndpointServiceInUseException"):
        client.create_custom_key_store(**VPC | path)
    with refused("XksProxyUriEndpointInUseException"):
        client.create_custom_key_store(**VPC | path | {"XksProxyVpcEndpointServiceName": SERVICE + "1"})
    with refused("XksProxyUriEndpointInUseException"):
        client.create_custom_key_store(**XKS | path)


def test_vpc_endpoint_services_that_will_not_do(kms, client, make, refused):
    kms.xks.add_vpc_endpoint_service(SERVICE, owner="111122223333")
    with refused("XksProxyVpcEndpointServiceNotFoundException"):
        client.create_custom_key_store(**VPC)
    with refused("XksProxyVpcEndpointServiceNotFoundException"):
        client.create_custom_key_store(**VPC | {"XksProxyVpcEndpointServiceName": SERVICE + "1"})
    owner = {"XksProxyVpcEndpointServiceOwner": "111122223333"}
    kms.xks.add_vpc_endpoint_service(SERVICE, meets_requirements=False)
    with refused("XksProxyVpcEndpointServiceInvalidConfigurationException"):
        client.create_custom_key_store(**VPC | owner)
    kms.xks.add_vpc_endpoint_service(SERVICE)
    make(VPC, connect=False, **owner)


HEALTH_FAILURES = [
    (Failure.UNREACHABLE, "XksProxyUriUnreachableException", "XKS_PROXY_NOT_REACHABLE"),
    (Failure.TLS, "XksProxyUriUnreachableException", "XKS_PROXY_INVALID_TLS_CONFIGURATION"),
    (Failure.TIMEOUT, "XksProxyUriUnreachableException", "XKS_PROXY_TIMED_OUT"),
    (Failure.INVALID_URI_PATH, "XksProxyUriUnreachableException", "XKS_PROXY_INVALID_CONFIGURATION"),
    (Failure.INTERNAL, "XksProxyUriUnreachableException", "XKS_PROXY_NOT_REACHABLE"),
    (Failure.DEPENDENCY_TIMEOUT, "XksProxyUriUnreachableException", "XKS_PROXY_TIMED_OUT"),
    (Failure.THROTTLED, "XksProxyUriUnreachableException", "XKS_PROXY_NOT_REACHABLE"),
    (
        Failure.AUTHENTICATION_FAILED,
        "XksProxyIncorrectAuthenticationCredentialException",
        "INVALID_CREDENTIALS",
    ),
    (Failure.ACCESS_DENIED, "XksProxyInvalidConfigurationException", "XKS_PROXY_ACCESS_DENIED"),
    (Failure.INVALID_RESPONSE, "XksProxyInvalidResponseException", "XKS_PROXY_INVALID_RESPONSE"),
    (Failure.VALIDATION, "XksProxyInvalidResponseException", "XKS_PROXY_INVALID_RESPONSE"),
]


@pytest.mark.parametrize(("failure", "code", "_"), HEALTH_FAILURES, ids=lambda value: getattr(value, "name", ""))
def test_a_proxy_that_is_not_well_when_its_key_store_is_made(client, proxy, refused, failure, code, _):
    proxy.fail_with(failure)
    with refused(code, XKS_TEXTS.get(failure.value, "")):
        client.create_custom_key_store(**XKS)


def test_an_endpoint_that_nobody_routed(client, refused):
    text = (
        "AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. If you "
        "see this error repeatedly, verify that your external key store proxy is active and is connected to the network, "
        "and that its endpoint URI is correct in your external key store."
    )
    with refused("XksProxyUriUnreachableException", text):
        client.create_custom_key_store(**XKS)


def test_a_path_that_nobody_routed(kms, client, make, proxy, refused):
    kms.xks.route("https://paths.example.com/b/kms/xks/v1", proxy)
    text = (
        "The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for your "
        "external key store and update if necessary."
    )
    with refused("XksProxyUriUnreachableException", text):
        client.create_custom_key_store(**XKS | {"XksProxyUriEndpoint": "https://paths.example.com"})
    make(XKS, XksProxyUriEndpoint="https://paths.example.com", XksProxyUriPath="/b/kms/xks/v1")


def test_all_key_managers_are_unavailable(client, make, proxy, refused):
    proxy.set_health("UNAVAILABLE", "UNAVAILABLE")
    with refused("XksProxyUriUnreachableException", XKS_TEXTS[Failure.UNHEALTHY.value]):
        client.create_custom_key_store(**XKS)
    proxy.set_health("UNAVAILABLE", "DEGRADED")
    make(XKS)


def test_the_credential_of_a_proxy_in_this_process(kms, client, make, proxy, refused):
    kms.xks.route(ENDPOINT, proxy, credential=(ACCESS_KEY_ID, SECRET))
    text = (
        "The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the "
        "credentials for your external key store and update if necessary."
    )
    with refused("XksProxyIncorrectAuthenticationCredentialException", text):
        client.create_custom_key_store(**XKS | {"XksProxyAuthenticationCredential": OTHER_CREDENTIAL})
    make(XKS)


# DescribeCustomKeyStores


def test_all_of_them_in_pages(client, make):
    made = [
        make(HSM, connect=False, CustomKeyStoreName=f"s{letter}", CloudHsmClusterId=f"cluster-{letter * 11}")
        for letter in "abc"
    ]

    pages = list(client.get_paginator("describe_custom_key_stores").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["CustomKeyStores"]) for page in pages] == [2, 1]
    assert [page["Truncated"] for page in pages] == [True, False]
    assert [entry["CustomKeyStoreId"] for page in pages for entry in page["CustomKeyStores"]] == made


def test_both_kinds_stand_side_by_side(client, outside, make):
    hsm = make(HSM)
    entries = client.describe_custom_key_stores()["CustomKeyStores"]
    assert [entry["CustomKeyStoreId"] for entry in entries] == [outside, hsm]


def test_none_and_those_of_others(client, hsm, elsewhere):
    for other in (elsewhere(account="111122223333"), elsewhere(region="eu-west-1")):
        assert body(other.describe_custom_key_stores()) == {"CustomKeyStores": [], "Truncated": False}


def test_by_name_and_by_id(client, hsm, make, proxy, refused):
    make(XKS)
    by_name = client.describe_custom_key_stores(CustomKeyStoreName="hsm")["CustomKeyStores"]

    assert by_name == [described(client, hsm)]
    with refused(NOT_FOUND):
        client.describe_custom_key_stores(CustomKeyStoreName="HSM")
    with refused(NOT_FOUND):
        client.describe_custom_key_stores(CustomKeyStoreId=ABSENT)
    text = "Only one of CustomKeyStoreId and CustomKeyStoreName can be specified."
    with refused("ValidationException", text):
        client.describe_custom_key_stores(CustomKeyStoreId=hsm, CustomKeyStoreName="hsm")


def test_a_foreign_marker(client, refused):
    with refused("InvalidMarkerException"):
        client.describe_custom_key_stores(Marker="x")


# Connection states


def test_they_pass_at_the_next_request_by_default(client, make):
    key_store = make(HSM, connect=False)

    assert body(client.connect_custom_key_store(CustomKeyStoreId=key_store)) == {}
    assert connection(client, key_store) == ("CONNECTED", None)
    assert body(client.disconnect_custom_key_store(CustomKeyStoreId=key_store)) == {}
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


def test_under_eventual_consistency_they_take_their_time(slow):
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


def test_disconnecting_calls_off_connecting(slow):
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
    assert (error["Code"], error["Message"]) == (INVALID_STATE, "")
    assert described(client, key_store) == before


@pytest.mark.parametrize("member", ["KeyStorePassword", "CloudHsmClusterId"])
def test_cloudhsm_settings_change_only_while_disconnected(client, hsm, refused, member):
    with refused(INVALID_STATE):
        client.update_custom_key_store(CustomKeyStoreId=hsm, **{member: HSM[member]})


def test_connecting_what_is_connected_changes_nothing(client, hsm, hsm_key):
    client.connect_custom_key_store(CustomKeyStoreId=hsm)

    assert connection(client, hsm) == ("CONNECTED", None)
    assert state(client, hsm_key) == "Enabled"


@pytest.mark.parametrize(
    "operation",
    ["ConnectCustomKeyStore", "DisconnectCustomKeyStore", "DeleteCustomKeyStore", "UpdateCustomKeyStore"],
)
def test_there_is_no_such_key_store(client, hsm, elsewhere, refused, operation):
    with refused(NOT_FOUND):
        client._make_api_call(operation, {"CustomKeyStoreId": ABSENT})
    with refused(NOT_FOUND):
        elsewhere(account="111122223333")._make_api_call(operation, {"CustomKeyStoreId": hsm})


# Connecting to CloudHSM


@pytest.fixture
def cluster(kms):
    """Register the cluster."""
    return kms.clusters.add(CLUSTER, password="kmsPswd", certificate=CERTIFICATE)


def try_to_connect(client, key_store):
    client.connect_custom_key_store(CustomKeyStoreId=key_store)
    outcome = connection(client, key_store)
    if outcome[0] != "CONNECTED":
        client.disconnect_custom_key_store(CustomKeyStoreId=key_store)
    return outcome


def test_a_wrong_password_and_in_the_end_a_lock_out(client, make, cluster):
    cluster.set_password("another")
    key_store = make(HSM, connect=False)

    outcomes = [try_to_connect(client, key_store) for _ in range(7)]
    assert outcomes == [("FAILED", "INVALID_CREDENTIALS")] * 5 + [("FAILED", "USER_LOCKED_OUT")] * 2
    client.update_custom_key_store(CustomKeyStoreId=key_store, KeyStorePassword="another")
    assert try_to_connect(client, key_store) == ("FAILED", "USER_LOCKED_OUT")
    cluster.set_password("the third")
    client.update_custom_key_store(CustomKeyStoreId=key_store, KeyStorePassword="the third")
    assert try_to_connect(client, key_store) == ("CONNECTED", None)
    assert "ConnectionErrorCode" not in described(client, key_store)


def test_a_lock_out_made_by_hand(client, make, cluster):
    cluster.lock_out()
    assert try_to_connect(client, make(HSM, connect=False)) == ("FAILED", "USER_LOCKED_OUT")


def test_a_login_that_works_forgets_the_failures(client, make, cluster):
    key_store = make(HSM, connect=False)
    cluster.failed_logins = 4
    assert try_to_connect(client, key_store) == ("CONNECTED", None)
    assert cluster.failed_logins == 0


@pytest.mark.parametrize("code", ["USER_LOGGED_IN", "SUBNET_NOT_FOUND", "INSUFFICIENT_CLOUDHSM_HSMS", "NETWORK_ERRORS"])
def test_any_other_connection_error(client, make, cluster, code):
    key_store = make(HSM, connect=False)
    cluster.connection_error = code
    assert try_to_connect(client, key_store) == ("FAILED", code)


def test_connecting_to_a_cluster_that_is_gone_inactive_or_empty(kms, client, make, cluster, refused):
    key_store = make(HSM, connect=False)
    cluster.set_state("DEGRADED")
    with refused("CloudHsmClusterNotActiveException"):
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
    cluster.set_state("ACTIVE")
    cluster.hsms = 0
    with refused("CloudHsmClusterInvalidConfigurationException"):
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
    kms.clusters.add(OTHER_CLUSTER)
    kms.clusters.remove(CLUSTER)
    assert try_to_connect(client, key_store) == ("FAILED", "CLUSTER_NOT_FOUND")
    cluster = kms.clusters.add(CLUSTER, hsms=2)
    cluster.hsms = 1
    assert try_to_connect(client, key_store) == ("CONNECTED", None)


# Connecting to a proxy


@pytest.mark.parametrize(("failure", "_", "code"), HEALTH_FAILURES, ids=lambda value: getattr(value, "name", ""))
def test_a_proxy_that_is_not_well_when_it_is_connected(client, make, proxy, failure, _, code):
    key_store = make(XKS, connect=False)
    proxy.fail_with(failure)

    assert try_to_connect(client, key_store) == ("FAILED", code)
    assert try_to_connect(client, key_store) == ("CONNECTED", None)


def test_all_key_managers_are_unavailable_when_it_is_connected(client, make, proxy):
    key_store = make(XKS, connect=False)
    proxy.set_health("UNAVAILABLE")
    assert try_to_connect(client, key_store) == ("FAILED", "XKS_PROXY_NOT_REACHABLE")


def test_through_a_vpc_endpoint_service(kms, client, make):
    key_store = make(VPC, connect=False)
    assert try_to_connect(client, key_store) == ("FAILED", "XKS_PROXY_NOT_REACHABLE")
    kms.xks.route(ENDPOINT + PATH, LocalXksProxy())
    kms.xks.add_vpc_endpoint_service(SERVICE + "1")
    assert try_to_connect(client, key_store) == ("FAILED", "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND")
    kms.xks.add_vpc_endpoint_service(SERVICE, meets_requirements=False)
    assert try_to_connect(client, key_store) == ("FAILED", "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION")
    kms.xks.add_vpc_endpoint_service(SERVICE)
    assert try_to_connect(client, key_store) == ("CONNECTED", None)


# UpdateCustomKeyStore


def test_a_new_name(client, hsm, make, refused):
    make(HSM, connect=False, CustomKeyStoreName="taken", CloudHsmClusterId=OTHER_CLUSTER)
    with refused("CustomKeyStoreNameInUseException"):
        client.update_custom_key_store(CustomKeyStoreId=hsm, NewCustomKeyStoreName="taken")
    for name in ("new", "new"):
        assert body(client.update_custom_key_store(CustomKeyStoreId=hsm, NewCustomKeyStoreName=name)) == {}
    assert described(client, hsm)["CustomKeyStoreName"] == "new"


def test_members_of_the_other_type_are_refused(client, hsm, outside, refused):
    text = "KeyStorePassword is not valid for custom key stores of type EXTERNAL_KEY_STORE."
    with refused("ValidationException", text):
        client.update_custom_key_store(CustomKeyStoreId=outside, KeyStorePassword="kmsPswd")
    text = "XksProxyUriPath is not valid for custom key stores of type AWS_CLOUDHSM."
    with refused("ValidationException", text):
        client.update_custom_key_store(CustomKeyStoreId=hsm, XksProxyUriPath=PATH)


def test_a_related_cluster(kms, client, make, refused):
    kms.clusters.add(CLUSTER, backup_lineage="ours")
    kms.clusters.add(OTHER_CLUSTER, backup_lineage="ours")
    kms.clusters.add("cluster-strangerrrr", backup_lineage="theirs")
    kms.clusters.add("cluster-otheranchor", certificate="another")
    kms.clusters.add("cluster-smalllllll2", hsms=1, backup_lineage="ours")
    kms.clusters.add("cluster-inactiveeee", state="CREATE_IN_PROGRESS")
    key_store = make(HSM, connect=False)
    codes = {
        "cluster-strangerrrr": "CloudHsmClusterNotRelatedException",
        "cluster-otheranchor": "CloudHsmClusterNotRelatedException",
        "cluster-smalllllll2": "CloudHsmClusterInvalidConfigurationException",
        "cluster-inactiveeee": "CloudHsmClusterNotActiveException",
        "cluster-absentttttt": "CloudHsmClusterNotFoundException",
    }

    for cluster_id, code in codes.items():
        with refused(code):
            client.update_custom_key_store(CustomKeyStoreId=key_store, CloudHsmClusterId=cluster_id)
    for cluster_id in (CLUSTER, OTHER_CLUSTER):
        client.update_custom_key_store(CustomKeyStoreId=key_store, CloudHsmClusterId=cluster_id)
        assert described(client, key_store)["CloudHsmClusterId"] == cluster_id


def test_any_cluster_while_none_is_registered(client, make):
    key_store = make(HSM, connect=False)
    client.update_custom_key_store(CustomKeyStoreId=key_store, CloudHsmClusterId=OTHER_CLUSTER)
    assert described(client, key_store)["CloudHsmClusterId"] == OTHER_CLUSTER


def test_a_new_credential_is_tried(kms, client, proxy, make, xks_key, refused):
    key_store = xks_key["CustomKeyStoreId"]
    kms.xks.route(ENDPOINT, proxy, credential=(ACCESS_KEY_ID, SECRET[::-1]))
    text = XKS_TEXTS[Failure.AUTHENTICATION_FAILED.value]
    with refused("KMSInvalidStateException", text):
        client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")
    with refused("XksProxyIncorrectAuthenticationCredentialException", text):
        client.update_custom_key_store(
            CustomKeyStoreId=key_store,
            XksProxyAuthenticationCredential={"AccessKeyId": "A" * 20, "RawSecretAccessKey": SECRET},
        )
    client.update_custom_key_store(CustomKeyStoreId=key_store, XksProxyAuthenticationCredential=OTHER_CREDENTIAL)
    client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")


def test_a_new_endpoint_is_asked_and_unique(client, make, proxy, refused):
    make(XKS, connect=False)
    other = make(XKS, connect=False, CustomKeyStoreName="b", XksProxyUriPath="/b/kms/xks/v1")
    with refused("XksProxyUriUnreachableException", XKS_TEXTS[Failure.UNREACHABLE.value]):
        client.update_custom_key_store(CustomKeyStoreId=other, XksProxyUriEndpoint="https://absent.example.com")
    with refused("XksProxyUriInUseException"):
        client.update_custom_key_store(CustomKeyStoreId=other, XksProxyUriPath=PATH)


def test_another_connectivity(kms, client, make, proxy, refused):
    key_store = make(XKS, connect=False)
    change = {"CustomKeyStoreId": key_store, "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE"}
    with refused("ValidationException", "XksProxyUriEndpoint is required to change XksProxyConnectivity."):
        client.update_custom_key_store(**change, XksProxyVpcEndpointServiceName=SERVICE)
    change["XksProxyUriEndpoint"] = "https://private.example.com"
    text = "XksProxyVpcEndpointServiceName is required with XksProxyConnectivity VPC_ENDPOINT_SERVICE."
    with refused("ValidationException", text):
        client.update_custom_key_store(**change)
    client.update_custom_key_store(**change, XksProxyVpcEndpointServiceName=SERVICE)
    assert described(client, key_store)["XksProxyConfiguration"] == {
        "AccessKeyId": ACCESS_KEY_ID,
        "Connectivity": "VPC_ENDPOINT_SERVICE",
        "UriEndpoint": "https://private.example.com",
        "UriPath": PATH,
        "VpcEndpointServiceName": SERVICE,
        "VpcEndpointServiceOwner": "123456789012",
    }
    change |= {"XksProxyConnectivity": "PUBLIC_ENDPOINT", "XksProxyUriEndpoint": ENDPOINT}
    text = "XksProxyVpcEndpointServiceName is not valid with XksProxyConnectivity PUBLIC_ENDPOINT."
    with refused("ValidationException", text):
        client.update_custom_key_store(**change, XksProxyVpcEndpointServiceName=SERVICE)
    client.update_custom_key_store(**change)
    assert "VpcEndpointServiceName" not in described(client, key_store)["XksProxyConfiguration"]


def test_a_connected_key_store_behind_a_vpc_endpoint_service_asks_its_proxy(client, make, proxy, refused):
    key_store = make(VPC)
    proxy.fail_with(Failure.INVALID_URI_PATH)
    with refused("XksProxyUriUnreachableException", XKS_TEXTS[Failure.INVALID_URI_PATH.value]):
        client.update_custom_key_store(CustomKeyStoreId=key_store, XksProxyUriPath="/new/kms/xks/v1")


# DeleteCustomKeyStore


def test_an_empty_key_store_goes(client, make, refused):
    key_store = make(HSM, connect=False)
    client.delete_custom_key_store(CustomKeyStoreId=key_store)
    with refused(NOT_FOUND):
        client.describe_custom_key_stores(CustomKeyStoreId=key_store)
    make(HSM)


@pytest.mark.parametrize("pending", [False, True])
def test_one_with_keys_stays_until_they_are_gone(kms, client, hsm_key, refused, pending):
    key_store = {"CustomKeyStoreId": hsm_key["CustomKeyStoreId"]}
    if pending:
        client.schedule_key_deletion(KeyId=hsm_key["KeyId"], PendingWindowInDays=7)
    client.disconnect_custom_key_store(**key_store)
    client.describe_custom_key_stores()
    with refused("CustomKeyStoreHasCMKsException"):
        client.delete_custom_key_store(**key_store)
    if not pending:
        client.schedule_key_deletion(KeyId=hsm_key["KeyId"], PendingWindowInDays=7)
    kms.clock.advance(days=8)
    client.delete_custom_key_store(**key_store)


# Keys


def test_a_key_in_cloudhsm(client, hsm, hsm_key):
    assert hsm_key["Origin"] == "AWS_CLOUDHSM"
    assert hsm_key["CustomKeyStoreId"] == hsm
    assert hsm_key["CloudHsmClusterId"] == CLUSTER
    assert not {"CurrentKeyMaterialId", "XksKeyConfiguration"} & set(hsm_key)
    assert client.describe_key(KeyId=hsm_key["KeyId"])["KeyMetadata"] == hsm_key


def test_a_key_behind_a_proxy(client, outside, xks_key):
    assert xks_key["Origin"] == "EXTERNAL_KEY_STORE"
    assert xks_key["CustomKeyStoreId"] == outside
    assert xks_key["XksKeyConfiguration"] == {"Id": "one"}
    assert not {"CurrentKeyMaterialId", "CloudHsmClusterId"} & set(xks_key)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"Origin": "AWS_CLOUDHSM"}, "CustomKeyStoreId is required with Origin AWS_CLOUDHSM."),
        ({"Origin": "EXTERNAL_KEY_STORE", "XksKeyId": "one"}, "CustomKeyStoreId is required with Origin EXTERNAL_KEY_STORE."),
        ({"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": ABSENT}, "XksKeyId is required with Origin EXTERNAL_KEY_STORE."),
        ({"CustomKeyStoreId": ABSENT}, "CustomKeyStoreId is not valid with Origin AWS_KMS."),
        ({"CustomKeyStoreId": ABSENT, "Origin": "EXTERNAL"}, "CustomKeyStoreId is not valid with Origin EXTERNAL."),
        ({"XksKeyId": "one"}, "XksKeyId is not valid with Origin AWS_KMS."),
        (
            {"XksKeyId": "one", "Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": ABSENT},
            "XksKeyId is not valid with Origin AWS_CLOUDHSM.",
        ),
    ],
)  # fmt: skip
def test_members_of_create_key_that_do_not_go_together(client, refused, request_, text):
    with refused("ValidationException", text):
        client.create_key(**request_)


@pytest.mark.parametrize(
    "request_",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        {"MultiRegion": True},
    ],
)
def test_custom_key_stores_hold_symmetric_keys_of_one_region(client, hsm, outside, refused, request_):
    with refused("UnsupportedOperationException"):
        client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm, **request_)
    with refused("UnsupportedOperationException"):
        client.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=outside, XksKeyId="one", **request_)


def test_the_origin_is_that_of_the_key_store(client, hsm, outside, refused):
    with refused("UnsupportedOperationException"):
        client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=outside)
    with refused("UnsupportedOperationException"):
        external(client, hsm, "one")


def test_no_key_in_a_key_store_that_does_not_exist(client, refused):
    with refused(NOT_FOUND):
        client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=ABSENT)


@pytest.mark.parametrize("cluster_has", [{"hsms": 1}, {"state": "DEGRADED"}])
def test_a_cluster_that_will_not_take_a_key(kms, client, hsm, refused, cluster_has):
    kms.clusters.add(CLUSTER, **cluster_has)
    with refused("CloudHsmClusterInvalidConfigurationException"):
        client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm)


INVALID = "XksKeyInvalidConfigurationException"


@pytest.mark.parametrize(
    ("external_key", "text"),
    [
        (
            {"key_spec": "RSA_2048"},
            "The key spec of the external key must be AES_256. The key spec of specified external key is RSA_2048.",
        ),
        (
            {"status": "DISABLED"},
            "The status of the external key must be ENABLED. The status of specified external key is DISABLED.",
        ),
        (
            {"key_usage": ["ENCRYPT", "WRAP"]},
            "The key usage of the external key must include ENCRYPT and DECRYPT. The key use of specified external key is [ENCRYPT, WRAP].",
        ),
    ],
)
def test_an_external_key_that_will_not_do(client, outside, proxy, refused, external_key, text):
    proxy.add_key("unfit", **external_key)
    with refused(INVALID, text):
        external(client, outside, "unfit")


def test_an_external_key_that_does_not_exist(client, outside, refused):
    text = "The external key store proxy rejected the request because it could not find the external key."
    with refused("XksKeyNotFoundException", text):
        external(client, outside, "absent")


@pytest.mark.parametrize(
    "failure", [Failure.UNREACHABLE, Failure.TIMEOUT, Failure.AUTHENTICATION_FAILED, Failure.INTERNAL]
)
def test_a_proxy_that_fails_when_a_key_is_made(client, outside, proxy, refused, failure):
    proxy.fail_with(failure)
    with refused(INVALID_STATE, XKS_TEXTS.get(failure.value, "")):
        external(client, outside, "one")


def test_an_external_key_backs_one_kms_key(kms, client, outside, xks_key, refused):
    with refused("XksKeyAlreadyInUseException"):
        external(client, outside, "one")
    client.schedule_key_deletion(KeyId=xks_key["KeyId"], PendingWindowInDays=7)
    with refused("XksKeyAlreadyInUseException"):
        external(client, outside, "one")
    kms.clock.advance(days=8)
    external(client, outside, "one")


def test_nobody_is_asked_for_a_caller_who_may_not(kms, outside, proxy):
    proxy.fail_with(Failure.UNREACHABLE)
    user = kms.principals.user("nobody")
    with kms.acting_as(user), pytest.raises(botocore.exceptions.ClientError, match="AccessDeniedException"):
        external(kms.client(), outside, "one")
    with pytest.raises(botocore.exceptions.ClientError, match=INVALID_STATE):
        external(kms.client(), outside, "one")


@pytest.fixture(params=["hsm_key", "xks_key"])
def kept(request):
    """Give a key of each kind of key store."""
    return request.getfixturevalue(request.param)


def test_keys_are_unavailable_while_their_key_store_is_not_connected(client, kept, refused):
    key_id, key_store = kept["KeyId"], {"CustomKeyStoreId": kept["CustomKeyStoreId"]}
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    client.disconnect_custom_key_store(**key_store)
    assert state(client, kept) == "Unavailable"
    text = f"{kept['Arn']} is unavailable."
    with refused("KMSInvalidStateException", text):
        client.encrypt(KeyId=key_id, Plaintext=b"x")
    with refused("KMSInvalidStateException", text):
        client.decrypt(CiphertextBlob=blob)
    with refused("KMSInvalidStateException", text):
        client.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    client.connect_custom_key_store(**key_store)
    assert state(client, kept) == "Enabled"
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def reconnected(client, key, meanwhile):
    key_store = {"CustomKeyStoreId": key["CustomKeyStoreId"]}
    client.disconnect_custom_key_store(**key_store)
    client.describe_custom_key_stores()
    meanwhile()
    between = state(client, key)
    client.connect_custom_key_store(**key_store)
    return between, state(client, key)


def test_what_happens_to_keys_in_the_meantime(client, kept):
    key = {"KeyId": kept["KeyId"]}

    assert reconnected(client, kept, lambda: client.disable_key(**key)) == ("Unavailable", "Disabled")
    assert reconnected(client, kept, lambda: None) == ("Unavailable", "Disabled")
    assert reconnected(client, kept, lambda: client.enable_key(**key)) == ("Unavailable", "Enabled")
    deletion = reconnected(client, kept, lambda: client.schedule_key_deletion(**key))
    assert deletion == ("PendingDeletion", "PendingDeletion")
    assert reconnected(client, kept, lambda: client.cancel_key_deletion(**key)) == ("Unavailable", "Disabled")


def test_a_cancelled_deletion_is_still_remembered_when_the_key_store_was_away(client, kept):
    client.schedule_key_deletion(KeyId=kept["KeyId"])
    client.cancel_key_deletion(KeyId=kept["KeyId"])
    assert reconnected(client, kept, lambda: None) == ("Unavailable", "Disabled")


def test_keys_of_a_failed_key_store_stay_unavailable(client, proxy, xks_key):
    key_store = {"CustomKeyStoreId": xks_key["CustomKeyStoreId"]}
    client.disconnect_custom_key_store(**key_store)
    client.describe_custom_key_stores()
    proxy.fail_with(Failure.TLS)
    client.connect_custom_key_store(**key_store)
    assert state(client, xks_key) == "Unavailable"
    assert connection(client, xks_key["CustomKeyStoreId"])[0] == "FAILED"


# What such keys do not do


def test_no_rotation_no_import_no_replica_no_key_pairs(client, kept, refused):
    key, origin = (
        {"KeyId": kept["KeyId"]},
        f"{kept['Arn']} origin is {kept['Origin']} which is not valid for this operation.",
    )
    for operation, members in {
        "EnableKeyRotation": {},
        "DisableKeyRotation": {},
        "RotateKeyOnDemand": {},
        "GetParametersForImport": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
        "DeleteImportedKeyMaterial": {},
        "GenerateDataKeyPair": {"KeyPairSpec": "ECC_NIST_P256"},
        "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
    }.items():
        with refused("UnsupportedOperationException", origin):
            client._make_api_call(operation, key | members)
    with refused("UnsupportedOperationException", f"{kept['Arn']} is not a multi-region primary key."):
        client.replicate_key(**key, ReplicaRegion="eu-west-1")


# Encrypting and decrypting


def test_every_operation_with_such_a_key(client, key, kept):
    key_id, context = kept["KeyId"], {"a": "b"}
    encrypted = client.encrypt(KeyId=key_id, Plaintext=b"p" * 4096, EncryptionContext=context)
    data_key = client.generate_data_key(KeyId=key_id, NumberOfBytes=1024)
    hidden = client.generate_data_key_without_plaintext(KeyId=key_id, KeySpec="AES_256")
    there = client.re_encrypt(
        CiphertextBlob=encrypted["CiphertextBlob"], SourceEncryptionContext=context, DestinationKeyId=key["KeyId"]
    )
    back = client.re_encrypt(CiphertextBlob=there["CiphertextBlob"], DestinationKeyId=key_id)

    decrypted = client.decrypt(CiphertextBlob=encrypted["CiphertextBlob"], EncryptionContext=context)
    assert decrypted["Plaintext"] == client.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"p" * 4096
    assert client.decrypt(CiphertextBlob=data_key["CiphertextBlob"])["Plaintext"] == data_key["Plaintext"]
    assert len(client.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == 32
    for answer in (encrypted, data_key, hidden, decrypted):
        assert answer["KeyId"] == kept["Arn"]
        assert "KeyMaterialId" not in answer
    assert "SourceKeyMaterialId" not in there
    assert "DestinationKeyMaterialId" not in back


@pytest.mark.parametrize("metadata", [b"", b"m" * 20])
def test_the_blob_holds_what_the_proxy_wants_back(client, proxy, xks_key, metadata):
    ordinary = len(
        client.encrypt(KeyId=client.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"x" * 500)["CiphertextBlob"]
    )
    proxy.ciphertext_metadata = metadata
    blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x" * 500)["CiphertextBlob"]

    assert len(blob) == ordinary + 2 + len(metadata) + 12 + 16
    assert metadata in blob
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x" * 500


class Listening:
    """A proxy of the user's own that passes on and remembers."""

    def __init__(self, local):
        self.local, self.heard, self.change = local, [], {}

    def call(self, path, body):
        self.heard.append((path, body))
        return self.local.call(path, body) | self.change


@pytest.fixture
def listening(kms, proxy, outside):
    """Put a listener before the proxy, once the key store is connected."""
    between = Listening(proxy)
    kms.xks.route(ENDPOINT, between)
    return between


def test_what_the_proxy_is_told(client, listening, xks_key):
    metadata = {"awsPrincipalArn": "arn:aws:iam::123456789012:user/admin", "kmsOperation": "CreateKey"}
    path, asked = listening.heard.pop()
    asked["requestMetadata"].pop("kmsRequestId")
    assert (path, asked) == ("/keys/one/metadata", {"requestMetadata": metadata})

    answer = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"plaintext!", EncryptionContext={"a": "b"})
    client.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"a": "b"})
    (path, asked), (decrypt_path, decrypt) = listening.heard
    told = asked["requestMetadata"]
    assert (path, decrypt_path) == ("/keys/one/encrypt", "/keys/one/decrypt")
    assert told == metadata | {
        "kmsOperation": "Encrypt",
        "kmsKeyArn": xks_key["Arn"],
        "kmsRequestId": answer["ResponseMetadata"]["RequestId"],
    }
    assert decrypt["requestMetadata"]["kmsOperation"] == "Decrypt"
    assert asked["additionalAuthenticatedData"] == decrypt["additionalAuthenticatedData"]
    sent = base64.b64decode(asked["plaintext"])
    assert len(sent) == len(b"plaintext!") + 27
    assert b"plaintext!" not in sent


def test_additional_data_fits_whatever_the_encryption_context(client, listening, xks_key):
    context = {f"k{number}": "v" * 100 for number in range(70)}
    blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"x"


CIPHERTEXT_TEXT = (
    "The external key store proxy rejected the request because the specified ciphertext or additional authenticated data "
    "is corrupted, missing, or otherwise invalid."
)


def test_another_encryption_context(client, xks_key, refused):
    blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})["CiphertextBlob"]
    with refused("InvalidCiphertextException", CIPHERTEXT_TEXT):
        client.decrypt(CiphertextBlob=blob)


def test_any_changed_byte(client, proxy, xks_key):
    proxy.ciphertext_metadata = b"meta"
    blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    seen = set()
    for position in range(len(blob)):
        spoiled = bytearray(blob)
        spoiled[position] ^= 1
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            client.decrypt(CiphertextBlob=bytes(spoiled))
        error = caught.value.response["Error"]
        seen.add((error["Code"], error["Message"].partition(" ")[0]))
    assert seen == {
        ("InvalidCiphertextException", ""),
        ("InvalidCiphertextException", "The"),
        ("AccessDeniedException", "The"),
    }


def test_both_layers_are_needed(client, listening, xks_key, refused):
    blob = client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    listening.change = {"plaintext": base64.b64encode(bytes(28)).decode()}
    with refused("InvalidCiphertextException"):
        client.decrypt(CiphertextBlob=blob)


def test_an_answer_that_is_none(client, listening, xks_key, refused):
    listening.change = {"authenticationTag": "x"}
    with refused("KMSInvalidStateException", XKS_TEXTS[Failure.INVALID_RESPONSE.value]):
        client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")


@pytest.mark.parametrize("failure", list(Failure), ids=lambda failure: failure.name)
def test_a_proxy_that_fails(client, key, proxy, xks_key, refused, failure):
    key_id = {"KeyId": xks_key["KeyId"]}
    blob = client.encrypt(**key_id, Plaintext=b"x")["CiphertextBlob"]
    ordinary = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    text = XKS_TEXTS.get(failure.value, "")
    decrypting = "InvalidCiphertextException" if failure is Failure.INVALID_CIPHERTEXT else "KMSInvalidStateException"
    for code, operation, request in (
        ("KMSInvalidStateException", client.encrypt, key_id | {"Plaintext": b"x"}),
        (decrypting, client.decrypt, {"CiphertextBlob": blob}),
        (decrypting, client.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": key["KeyId"]}),
        (
            "KMSInvalidStateException",
            client.re_encrypt,
            {"CiphertextBlob": ordinary, "DestinationKeyId": key_id["KeyId"]},
        ),
        ("KMSInvalidStateException", client.generate_data_key, key_id | {"KeySpec": "AES_256"}),
        ("KMSInvalidStateException", client.generate_data_key_without_plaintext, key_id | {"KeySpec": "AES_256"}),
    ):
        proxy.fail_with(failure)
        with refused(code, text):
            operation(**request)
    assert connection(client, xks_key["CustomKeyStoreId"]) == ("CONNECTED", None)


def test_an_external_key_that_was_disabled_or_lost(client, proxy, xks_key, refused):
    proxy.set_status("one", "DISABLED")
    text = "The external key store proxy rejected the request because the external key is not enabled in the external key manager."
    with refused("KMSInvalidStateException", text):
        client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")
    proxy.delete_key("one")
    text = "The external key store proxy rejected the request because it could not find the external key."
    with refused("KMSInvalidStateException", text):
        client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")


def test_a_cluster_that_no_longer_answers(kms, client, hsm_key, refused):
    blob = client.encrypt(KeyId=hsm_key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    cluster = kms.clusters.add(CLUSTER, state="DEGRADED")
    text = "KMS cannot communicate with your CloudHSM cluster"
    with refused("KMSInvalidStateException", text):
        client.encrypt(KeyId=hsm_key["KeyId"], Plaintext=b"x")
    cluster.set_state("ACTIVE")
    cluster.hsms = 0
    with refused("KMSInvalidStateException", text):
        client.decrypt(CiphertextBlob=blob)
    cluster.hsms = 1
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


# GenerateRandom


def test_random_bytes_of_a_cluster(client, hsm):
    assert len(client.generate_random(NumberOfBytes=16, CustomKeyStoreId=hsm)["Plaintext"]) == 16


def test_random_bytes_that_are_refused(client, hsm, outside, refused):
    with refused(NOT_FOUND):
        client.generate_random(NumberOfBytes=16, CustomKeyStoreId=ABSENT)
    with refused("UnsupportedOperationException"):
        client.generate_random(NumberOfBytes=16, CustomKeyStoreId=outside)
    client.disconnect_custom_key_store(CustomKeyStoreId=hsm)
    client.describe_custom_key_stores()
    with refused(INVALID_STATE):
        client.generate_random(NumberOfBytes=16, CustomKeyStoreId=hsm)


# A proxy of the user's own, over HTTP


@pytest.fixture
def local():
    """Give a proxy that is not routed yet."""
    made = LocalXksProxy(ciphertext_metadata=b"meta")
    made.add_key("one")
    return made


def served(local, **keywords):
    return serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, **keywords)


def test_from_end_to_end(kms, client, local):
    with served(local, uri_path="/prefix/kms/xks/v1") as url:
        kms.xks.route(ENDPOINT, url, timeout=PATIENCE)
        request = XKS | {"XksProxyUriPath": "/prefix/kms/xks/v1"}
        key_store = client.create_custom_key_store(**request)["CustomKeyStoreId"]
        client.connect_custom_key_store(CustomKeyStoreId=key_store)
        key = external(client, key_store, "one")
        answer = client.encrypt(KeyId=key["KeyId"], Plaintext=b"p" * 4096, EncryptionContext={"a": "b"})
        decrypted = client.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"a": "b"})
        assert decrypted["Plaintext"] == b"p" * 4096


def test_what_goes_wrong_over_http(kms, client, make, local, refused):
    with served(local) as url:
        kms.xks.route(ENDPOINT, url, timeout=PATIENCE)
        with refused("XksProxyUriUnreachableException", XKS_TEXTS[Failure.INVALID_URI_PATH.value]):
            client.create_custom_key_store(**XKS | {"XksProxyUriPath": "/prefix/kms/xks/v1"})
        with refused(
            "XksProxyIncorrectAuthenticationCredentialException", XKS_TEXTS[Failure.AUTHENTICATION_FAILED.value]
        ):
            client.create_custom_key_store(**XKS | {"XksProxyAuthenticationCredential": OTHER_CREDENTIAL})
        key = external(client, make(XKS), "one")
        local.fail_with(Failure.UNREACHABLE)
        with refused("KMSInvalidStateException", XKS_TEXTS[Failure.UNREACHABLE.value]):
            client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with refused("KMSInvalidStateException", XKS_TEXTS[Failure.UNREACHABLE.value]):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


def test_no_tls_where_it_was_expected(kms, client, local, refused):
    with served(local) as url:
        kms.xks.route(ENDPOINT, url.replace("http:", "https:"), timeout=PATIENCE)
        with refused("XksProxyUriUnreachableException", XKS_TEXTS[Failure.TLS.value]):
            client.create_custom_key_store(**XKS)


@pytest.mark.parametrize(
    "url",
    [
        "https://proxy.example.com",
        "https://10.0.0.1",
        "http://169.254.169.254",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com:80",
        "http://[::2]:80",
        "http://0.0.0.0",
        "127.0.0.1:80",
        "",
    ],
)
def test_no_url_leaves_this_machine(kms, url):
    with pytest.raises(ValueError, match="a fake KMS talks to this machine only"):
        kms.xks.route(ENDPOINT, url)


@pytest.mark.parametrize("url", ["http://127.0.0.1/path", "ftp://127.0.0.1", "http://user@127.0.0.1"])
def test_urls_that_are_no_endpoints(kms, url):
    with pytest.raises(ValueError, match=r"endpoint|belongs into uri_path"):
        kms.xks.route(ENDPOINT, url)


@pytest.mark.parametrize("url", ["http://localhost:8000", "https://[::1]:8000", "http://127.0.0.2"])
def test_urls_of_this_machine(kms, url):
    kms.xks.route(ENDPOINT, url)


@pytest.mark.parametrize(
    "uri",
    ["http://proxy.example.com", "https://proxy.example.com:443", "https://proxy.example.com/v1", "https://a_b", ""],
)
def test_uris_that_no_key_store_can_have(kms, uri):
    with pytest.raises(ValueError, match="not a URI of a key store"):
        kms.xks.route(uri, LocalXksProxy())


def test_what_is_no_proxy(kms):
    with pytest.raises(TypeError, match="has none"):
        kms.xks.route(ENDPOINT, object())
    with pytest.raises(TypeError, match="give the URL"):
        kms.xks.route(ENDPOINT, HttpXksProxy("https://proxy.example.com", PATH, "us-east-1", ACCESS_KEY_ID, SECRET))


def test_certificates_that_do_not_exist(kms):
    with pytest.raises(OSError):
        kms.xks.route(ENDPOINT, "https://127.0.0.1", ca_certs="/nowhere.pem")


# The controls


def test_cluster_ids_are_those_of_cloudhsm(kms):
    with pytest.raises(ValueError, match="KMS refuses others"):
        kms.clusters.add("cluster-1a23b4cdefg")


def test_the_clusters(kms):
    cluster = kms.clusters.add(CLUSTER)
    assert list(kms.clusters) == [cluster]
    assert kms.clusters[CLUSTER] is cluster
    kms.clusters.remove(CLUSTER)
    assert len(kms.clusters) == 0
    assert "kmsPswd" not in repr(kms.clusters.add(CLUSTER, password="kmsPswd"))


def test_they_need_an_open_fake():
    for name in ("clusters", "xks"):
        with pytest.raises(RuntimeError, match="not open yet"):
            getattr(FakeKms(), name)


def test_a_reset_forgets_them(kms, client, proxy, hsm):
    kms.clusters.add(CLUSTER)
    kms.reset()
    assert len(kms.clusters) == 0
    assert client.describe_custom_key_stores()["CustomKeyStores"] == []
    with pytest.raises(botocore.exceptions.ClientError, match="XksProxyUriUnreachableException"):
        client.create_custom_key_store(**XKS)


def test_secrets_are_in_neither_journal_nor_repr(kms, client, hsm, outside):
    told = "".join(str(dict(event.input)) for event in kms.journal)
    told += repr(region_of(kms).key_stores.get(outside))
    for secret in (HSM["KeyStorePassword"], SECRET, ACCESS_KEY_ID):
        assert secret not in told


def test_a_mistake_of_the_users_proxy_surfaces_as_itself(kms, client):
    class Broken:
        def call(self, path, body):
            raise ZeroDivisionError

    kms.xks.route(ENDPOINT, Broken())
    with pytest.raises(ZeroDivisionError):
        client.create_custom_key_store(**XKS)
