"""Every public name, used as its types say; mypy reads this, nothing runs it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

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
    Role,
    current,
    fake_kms,
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


@fake_kms(region="eu-west-1", account_id="111122223333", seed=7, quotas={"keys": 5})
async def with_options() -> int:
    """Keep the types of coroutines too."""
    return 1


def in_ireland(**options: Unpack[OptionKeywords]) -> FakeKms:
    """Pass options on."""
    options["region"] = "eu-west-1"
    return FakeKms(**options)


def open_and_close() -> None:
    """Open and close a fake in every way."""
    fake: FakeKms = FakeKms(region=plain(1)).start()
    options: Options = fake.options
    names: tuple[str, str, str | None] = (fake.region, fake.account_id, options.region)
    fake.stop()
    with fake_kms() as kms, in_ireland(consistency="eventual"):
        kms.client("eu-west-1", use_ssl=True)
        kms.reset()
        print(names, current())


def control(kms: FakeKms) -> None:
    """Use what a fake has."""
    clock: Clock = kms.clock
    now: datetime = clock.advance(days=1)
    clock.travel_to(now + timedelta(days=1))
    clock.freeze()
    clock.unfreeze()
    journal: Journal = kms.journal
    events: list[Event] = journal.events("Encrypt", key="k", error="e", succeeded=False)
    outcomes: list[tuple[str | None, str | None]] = [(event.error_code, event.raised) for event in events]
    clusters: Clusters = kms.clusters
    cluster: Cluster = clusters.add("cluster-abcdefghijk", password="kmsPswd", hsms=2, backup_lineage="f")
    cluster.set_state("ACTIVE")
    kms.xks.route("https://proxy.example.com", LocalXksProxy(), credential=("ID", "secret"))
    kms.xks.route("https://proxy.example.com/kms/xks/v1", "http://127.0.0.1:8000", timeout=1, ca_certs=None)
    kms.xks.add_vpc_endpoint_service(
        "com.amazonaws.vpce.us-east-1.vpce-svc-0", owner=kms.account_id, meets_requirements=True
    )
    print(outcomes)


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
    authority: AttestationAuthority = AttestationAuthority()
    fake: FakeKms = FakeKms(attestation_roots=[authority.root])
    other: bytes = authority.document({0: "ab" * 48}, private_key.public_key(), debug=True)
    print(document, other, fake, open_ciphertext(private_key, answer))


class Proxy:
    """A proxy of one's own."""

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Refuse everything."""
        raise XksFailure(Failure.UNREACHABLE, f"{path} {sorted(body)}")


def encrypt_outside(kms: FakeKms) -> None:
    """Use what external key stores need."""
    control: Xks = kms.xks
    proxy: XksProxy = Proxy()
    control.route("https://proxy.example.com", proxy)
    with serve(LocalXksProxy(), access_key_id="ID", secret_access_key="secret") as url:
        control.route("https://other.example.com", url)
