"""FakeKms itself: opening, closing, misuse, its clock, its journal, its seed."""

from __future__ import annotations

import asyncio
import datetime
import pickle

import boto3
import cryptography
import freezegun
import pytest
import time_machine
from expected import refusal
from iam import denied
from installed import needs
from internals import stored_key

from fake_kms import FakeKms, current, fake_kms
from fake_kms.tables import model
from fake_kms.tables.key_specs import KEY_SPECS
from fake_kms.wire import HttpRequest

NEW = "Encapsulate" in model.load() and int(cryptography.__version__.split(".")[0]) >= 49
UTC = datetime.timezone.utc


class TestMisuse:
    def test_before_opening(self):
        fake = FakeKms()
        for use in (fake.client, lambda: fake.journal, fake.reset):
            with pytest.raises(RuntimeError, match="not open yet: use it in `with`, or call start"):
                use()
        with pytest.raises(RuntimeError, match="not open yet: call stop"):
            fake.stop()

    def test_the_configured_region_is_not_known_before_opening(self):
        message = "this FakeKms is not open yet, and no region was asked for: it will be the configured one"
        with pytest.raises(RuntimeError, match=f"^{message}$"):
            FakeKms().region  # noqa: B018
        assert FakeKms(region="eu-west-1").region == "eu-west-1"

    def test_opening_twice(self, kms):
        with pytest.raises(
            RuntimeError, match=r"^this FakeKms is open already, started at .+:\d+: call stop\(\) first$"
        ):
            kms.start()

    def test_after_closing(self):
        with fake_kms() as fake:
            fake.client().list_keys()
        request = HttpRequest("POST", "https://kms.eu-west-1.amazonaws.com/", {}, b"", "TrentService.ListKeys", "")
        for use in (fake.client, fake.reset, lambda: fake._handler.handle(request)):
            with pytest.raises(RuntimeError, match="closed: open a new one"):
                use()
        with pytest.raises(RuntimeError, match="closed already: call stop"):
            fake.stop()
        assert len(fake.journal) == 1

    def test_a_request_that_comes_just_after_closing_goes_to_the_fake_that_is_open(self, kms):
        with fake_kms() as fake:
            pass
        request = HttpRequest("POST", "https://kms.eu-west-1.amazonaws.com/", {}, b"", "TrentService.ListKeys", "")
        fake._handler.handle(request)
        assert (len(fake.journal), len(kms.journal)) == (0, 1)

    def test_opening_again_begins_afresh(self):
        fake = FakeKms(region="eu-west-1")
        for _ in range(2):
            fake.start()
            fake.clock.advance(days=1)
            fake.client().create_key()
            assert len(fake.client().list_keys()["Keys"]) == 1
            assert fake.clock.epoch() - fake.clock.system_epoch() == pytest.approx(86400, abs=1)
            fake.stop()

    def test_closing_inside_its_block(self):
        def fail(fake):
            fake.stop()
            raise ZeroDivisionError  # what the user is told, and not that the fake is closed

        with pytest.raises(ZeroDivisionError), fake_kms() as fake:
            fail(fake)

    def test_no_fake_is_open(self):
        with pytest.raises(RuntimeError, match="no fake_kms is open"):
            current()


def test_its_picture_tells_its_state():
    fake = FakeKms(region="eu-west-1")
    assert repr(fake) == "<FakeKms eu-west-1 123456789012, not opened>"
    with fake:
        fake.client().list_keys()
        assert repr(fake) == "<FakeKms eu-west-1 123456789012, open, 1 requests>"
    assert repr(fake) == "<FakeKms eu-west-1 123456789012, closed>"


def test_an_async_block():
    async def story():
        async with fake_kms() as fake:
            return fake.client().list_keys()["Keys"]

    assert asyncio.run(story()) == []


def test_reset_forgets_everything(kms, client, key):
    kms.reset()

    assert client.list_keys()["Keys"] == []
    assert len(kms.journal) == 1


def test_another_account(client):
    with fake_kms(account_id="111122223333") as fake:
        assert fake.account_id == "111122223333"
        assert fake.client().create_key()["KeyMetadata"]["AWSAccountId"] == "111122223333"


class TestSeed:
    @staticmethod
    def story(seed):
        with FakeKms(seed=seed) as fake:
            client = fake.client()
            key = client.create_key()["KeyMetadata"]
            blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
            random = client.generate_random(NumberOfBytes=32)["Plaintext"]
            return key["KeyId"], key["CurrentKeyMaterialId"], blob, random

    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_the_same_seed_tells_the_same_story(self):
        assert self.story(7) == self.story(7)
        assert self.story(7) != self.story(8)
        assert self.story("7") != self.story(7)

    @staticmethod
    def public_keys(seed, *, before=0):
        with FakeKms(seed=seed) as fake:
            client = fake.client()
            found = {}
            for spec in KEY_SPECS.values():
                usage = next(iter(spec.usages))
                if not spec.asymmetric or spec.regions == "cn" or (spec.kind in {"ml_dsa", "ml_kem"} and not NEW):
                    continue
                if spec.name in {"RSA_3072", "RSA_4096"}:  # seconds each; RSA_2048 shows it
                    continue
                key_id = client.create_key(KeySpec=spec.name, KeyUsage=usage)["KeyMetadata"]["KeyId"]
                found[spec.name] = key_id, client.get_public_key(KeyId=key_id)["PublicKey"]
            pair = client.create_key()["KeyMetadata"]["KeyId"]
            found["pair"] = client.generate_data_key_pair(KeyId=pair, KeyPairSpec="ECC_NIST_P256")["PublicKey"]
            return found

    def test_the_same_seed_makes_the_same_keys_of_every_spec(self):
        first, second = self.public_keys(7), self.public_keys(7)
        other = self.public_keys(8)

        assert first == second
        assert all(first[name] != other[name] for name in first)

    @needs("CreateKey:KeyMetadata.CurrentKeyMaterialId")
    def test_without_seed_every_fake_is_another(self):
        assert self.story(None) != self.story(None)


class TestClock:
    def test_advance_freeze_and_travel(self, kms):
        kms.clock.freeze(kms.clock.now() + datetime.timedelta(days=1))
        now = kms.clock.now()
        assert kms.clock.advance(days=31) == now + datetime.timedelta(days=31)
        assert kms.clock.advance(datetime.timedelta(hours=1)) == now + datetime.timedelta(days=31, hours=1)
        assert kms.clock.travel_to(datetime.datetime(2040, 1, 1)) == datetime.datetime(2040, 1, 1, tzinfo=UTC)  # noqa: DTZ001
        assert kms.clock.now() == kms.clock.now()
        assert kms.clock.unfreeze() >= datetime.datetime(2040, 1, 1, tzinfo=UTC)
        assert kms.clock.unfreeze() < datetime.datetime(2040, 1, 2, tzinfo=UTC)

    def test_it_shows_the_time(self, kms):
        kms.clock.freeze(datetime.datetime(2040, 1, 1, tzinfo=UTC))
        assert repr(kms.clock) == "<Clock 2040-01-01 00:00:00 UTC, frozen>"
        kms.clock.unfreeze()
        assert repr(kms.clock).endswith(" UTC>")

    def test_time_does_not_run_backwards(self, kms):
        with pytest.raises(ValueError, match="the fake's clock does not run backwards"):
            kms.clock.advance(days=-1)
        with pytest.raises(ValueError, match="the fake's clock does not run backwards"):
            kms.clock.travel_to(datetime.datetime(2001, 1, 1, tzinfo=UTC))
        with pytest.raises(TypeError, match="say how far"):
            kms.clock.advance()
        for far in ({"days": 3_000_000}, {"seconds": float("inf")}):
            with pytest.raises((ValueError, OverflowError)):
                kms.clock.advance(**far)
        assert kms.client().list_keys()["Keys"] == []

    def test_keys_are_as_old_as_the_clock_says(self, kms, client):
        assert kms.clock.freeze(datetime.datetime(2030, 1, 1, tzinfo=UTC)) == datetime.datetime(2030, 1, 1, tzinfo=UTC)

        assert client.create_key()["KeyMetadata"]["CreationDate"] == datetime.datetime(2030, 1, 1, tzinfo=UTC)

    def test_kms_dates_in_whole_milliseconds(self, kms, client):
        kms.clock.freeze(datetime.datetime(2030, 1, 1, microsecond=1600, tzinfo=UTC))

        expected = datetime.datetime(2030, 1, 1, microsecond=2000, tzinfo=UTC)
        assert client.create_key()["KeyMetadata"]["CreationDate"] == expected
        assert kms.journal[-1].time == expected

    def test_a_time_before_1970_is_kept_too(self):
        with freezegun.freeze_time("1969-12-31 23:59:50"), fake_kms() as fake:
            fake.client().list_keys()
            assert fake.journal[-1].epoch == -10

    def test_freezegun_is_followed(self, kms, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        with freezegun.freeze_time(kms.clock.now() + datetime.timedelta(days=8)):
            assert client.list_keys()["Keys"] == []

    def test_time_machine_is_followed(self, kms, client, key):
        client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        with time_machine.travel(kms.clock.now() + datetime.timedelta(days=8)):
            assert client.list_keys()["Keys"] == []


class TestJournal:
    def test_every_request_answered_or_refused_is_an_event(self, kms, client):
        key = client.create_key(Description="x")["KeyMetadata"]
        with pytest.raises(client.exceptions.NotFoundException):
            client.describe_key(KeyId="foo")

        created, refused = kms.journal
        assert (created.operation, created.region, created.access_key_id) == (
            "CreateKey",
            "us-east-1",
            "testing",
        )
        assert (created.succeeded, created.error_code, created.input) == (True, None, {"Description": "x"})
        assert created.key_arns == (key["Arn"],)
        assert abs(created.time - key["CreationDate"]) < datetime.timedelta(seconds=1)
        assert (refused.operation, refused.error_code, refused.error_message) == (
            "DescribeKey",
            "NotFoundException",
            "Invalid keyId 'foo'",
        )
        assert refused.key_arn is None
        assert kms.journal[-1] is refused
        assert kms.journal[:1] == [created]

    def test_questions(self, kms, client, key):
        other = client.create_key()["KeyMetadata"]
        blob = client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        client.decrypt(CiphertextBlob=blob)
        with pytest.raises(client.exceptions.IncorrectKeyException):
            client.decrypt(CiphertextBlob=blob, KeyId=other["KeyId"])

        def names(**question):
            return [event.operation for event in kms.journal.events(**question)]

        assert names(operation="Decrypt") == ["Decrypt", "Decrypt"]
        assert names(key=key["KeyId"]) == ["CreateKey", "Encrypt", "Decrypt"]
        assert names(key=key["Arn"], operation="Encrypt") == ["Encrypt"]
        assert names(error="IncorrectKeyException") == ["Decrypt"]
        assert names(succeeded=False) == ["Decrypt"]
        with pytest.raises(ValueError, match="KMS has no operation 'Decrpyt'"):
            names(operation="Decrpyt")
        assert repr(kms.journal) == "<Journal of 5 events>"
        kms.journal.clear()
        assert len(kms.journal) == 0

    def test_secrets_leave_no_trace(self, kms, client, key):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"very secret", EncryptionContext={"a": "b"})
        event = kms.journal[-1]

        assert event.input == {
            "KeyId": key["KeyId"],
            "Plaintext": "<11 bytes>",
            "EncryptionContext": {"a": "b"},
        }
        assert "secret" not in repr(event) + str(event)

    def test_a_request_that_was_never_understood(self, kms, send):
        send("Nonsense")
        event = kms.journal[-1]
        assert (event.operation, event.error_code, event.principal) == ("", "UnknownOperationException", None)
        assert str(event) == " - by nobody -> UnknownOperationException"


def test_no_picture_of_the_fakes_objects_shows_a_secret(kms, client, key):
    shown = []

    def show(call):
        stored = call.key
        shown.append(repr([call, call.request, call.found, call.tools, stored, stored.material]))

    kms._service.stages = (*kms._service.stages, show)
    client.encrypt(KeyId=key["KeyId"], Plaintext=b"very secret")
    client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")

    secret = stored_key(kms, key["KeyId"]).material.secret
    assert len(shown) == 2
    for picture in shown:
        assert "very secret" not in picture
        assert "dmVyeSBzZWNyZXQ" not in picture
        assert repr(secret)[2:-1] not in picture


def test_acting_as_ends_with_its_own_block(kms):
    first, second = kms.principals.role("First"), kms.principals.role("Second")
    one, two = kms.acting_as(first), kms.acting_as(second)
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    with refusal("AccessDeniedException", denied(second, "ListKeys", "*")):
        kms.client().list_keys()
    two.__exit__(None, None, None)
    kms.client().list_keys()


def test_a_role_that_a_reset_forgot_is_nobody(kms):
    client = kms.principals.role("App").client()
    kms.reset()
    with refusal("UnrecognizedClientException", "The security token included in the request is invalid."):
        client.list_keys()


def test_what_is_no_principal(kms, key):
    with (
        pytest.raises(TypeError, match=r"acting_as takes what kms\.principals made, not 'role'"),
        kms.acting_as("role"),
    ):
        pass
    with pytest.raises(TypeError, match=r"simulate takes what kms\.principals made, not 'role'"):
        kms.simulate("role", "kms:Decrypt", key["KeyId"])
    with pytest.raises(ValueError, match="a name is up to 64 letters, digits and"):
        kms.principals.role("arn:aws:iam::123456789012:role/App")


def test_two_fakes_share_nothing():
    first, second = FakeKms(), FakeKms()
    with first:
        boto3.client("kms").create_key()
    with second:
        assert boto3.client("kms").list_keys()["Keys"] == []
    assert len(first.journal) == len(second.journal) == 1


def test_errors_can_be_pickled():
    from fake_kms import errors

    error = errors.access_denied("DENIED_BY_KEY_POLICY", "me", "kms:Encrypt", "key", "key policy")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (again.code, again.message, again.field, again.rank) == (error.code, error.message, "Message", error.rank)
