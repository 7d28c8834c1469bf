"""Keys in custom key stores: CreateKey, what they cannot do, and their states while the key store is away."""

from __future__ import annotations

import pytest
from expected import not_multi_region, other_origin, refusal
from iam import denied
from installed import NEWER_OPERATIONS
from key_stores import (
    ABSENT,
    CLUSTER,
    INVALID_STATE,
    NOT_CONNECTED,
    NOT_FOUND,
    TEXTS,
    connection,
    create_external_key,
    state,
)

from fake_kms.xks import Failure


class TestCreateKey:
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
    def test_members_that_do_not_go_together(self, client, refused, request_, text):
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
    def test_custom_key_stores_hold_symmetric_keys_of_one_region(self, client, hsm, outside, refused, request_):
        with refused("UnsupportedOperationException"):
            client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm, **request_)
        with refused("UnsupportedOperationException"):
            client.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=outside, XksKeyId="one", **request_)

    def test_the_origin_is_that_of_the_key_store(self, client, hsm, outside, refused):
        with refused("UnsupportedOperationException"):
            client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=outside)
        with refused("UnsupportedOperationException"):
            create_external_key(client, hsm)

    def test_a_key_store_that_does_not_exist(self, client, refused):
        with refused(NOT_FOUND):
            client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=ABSENT)

    @pytest.mark.parametrize("cluster", [{"hsms": 1}, {"state": "DEGRADED"}])
    def test_a_cluster_that_cannot_take_a_key(self, kms, client, hsm, refused, cluster):
        kms.clusters.add(CLUSTER, **cluster)
        with refused("CloudHsmClusterInvalidConfigurationException"):
            client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm)

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
        ids=["key spec", "status", "key usage"],
    )
    def test_an_external_key_that_does_not_meet_the_requirements(
        self, client, outside, proxy, refused, external_key, text
    ):
        proxy.add_key("unfit", **external_key)
        with refused("XksKeyInvalidConfigurationException", text):
            create_external_key(client, outside, "unfit")

    def test_an_external_key_that_does_not_exist(self, client, outside, refused):
        with refused("XksKeyNotFoundException", TEXTS[Failure.KEY_NOT_FOUND]):
            create_external_key(client, outside, "absent")

    @pytest.mark.parametrize(
        "failure", [failure for failure in Failure if failure is not Failure.KEY_NOT_FOUND], ids=lambda one: one.name
    )
    def test_a_proxy_that_fails(self, client, outside, proxy, refused, failure):
        proxy.fail_with(failure)
        of_the_key = failure in {Failure.KEY_DISABLED, Failure.INVALID_KEY_USAGE}
        code = "XksKeyInvalidConfigurationException" if of_the_key else INVALID_STATE
        with refused(code, TEXTS.get(failure, "")):
            create_external_key(client, outside)

    def test_an_external_key_backs_one_kms_key(self, kms, client, outside, xks_key, refused):
        with refused("XksKeyAlreadyInUseException"):
            create_external_key(client, outside)
        client.schedule_key_deletion(KeyId=xks_key["KeyId"], PendingWindowInDays=7)
        with refused("XksKeyAlreadyInUseException"):
            create_external_key(client, outside)
        kms.clock.advance(days=8)
        create_external_key(client, outside)

    def test_the_proxy_is_not_contacted_for_a_caller_who_may_not_create_keys(self, kms, outside, proxy):
        proxy.fail_with(Failure.UNREACHABLE)
        user = kms.principals.user("nobody")
        with kms.acting_as(user), refusal("AccessDeniedException", denied(user, "CreateKey", "*")):
            create_external_key(kms.client(), outside)
        with refusal(INVALID_STATE, TEXTS[Failure.UNREACHABLE]):
            create_external_key(kms.client(), outside)

    def test_a_key_in_cloudhsm(self, client, hsm, hsm_key):
        assert hsm_key["Origin"] == "AWS_CLOUDHSM"
        assert hsm_key["CustomKeyStoreId"] == hsm
        assert hsm_key["CloudHsmClusterId"] == CLUSTER
        assert not {"CurrentKeyMaterialId", "XksKeyConfiguration"} & set(hsm_key)
        assert client.describe_key(KeyId=hsm_key["KeyId"])["KeyMetadata"] == hsm_key

    def test_a_key_that_an_external_key_backs(self, client, outside, xks_key):
        assert xks_key["Origin"] == "EXTERNAL_KEY_STORE"
        assert xks_key["CustomKeyStoreId"] == outside
        assert xks_key["XksKeyConfiguration"] == {"Id": "one"}
        assert not {"CurrentKeyMaterialId", "CloudHsmClusterId"} & set(xks_key)
        assert client.describe_key(KeyId=xks_key["KeyId"])["KeyMetadata"] == xks_key


# Operation -> what it needs besides KeyId.
NOT_FOR_KEY_STORES = {
    "EnableKeyRotation": {},
    "DisableKeyRotation": {},
    "GetKeyRotationStatus": {},
    "ListKeyRotations": {},
    "RotateKeyOnDemand": {},
    "GetParametersForImport": {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
    "DeleteImportedKeyMaterial": {},
    "GenerateDataKeyPair": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
}


def test_no_rotation_no_import_no_replica_no_key_pairs(client, stored_key, refused):
    for operation in NOT_FOR_KEY_STORES.keys() - NEWER_OPERATIONS:
        request = NOT_FOR_KEY_STORES[operation]
        with refused(*other_origin(stored_key)):
            client._make_api_call(operation, {"KeyId": stored_key["KeyId"], **request})
    with refused(*not_multi_region(stored_key)):
        client.replicate_key(KeyId=stored_key["KeyId"], ReplicaRegion="eu-west-1")


def reconnect(client, key, meanwhile=lambda: None):
    """Disconnect the key store of a key and connect it again; return the key's state meanwhile and afterwards."""
    key_store = {"CustomKeyStoreId": key["CustomKeyStoreId"]}
    client.disconnect_custom_key_store(**key_store)
    client.describe_custom_key_stores()
    meanwhile()
    between = state(client, key)
    client.connect_custom_key_store(**key_store)
    return between, state(client, key)


class TestUnavailable:
    def test_keys_are_unavailable_while_their_key_store_is_not_connected(self, client, stored_key, refused):
        key_id, key_store = stored_key["KeyId"], {"CustomKeyStoreId": stored_key["CustomKeyStoreId"]}
        blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
        client.disconnect_custom_key_store(**key_store)
        assert state(client, stored_key) == "Unavailable"
        external = stored_key["Origin"] == "EXTERNAL_KEY_STORE"
        unavailable = "KMSInvalidStateException", NOT_CONNECTED if external else f"{stored_key['Arn']} is unavailable."
        with refused(*unavailable):
            client.encrypt(KeyId=key_id, Plaintext=b"x")
        with refused(*unavailable):
            client.decrypt(CiphertextBlob=blob)
        with refused(*unavailable):
            client.generate_data_key(KeyId=key_id, KeySpec="AES_256")
        client.connect_custom_key_store(**key_store)
        assert state(client, stored_key) == "Enabled"
        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"

    def test_what_happens_to_keys_in_the_meantime(self, client, stored_key):
        key = {"KeyId": stored_key["KeyId"]}

        def states(meanwhile=lambda: None):
            return reconnect(client, stored_key, meanwhile)

        assert states(lambda: client.disable_key(**key)) == ("Unavailable", "Disabled")
        assert states() == ("Unavailable", "Disabled")
        assert states(lambda: client.enable_key(**key)) == ("Unavailable", "Enabled")
        assert states(lambda: client.schedule_key_deletion(**key)) == ("PendingDeletion", "PendingDeletion")
        assert states(lambda: client.cancel_key_deletion(**key)) == ("Unavailable", "Disabled")

    def test_a_key_stays_disabled_after_a_canceled_deletion(self, client, stored_key):
        client.schedule_key_deletion(KeyId=stored_key["KeyId"])
        client.cancel_key_deletion(KeyId=stored_key["KeyId"])
        assert reconnect(client, stored_key) == ("Unavailable", "Disabled")

    def test_a_disabled_key_stays_pending_deletion(self, client, stored_key):
        client.disable_key(KeyId=stored_key["KeyId"])
        client.schedule_key_deletion(KeyId=stored_key["KeyId"])
        assert reconnect(client, stored_key) == ("PendingDeletion", "PendingDeletion")

    def test_keys_of_a_failed_key_store_stay_unavailable(self, client, proxy, xks_key):
        key_store = {"CustomKeyStoreId": xks_key["CustomKeyStoreId"]}
        client.disconnect_custom_key_store(**key_store)
        client.describe_custom_key_stores()
        proxy.fail_with(Failure.TLS)
        client.connect_custom_key_store(**key_store)
        assert state(client, xks_key) == "Unavailable"
        assert connection(client, xks_key["CustomKeyStoreId"])[0] == "FAILED"
