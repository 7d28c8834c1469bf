"""Which operation a request asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.operations import DECLARATIONS
from fake_kms.tables import model
from fake_kms.wire import json11

if TYPE_CHECKING:
    from fake_kms.operations import Call

__all__ = ["recognize"]


def recognize(call: Call) -> None:
    """Set the operation by the request's target.

    Raises: KmsError UnknownOperationException; UnsupportedOperationException for an operation of a newer botocore.
    """
    prefix, _, name = call.request.target.partition(".")
    operation = model.load().get(name)
    if operation is None or prefix != json11.TARGET:
        raise errors.unknown_operation()
    call.operation = name
    declaration = DECLARATIONS.get(name)
    if declaration is None:
        raise errors.unbuilt_operation(name)
    call.model, call.declaration = operation, declaration
