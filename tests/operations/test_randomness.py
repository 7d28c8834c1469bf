"""GenerateRandom."""

from __future__ import annotations

import pytest


@pytest.mark.aws
def test_as_many_bytes_as_asked_for_and_others_each_time(client):
    first, second = (client.generate_random(NumberOfBytes=1024)["Plaintext"] for _ in range(2))

    assert len(first) == len(second) == 1024
    assert first != second


@pytest.mark.aws
def test_the_number_is_required(client, refused):
    with refused("ValidationException", "NumberOfBytes is required."):
        client.generate_random()


@pytest.mark.aws
def test_the_range(unchecked, refused):
    message = "1 validation error detected: Value '{}' at 'numberOfBytes' failed to satisfy constraint: Member must have value "
    with refused("ValidationException", message.format(0) + "greater than or equal to 1"):
        unchecked.generate_random(NumberOfBytes=0)
    with refused("ValidationException", message.format(1025) + "less than or equal to 1024"):
        unchecked.generate_random(NumberOfBytes=1025)


def test_a_custom_key_store_that_does_not_exist(client, refused):
    with refused("CustomKeyStoreNotFoundException"):
        client.generate_random(NumberOfBytes=1, CustomKeyStoreId="cks-1234567890abcdef0")
