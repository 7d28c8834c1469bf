"""Random bytes that belong to no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.operations._declare import Output, operation
from fake_kms.operations._key_stores import connected_key_store, named_key_store

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []


def _check_number(call: Call) -> None:
    if "NumberOfBytes" not in call.input:
        raise errors.number_of_bytes_required()


def _check_key_store(call: Call) -> None:
    if "CustomKeyStoreId" not in call.input:
        return
    if named_key_store(call).external:
        raise errors.unsupported()
    connected_key_store(call)


@operation("GenerateRandom", check_request=_check_number, after_key_checks=_check_key_store)
def generate_random(call: Call) -> Output:
    """Return 1 to 1024 random bytes.

    Input: CustomKeyStoreId names a connected CloudHSM key store to take them from. Raises:
    CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException, UnsupportedOperationException for an external
    key store. Source: API_GenerateRandom. Assumed: that refusal has no `message`.
    """
    return {"Plaintext": call.tools.entropy.bytes(call.input["NumberOfBytes"])}
