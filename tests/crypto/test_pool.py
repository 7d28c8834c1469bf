"""RSA keys from the pool: each leased to one fake at a time, and leased again."""

from __future__ import annotations

from fake_kms import FakeKms
from fake_kms.crypto.pool import RsaLease, RsaPool


class CountingPool(RsaPool):
    generated = 0

    def lease(self, bits):
        before = sum(map(len, self._free.values()))
        key = super().lease(bits)
        CountingPool.generated += sum(map(len, self._free.values())) == before
        return key


def public(key):
    return key.public_key().public_numbers().n


def test_a_key_is_leased_once_at_a_time_and_again_after_its_release():
    pool = CountingPool()
    first, second = RsaLease(pool), RsaLease(pool)
    one, two, other = first.lease(2048), first.lease(2048), second.lease(2048)
    assert len({public(one), public(two), public(other)}) == 3

    first.release()
    third = RsaLease(pool)
    assert [third.lease(2048), third.lease(2048)] == [one, two]
    assert CountingPool.generated == 3
    second.release()
    assert third.lease(2048) is other


def rsa_key(fake):
    client = fake.client()
    key_id = client.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    return client.get_public_key(KeyId=key_id)["PublicKey"]


def test_fakes_that_are_open_together_never_share_a_key_and_later_ones_do():
    with FakeKms() as first:
        one = rsa_key(first)
        with FakeKms() as second:
            two = rsa_key(second)
            assert rsa_key(second) not in {one, two}
        assert one != two
    with FakeKms() as third:
        assert rsa_key(third) in {one, two}


def test_reset_releases_keys():
    with FakeKms() as fake:
        one = rsa_key(fake)
        fake.reset()
        assert rsa_key(fake) == one
