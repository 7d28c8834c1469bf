"""The botocore model of KMS, read once per process and never retyped.

Everything the model says about an operation (members, constraints, declared errors, secrecy) is taken from here.
What AWS checks beyond its public model stands in `fake_kms.tables.beyond_model`.
"""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.loaders import Loader

from fake_kms.tables.beyond_model import PATTERNS

__all__ = ["Operation", "Shape", "load"]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One shape of the model, with the shapes inside it. There is one object per shape, so they compare by identity.

    `kind` is the model's type: structure, list, map, string, integer, boolean, blob, timestamp.
    """

    name: str
    kind: str
    members: dict[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    element: Shape | None = None
    value: Shape | None = None
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    sensitive: bool = False

    @property
    def matches(self) -> re.Pattern[str] | None:
        """The pattern, compiled when it is first needed; a value must match as a whole."""
        return None if self.pattern is None else _compiled(self.pattern)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of the model. There is one object per operation, so they compare by identity.

    `secrets` are the request members whose content the journal never shows: blobs, grant tokens, and what the model
    calls sensitive.
    """

    name: str
    input: Shape
    output: Shape | None
    errors: frozenset[str]
    secrets: frozenset[str]


def _secret(shape: Shape) -> bool:
    return (
        shape.kind == "blob"
        or shape.sensitive
        or any(_secret(member) for member in shape.members.values())
        or "GrantToken" in shape.name
    )


@functools.cache
def load() -> dict[str, Operation]:
    """Read the installed botocore's model of KMS: its operations by name."""
    raw = _read()
    shapes = _Shapes(raw["shapes"])
    return {name: _operation(name, body, shapes) for name, body in raw["operations"].items()}


def _read() -> dict[str, Any]:
    # `load_service_model` does the same, but looks through the folders of all other services first, which takes longer
    # than reading.
    loader = _loader()
    version = loader.determine_latest_version("kms", "service-2")
    raw: dict[str, Any] = loader.load_data(f"kms/{version}/service-2")
    return raw


def _loader() -> Loader:
    """Return the loader of boto3's default session, which has read the model if it made a client; else a new one."""
    default_session = getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)
    loader: Loader | None = getattr(default_session, "_loader", None)
    if loader is not None:
        return loader
    from botocore import loaders

    return loaders.Loader()


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(r"\p{ASCII}", r"[\x00-\x7F]"), re.ASCII)


def _operation(name: str, body: dict[str, Any], shapes: _Shapes) -> Operation:
    request = shapes[body["input"]["shape"]]
    return Operation(
        name=name,
        input=request,
        output=shapes[body["output"]["shape"]] if "output" in body else None,
        errors=frozenset(error["shape"] for error in body.get("errors", ())),
        secrets=frozenset(member for member, shape in request.members.items() if _secret(shape)),
    )


class _Shapes(dict[str, Shape]):
    """The shapes by name, each built on first use; KMS's model has no shape that contains itself."""

    def __init__(self, raw: dict[str, dict[str, Any]]) -> None:
        super().__init__()
        self._raw = raw

    def __missing__(self, name: str) -> Shape:
        raw = self._raw[name]
        pattern = PATTERNS.get(name, raw.get("pattern"))
        shape = Shape(
            name=name,
            kind=raw["type"],
            members={key: self[member["shape"]] for key, member in raw.get("members", {}).items()},
            required=frozenset(raw.get("required", ())),
            element=self[raw["member"]["shape"]] if "member" in raw else None,
            value=self[raw["value"]["shape"]] if "value" in raw else None,
            minimum=raw.get("min"),
            maximum=raw.get("max"),
            pattern=pattern,
            enum=tuple(raw.get("enum", ())),
            sensitive=raw.get("sensitive", False),
        )
        self[name] = shape
        return shape
