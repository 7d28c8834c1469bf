"""External key stores: CreateCustomKeyStore and UpdateCustomKeyStore, and the proxy that they contact."""

from __future__ import annotations

import pytest
from installed import needs
from key_stores import (
    ACCESS_KEY_ID,
    ENDPOINT,
    HEALTH_FAILURES,
    OTHER_CREDENTIAL,
    PATH,
    SECRET,
    SERVICE,
    TEXTS,
    VPC,
    XKS,
    described,
    without,
)

from fake_kms.xks import Failure

UNREACHABLE = "XksProxyUriUnreachableException"
BAD_CREDENTIAL = ("XksProxyIncorrectAuthenticationCredentialException", TEXTS[Failure.AUTHENTICATION_FAILED])
NO_SERVICE_NAME = (
    "ValidationException",
    "XksProxyVpcEndpointServiceName is required with XksProxyConnectivity VPC_ENDPOINT_SERVICE.",
)
SERVICE_NAME = (
    "ValidationException",
    "XksProxyVpcEndpointServiceName is not valid with XksProxyConnectivity PUBLIC_ENDPOINT.",
)


class TestCreateCustomKeyStore:
    def test_connectivity_and_vpc_endpoint_service_go_together(self, client, proxy, refused):
        with refused(*NO_SERVICE_NAME):
            client.create_custom_key_store(**without(VPC, "XksProxyVpcEndpointServiceName"))
        with refused(*SERVICE_NAME):
            client.create_custom_key_store(**XKS, XksProxyVpcEndpointServiceName=SERVICE)

    def test_a_uri_backs_one_key_store_of_the_region(self, client, create_key_store, proxy, refused):
        create_key_store(XKS, connect=False)
        again = XKS | {"CustomKeyStoreName": "b"}

        with refused("XksProxyUriInUseException"):
            client.create_custom_key_store(**again)
        with refused("XksProxyUriInUseException"):
            client.create_custom_key_store(**again | {"XksProxyUriEndpoint": "https://PROXY.example.com"})
        with refused("XksProxyUriEndpointInUseException"):
            client.create_custom_key_store(**VPC | {"CustomKeyStoreName": "b", "XksProxyUriPath": "/b/kms/xks/v1"})
        create_key_store(XKS, connect=False, CustomKeyStoreName="b", XksProxyUriPath="/b/kms/xks/v1")

    def test_a_private_dns_name_and_a_vpc_endpoint_service_back_one_key_store(
        self, client, create_key_store, proxy, refused
    ):
        create_key_store(VPC, connect=False)
        path = {"CustomKeyStoreName": "b", "XksProxyUriPath": "/b/kms/xks/v1"}

        with refused("XksProxyVpcEndpointServiceInUseException"):
            client.create_custom_key_store(**VPC | path)
        with refused("XksProxyUriEndpointInUseException"):
            client.create_custom_key_store(**VPC | path | {"XksProxyVpcEndpointServiceName": SERVICE + "1"})
        with refused("XksProxyUriEndpointInUseException"):
            client.create_custom_key_store(**XKS | path)

    def test_vpc_endpoint_services_that_do_not_meet_the_requirements(self, kms, client, create_key_store, refused):
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
        create_key_store(VPC, connect=False, **owner)

    @pytest.mark.parametrize(("failure", "code", "_"), HEALTH_FAILURES, ids=lambda value: getattr(value, "name", ""))
    def test_a_proxy_that_fails(self, client, proxy, refused, failure, code, _):
        proxy.fail_with(failure)
        with refused(code, TEXTS.get(failure, "")):
            client.create_custom_key_store(**XKS)

    def test_an_endpoint_without_a_route(self, client, refused):
        with refused(UNREACHABLE, TEXTS[Failure.UNREACHABLE]):
            client.create_custom_key_store(**XKS)

    def test_a_path_without_a_route(self, kms, client, create_key_store, proxy, refused):
        kms.xks.route("https://paths.example.com/b/kms/xks/v1", proxy)
        with refused("XksProxyInvalidConfigurationException", TEXTS[Failure.INVALID_URI_PATH]):
            client.create_custom_key_store(**XKS | {"XksProxyUriEndpoint": "https://paths.example.com"})
        create_key_store(XKS, XksProxyUriEndpoint="https://paths.example.com", XksProxyUriPath="/b/kms/xks/v1")

    def test_all_key_managers_are_unavailable(self, client, create_key_store, proxy, refused):
        proxy.set_health("UNAVAILABLE", "UNAVAILABLE")
        with refused(UNREACHABLE, TEXTS[Failure.UNHEALTHY]):
            client.create_custom_key_store(**XKS)
        proxy.set_health("UNAVAILABLE", "DEGRADED")
        create_key_store(XKS)

    def test_the_credential_of_a_proxy_in_this_process(self, kms, client, create_key_store, proxy, refused):
        kms.xks.route(ENDPOINT, proxy, credential=(ACCESS_KEY_ID, SECRET))
        with refused(*BAD_CREDENTIAL):
            client.create_custom_key_store(**XKS | {"XksProxyAuthenticationCredential": OTHER_CREDENTIAL})
        create_key_store(XKS)

    def test_a_proxy_behind_a_vpc_endpoint_service_is_not_contacted(self, client, proxy, create_key_store):
        proxy.fail_with(Failure.UNREACHABLE)
        create_key_store(VPC, connect=False)

    def test_a_mistake_of_the_users_proxy_surfaces_as_itself(self, kms, client):
        class Broken:
            def call(self, path, body):
                raise ZeroDivisionError

        kms.xks.route(ENDPOINT, Broken())
        with pytest.raises(ZeroDivisionError):
            client.create_custom_key_store(**XKS)


class TestUpdateCustomKeyStore:
    def test_a_new_credential_is_tried(self, kms, client, proxy, xks_key, refused):
        key_store = xks_key["CustomKeyStoreId"]
        kms.xks.route(ENDPOINT, proxy, credential=(ACCESS_KEY_ID, SECRET[::-1]))
        with refused("KMSInvalidStateException", TEXTS[Failure.AUTHENTICATION_FAILED]):
            client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")
        with refused(*BAD_CREDENTIAL):
            client.update_custom_key_store(
                CustomKeyStoreId=key_store,
                XksProxyAuthenticationCredential={"AccessKeyId": "A" * 20, "RawSecretAccessKey": SECRET},
            )
        client.update_custom_key_store(CustomKeyStoreId=key_store, XksProxyAuthenticationCredential=OTHER_CREDENTIAL)
        client.encrypt(KeyId=xks_key["KeyId"], Plaintext=b"x")

    def test_a_new_endpoint_is_tried_and_unique(self, client, create_key_store, proxy, refused):
        create_key_store(XKS, connect=False)
        other = create_key_store(XKS, connect=False, CustomKeyStoreName="b", XksProxyUriPath="/b/kms/xks/v1")
        with refused(UNREACHABLE, TEXTS[Failure.UNREACHABLE]):
            client.update_custom_key_store(CustomKeyStoreId=other, XksProxyUriEndpoint="https://absent.example.com")
        with refused("XksProxyUriInUseException"):
            client.update_custom_key_store(CustomKeyStoreId=other, XksProxyUriPath=PATH)

    @needs("DescribeCustomKeyStores:CustomKeyStores.XksProxyConfiguration.VpcEndpointServiceOwner")
    def test_another_connectivity(self, client, create_key_store, proxy, refused):
        key_store = create_key_store(XKS, connect=False)
        change = {"CustomKeyStoreId": key_store, "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE"}
        with refused("ValidationException", "XksProxyUriEndpoint is required to change XksProxyConnectivity."):
            client.update_custom_key_store(**change, XksProxyVpcEndpointServiceName=SERVICE)
        change["XksProxyUriEndpoint"] = "https://private.example.com"
        with refused(*NO_SERVICE_NAME):
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
        with refused(*SERVICE_NAME):
            client.update_custom_key_store(**change, XksProxyVpcEndpointServiceName=SERVICE)
        client.update_custom_key_store(**change)
        assert "VpcEndpointServiceName" not in described(client, key_store)["XksProxyConfiguration"]

    def test_a_connected_key_store_behind_a_vpc_endpoint_service_contacts_its_proxy(
        self, client, create_key_store, proxy, refused
    ):
        key_store = create_key_store(VPC)
        proxy.fail_with(Failure.INVALID_URI_PATH)
        with refused("XksProxyInvalidConfigurationException", TEXTS[Failure.INVALID_URI_PATH]):
            client.update_custom_key_store(CustomKeyStoreId=key_store, XksProxyUriPath="/new/kms/xks/v1")
