"""The response that botocore reads. Imports botocore, so it is imported only where botocore is patched.

One of the places where speed decides how the code is written: with botocore's own AWSResponse and HeadersDict, Encrypt
costs 1.21 times botocore's floor instead of 1.18 times (benchmarks/). A test compares the two.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.awsrequest import AWSResponse, HeadersDict

if TYPE_CHECKING:
    from fake_kms.wire import HttpResponse

__all__ = ["Answer"]


class Answer(AWSResponse):
    """A response whose content is there already and whose headers are not copied.

    It sets the attributes that AWSResponse sets, which wraps the name of every header and reads `raw` for the content.
    """

    def __init__(self, url: str, response: HttpResponse) -> None:
        self.url = url
        self.status_code = response.status
        self.headers = _Headers.over(response.headers)
        self._content = response.body

    @functools.cached_property
    def raw(self) -> io.BytesIO:
        """The content as a stream."""
        return _Raw(self._content)


class _Headers(HeadersDict):
    """Headers whose names are found in any letter case; as they are spelled, at once."""

    _dict: dict[str, str]

    @classmethod
    def over(cls, headers: dict[str, str]) -> _Headers:
        """Return headers that are kept in this dictionary, not in a copy."""
        new = cls.__new__(cls)  # HeadersDict's __init__ makes a dictionary of its own
        new._dict = headers  # noqa: SLF001 - its own
        return new

    def __getitem__(self, name: str) -> str:
        if name in self._dict:
            return self._dict[name]
        return self._dict[self._spelled(name)]

    def __setitem__(self, name: str, value: str) -> None:
        self._dict[self._spelled(name)] = value

    def __delitem__(self, name: str) -> None:
        del self._dict[self._spelled(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._dict)

    def copy(self) -> _Headers:
        """Return a copy."""
        return _Headers.over(dict(self._dict))

    def _spelled(self, name: str) -> str:
        wanted = name.lower()
        return next((own for own in self._dict if own.lower() == wanted), name)


class _Raw(io.BytesIO):
    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002
        while chunk := self.read(amt):
            yield chunk
