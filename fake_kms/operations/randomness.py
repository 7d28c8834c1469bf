"""Random bytes that belong to no key."""

from __future__ import annotations

from fake_kms import errors
from fake_kms.operations._declare import Call, Output, operation

__all__: list[str] = []


def _check_number(call: Call) -> None:
    if "NumberOfBytes" not in call.input:
        raise errors.number_of_bytes_required()
    if "CustomKeyStoreId" in call.input:
        raise errors.custom_key_store_not_found()


@operation("GenerateRandom", check_request=_check_number)
def generate_random(call: Call) -> Output:
    """Give 1 to 1024 random bytes. Source: API_GenerateRandom."""
    return {"Plaintext": call.store.entropy.bytes(call.input["NumberOfBytes"])}
