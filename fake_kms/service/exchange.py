"""One request on its way through the stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_kms.crypto.attestation import Attestation
    from fake_kms.operations import Call, Caller
    from fake_kms.policy.decision import Decision
    from fake_kms.service.pipeline import Service, Way
    from fake_kms.wire import HttpRequest

__all__ = ["Exchange"]


@dataclass(slots=True)
class Exchange:
    """What the stages have found out so far. A stage relies on what the stages before it have set."""

    service: Service
    request: HttpRequest
    request_id: str
    now: float
    name: str = ""
    way: Way = field(init=False)
    input: dict[str, Any] = field(default_factory=dict, repr=False)
    caller: Caller | None = None
    attestation: Attestation | None = None
    call: Call = field(init=False)
    decisions: list[Decision] = field(default_factory=list, repr=False)
    output: dict[str, Any] | None = field(default=None, repr=False)
