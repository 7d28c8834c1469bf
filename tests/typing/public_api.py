"""Every public name, used as its types say; mypy reads this, nothing runs it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fake_kms import FakeKms, __version__, current, fake_kms
from fake_kms.nitro import attestation_document
from fake_kms.xks_proxy import LocalXksProxy

if TYPE_CHECKING:
    from fake_kms.controls.principals import Principal
    from fake_kms.policy.decide import Decision


@fake_kms
def plain(number: int) -> str:
    """Keep the types of what is decorated."""
    return str(number)


@fake_kms(region="eu-west-1", account_id="111122223333", seed=7, quotas={"keys": 5})
async def with_options() -> int:
    """Keep the types of coroutines too."""
    return 1


def use() -> None:
    """Use a fake in every way."""
    text: str = plain(1)
    fake: FakeKms = FakeKms(region=text).start()
    fake.stop()
    with fake_kms() as kms:
        now: datetime = kms.clock.advance(days=1)
        kms.clock.travel_to(now + timedelta(days=1))
        kms.clock.freeze()
        kms.clock.unfreeze()
        kms.client("eu-west-1", use_ssl=True)
        codes: list[str | None] = [event.error_code for event in kms.journal.events("Encrypt", key="k", error="e")]
        names: tuple[str, str] = (kms.region, kms.account_id)
        kms.clusters.add("cluster-abcdefghijk", password="kmsPswd", hsms=2, backup_lineage="f").set_state("ACTIVE")
        kms.xks.route("https://proxy.example.com", LocalXksProxy(), credential=("ID", "secret"))
        kms.xks.route("https://proxy.example.com/kms/xks/v1", "http://127.0.0.1:8000", timeout=1, ca_certs=None)
        kms.xks.add_vpc_endpoint_service("com.amazonaws.vpce.us-east-1.vpce-svc-0", owner=names[1], fit=True)
        actor: Principal = kms.principals.role("App", policies=[{}], tags={"a": "b"}).assume("other", mfa=True)
        with kms.acting_as(actor.via("s3").having({"aws:SourceIp": "192.0.2.1"})) as same:
            same.client("eu-west-1")
        verdict: Decision = kms.simulate(actor, "kms:Decrypt", "k", encryption_context={"a": "b"}, context={})
        told: str = kms.explain() + verdict.explain()
        document: bytes = attestation_document({0: told}, b"key")
        kms.reset()
        print(codes, names, document, current(), __version__.split("."))
