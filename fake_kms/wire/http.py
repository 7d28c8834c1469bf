"""HTTP requests and responses as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["HttpRequest", "HttpResponse", "header_text"]


class HttpRequest(NamedTuple):
    """An HTTP request.

    `headers` are a client library's own mapping: names are found in lower case, values are text or bytes. `target` and
    `authorization` are the headers X-Amz-Target and Authorization, empty where the request has none.
    """

    method: str
    url: str
    headers: Mapping[str, str | bytes]
    body: bytes
    target: str
    authorization: str

    def header(self, name: str) -> str | None:
        """Return a header by its name in lower case, or None."""
        value = self.headers.get(name)
        return None if value is None else header_text(value)

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.url} {self.target}, {len(self.body)} bytes)"


class HttpResponse(NamedTuple):
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"HttpResponse({self.status}, {len(self.body)} bytes)"


def header_text(value: str | bytes) -> str:
    """Return a header's value as text; client libraries keep it as text or bytes."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
