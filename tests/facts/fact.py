"""A recorded fact about AWS: a situation, a request, and how AWS answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Fact", "World"]


@dataclass
class World:
    """What a fact is tried in: a client, the fake behind it (None where AWS is), and names for its message."""

    client: Any
    kms: Any = None
    names: dict[str, str] = field(default_factory=dict)

    def key(self, **request: Any) -> dict[str, Any]:
        """Create a key, remember its `arn` and `key_id`, and return its metadata."""
        metadata: dict[str, Any] = self.client.create_key(**request)["KeyMetadata"]
        self.names |= {"arn": metadata["Arn"], "key_id": metadata["KeyId"]}
        return metadata


@dataclass(frozen=True)
class Fact:
    """What AWS answers: `run` prepares and makes the request; a `code` of None means that it succeeds.

    `source` is a heading of docs/aws. `message` is the whole message, with the names of the world in braces. `aws` is
    for rows that need nothing but `world.client`: they run against AWS, too.
    """

    title: str
    source: str
    run: Callable[[World], object]
    code: str | None
    message: str = ""
    aws: bool = False
