"""CreateCustomKeyStore, DescribeCustomKeyStores, UpdateCustomKeyStore and DeleteCustomKeyStore, whatever the type."""

from __future__ import annotations

import re

import pytest
from expected import members, refusal
from internals import region_of
from key_stores import (
    ABSENT,
    ACCESS_KEY_ID,
    CERTIFICATE,
    CLUSTER,
    ENDPOINT,
    HSM,
    INVALID_STATE,
    NOT_FOUND,
    OTHER_CLUSTER,
    PATH,
    SECRET,
    SERVICE,
    VPC,
    XKS,
    described,
    without,
)

from fake_kms import FakeKms

REQUIRED_FOR_XKS = [
    "XksProxyConnectivity",
    "XksProxyAuthenticationCredential",
    "XksProxyUriEndpoint",
    "XksProxyUriPath",
]


class TestCreateCustomKeyStore:
    def test_the_constraints_of_the_model(self, unchecked, refused):
        prefix = "Value 'cluster-1' at 'cloudHsmClusterId' failed to satisfy constraint: Member must"
        text = (
            f"2 validation errors detected: {prefix} have length greater than or equal to 19; "
            f"{prefix} satisfy regular expression pattern: cluster-[2-7a-zA-Z]{{11,16}}"
        )
        with refused("ValidationException", text):
            unchecked.create_custom_key_store(**HSM | {"CloudHsmClusterId": "cluster-1"})

    @pytest.mark.parametrize("member", ["CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"])
    def test_members_that_a_cloudhsm_key_store_needs(self, client, refused, member):
        with refused("ValidationException", f"{member} is required for custom key stores of type AWS_CLOUDHSM."):
            client.create_custom_key_store(**without(HSM, member))

    @pytest.mark.parametrize("member", REQUIRED_FOR_XKS)
    def test_members_that_an_external_key_store_needs(self, client, proxy, refused, member):
        with refused("ValidationException", f"{member} is required for custom key stores of type EXTERNAL_KEY_STORE."):
            client.create_custom_key_store(**without(XKS, member))

    @pytest.mark.parametrize("member", sorted(set(XKS) - {"CustomKeyStoreName", "CustomKeyStoreType"}))
    def test_members_of_the_other_type_are_refused_for_cloudhsm(self, client, refused, member):
        with refused("ValidationException", f"{member} is not valid for custom key stores of type AWS_CLOUDHSM."):
            client.create_custom_key_store(**HSM | {member: XKS[member]})

    @pytest.mark.parametrize("member", sorted(set(HSM) - {"CustomKeyStoreName"}))
    def test_members_of_the_other_type_are_refused_for_external_key_stores(self, client, proxy, refused, member):
        with refused("ValidationException", f"{member} is not valid for custom key stores of type EXTERNAL_KEY_STORE."):
            client.create_custom_key_store(**XKS | {member: HSM[member]})

    def test_names_are_unique_in_the_region(self, client, hsm, refused, elsewhere):
        with refused("CustomKeyStoreNameInUseException"):
            client.create_custom_key_store(**HSM | {"CloudHsmClusterId": OTHER_CLUSTER})
        elsewhere(region="eu-west-1").create_custom_key_store(**HSM | {"CloudHsmClusterId": OTHER_CLUSTER})

    def test_the_quota(self):
        with FakeKms(quotas={"custom_key_stores": 1}) as kms:
            kms.client().create_custom_key_store(**HSM)
            with refusal("LimitExceededException"):
                kms.client().create_custom_key_store(
                    **HSM | {"CloudHsmClusterId": OTHER_CLUSTER, "CustomKeyStoreName": "b"}
                )

    def test_the_answer_is_an_id(self, client):
        answer = members(client.create_custom_key_store(**HSM))

        assert set(answer) == {"CustomKeyStoreId"}
        assert re.fullmatch("cks-[0-9a-f]{17}", answer["CustomKeyStoreId"])

    def test_secrets_are_in_neither_journal_nor_repr(self, kms, hsm, outside):
        shown = "".join(str(dict(event.input)) for event in kms.journal)
        shown += repr(region_of(kms).key_stores.get(outside))

        for secret in (HSM["KeyStorePassword"], SECRET, ACCESS_KEY_ID):
            assert secret not in shown


class TestDescribeCustomKeyStores:
    def test_a_key_store_that_is_named_like_the_id_of_another_one(self, client, hsm):
        named_like_it = HSM | {"CloudHsmClusterId": OTHER_CLUSTER, "CustomKeyStoreName": hsm}
        other = client.create_custom_key_store(**named_like_it)["CustomKeyStoreId"]

        for wanted, found in (({"CustomKeyStoreId": hsm}, hsm), ({"CustomKeyStoreName": hsm}, other)):
            listed = client.describe_custom_key_stores(**wanted)["CustomKeyStores"]
            assert [key_store["CustomKeyStoreId"] for key_store in listed] == [found]

    def test_a_marker_that_no_listing_has_given_out(self, client, refused):
        with refused("InvalidMarkerException"):
            client.describe_custom_key_stores(Marker="x")

    def test_id_and_name(self, client, hsm, refused):
        text = "Only one of CustomKeyStoreId and CustomKeyStoreName can be specified."
        with refused("ValidationException", text):
            client.describe_custom_key_stores(CustomKeyStoreId=hsm, CustomKeyStoreName="hsm")

    def test_a_key_store_that_does_not_exist(self, client, hsm, refused):
        with refused(NOT_FOUND):
            client.describe_custom_key_stores(CustomKeyStoreName="HSM")
        with refused(NOT_FOUND):
            client.describe_custom_key_stores(CustomKeyStoreId=ABSENT)

    def test_no_key_stores_and_those_of_others(self, client, hsm, elsewhere):
        for other in (elsewhere(account="111122223333"), elsewhere(region="eu-west-1")):
            assert members(other.describe_custom_key_stores()) == {"CustomKeyStores": [], "Truncated": False}

    def test_a_cloudhsm_key_store(self, client, create_key_store):
        key_store = create_key_store(HSM, connect=False)

        assert without(described(client, key_store), "CreationDate") == {
            "CustomKeyStoreId": key_store,
            "CustomKeyStoreName": "hsm",
            "CustomKeyStoreType": "AWS_CLOUDHSM",
            "CloudHsmClusterId": CLUSTER,
            "TrustAnchorCertificate": CERTIFICATE,
            "ConnectionState": "DISCONNECTED",
        }

    def test_an_external_key_store(self, client, create_key_store, proxy):
        key_store = create_key_store(XKS, connect=False)

        assert without(described(client, key_store), "CreationDate") == {
            "CustomKeyStoreId": key_store,
            "CustomKeyStoreName": "outside",
            "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
            "ConnectionState": "DISCONNECTED",
            "XksProxyConfiguration": {
                "Connectivity": "PUBLIC_ENDPOINT",
                "AccessKeyId": ACCESS_KEY_ID,
                "UriEndpoint": ENDPOINT,
                "UriPath": PATH,
            },
        }

    def test_the_owner_of_a_vpc_endpoint_service(self, client, create_key_store):
        first = create_key_store(VPC, connect=False)
        owned = create_key_store(
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

    def test_one_by_its_name(self, client, hsm, outside):
        by_name = client.describe_custom_key_stores(CustomKeyStoreName="hsm")

        assert members(by_name) == {"CustomKeyStores": [described(client, hsm)], "Truncated": False}

    def test_both_types_side_by_side(self, client, outside, create_key_store):
        hsm = create_key_store(HSM)
        entries = client.describe_custom_key_stores()["CustomKeyStores"]

        assert [entry["CustomKeyStoreId"] for entry in entries] == [outside, hsm]

    def test_pages(self, client, create_key_store):
        created = [
            create_key_store(HSM, connect=False, CustomKeyStoreName=letter, CloudHsmClusterId=f"cluster-{letter * 11}")
            for letter in "abc"
        ]

        pages = list(client.get_paginator("describe_custom_key_stores").paginate(PaginationConfig={"PageSize": 2}))
        assert [len(page["CustomKeyStores"]) for page in pages] == [2, 1]
        assert [page["Truncated"] for page in pages] == [True, False]
        assert [entry["CustomKeyStoreId"] for page in pages for entry in page["CustomKeyStores"]] == created


class TestUpdateCustomKeyStore:
    def test_members_of_the_other_type(self, client, hsm, outside, refused):
        text = "KeyStorePassword is not valid for custom key stores of type EXTERNAL_KEY_STORE."
        with refused("ValidationException", text):
            client.update_custom_key_store(CustomKeyStoreId=outside, KeyStorePassword="kmsPswd")
        text = "XksProxyUriPath is not valid for custom key stores of type AWS_CLOUDHSM."
        with refused("ValidationException", text):
            client.update_custom_key_store(CustomKeyStoreId=hsm, XksProxyUriPath=PATH)

    def test_a_name_that_is_taken(self, client, hsm, create_key_store, refused):
        create_key_store(HSM, connect=False, CustomKeyStoreName="taken", CloudHsmClusterId=OTHER_CLUSTER)

        with refused("CustomKeyStoreNameInUseException"):
            client.update_custom_key_store(CustomKeyStoreId=hsm, NewCustomKeyStoreName="taken")

    def test_a_new_name(self, client, hsm):
        before = described(client, hsm)

        for name in ("new", "new"):
            answer = client.update_custom_key_store(CustomKeyStoreId=hsm, NewCustomKeyStoreName=name)
            assert members(answer) == {}
        assert described(client, hsm) == before | {"CustomKeyStoreName": "new"}


class TestDeleteCustomKeyStore:
    def test_a_connected_key_store(self, client, hsm, refused):
        with refused(INVALID_STATE):
            client.delete_custom_key_store(CustomKeyStoreId=hsm)

    @pytest.mark.parametrize("pending", [False, True], ids=["enabled", "pending deletion"])
    def test_a_key_store_with_keys_stays_until_they_are_deleted(self, kms, client, hsm_key, refused, pending):
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

    def test_an_empty_key_store(self, client, create_key_store, refused):
        key_store = create_key_store(HSM, connect=False)
        assert members(client.delete_custom_key_store(CustomKeyStoreId=key_store)) == {}

        with refused(NOT_FOUND):
            client.describe_custom_key_stores(CustomKeyStoreId=key_store)
        create_key_store(HSM)


@pytest.mark.parametrize(
    "operation",
    ["ConnectCustomKeyStore", "DisconnectCustomKeyStore", "DeleteCustomKeyStore", "UpdateCustomKeyStore"],
)
def test_a_key_store_that_does_not_exist(client, hsm, elsewhere, refused, operation):
    with refused(NOT_FOUND):
        client._make_api_call(operation, {"CustomKeyStoreId": ABSENT})
    with refused(NOT_FOUND):
        elsewhere(account="111122223333")._make_api_call(operation, {"CustomKeyStoreId": hsm})


def test_the_empty_outputs_are_empty_objects(send, hsm):
    for operation in ("ConnectCustomKeyStore", "UpdateCustomKeyStore", "DisconnectCustomKeyStore"):
        assert send(operation, {"CustomKeyStoreId": hsm}).body == b"{}"
    send("DescribeCustomKeyStores")
    assert send("DeleteCustomKeyStore", {"CustomKeyStoreId": hsm}).body == b"{}"
