"""The life of keys as a machine: whatever happens in whatever order, a simple model and the fake agree.

The model knows what is done to a key and when; the fake must show the same state, `Enabled`, dates, listing, rotations
and decryptability after every step.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

import botocore.exceptions
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from fake_kms import FakeKms

DAY = 86_400
HOME, AWAY = "us-east-1", "eu-west-1"
START = dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc)


@dataclasses.dataclass(eq=False)
class Modeled:
    """What the model knows of one key in one Region."""

    key_id: str
    region: str
    created: float
    external: bool = False
    enabled: bool = True
    imported: bool = False
    expires: float | None = None
    deletion: float | None = None
    waiting: int | None = None
    period: int | None = None
    due: float | None = None
    rotations: int = 0
    on_demand: int = 0
    primary: Modeled | None = None
    replicas: list[Modeled] = dataclasses.field(default_factory=list)
    blobs: list[bytes] = dataclasses.field(default_factory=list)
    gone: bool = False

    @property
    def state(self):
        if self.waiting is not None:
            return "PendingReplicaDeletion"
        if self.deletion is not None:
            return "PendingDeletion"
        if self.external and not self.imported:
            return "PendingImport"
        return "Enabled" if self.enabled else "Disabled"

    @property
    def materials(self):
        return self.primary or self


class KeyMachine(RuleBasedStateMachine):
    keys = Bundle("keys")

    def __init__(self):
        super().__init__()
        self.kms = FakeKms(quotas={"on_demand_rotations": 3}).start()
        self.kms.clock.freeze(START)
        self.now = START.timestamp()
        self.modeled: list[Modeled] = []
        self.clients = {region: self.kms.client(region) for region in (HOME, AWAY)}

    def teardown(self):
        self.kms.stop()

    # --- the world and the model side by side ----------------------------------------------------------------

    def ask(self, key, method, **request):
        """Ask the fake; give True where it answered, the error code where it refused."""
        try:
            self.answer = getattr(self.clients[key.region], method)(KeyId=key.key_id, **request)
        except botocore.exceptions.ClientError as refusal:
            return refusal.response["Error"]["Code"]
        return True

    def expected(self, key, *fine):
        return bool(not key.gone and key.state in fine)

    def add(self, **more):
        client = self.clients[HOME]
        options = {"Origin": "EXTERNAL"} if more.get("external") else {}
        metadata = client.create_key(MultiRegion=more.pop("multi_region", False), **options)["KeyMetadata"]
        key = Modeled(metadata["KeyId"], HOME, self.now, **more)
        self.modeled.append(key)
        return key

    def settle(self):
        """Let happen in the model what is due, oldest first."""
        while True:
            dates = [
                (date, kind, key)
                for key in self.modeled
                if not key.gone
                for kind, date in (("delete", key.deletion), ("expire", key.expires), ("rotate", key.due))
                if date is not None and date <= self.now and not (kind == "rotate" and key.state != "Enabled")
            ]
            if not dates:
                return
            date, kind, key = min(dates, key=lambda entry: entry[0])
            getattr(self, f"on_{kind}")(key, date)

    def on_delete(self, key, date):
        key.gone, key.deletion, key.due, key.expires = True, None, None, None
        primary = key.primary
        if primary is not None:
            primary.replicas.remove(key)
            if primary.waiting is not None and not primary.replicas:
                primary.deletion, primary.waiting = date + primary.waiting * DAY, None

    def on_expire(self, key, _):
        key.imported, key.expires = False, None

    def on_rotate(self, key, date):
        key.rotations += 1
        key.due = date + key.period * DAY

    # --- rules -----------------------------------------------------------------------------------------------

    @rule(target=keys)
    def create(self):
        return self.add()

    @rule(target=keys)
    def create_external(self):
        return self.add(external=True)

    @rule(target=keys)
    def create_multi_region(self):
        return self.add(multi_region=True)

    @rule(target=keys, key=keys)
    def replicate(self, key):
        other = AWAY if key.region == HOME else HOME  # a promoted primary may be left alone in AWAY
        outcome = self.ask(key, "replicate_key", ReplicaRegion=other)
        is_primary = key.key_id.startswith("mrk-") and key.primary is None
        fine = self.expected(key, "Enabled") and is_primary and not key.replicas
        assert (outcome is True) == fine
        if not fine:
            return key
        replica = Modeled(key.key_id, other, self.now, primary=key)
        key.replicas.append(replica)
        self.modeled.append(replica)
        return replica

    @rule(key=keys)
    def enable(self, key):
        fine = self.expected(key, "Enabled", "Disabled")
        assert (self.ask(key, "enable_key") is True) == fine
        if fine:
            key.enabled = True
            if key.due is not None and key.due <= self.now:
                key.rotations += 1
                key.due = self.now + key.period * DAY

    @rule(key=keys)
    def disable(self, key):
        fine = self.expected(key, "Enabled", "Disabled")
        assert (self.ask(key, "disable_key") is True) == fine
        if fine:
            key.enabled = False

    @rule(key=keys, window=st.integers(7, 30))
    def schedule(self, key, window):
        fine = self.expected(key, "Enabled", "Disabled", "PendingImport")
        assert (self.ask(key, "schedule_key_deletion", PendingWindowInDays=window) is True) == fine
        if fine and key.replicas:
            key.waiting = window
        elif fine:
            key.deletion = self.now + window * DAY

    @rule(key=keys)
    def cancel(self, key):
        fine = self.expected(key, "PendingDeletion", "PendingReplicaDeletion")
        assert (self.ask(key, "cancel_key_deletion") is True) == fine
        if fine:
            key.deletion = key.waiting = None
            key.enabled = False

    @rule(key=keys, days=st.none() | st.integers(1, 365))
    def import_material(self, key, days):
        wrapping = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
        fine = self.expected(key, "Enabled", "Disabled", "PendingImport") and key.external
        assert (self.ask(key, "get_parameters_for_import", **wrapping) is True) == fine
        if not fine:
            return
        public = serialization.load_der_public_key(self.answer["PublicKey"])
        material = key.key_id[:32].encode().ljust(32)
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        valid = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        if days is not None:
            valid = {"ValidTo": START + dt.timedelta(seconds=self.now - START.timestamp(), days=days)}
        request = {"ImportToken": self.answer["ImportToken"], "EncryptedKeyMaterial": public.encrypt(material, oaep)}
        was_there = key.imported
        assert self.ask(key, "import_key_material", **request, **valid) is True
        key.imported, key.expires = True, None if days is None else self.now + days * DAY
        if not was_there:
            key.enabled = True

    @rule(key=keys)
    def delete_material(self, key):
        fine = not key.gone and key.external
        assert (self.ask(key, "delete_imported_key_material") is True) == fine
        if fine:
            key.imported, key.expires = False, None

    @rule(key=keys, period=st.integers(90, 400))
    def rotate_automatically(self, key, period):
        fine = self.expected(key, "Enabled") and not key.external and key.primary is None
        assert (self.ask(key, "enable_key_rotation", RotationPeriodInDays=period) is True) == fine
        if fine and period != key.period:
            key.period, key.due = period, self.now + period * DAY

    @rule(key=keys)
    def rotate_on_demand(self, key):
        soon = key.due is not None and key.due - self.now <= 20 * 60
        possible = not key.external and key.primary is None and key.on_demand < 3 and not soon
        fine = self.expected(key, "Enabled") and possible
        assert (self.ask(key, "rotate_key_on_demand") is True) == fine
        if fine:
            key.rotations += 1
            key.on_demand += 1

    @rule(key=keys)
    def promote(self, key):
        fine = self.expected(key, "Enabled") and bool(key.replicas) and self.expected(key.replicas[0], "Enabled")
        assert (
            self.ask(key, "update_primary_region", PrimaryRegion=AWAY if key.region == HOME else HOME) is True
        ) == fine
        if fine:
            (becomes,) = key.replicas
            becomes.period, becomes.due, becomes.rotations, becomes.on_demand = (
                key.period,
                key.due,
                key.rotations,
                key.on_demand,
            )
            key.period = key.due = None
            key.replicas, becomes.primary, key.primary = [], None, becomes
            becomes.replicas = [key]

    @rule(key=keys)
    def encrypt(self, key):
        fine = self.expected(key, "Enabled")
        assert (self.ask(key, "encrypt", Plaintext=b"x") is True) == fine
        if fine and len(key.blobs) < 5:
            key.blobs.append(self.answer["CiphertextBlob"])

    @rule(days=st.integers(1, 200), seconds=st.integers(0, 3600))
    def advance(self, days, seconds):
        self.now += days * DAY + seconds
        self.kms.clock.advance(days=days, seconds=seconds)
        self.settle()

    @rule(key=consumes(keys))
    @precondition(lambda self: len(self.modeled) > 6)
    def lose_interest(self, key):
        """Keep the bundle small; the key lives on and is checked."""

    # --- what must agree -------------------------------------------------------------------------------------

    @invariant()
    def every_key_is_as_the_model_says(self):
        for key in self.modeled:
            if key.gone:
                again = [
                    other
                    for other in self.modeled
                    if (other.key_id, other.region, other.gone) == (key.key_id, key.region, False)
                ]
                assert again or self.ask(key, "describe_key") == "NotFoundException"
                continue
            assert self.ask(key, "describe_key") is True
            metadata = self.answer["KeyMetadata"]
            assert metadata["KeyState"] == key.state
            assert metadata["Enabled"] == (key.state == "Enabled")
            shown = metadata.get("DeletionDate")
            assert (shown and round(shown.timestamp())) == (key.deletion and round(key.deletion))
            assert metadata.get("PendingDeletionWindowInDays") == key.waiting
            shown = metadata.get("ValidTo")
            assert (shown and round(shown.timestamp())) == (key.expires and round(key.expires))

    @invariant()
    def listings_and_rotations_agree(self):
        for region, client in self.clients.items():
            listed = {entry["KeyId"] for entry in client.list_keys(Limit=1000)["Keys"]}
            assert listed == {key.key_id for key in self.modeled if key.region == region and not key.gone}
        for key in self.modeled:
            if not key.gone and not key.external:
                assert self.ask(key, "list_key_rotations") is True
                assert len(self.answer["Rotations"]) == key.materials.rotations

    @invariant()
    def what_was_encrypted_opens_exactly_while_its_key_is_enabled(self):
        for key in self.modeled:
            for blob in key.blobs[-2:]:
                try:
                    answer = self.clients[key.region].decrypt(CiphertextBlob=blob)
                except botocore.exceptions.ClientError:
                    assert key.gone or key.state != "Enabled"
                else:
                    assert answer["Plaintext"] == b"x"
                    here = [other for other in self.modeled if (other.key_id, other.region) == (key.key_id, key.region)]
                    assert [other.state for other in here if not other.gone] == ["Enabled"]


KeyMachine.TestCase.settings = settings(
    max_examples=45,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestKeyMachine = KeyMachine.TestCase
