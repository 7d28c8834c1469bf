"""GenerateRandom."""

from __future__ import annotations

import pytest
from expected import broken, members


class TestGenerateRandom:
    @pytest.mark.aws
    def test_the_range(self, unchecked, refused):
        with refused(*broken("numberOfBytes", "have value greater than or equal to 1", 0)):
            unchecked.generate_random(NumberOfBytes=0)
        with refused(*broken("numberOfBytes", "have value less than or equal to 1024", 1025)):
            unchecked.generate_random(NumberOfBytes=1025)

    @pytest.mark.aws
    def test_the_number_is_required(self, client, refused):
        with refused("ValidationException", "NumberOfBytes is required."):
            client.generate_random()

    def test_a_custom_key_store_that_does_not_exist(self, client, refused):
        with refused("CustomKeyStoreNotFoundException"):
            client.generate_random(NumberOfBytes=1, CustomKeyStoreId="cks-1234567890abcdef0")

    @pytest.mark.aws
    @pytest.mark.parametrize("number", [1, 1024])
    def test_as_many_bytes_as_requested(self, client, number):
        answer = members(client.generate_random(NumberOfBytes=number))

        assert set(answer) == {"Plaintext"}
        assert len(answer["Plaintext"]) == number

    @pytest.mark.aws
    def test_other_bytes_each_time(self, client):
        first, second = (client.generate_random(NumberOfBytes=1024)["Plaintext"] for _ in range(2))

        assert first != second
