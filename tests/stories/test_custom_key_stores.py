"""What is assumed about custom key stores, as far as no cluster and no proxy is needed. Nothing is created."""

from __future__ import annotations

import pytest
from key_stores import ABSENT, CERTIFICATE, CLUSTER, HSM, OTHER_CLUSTER, SERVICE, VPC, XKS, without

INVALID = "ValidationException"

pytestmark = pytest.mark.aws


@pytest.mark.settles("errors.custom_key_store_by_id_or_name")
def test_describing_by_id_and_name(settle, client):
    settle.refusal(
        INVALID,
        "Only one of CustomKeyStoreId and CustomKeyStoreName can be specified.",
        client.describe_custom_key_stores,
        CustomKeyStoreId=ABSENT,
        CustomKeyStoreName="none",
    )


@pytest.mark.settles("errors.member_required_by_type")
@pytest.mark.parametrize("member", ["CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"])
def test_a_cloudhsm_key_store_without_a_member(settle, client, member):
    settle.refusal(
        INVALID,
        f"{member} is required for custom key stores of type AWS_CLOUDHSM.",
        client.create_custom_key_store,
        **without(HSM, member),
    )


@pytest.mark.settles("errors.member_required_by_type")
@pytest.mark.parametrize("member", ["XksProxyUriEndpoint", "XksProxyAuthenticationCredential"])
def test_an_external_key_store_without_a_member(settle, client, member):
    settle.refusal(
        INVALID,
        f"{member} is required for custom key stores of type EXTERNAL_KEY_STORE.",
        client.create_custom_key_store,
        **without(XKS, member),
    )


@pytest.mark.settles("errors.member_not_valid_for_type")
def test_a_cluster_for_an_external_key_store(settle, client):
    settle.refusal(
        INVALID,
        "CloudHsmClusterId is not valid for custom key stores of type EXTERNAL_KEY_STORE.",
        client.create_custom_key_store,
        **XKS | {"CloudHsmClusterId": CLUSTER},
    )


@pytest.mark.settles("errors.member_required_with", "operations/custom_key_stores.py: the order of the checks")
@pytest.mark.parametrize("origin", ["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])
def test_a_key_of_a_custom_key_store_without_the_key_store(settle, client, origin):
    settle.refusal(INVALID, f"CustomKeyStoreId is required with Origin {origin}.", client.create_key, Origin=origin)


@pytest.mark.settles("errors.member_not_valid_with")
def test_an_external_key_of_another_origin(settle, client):
    settle.refusal(
        INVALID, "XksKeyId is not valid with Origin AWS_KMS.", client.create_key, XksKeyId="one", Origin="AWS_KMS"
    )


@pytest.mark.settles("errors.cluster_not_found")
def test_a_cluster_that_is_not_there(settle, client):
    if settle.fake:  # a fake has every cluster until it is given one
        settle.fake.clusters.add(OTHER_CLUSTER)

    settle.refusal(
        "CloudHsmClusterNotFoundException",
        "",
        client.create_custom_key_store,
        **HSM | {"TrustAnchorCertificate": CERTIFICATE},
    )


@pytest.mark.settles("errors.xks_vpc_service_not_found")
def test_a_vpc_endpoint_service_that_is_not_there(settle, client):
    if settle.fake:  # the same
        settle.fake.xks.add_vpc_endpoint_service(f"{SERVICE}1")

    settle.refusal("XksProxyVpcEndpointServiceNotFoundException", "", client.create_custom_key_store, **VPC)


@pytest.mark.settles("operations/custom_key_stores.py check_key_store")
def test_an_asymmetric_key_in_a_custom_key_store(settle, client):
    settle.refusal(
        "UnsupportedOperationException",
        "",
        client.create_key,
        Origin="AWS_CLOUDHSM",
        CustomKeyStoreId=ABSENT,
        KeySpec="RSA_2048",
        KeyUsage="SIGN_VERIFY",
    )
