"""CloudHSM key stores: CreateCustomKeyStore, UpdateCustomKeyStore, and GenerateRandom in a cluster."""

from __future__ import annotations

import pytest
from key_stores import ABSENT, CERTIFICATE, CLUSTER, HSM, INVALID_STATE, NOT_FOUND, OTHER_CLUSTER, described

SECOND = HSM | {"CloudHsmClusterId": OTHER_CLUSTER, "CustomKeyStoreName": "b"}


class TestCreateCustomKeyStore:
    def test_a_cluster_backs_one_key_store_of_the_account(self, client, hsm, refused, elsewhere):
        request = HSM | {"CustomKeyStoreName": "b"}
        with refused("CloudHsmClusterInUseException"):
            client.create_custom_key_store(**request)
        with refused("CloudHsmClusterInUseException"):
            elsewhere(region="eu-west-1").create_custom_key_store(**request)
        elsewhere(account="111122223333").create_custom_key_store(**request)

    @pytest.mark.parametrize(
        "common", [{"backup_lineage": "backup"}, {"certificate": CERTIFICATE}], ids=["lineage", "certificate"]
    )
    def test_clusters_of_one_backup_lineage_back_one_key_store(self, kms, client, create_key_store, refused, common):
        kms.clusters.add(CLUSTER, **common)
        kms.clusters.add(OTHER_CLUSTER, **common)
        kms.clusters.add("cluster-aaaaaaaaaaa")
        create_key_store(HSM)

        with refused("CloudHsmClusterInUseException"):
            client.create_custom_key_store(**SECOND)
        create_key_store(HSM, CloudHsmClusterId="cluster-aaaaaaaaaaa", CustomKeyStoreName="b")

    @pytest.mark.parametrize(
        ("cluster", "code"),
        [
            ({"state": "UNINITIALIZED"}, "CloudHsmClusterNotActiveException"),
            ({"hsms": 1}, "CloudHsmClusterInvalidConfigurationException"),
            ({"certificate": "another"}, "IncorrectTrustAnchorException"),
        ],
    )
    def test_a_cluster_that_does_not_meet_the_requirements(self, kms, client, refused, cluster, code):
        kms.clusters.add(CLUSTER, **cluster)
        with refused(code):
            client.create_custom_key_store(**HSM)

    def test_once_a_cluster_is_registered_others_do_not_exist(self, kms, client, create_key_store, refused):
        kms.clusters.add(CLUSTER, certificate=CERTIFICATE + "\n")
        create_key_store(HSM)
        with refused("CloudHsmClusterNotFoundException"):
            client.create_custom_key_store(**SECOND)


class TestUpdateCustomKeyStore:
    @pytest.mark.parametrize("member", ["KeyStorePassword", "CloudHsmClusterId"])
    def test_cloudhsm_settings_change_only_while_disconnected(self, client, hsm, refused, member):
        with refused(INVALID_STATE):
            client.update_custom_key_store(CustomKeyStoreId=hsm, **{member: HSM[member]})

    def test_a_related_cluster(self, kms, client, create_key_store, refused):
        kms.clusters.add(CLUSTER, backup_lineage="related")
        kms.clusters.add(OTHER_CLUSTER, backup_lineage="related")
        kms.clusters.add("cluster-strangerrrr", backup_lineage="unrelated")
        kms.clusters.add("cluster-otheranchor", certificate="another")
        kms.clusters.add("cluster-smalllllll2", hsms=1, backup_lineage="related")
        kms.clusters.add("cluster-inactiveeee", state="CREATE_IN_PROGRESS")
        key_store = create_key_store(HSM, connect=False)
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

    def test_any_cluster_while_no_cluster_is_registered(self, client, create_key_store):
        key_store = create_key_store(HSM, connect=False)
        client.update_custom_key_store(CustomKeyStoreId=key_store, CloudHsmClusterId=OTHER_CLUSTER)

        assert described(client, key_store)["CloudHsmClusterId"] == OTHER_CLUSTER


class TestGenerateRandom:
    def test_a_key_store_that_does_not_exist(self, client, hsm, refused):
        with refused(NOT_FOUND):
            client.generate_random(NumberOfBytes=16, CustomKeyStoreId=ABSENT)

    def test_an_external_key_store(self, client, outside, refused):
        with refused("UnsupportedOperationException"):
            client.generate_random(NumberOfBytes=16, CustomKeyStoreId=outside)

    def test_a_disconnected_key_store(self, client, hsm, refused):
        client.disconnect_custom_key_store(CustomKeyStoreId=hsm)
        client.describe_custom_key_stores()

        with refused(INVALID_STATE):
            client.generate_random(NumberOfBytes=16, CustomKeyStoreId=hsm)

    def test_random_bytes_of_a_cluster(self, client, hsm):
        assert len(client.generate_random(NumberOfBytes=16, CustomKeyStoreId=hsm)["Plaintext"]) == 16
