"""Connecting and disconnecting custom key stores.

Source: Developer Guide, "Key stores"; API_CustomKeyStoresListEntry, ConnectionErrorCode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.operations._cloud_hsm import log_in
from fake_kms.operations._declare import Output, operation
from fake_kms.operations._external_key_stores import try_proxy
from fake_kms.operations._key_stores import named_key_store

if TYPE_CHECKING:
    from fake_kms.operations.call import Call
    from fake_kms.store.key_store import CustomKeyStore

__all__: list[str] = []


def _check_connect(call: Call) -> None:
    if named_key_store(call).state in {"DISCONNECTING", "FAILED"}:
        raise errors.custom_key_store_state()


@operation("ConnectCustomKeyStore", after_key_checks=_check_connect, changes=True)
def connect_custom_key_store(call: Call) -> Output:
    """Begin to connect a custom key store: CONNECTING, and after a while CONNECTED, or FAILED with an error code.

    The cluster or proxy is contacted now, and the result shows when the key store has connected.
    Assumed: nothing happens to a key store that is CONNECTED or CONNECTING already.
    Raises: CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException, CloudHsmClusterNotActiveException,
    CloudHsmClusterInvalidConfigurationException. Source: API_ConnectCustomKeyStore.
    """
    key_store = named_key_store(call)
    if key_store.state == "DISCONNECTED":
        error_code = try_proxy(call, key_store.settings) if key_store.external else log_in(call, key_store)
        key_store.enter("CONNECTING")
        _enter_later(call, key_store, "CONNECTED" if error_code is None else "FAILED", error_code)
    return {}


def _check_disconnect(call: Call) -> None:
    if named_key_store(call).state in {"DISCONNECTING", "DISCONNECTED"}:
        raise errors.custom_key_store_state()


@operation("DisconnectCustomKeyStore", after_key_checks=_check_disconnect, changes=True)
def disconnect_custom_key_store(call: Call) -> Output:
    """Begin to disconnect a custom key store: its keys are unavailable at once.

    Raises: CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException. Source: API_DisconnectCustomKeyStore.
    """
    key_store = named_key_store(call)
    key_store.enter("DISCONNECTING")
    _enter_later(call, key_store, "DISCONNECTED")
    return {}


def _enter_later(call: Call, key_store: CustomKeyStore, state: str, error_code: str | None = None) -> None:
    # Disconnecting what is being connected leaves a date on the schedule that counts no more.
    expected = key_store.changes

    tools, region = call.tools, call.region.name

    def enter(due: float) -> None:
        if key_store.changes == expected:
            key_store.enter(state, error_code)
            tools.note_event(f"CustomKeyStore{state.capitalize()}", region, key_store.store_id, due)

    call.store.schedule.at(call.now + call.settings.replication_delay, enter)
