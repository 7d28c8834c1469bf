"""The life of keys as a machine: whatever happens in whatever order, a simple model and the fake agree.

The model knows what is done to a key and when; the fake must show the same state, `Enabled`, dates, listing, rotations
and decryptability after every step. Rotations on demand take their time, and much happens meanwhile.
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
REPLICATION, ROTATION = 10, 120  # seconds, under eventual consistency
HOME, AWAY = "us-east-1", "eu-west-1"
KINDS = [None, "NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"]
START = dt.datetime(2030, 1, 1, tzinfo=dt.timezone.utc)


@dataclasses.dataclass(eq=False)
class Modeled:
    """What the model knows of one key in one Region."""

    key_id: str
    region: str
    created: float
    external: bool = False
    enabled: bool = True
    versions: list[int] = dataclasses.field(default_factory=list)
    pending: int | None = None
    there: dict[int, float | None] = dataclasses.field(default_factory=dict)
    lapsed: bool = False
    started: float | None = None
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
        if self.external and not self.complete:
            return "PendingImport"
        return "Enabled" if self.enabled else "Disabled"

    @property
    def complete(self):
        """Whether every material that belongs to an external key for good is there."""
        return bool(self.versions) and all(number in self.there for number in self.versions)

    @property
    def expires(self):
        """The date of expiry that KeyMetadata shows."""
        return self.there[self.versions[-1]] if self.complete else None

    @property
    def dates(self):
        """Everything that is to happen by itself, as date, kind and material."""
        happens = [(self.deletion, "delete", None), (self.started and self.started + ROTATION, "complete", None)]
        happens += [(date, "expire", number) for number, date in self.there.items()]
        if self.state == "Enabled":
            happens.append((self.due, "rotate", None))
        return [entry for entry in happens if entry[0] is not None]

    @property
    def materials(self):
        return self.primary or self

    @property
    def place(self):
        return self.key_id, self.region


class KeyMachine(RuleBasedStateMachine):
    keys = Bundle("keys")

    def __init__(self):
        super().__init__()
        self.kms = FakeKms(quotas={"on_demand_rotations": 3}, consistency="eventual").start()
        self.kms.clock.freeze(START)
        self.now = START.timestamp()
        self.modeled: list[Modeled] = []
        self.clients = {region: self.kms.client(region) for region in (HOME, AWAY)}

    def teardown(self):
        self.kms.stop()

    # --- the world and the model side by side ----------------------------------------------------------------

    def ask(self, key, method, **request):
        """Ask the fake; give True where it answered, the error code where it refused.

        A replica that was deleted may have a successor of the same id, which is another key.
        """
        if key.gone and self.successors(key):
            return "NotFoundException"
        try:
            self.answer = getattr(self.clients[key.region], method)(KeyId=key.key_id, **request)
        except botocore.exceptions.ClientError as refusal:
            return refusal.response["Error"]["Code"]
        return True

    def successors(self, key):
        """Return the keys that are there under the id and in the Region of a key."""
        return [other for other in self.modeled if not other.gone and other.place == key.place]

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
                (*entry, key) for key in self.modeled if not key.gone for entry in key.dates if entry[0] <= self.now
            ]
            if not dates:
                return
            date, kind, number, key = min(dates, key=lambda entry: entry[0])
            getattr(self, f"on_{kind}")(key, date, number)

    def pass_time(self, seconds):
        self.now += seconds
        self.kms.clock.advance(seconds=seconds)
        self.settle()

    def on_delete(self, key, date, _):
        key.gone, key.deletion, key.due, key.there, key.started = True, None, None, {}, None
        primary = key.primary
        if primary is not None:
            primary.replicas.remove(key)
            if primary.waiting is not None and not primary.replicas:
                primary.deletion, primary.waiting = date + primary.waiting * DAY, None

    def on_expire(self, key, _, number):
        if number == key.pending:
            key.lapsed, key.there[number] = True, None
        else:
            del key.there[number]

    def on_rotate(self, key, date, _):
        key.rotations += 1
        key.due = date + key.period * DAY

    def on_complete(self, key, date, _):
        key.started = None
        if key.external and key.pending is None:
            return
        key.rotations += 1
        key.on_demand += 1
        if key.external:
            key.versions.append(key.pending)
            if key.lapsed:
                del key.there[key.pending]
            key.pending, key.lapsed = None, False

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
        self.pass_time(REPLICATION)
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

    @rule(key=keys, days=st.none() | st.integers(1, 365), number=st.integers(0, 2), kind=st.sampled_from(KINDS))
    def import_material(self, key, days, number, kind):
        wrapping = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
        fine = self.expected(key, "Enabled", "Disabled", "PendingImport") and key.external
        assert (self.ask(key, "get_parameters_for_import", **wrapping) is True) == fine
        if not fine:
            return
        public = serialization.load_der_public_key(self.answer["PublicKey"])
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        request = {
            "ImportToken": self.answer["ImportToken"],
            "EncryptedKeyMaterial": public.encrypt(bytes([number]) * 32, oaep),
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        }
        if days is not None:
            valid_to = START + dt.timedelta(seconds=self.now - START.timestamp(), days=days)
            request |= {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": valid_to}
        if kind is not None:
            request["ImportType"] = kind
        is_new = kind == "NEW_KEY_MATERIAL" or (kind is None and not key.versions)
        known = number in key.versions or number == key.pending
        fine = (not known and key.pending is None) if is_new else known
        assert (self.ask(key, "import_key_material", **request) is True) == fine
        if fine:
            self.take(key, number, None if days is None else self.now + days * DAY)

    def take(self, key, number, expires):
        if not key.versions:
            key.versions.append(number)
        elif number not in key.versions:
            key.pending, key.lapsed = number, False
        key.there[number] = expires
        if key.complete:
            key.enabled = True

    @rule(key=keys)
    def delete_material(self, key):
        fine = not key.gone and key.external
        assert (self.ask(key, "delete_imported_key_material") is True) == fine
        if fine and key.versions:
            key.there.pop(key.versions[-1], None)

    @rule(key=keys)
    def delete_pending_material(self, key):
        if key.pending is None or key.gone:
            return
        assert self.ask(key, "list_key_rotations", IncludeKeyMaterial="ALL_KEY_MATERIAL") is True
        material_id = self.answer["Rotations"][-1]["KeyMaterialId"]
        assert self.ask(key, "delete_imported_key_material", KeyMaterialId=material_id) is True
        del key.there[key.pending]
        key.pending, key.lapsed = None, False

    @rule(key=keys, period=st.integers(90, 400))
    def rotate_automatically(self, key, period):
        fine = self.expected(key, "Enabled") and not key.external and key.primary is None
        assert (self.ask(key, "enable_key_rotation", RotationPeriodInDays=period) is True) == fine
        if fine and period != key.period:
            key.period, key.due = period, self.now + period * DAY

    @rule(key=keys)
    def rotate_on_demand(self, key):
        soon = key.due is not None and key.due - self.now <= 20 * 60
        possible = key.primary is None and (key.pending is not None or not key.external)
        room = key.started is not None or (key.on_demand < 3 and not soon)
        fine = self.expected(key, "Enabled") and possible and room
        assert (self.ask(key, "rotate_key_on_demand") is True) == fine
        if fine and key.started is None:
            key.started = self.now

    @rule(key=keys)
    def promote(self, key):
        fine = self.expected(key, "Enabled") and bool(key.replicas) and self.expected(key.replicas[0], "Enabled")
        assert (
            self.ask(key, "update_primary_region", PrimaryRegion=AWAY if key.region == HOME else HOME) is True
        ) == fine
        if fine:
            (becomes,) = key.replicas
            for name in ("period", "due", "rotations", "on_demand", "started"):
                setattr(becomes, name, getattr(key, name))
            key.period = key.due = key.started = None
            key.replicas, becomes.primary, key.primary = [], None, becomes
            becomes.replicas = [key]
            self.pass_time(REPLICATION)

    @rule(key=keys)
    def encrypt(self, key):
        fine = self.expected(key, "Enabled")
        assert (self.ask(key, "encrypt", Plaintext=b"x") is True) == fine
        if fine and len(key.blobs) < 5:
            key.blobs.append(self.answer["CiphertextBlob"])

    @rule(days=st.integers(1, 200), seconds=st.integers(0, 3600))
    def advance(self, days, seconds):
        self.pass_time(days * DAY + seconds)

    @rule(seconds=st.integers(1, 200))
    def advance_a_little(self, seconds):
        self.pass_time(seconds)

    @rule(key=consumes(keys))
    @precondition(lambda self: len(self.modeled) > 6)
    def lose_interest(self, key):
        """Keep the bundle small; the key lives on and is checked."""

    # --- what must agree -------------------------------------------------------------------------------------

    @invariant()
    def every_key_is_as_the_model_says(self):
        for key in self.modeled:
            if key.gone:
                assert self.ask(key, "describe_key") == "NotFoundException"
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
            if not key.gone:
                assert self.ask(key, "list_key_rotations") is True
                assert len(self.answer["Rotations"]) == key.materials.rotations
                assert self.ask(key, "get_key_rotation_status") is True
                shown = self.answer.get("OnDemandRotationStartDate")
                assert (shown and round(shown.timestamp())) == (key.materials.started and round(key.materials.started))

    @invariant()
    def every_imported_material_is_listed_with_its_state(self):
        for key in self.modeled:
            if key.external and not key.gone:
                assert self.ask(key, "list_key_rotations", IncludeKeyMaterial="ALL_KEY_MATERIAL") is True
                entries = self.answer["Rotations"]
                waiting = [] if key.pending is None else [key.pending]
                numbers = key.versions + waiting
                states = ["NON_CURRENT"] * (len(key.versions) - 1) + ["CURRENT"] * bool(key.versions)
                assert [entry["KeyMaterialState"] for entry in entries] == states + ["PENDING_ROTATION"] * len(waiting)
                assert [entry["ImportState"] == "IMPORTED" for entry in entries] == [n in key.there for n in numbers]

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
                    assert [other.state for other in self.successors(key)] == ["Enabled"]


KeyMachine.TestCase.settings = settings(
    max_examples=45,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestKeyMachine = KeyMachine.TestCase
