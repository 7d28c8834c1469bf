"""The patterns of policies: the wildcards `*` and `?`, ARNs part by part, and policy variables.

Source: IAM User Guide, "IAM JSON policy elements: Resource", "Condition operators", "Variables and tags".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fake_kms.policy.request import Context

__all__ = ["Matcher", "arn_matcher", "canonical_key", "glob_matcher", "resource_matcher", "text_matcher"]

# A pattern is a tuple of tokens: "*", "?", "=literal text", or a variable that the request resolves.
_STAR, _ANY = "*", "?"
_ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE_BODY = re.compile(r"\s*(?P<key>.*?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?", re.DOTALL)
_WILDCARD = re.compile(r"([*?])")
_SYNONYMS = {"kms:customermasterkeyspec": "kms:keyspec", "kms:customermasterkeyusage": "kms:keyusage"}

Matcher = Callable[[str, Context], bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Variable:
    key: str
    default: str | None


_Token = str | _Variable


def canonical_key(key: str) -> str:
    """Return a condition key as contexts spell it: lower case, deprecated synonyms replaced."""
    lowered = key.lower()
    return _SYNONYMS.get(lowered, lowered)


def text_matcher(text: str, *, variables: bool) -> Matcher:
    """Return a matcher of exactly this text, with its variables resolved."""
    return _matcher(_tokens(text, wildcards=False, variables=variables), _regex)


def glob_matcher(text: str, *, variables: bool) -> Matcher:
    """Return a matcher of a text with the wildcards `*` and `?`, with its variables resolved.

    The value of a variable is literal. Assumed: `*` in such a value is not a wildcard; a tag with the value `*` would
    settle it.
    """
    return _matcher(_tokens(text, wildcards=True, variables=variables), _regex)


def arn_matcher(text: str, *, variables: bool) -> Matcher:
    """Return a matcher of ARNs part by part: a wildcard in the first five parts does not match a colon.

    Assumed: `*` alone matches every ARN.
    """
    if text == _STAR:
        return lambda value, _context: value.startswith("arn:")
    return _matcher(_tokens(text, wildcards=True, variables=variables), _arn_regex)


def resource_matcher(text: str, *, variables: bool) -> Matcher:
    """Return a matcher of a Resource, which has variables only after its fifth colon."""
    head, tail = _split_resource(text)
    tokens = (
        *_tokens(head, wildcards=True, variables=False),
        *_tokens(tail, wildcards=True, variables=variables),
    )
    return _matcher(tokens, _regex)


def _split_resource(text: str) -> tuple[str, str]:
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return text, ""
    return ":".join(parts[:-1]) + ":", parts[-1]


def _matcher(tokens: tuple[_Token, ...], compiled: Callable[[tuple[str, ...]], re.Pattern[str]]) -> Matcher:
    fixed = tuple(token for token in tokens if isinstance(token, str))
    if len(fixed) < len(tokens):
        return lambda value, context: _matches_resolved(tokens, compiled, value, context)
    fullmatch = compiled(fixed).fullmatch
    return lambda value, _context: fullmatch(value) is not None


def _matches_resolved(
    tokens: tuple[_Token, ...],
    compiled: Callable[[tuple[str, ...]], re.Pattern[str]],
    value: str,
    context: Context,
) -> bool:
    resolved = _resolve(tokens, context)
    return resolved is not None and compiled(resolved).fullmatch(value) is not None


def _resolve(tokens: tuple[_Token, ...], context: Context) -> tuple[str, ...] | None:
    resolved = []
    for token in tokens:
        if isinstance(token, str):
            resolved.append(token)
            continue
        value = context.get(token.key)
        value = token.default if value is None else value
        if not isinstance(value, str):  # absent, or multi-valued
            return None
        resolved.append("=" + value)
    return tuple(resolved)


def _tokens(text: str, *, wildcards: bool, variables: bool) -> tuple[_Token, ...]:
    if not variables:
        return tuple(_literals(text, wildcards=wildcards))
    found: list[_Token] = []
    for number, piece in enumerate(_VARIABLE.split(text)):
        if number % 2:
            found.append(_variable(piece))
        else:
            found += _literals(piece, wildcards=wildcards)
    return tuple(found)


def _literals(text: str, *, wildcards: bool) -> Iterable[str]:
    pieces = _WILDCARD.split(text) if wildcards else [text]
    for number, piece in enumerate(pieces):
        if number % 2:
            yield piece
        elif piece:
            yield "=" + piece


def _variable(body: str) -> _Token:
    if body in {"*", "?", "$"}:
        return "=" + body
    match = _VARIABLE_BODY.fullmatch(body)
    if match is None:  # pragma: no cover - the pattern matches any text
        return "=${" + body + "}"
    return _Variable(canonical_key(match["key"]), match["default"])


@functools.lru_cache(maxsize=4096)
def _regex(tokens: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_source(tokens, ".", 0), re.DOTALL)


@functools.lru_cache(maxsize=4096)
def _arn_regex(tokens: tuple[str, ...]) -> re.Pattern[str]:
    parts = _arn_parts(tokens)
    sources = (
        _source(part, "." if number == _ARN_PARTS else "[^:]", 1000 * number) for number, part in enumerate(parts, 1)
    )
    source = ":".join(sources)
    # A text with fewer than six parts is not an ARN and matches none.
    return re.compile(source if len(parts) == _ARN_PARTS else r"(?!)", re.DOTALL)


def _arn_parts(tokens: tuple[str, ...]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if not token.startswith("="):
            parts[-1].append(token)
            continue
        first, *others = token[1:].split(":", _ARN_PARTS - len(parts))
        parts[-1].append("=" + first)
        parts += [["=" + other] for other in others]
    return parts


def _source(tokens: Iterable[str], any_character: str, first_group: int) -> str:
    # Each middle segment matches at its leftmost place and is never given back, so that no pattern backtracks for
    # long. Python 3.10 has no atomic groups: a lookahead and a reference to its group work like one.
    first, *others = _segments(tokens, any_character)
    if not others:
        return first
    *middle, last = others
    atoms = (
        f"(?=(?P<g{number}>{any_character}*?{segment}))(?P=g{number})"
        for number, segment in enumerate(middle, first_group)
        if segment
    )
    return f"{first}{''.join(atoms)}{any_character}*{last}"


def _segments(tokens: Iterable[str], any_character: str) -> list[str]:
    segments = [""]
    for token in tokens:
        if token == _STAR:
            segments.append("")
        else:
            segments[-1] += any_character if token == _ANY else re.escape(token[1:])
    return segments
