"""Whether an answer is what the model says: for those who work on the fake, and off by default.

AWS answers the same whatever the client's botocore knows, and so does the fake. A model that lacks an operation of the
fake's is older than the answers: what it does not have is not checked then.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from fake_kms.operations import DECLARATIONS
from fake_kms.tables import model
from fake_kms.tables.beyond_model import OUTPUT_MEMBERS

if TYPE_CHECKING:
    from fake_kms.operations import Call
    from fake_kms.tables.model import Shape

__all__ = ["check_answer"]

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "blob": bytes,
    "timestamp": (int, float),
    "map": dict,
}


def check_answer(call: Call) -> None:
    """Check the members of an answer and their types. Raises: AssertionError that points at the first wrong one."""
    shape, output = call.model.output, call.output
    if shape is not None:
        if output is not None:
            output = _without_extra(call.operation, output)
        _check(shape, output, call.operation)
    elif output is not None and not _is_old():
        raise AssertionError(f"{call.operation} has no output in the model")


@functools.cache
def _is_old() -> bool:
    return not DECLARATIONS.keys() <= model.load().keys()


def _without_extra(operation: str, output: dict[str, Any]) -> dict[str, Any]:
    extra = OUTPUT_MEMBERS.get(operation, {})
    for name, kind in extra.items():
        _check_type(kind, output.get(name), f"{operation}.{name}")
    return {name: value for name, value in output.items() if name not in extra}


def _check(shape: Shape, value: Any, path: str) -> None:
    if shape.kind == "structure":
        _check_structure(shape, value, path)
    elif shape.element is not None:
        _check_type(list, value, path)
        for item in value:
            _check(shape.element, item, f"{path}[]")
    else:
        _check_type(_TYPES[shape.kind], value, path)


def _check_structure(shape: Shape, value: Any, path: str) -> None:
    _check_type(dict, value, path)
    for name, item in value.items():
        if name in shape.members:
            _check(shape.members[name], item, f"{path}.{name}")
        elif not _is_old():
            raise AssertionError(f"{path}.{name} is not in the model")


def _check_type(kind: type | tuple[type, ...], value: Any, path: str) -> None:
    if not isinstance(value, kind):
        raise AssertionError(f"{path} is of the type {type(value).__name__}")  # noqa: TRY004 - an answer, no argument
