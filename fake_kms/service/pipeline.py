"""The way of a request: through the stages, in AWS's order.

Every request goes through every stage; one that has nothing to do for an operation returns at once. No body can leave
one out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fake_kms.controls.clusters import Clusters
from fake_kms.controls.journal import Journal, Log
from fake_kms.crypto.material import KeyGenerator
from fake_kms.crypto.pool import RsaLease
from fake_kms.entropy import RequestIds
from fake_kms.errors import KmsError
from fake_kms.operations import Call, Settings, Tools
from fake_kms.policy.key_policy_text import normalize
from fake_kms.service.after_key_checks import after_key_checks
from fake_kms.service.authorize import authorize
from fake_kms.service.before_key_checks import before_key_checks
from fake_kms.service.check_answer import check_answer
from fake_kms.service.check_constraints import check_constraints
from fake_kms.service.check_key_policy import check_key_policy
from fake_kms.service.check_keys import check_keys
from fake_kms.service.check_request import check_request
from fake_kms.service.decision_cache import DecisionCache
from fake_kms.service.decode import decode
from fake_kms.service.find_keys import find_keys
from fake_kms.service.identify import identify
from fake_kms.service.keep_managed_keys import keep_managed_keys
from fake_kms.service.note import note
from fake_kms.service.perform import perform
from fake_kms.service.read_recipient import read_recipient
from fake_kms.service.recognize import recognize
from fake_kms.service.record_use import record_use
from fake_kms.service.seal_for_recipient import seal_for_recipient
from fake_kms.service.verify_signature import verify_signature
from fake_kms.store.find import keys_named
from fake_kms.store.import_tokens import ImportTokens
from fake_kms.store.managed_keys import ManagedKeys
from fake_kms.store.store import Store
from fake_kms.wire import json11
from fake_kms.xks.routes import XksRoutes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_kms.clock import Now
    from fake_kms.controls.registry import Registry
    from fake_kms.entropy import Entropy
    from fake_kms.tables.quotas import Quotas
    from fake_kms.wire import HttpRequest, HttpResponse

__all__ = ["Service", "Stage"]

Stage = Callable[[Call], None]


class Service:
    """One fake KMS, without any input or output of its own."""

    def __init__(
        self,
        *,
        clock: Now,
        entropy: Entropy,
        principals: Registry,
        quotas: Quotas | None = None,
        strict_identity: bool = False,
        verify_signatures: bool = False,
        consistency: str = "immediate",
        attestation_roots: Sequence[bytes] | None = None,
        check_answers: bool = False,
    ) -> None:
        self.clock = clock
        self.log = Log()
        self._rsa = RsaLease()
        self.tools = _tools(
            entropy,
            Settings.of(
                quotas=quotas,
                consistency=consistency,
                knows_principal=principals.knows if strict_identity else principals.may_exist,
                principal_named=principals.named,
            ),
            KeyGenerator(entropy, self._rsa),
            self._note_event,
        )
        self.journal = Journal(self.log, partial(keys_named, self.tools.store))
        # AWS's order. What a stage needs besides the call stands here, so that nothing else is within its reach. It
        # comes before the call: a `partial` with keywords costs every call 0.1 µs more.
        self.stages: tuple[Stage, ...] = (
            recognize,
            decode,
            partial(identify, principals, strict_identity),
            *((partial(verify_signature, principals, clock),) if verify_signatures else ()),
            check_constraints,
            partial(read_recipient, _loaded(attestation_roots)),
            check_request,
            find_keys,
            partial(authorize, DecisionCache()),
            before_key_checks,
            check_keys,
            after_key_checks,
            check_key_policy,
            perform,
            *((check_answer,) if check_answers else ()),
            record_use,
            keep_managed_keys,
            seal_for_recipient,
        )
        self.last_stage: Stage = partial(note, self.log)
        self._request_ids = RequestIds(entropy)
        self.lock = threading.RLock()

    def close(self) -> None:
        """Release what was leased from the process."""
        self._rsa.release()

    def now(self) -> float:
        """Return the present instant in whole milliseconds, as KMS dates everything."""
        return round(self.clock.epoch() * 1000) / 1000

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request; requests of several threads come one after the other.

        Only a KmsError is an answer. Whatever else is raised is a mistake of the fake or of the user's own external
        key store, and surfaces as itself.
        """
        with self.lock:
            now = self.now()
            self.tools.store.schedule.run_due(now)
            call = Call(request, self._request_ids.next(), now, self.tools)
            try:
                for stage in self.stages:
                    stage(call)
            except KmsError as error:
                call.refusal = error
            except BaseException as error:
                call.raised = error
                raise
            finally:
                self.last_stage(call)
            if call.refusal is not None:
                return json11.encode_error(call.refusal, call.request_id, now)
            return json11.encode(call.output, call.request_id, now)

    def _note_event(self, name: str, region: str, resource: str, when: float) -> None:
        # What AWS does by itself is in the journal too; CloudTrail has such events for keys.
        self.log.add(name, "", when, None, "AWS Internal", region, (resource,), {})


def _tools(
    entropy: Entropy,
    settings: Settings,
    key_generator: KeyGenerator,
    note_event: Callable[[str, str, str, float], None],
) -> Tools:
    secret = entropy.seed or entropy.bytes(32)
    return Tools(
        store=Store(ImportTokens(key_generator, entropy), ManagedKeys(secret, normalize)),
        settings=settings,
        entropy=entropy,
        key_generator=key_generator,
        clusters=Clusters(),
        xks=XksRoutes(),
        note_event=note_event,
    )


def _loaded(roots: Sequence[bytes] | None) -> list[bytes] | None:
    if roots is None:
        return None
    from fake_kms.crypto.attestation import load_root

    return [load_root(root) for root in roots]
