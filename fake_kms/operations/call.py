"""`Call`: one request on its way through the stages, and what they have found out about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from fake_kms.controls.clusters import Clusters
    from fake_kms.crypto.attestation import Attestation
    from fake_kms.crypto.ciphertext import Sealed
    from fake_kms.crypto.material import KeyGenerator, Material
    from fake_kms.entropy import Entropy
    from fake_kms.errors import KmsError
    from fake_kms.operations._declare import Declaration, KeyUse
    from fake_kms.operations.settings import Settings
    from fake_kms.policy.decision import Decision
    from fake_kms.policy.identity import Identity
    from fake_kms.store.grant import StoredGrant
    from fake_kms.store.key import Key
    from fake_kms.store.region import Region
    from fake_kms.store.store import Store
    from fake_kms.tables.model import Operation
    from fake_kms.wire import HttpRequest
    from fake_kms.xks.routes import XksRoutes

__all__ = ["Call", "Caller", "FoundKey", "Tools"]


class Caller(NamedTuple):
    """Who calls, and in which Region."""

    access_key_id: str
    arn: str
    account: str
    region: str
    identity: Identity


class FoundKey(NamedTuple):
    """A key that was found for a call.

    `alias_name` is the alias that the request names it by, if any. `material` and `sealed` are there when the key was
    found in a ciphertext, `grant` when it was found through a grant. `plaintext` is what a check has decrypted already.
    """

    use: KeyUse
    key: Key
    alias_name: str | None = None
    material: Material | None = None
    sealed: Sealed | None = None
    grant: StoredGrant | None = None
    plaintext: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tools:
    """What every call of one fake works with: its resources, its settings, and what lies outside of KMS.

    `clusters` are the CloudHSM clusters, `xks` the external key store proxies. `note_event` takes the name of
    something that happens without a request, its Region, the ARN or id of the resource, and the instant.
    """

    store: Store
    settings: Settings
    entropy: Entropy
    key_generator: KeyGenerator
    clusters: Clusters
    xks: XksRoutes
    note_event: Callable[[str, str, str, float], None]

    def note(self, event: str, key: Key, when: float) -> None:
        """Note something that happens to a key without a request."""
        self.note_event(event, key.region, key.arn, when)


@dataclass(slots=True, eq=False, repr=False)
class Call:
    """One request, and what the stages have found out so far; a stage relies on what the stages before it have set.

    `now` is in seconds since 1970. `operation` is empty until the target is recognized; `region` is the caller's.
    `decisions` are the authorizer's, one for each resource that was checked. `refusal` is the error that the request
    is answered with, `raised` what a mistake of the fake, or of the user's own external key store proxy, raised.
    """

    request: HttpRequest
    request_id: str
    now: float
    tools: Tools
    operation: str = ""
    input: dict[str, Any] = field(default_factory=dict)
    found: list[FoundKey] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    output: dict[str, Any] | None = None
    attestation: Attestation | None = None
    refusal: KmsError | None = None
    raised: BaseException | None = None
    model: Operation = field(init=False)
    declaration: Declaration = field(init=False)
    caller: Caller = field(init=False)
    region: Region = field(init=False)

    def __repr__(self) -> str:
        return f"<Call {self.operation or 'of no operation'} {self.request_id}>"

    @property
    def store(self) -> Store:
        """The resources of the fake."""
        return self.tools.store

    @property
    def settings(self) -> Settings:
        """The quotas and delays of the fake."""
        return self.tools.settings

    @property
    def key(self) -> Key:
        """The key of an operation that has one."""
        return self.found[0].key

    @property
    def material(self) -> Material:
        """The current material of that key; there is one in every state that lets the operation run."""
        material = self.found[0].key.material
        assert material is not None  # noqa: S101 - the table of key states says so
        return material

    @property
    def ignores_ciphertext(self) -> bool:
        """Whether this is a dry run that asks about permissions only, whatever the ciphertext is.

        Assumed: without DryRun the modifier does nothing, since the API documents it as applying to dry runs only.
        Source: API_Decrypt, API_ReEncrypt.
        """
        return self.input.get("DryRun") is True and "IGNORE_CIPHERTEXT" in self.input.get("DryRunModifiers", ())
