"""Key stores of both types, a key in each, and the cluster and the proxy behind them."""

from __future__ import annotations

import pytest
from key_stores import CERTIFICATE, CLUSTER, ENDPOINT, HSM, XKS, create_external_key, described

from fake_kms.xks import LocalXksProxy


@pytest.fixture
def cluster(kms):
    """Register the cluster."""
    return kms.clusters.add(CLUSTER, password="kmsPswd", certificate=CERTIFICATE)


@pytest.fixture
def proxy(kms):
    """Route the endpoint to a proxy in this process with one external key."""
    local = LocalXksProxy()
    local.add_key("one")
    kms.xks.route(ENDPOINT, local)
    return local


@pytest.fixture
def create_key_store(client):
    """Create a key store; it is connected unless `connect` is false."""

    def create(request, connect=True, **changes):
        key_store = client.create_custom_key_store(**request | changes)["CustomKeyStoreId"]
        if connect:
            client.connect_custom_key_store(CustomKeyStoreId=key_store)
            assert described(client, key_store)["ConnectionState"] == "CONNECTED"
        return key_store

    return create


@pytest.fixture
def hsm(create_key_store):
    """Give a connected CloudHSM key store."""
    return create_key_store(HSM)


@pytest.fixture
def outside(create_key_store, proxy):
    """Give a connected external key store."""
    return create_key_store(XKS)


@pytest.fixture
def hsm_key(client, hsm):
    """Create a key in CloudHSM."""
    return client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm)["KeyMetadata"]


@pytest.fixture
def xks_key(client, outside):
    """Create a key that an external key backs."""
    return create_external_key(client, outside)


@pytest.fixture(params=["hsm_key", "xks_key"])
def stored_key(request):
    """Give a key in each type of key store."""
    return request.getfixturevalue(request.param)
