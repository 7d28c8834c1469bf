"""What an answer of AWS is made of: code, text, HTTP status, and how it is known.

A family of answers is a module. An answer whose text takes no argument is a row; one whose text takes arguments is
a function that returns the text:

    invalid_mac = answer("KMSInvalidMacException", rank=Rank.RECORDED, source="docs/aws/recorded.md#sign-verify")

    @template("DisabledException", rank=Rank.RECORDED, source="docs/aws/recorded.md#sign-verify")
    def disabled(key_arn: str) -> str:
        return f"{key_arn} is disabled."

Both are called to make the error: `raise errors.disabled(key.arn)`. What a source may be: docs/aws/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, ParamSpec

__all__ = ["Answer", "Choice", "KmsError", "Rank", "Row", "answer", "template"]

P = ParamSpec("P")


class Rank(Enum):
    """How an answer is known, best first. docs/aws/README.md says what each of them means."""

    RECORDED = "recorded"
    DOCUMENTED = "documented"
    EMULATOR = "emulator"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What is fixed about an answer: all but its text. `field` spells the JSON member that carries the text."""

    code: str
    rank: Rank
    source: str
    status: int = 400
    field: str = "message"


class KmsError(Exception):
    """An answer of AWS that refuses a request. `message` is None where AWS sends no text at all."""

    def __init__(self, row: Row, message: str | None = None) -> None:
        super().__init__(row, message)
        self.row = row
        self.message = message
        self.code = row.code
        self.status = row.status
        self.field = row.field

    def __str__(self) -> str:
        return self.code if self.message is None else f"{self.code}: {self.message}"

    @property
    def rank(self) -> Rank:
        """How the answer is known."""
        return self.row.rank

    @property
    def source(self) -> str:
        """Where the answer is known from."""
        return self.row.source


@dataclass(frozen=True, slots=True, eq=False)
class Answer(Generic[P]):
    """A row together with its text; called, it returns a new error."""

    row: Row
    text: Callable[P, str | None]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> KmsError:
        """Return a new error with the text for these arguments."""
        return KmsError(self.row, self.text(*args, **kwargs))


@dataclass(frozen=True, slots=True, eq=False)
class Choice(Generic[P]):
    """Answers of one form, one for each kind of cause; the first argument of a call is the kind."""

    answers: Mapping[str, Answer[P]]

    def __call__(self, kind: str, /, *args: P.args, **kwargs: P.kwargs) -> KmsError:
        """Return a new error of this kind. Raises: KeyError for a kind without an answer."""
        return self.answers[kind](*args, **kwargs)


def answer(
    code: str, text: str | None = None, *, rank: Rank, source: str, status: int = 400, field: str = "message"
) -> Answer[[]]:
    """Return an answer whose text takes no argument."""
    return Answer(Row(code, rank, source, status, field), lambda: text)


def template(
    code: str, *, rank: Rank, source: str, status: int = 400, field: str = "message"
) -> Callable[[Callable[P, str]], Answer[P]]:
    """Return a decorator that makes an answer of a function which returns the text."""

    def decorate(text: Callable[P, str]) -> Answer[P]:
        return Answer(Row(code, rank, source, status, field), text)

    return decorate
