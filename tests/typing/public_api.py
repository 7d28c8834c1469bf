"""Every public name, used as its types say; mypy reads this, nothing runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fake_kms import (
    Clock,
    Cluster,
    Clusters,
    Credentials,
    Decision,
    Event,
    FakeKms,
    Journal,
    OptionKeywords,
    Options,
    PolicyDocument,
    Principal,
    Principals,
    Quotas,
    RealAwsError,
    RealKmsError,
    Role,
    __version__,
    current,
    fake_kms,
    guard,
    stop_all,
)
from fake_kms.nitro import AttestationAuthority, attestation_document, open_ciphertext
from fake_kms.xks import Failure, LocalXksProxy, Xks, XksFailure, XksProxy, serve

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from typing_extensions import Unpack


@fake_kms
def plain(number: int) -> str:
    """Keep the types of what is decorated."""
    return str(number)


FEW: Quotas = {"keys": 5, "grants_per_key": 3}


@fake_kms(region="eu-west-1", account_id="111122223333", seed=7, quotas={"keys": 5})
async def with_options() -> int:
    """Keep the types of coroutines too."""
    return 1


@fake_kms
class Decorated:
    """Keep the types of classes and of what is in them."""

    @staticmethod
    @fake_kms
    def static(number: int) -> str:
        """Return a text."""
        return str(number)

    @fake_kms
    def generated(self) -> Iterator[int]:
        """Yield a number."""
        yield 1


def use_decorated(decorated: type[Decorated] = Decorated) -> tuple[str, Iterator[int]]:
    """Use a decorated class as what it is."""
    return decorated.static(1), Decorated().generated()


def in_ireland(**options: Unpack[OptionKeywords]) -> FakeKms:
    """Pass options on."""
    options["region"] = "eu-west-1"
    return FakeKms(**options)


def mistakes() -> None:
    """Make mistakes that mypy finds: without one of them, its comment would be an error of `warn_unused_ignores`."""
    FakeKms(consistency="foo")  # type: ignore[arg-type]
    FakeKms(quotas={"keyz": 5})  # type: ignore[arg-type]
    FakeKms(quotas={"keys": "5"})  # type: ignore[arg-type]
    FakeKms(regoin="eu-west-1")  # type: ignore[call-arg]
    FakeKms(now=0)  # type: ignore[arg-type]


def open_and_close() -> None:
    """Open and close a fake in every way."""
    fake: FakeKms = FakeKms(region=plain(1)).start()
    options: Options = fake.options
    names: tuple[str, str, str | None] = (fake.region, fake.account_id, options.region)
    fake.stop()
    with fake_kms() as kms, in_ireland(consistency="eventual", quotas=FEW, now=date(2030, 1, 1)):
        key: str = kms.client("eu-west-1", use_ssl=True).create_key()["KeyMetadata"]["KeyId"]
        kms.client().encode(KeyId=key)  # type: ignore[attr-defined]  # a KMSClient, whose typing errors are found
        kms.reset()
        with kms.rolled_back() as same:
            print(same.is_open)
        print(names, current(), __version__.split("."))


def refuse_real_accounts() -> list[FakeKms]:
    """Guard, and close what is open."""
    errors: tuple[type[RealAwsError], type[RealAwsError]] = (RealAwsError, RealKmsError)
    with guard(strict=True, allow=["s3"]):
        print(errors)
    return stop_all()


def control(kms: FakeKms) -> None:
    """Use what a fake has."""
    clock: Clock = kms.clock
    now: datetime = clock.advance(days=1)
    clock.travel_to(now + timedelta(days=1))
    clock.freeze()
    clock.unfreeze()
    journal: Journal = kms.journal
    events: list[Event] = journal.events("Encrypt", key="k", error="e", succeeded=False)
    events += journal.events(principal=kms.principals.root(), region="eu-west-1")
    outcomes: list[tuple[str | None, str | None]] = [(event.error_code, event.raised) for event in events]
    clusters: Clusters = kms.clusters
    cluster: Cluster = clusters.add("cluster-abcdefghijk", password="kmsPswd", hsms=2, backup_lineage="f")
    cluster.set_state("ACTIVE")
    print(outcomes)


class BrokenProxy:
    """A proxy of the user's own."""

    def call(self, path: str, body: dict[str, object]) -> dict[str, object]:
        """Fail."""
        raise XksFailure(Failure.TIMEOUT, f"{path}: {body}")


def keep_keys_outside(kms: FakeKms) -> None:
    """Use external key stores."""
    xks: Xks = kms.xks
    local = LocalXksProxy()
    proxy: XksProxy = local
    xks.route("https://proxy.example.com", proxy, credential=("ID", "secret"))
    xks.route("https://broken.example.com", BrokenProxy())
    with serve(local, access_key_id="ID", secret_access_key="secret") as url:
        xks.route("https://proxy.example.com/kms/xks/v1", url, timeout=1, ca_certs=None)
    service = "com.amazonaws.vpce.us-east-1.vpce-svc-0"
    xks.add_vpc_endpoint_service(service, owner=kms.account_id, meets_requirements=True)


def authorize(kms: FakeKms, policy: PolicyDocument) -> None:
    """Use principals and decisions."""
    principals: Principals = kms.principals
    role: Role = principals.role("App", policies=[policy], tags={"a": "b"})
    session: Principal = role.assume("other", mfa=True)
    credentials: Credentials = session.credentials
    with kms.acting_as(session.via("s3").having({"aws:SourceIp": "192.0.2.1"})) as same:
        same.client("eu-west-1")
    decision: Decision = kms.simulate(role, "kms:Decrypt", "k", encryption_context={"a": "b"}, context={})
    explanation: str = kms.explain() + decision.explain()
    print(credentials["aws_access_key_id"], explanation)


def seal(private_key: RSAPrivateKey, answer: bytes) -> None:
    """Use what Nitro Enclaves need."""
    document: bytes = attestation_document({0: "ab" * 48}, private_key.public_key())
    authority = AttestationAuthority()
    roots: list[bytes] = [authority.root]
    print(document, open_ciphertext(private_key, answer), FakeKms(attestation_roots=roots))
