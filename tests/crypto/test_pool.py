"""RSA keys from the pool: ready-made first, each leased to one fake at a time, and leased again."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fake_kms import FakeKms
from fake_kms.crypto import rsa_keys
from fake_kms.crypto.pool import RsaLease, RsaPool


def public(key):
    return key.public_key().public_numbers().n


def test_a_key_is_leased_once_at_a_time_and_again_after_its_release():
    pool = RsaPool()
    first, second = RsaLease(pool), RsaLease(pool)
    one, two, other = first.lease(2048), first.lease(2048), second.lease(2048)
    assert len({public(one), public(two), public(other)}) == 3

    first.release()
    third = RsaLease(pool)
    assert [third.lease(2048), third.lease(2048)] == [one, two]
    second.release()
    assert third.lease(2048) is other


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_keys_that_come_with_the_package_are_leased_before_any_is_generated(monkeypatch, bits):
    monkeypatch.setattr(rsa_keys, "generate", lambda bits: f"a new key of {bits} bits")
    pool = RsaPool()
    moduli = [p * q for p, q in rsa_keys.ready_made(bits)]

    assert [public(pool.lease(bits)) for _ in moduli] == moduli
    assert pool.lease(bits) == f"a new key of {bits} bits"


def test_a_generated_key_is_leased_again_too(monkeypatch):
    monkeypatch.setattr(rsa_keys, "ready_made", lambda _: [])
    pool = RsaPool()
    first, second = RsaLease(pool), RsaLease(pool)
    key = first.lease(2048)

    first.release()

    assert second.lease(2048) is key


FIRST_USES = """
from cryptography.hazmat.primitives.asymmetric import rsa

def refuse(*_, **__):
    raise AssertionError("a test waits for an RSA key")

rsa.generate_private_key = refuse

from fake_kms import FakeKms

with FakeKms() as fake:
    kms = fake.client()
    symmetric = kms.create_key()["KeyMetadata"]["KeyId"]
    waiting = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    seen = set()
    for spec in ("RSA_2048", "RSA_3072", "RSA_4096"):
        key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        kms.sign(KeyId=key, Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256")
        wrapping = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": spec}
        seen |= {
            kms.get_public_key(KeyId=key)["PublicKey"],
            kms.generate_data_key_pair(KeyId=symmetric, KeyPairSpec=spec)["PublicKey"],
            kms.generate_data_key_pair_without_plaintext(KeyId=symmetric, KeyPairSpec=spec)["PublicKey"],
            kms.get_parameters_for_import(KeyId=waiting, **wrapping)["PublicKey"],
        }
    assert len(seen) == 12, len(seen)
"""


def test_the_first_uses_in_a_process_generate_no_key_and_share_none():
    done = subprocess.run([sys.executable, "-c", FIRST_USES], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def _busy_threads():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_busy_threads")
def test_threads_never_lease_the_same_key():
    pool, ready = RsaPool(), threading.Barrier(12)

    def lease(_):
        mine = RsaLease(pool)
        ready.wait()
        return [mine.lease(2048) for _ in range(4)]

    with ThreadPoolExecutor(12) as threads:
        keys = [key for leased in threads.map(lease, range(12)) for key in leased]

    assert len({public(key) for key in keys}) == len(keys) == 48


@pytest.mark.usefixtures("_busy_threads")
def test_a_lease_that_two_threads_release_gives_each_key_back_once():
    pool = RsaPool()
    mine, ready = RsaLease(pool), threading.Barrier(2)
    leased = [mine.lease(2048) for _ in range(40)]

    def release(_):
        ready.wait()
        mine.release()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(release, range(2)))

    assert {public(pool.lease(2048)) for _ in leased} == {public(key) for key in leased}


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
