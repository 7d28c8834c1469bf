"""What botocore reads an answer from. Imports botocore: for those only who patch it."""

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
    """A response that botocore has nothing left to read of: its content is there, its headers are as they came.

    It fills in what AWSResponse would, which wraps every header's name and reads `raw` for the content: a tenth of
    what a call may cost.
    """

    def __init__(self, url: str, response: HttpResponse) -> None:
        self.url = url
        self.status_code = response.status
        self.headers = _Headers.over(response.headers)
        self._content = response.body

    @functools.cached_property
    def raw(self) -> io.BytesIO:
        """The content as a stream, for who wants one."""
        return _Raw(self._content)


class _Headers(HeadersDict):
    """Headers that are found in any case, and without a detour as they are spelled."""

    _dict: dict[str, str]

    @classmethod
    def over(cls, headers: dict[str, str]) -> _Headers:
        """Make headers of a dictionary, which is theirs from now on."""
        made = cls()
        made._dict = headers
        return made

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
        """Return headers of one's own."""
        return _Headers.over(dict(self._dict))

    def _spelled(self, name: str) -> str:
        wanted = name.lower()
        return next((own for own in self._dict if own.lower() == wanted), name)


class _Raw(io.BytesIO):
    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002
        while chunk := self.read(amt):
            yield chunk
