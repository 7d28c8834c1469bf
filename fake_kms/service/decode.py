"""What a request says: its JSON body as values of the model's types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms.wire import json11

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["decode"]


def decode(call: Call) -> None:
    """Read the body. Raises: KmsError SerializationException."""
    call.input = json11.decode(call.model, call.request.body)
