"""What a request says: its JSON body as values of the model's types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import wire

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["decode"]


def decode(call: Call) -> None:
    """Read the body. Raises: KmsError SerializationException."""
    call.input = wire.decode(call.model, call.request.body)
