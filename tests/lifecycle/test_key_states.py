"""The table of key states, cell by cell: every operation on a key, in every state, through boto3."""

from __future__ import annotations

import botocore.exceptions
import pytest

from fake_kms.operations import DECLARATIONS
from fake_kms.tables import model
from fake_kms.tables.key_states import KEY_STATES, TRANSITIONS, Change, KeyState

TEXTS = {
    "disabled": ("DisabledException", "{arn} is disabled."),
    "pending_deletion": ("KMSInvalidStateException", "{arn} is pending deletion."),
    "pending_replica_deletion": ("KMSInvalidStateException", "{arn} is pending replica deletion."),
    "not_pending_deletion": ("KMSInvalidStateException", "{arn} is not pending deletion."),
    "pending_import": ("KMSInvalidStateException", "{arn} is pending import."),
    "unavailable": ("KMSInvalidStateException", "{arn} is unavailable."),
    "creating": ("KMSInvalidStateException", "{arn} is creating."),
    "updating": ("KMSInvalidStateException", "{arn} is updating."),
}
POLICY = '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}'
REQUESTS = {
    "CreateAlias": {"AliasName": "alias/new"},
    "Encrypt": {"Plaintext": b"x"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "PutKeyPolicy": {"Policy": POLICY},
    "TagResource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "UntagResource": {"TagKeys": ["a"]},
    "UpdateAlias": {"AliasName": "alias/present"},
    "UpdateKeyDescription": {"Description": "new"},
}
BUILT = sorted(set(KEY_STATES) & set(DECLARATIONS) & set(model.load()))


def prepare(kms, client, operation):
    """Make a key and a request that works on it; give both."""
    key = client.create_key()["KeyMetadata"]
    request = dict(REQUESTS.get(operation, {}))
    if operation in {"Decrypt", "ReEncrypt"}:
        request["CiphertextBlob"] = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    if operation in {"UpdateAlias", "DeleteAlias"}:
        target = client.create_key()["KeyMetadata"]["KeyId"] if operation == "UpdateAlias" else key["KeyId"]
        client.create_alias(AliasName="alias/present", TargetKeyId=target)
    if operation == "DeleteAlias":
        request["AliasName"] = "alias/present"
    elif operation == "ReEncrypt":
        request["DestinationKeyId"] = client.create_key()["KeyMetadata"]["KeyId"]
    elif operation != "Decrypt":
        request["TargetKeyId" if operation.endswith("Alias") else "KeyId"] = key["KeyId"]
    return key, request


@pytest.mark.parametrize("state", list(KeyState), ids=lambda state: state.value)
@pytest.mark.parametrize("operation", BUILT)
def test_a_cell_of_the_table(kms, client, operation, state):
    key, request = prepare(kms, client, operation)
    # Some states are only reached through other operations; the table must hold for all of them.
    kms._service.store.region("123456789012", "us-east-1").keys.get(key["KeyId"]).state = state
    expected = KEY_STATES[operation][state]

    if expected is None:
        client._make_api_call(operation, request)
        return
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        client._make_api_call(operation, request)
    error = refusal.value.response["Error"]
    code, text = TEXTS[expected.value]
    assert (error["Code"], error["Message"]) == (code, text.format(arn=key["Arn"]))


@pytest.mark.parametrize("state", list(KeyState), ids=lambda state: state.value)
@pytest.mark.parametrize("change", list(Change), ids=lambda change: change.value)
def test_a_change_of_state_is_the_tables_or_impossible_and_then_nothing_happens(kms, client, key, state, change):
    stored = kms._service.store.region("123456789012", "us-east-1").keys.get(key["KeyId"])
    stored.state = state

    if change in TRANSITIONS[state]:
        stored.fire(change)
        assert stored.state is TRANSITIONS[state][change]
    else:
        with pytest.raises(KeyError):
            stored.fire(change)
        assert stored.state is state
