"""The life of a fake: left open, closed from outside, started again in a notebook; and put back to an earlier state."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from fake_kms import FakeKms, current, fake_kms, stop_all
from fake_kms._api import rollback


def test_all_are_closed_at_once():
    outer, inner = FakeKms().start(), FakeKms().start()
    assert stop_all() == [inner, outer]
    assert not outer.is_open
    assert stop_all() == []


def test_one_that_is_left_open_is_told_when_python_ends():
    program = "from fake_kms import FakeKms\nFakeKms().start()\n"
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert "ResourceWarning: a FakeKms was left open, started at <string>:2" in done.stderr


CELL = compile("kms = FakeKms().start()", "<cell>", "exec")


def test_a_cell_of_a_notebook_can_be_run_again():
    namespace = {"FakeKms": FakeKms, "get_ipython": lambda: None}
    exec(CELL, namespace)  # noqa: S102 - as a notebook does
    first = namespace["kms"]
    with fake_kms():
        exec(CELL, namespace)  # noqa: S102
        second = namespace["kms"]
        assert (first.is_open, second.is_open) == (False, True)
        assert current() is second
        second.stop()
    exec(CELL, namespace)  # noqa: S102
    assert stop_all() == [namespace["kms"]]


def test_one_is_opened_by_one_of_several_threads():
    for _ in range(20):
        kms, errors = FakeKms(), []

        def start(kms=kms, errors=errors):
            try:
                kms.start()
            except RuntimeError as error:
                errors.append(error)

        threads = [threading.Thread(target=start) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kms.stop()
        assert len(errors) == 2
        assert stop_all() == []


def test_a_client_follows_the_environment_in_which_it_is_made(monkeypatch):
    for attempts in ("2", "5"):
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)
        with fake_kms() as kms:
            assert kms.client().meta.config.retries["total_max_attempts"] == int(attempts)


def test_elsewhere_each_start_opens_one_more():
    first, second = FakeKms().start(), FakeKms().start()
    assert first.is_open
    second.stop()
    first.stop()


class TestRolledBack:
    def test_everything_is_as_it_was(self, kms, client):
        key = client.create_key()["KeyMetadata"]["KeyId"]
        going = client.create_key()["KeyMetadata"]["KeyId"]
        client.schedule_key_deletion(KeyId=going)
        client.create_alias(AliasName="alias/app", TargetKeyId=key)
        role = kms.principals.role("App")
        grant = client.create_grant(KeyId=key, GranteePrincipal=role.arn, Operations=["Encrypt"])
        events, now = len(kms.journal), kms.clock.now()

        with kms.rolled_back() as same:
            assert same is kms
            client.update_alias(AliasName="alias/app", TargetKeyId=client.create_key()["KeyMetadata"]["KeyId"])
            client.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
            client.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}])
            client.put_key_policy(
                KeyId=key,
                PolicyName="default",
                Policy=client.get_key_policy(KeyId=key, PolicyName="default")["Policy"].replace("Enable", "Let"),
            )
            client.rotate_key_on_demand(KeyId=key)
            client.disable_key(KeyId=key)
            kms.principals.user("alice")
            kms.clusters.add("cluster-abcdefghijk")
            kms.clock.advance(days=40)
            assert [listed["KeyId"] for listed in client.list_keys()["Keys"]].count(going) == 0

        assert sorted(listed["KeyId"] for listed in client.list_keys()["Keys"]) == sorted([key, going])
        assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"] == key
        assert client.describe_key(KeyId=key)["KeyMetadata"]["Enabled"]
        assert client.list_resource_tags(KeyId=key)["Tags"] == []
        assert client.list_key_rotations(KeyId=key)["Rotations"] == []
        assert "Enable IAM" in client.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        assert [entry["GrantId"] for entry in client.list_grants(KeyId=key)["Grants"]] == [grant["GrantId"]]
        assert [event.operation for event in kms.journal[events:]][:2] == ["ListKeys", "DescribeKey"]
        assert abs((kms.clock.now() - now).total_seconds()) < 60
        role.client().encrypt(KeyId=key, Plaintext=b"x")
        kms.principals.user("alice")
        kms.clock.advance(days=31)
        assert [listed["KeyId"] for listed in client.list_keys()["Keys"]] == [key]

    def test_what_was_encrypted_before_is_decrypted_after(self, kms, client):
        key = client.create_key()["KeyMetadata"]["KeyId"]
        blob = client.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        with kms.rolled_back():
            client.schedule_key_deletion(KeyId=key)
            kms.clock.advance(days=31)
            inside = client.encrypt(KeyId=client.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"y")["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        with pytest.raises(client.exceptions.ClientError) as caught:
            client.decrypt(CiphertextBlob=inside)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"

    def test_also_after_a_reset_and_when_the_test_fails(self, kms, client):
        client.create_key()

        def fail():
            kms.reset()
            client.create_alias(AliasName="alias/app", TargetKeyId=client.create_key()["KeyMetadata"]["KeyId"])
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), kms.rolled_back():
            fail()
        assert len(client.list_keys()["Keys"]) == 1

    def test_rsa_keys_are_no_twins_after_a_reset_inside(self, kms, client):
        def modulus():
            key = client.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
            return client.get_public_key(KeyId=key)["PublicKey"]

        one = modulus()
        with kms.rolled_back():
            kms.reset()
            modulus()
        assert modulus() != one

    def test_requests_of_other_threads_wait(self, kms, monkeypatch):
        real, lock, were_free = rollback.remember, kms._service.lock, []

        def try_to_lock():
            were_free.append(lock.acquire(blocking=False))
            if were_free[-1]:
                lock.release()

        def others_try():
            thread = threading.Thread(target=try_to_lock)
            thread.start()
            thread.join()

        def remember(roots):
            others_try()
            put_back = real(roots)
            return lambda: (others_try(), put_back())

        monkeypatch.setattr(rollback, "remember", remember)
        with kms.rolled_back():
            kms.client().create_key()
        assert were_free == [False, False]

    def test_listings_are_read_in_pages_as_before(self, kms, client):
        key = client.create_key()["KeyMetadata"]["KeyId"]
        role = kms.principals.role("App").arn

        def grant():
            return client.create_grant(KeyId=key, GranteePrincipal=role, Operations=["Encrypt"])["GrantId"]

        grants = [grant() for _ in range(3)]
        with kms.rolled_back():
            client.revoke_grant(KeyId=key, GrantId=grants[0])
            grant()
        pages = client.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 1})
        assert [entry["GrantId"] for page in pages for entry in page["Grants"]] == grants

    def test_a_private_key_stays_the_same(self, kms, client):
        key = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        with kms.rolled_back():
            inside = client.get_public_key(KeyId=key)["PublicKey"]
        assert client.get_public_key(KeyId=key)["PublicKey"] == inside

    def test_its_clients_are_its_own(self, kms):
        with kms.rolled_back():
            kms.client().meta.events.register("before-call.kms.ListKeys", lambda **_: 1 / 0)
        kms.client().list_keys()
