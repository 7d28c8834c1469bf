"""Find the marks `Source:` and `Assumed:` in Python files, and follow what they cite.

The grammar of a source is in docs/aws/README.md.
"""

from __future__ import annotations

import ast
import functools
import io
import itertools
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["REPOSITORY", "Mark", "anchors", "marks", "problems", "slugs"]

REPOSITORY = Path(__file__).resolve().parents[1]

_MARK = re.compile(r"\b(Source|Assumed):(?=\s|$)")
_END_OF_SENTENCE = re.compile(r"\.(?=\s|$)")
_LABEL = re.compile(r"\b(Source|Assumed|Input|Output|Raises):(?=\s|$)")
_API = re.compile(r"API_(\w+)")
_PAGE = re.compile(r"(docs/aws/\w+\.md)#([\w-]+)")


class Mark(NamedTuple):
    """A mark and what follows it: a source to its full stop, an assumption to the end of its paragraph."""

    path: str
    line: int
    scope: str
    kind: str
    text: str


class _Block(NamedTuple):
    line: int
    scope: str
    text: str


def marks(folder: str) -> Iterator[Mark]:
    """Return every mark in the Python files of a folder of the repository."""
    for path in sorted((REPOSITORY / folder).rglob("*.py")):
        for block in _blocks(path.read_text(encoding="utf-8")):
            for paragraph in re.split(r"\n\s*\n", block.text):
                for mark in _MARK.finditer(paragraph):
                    text = _marked(mark[1], paragraph[mark.end() :])
                    yield Mark(path.relative_to(REPOSITORY).as_posix(), block.line, block.scope, mark[1], text)


def _marked(kind: str, rest: str) -> str:
    end = (_END_OF_SENTENCE if kind == "Source" else _LABEL).search(rest)
    return " ".join(rest[: end.start() if end else None].split())


def _blocks(source: str) -> Iterator[_Block]:
    scopes = list(_scopes(ast.parse(source), ()))
    for first, _, name, docstring in scopes:
        if docstring:
            yield _Block(first, name, docstring)
    for line, text in _comments(source):
        inside = [name for first, last, name, _ in scopes if first <= line <= last]
        yield _Block(line, inside[-1], text)


def _scopes(node: Any, names: tuple[str, ...]) -> Iterator[tuple[int, int, str, str | None]]:
    first, last = (0, 10**9) if isinstance(node, ast.Module) else (node.lineno, node.end_lineno)
    yield first, last, ".".join(names), ast.get_docstring(node)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _scopes(child, (*names, child.name))


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Return comments with their first line; those that fill consecutive lines are one."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    # Neighbors have the same line number minus index, and the same column.
    for _, group in itertools.groupby(
        enumerate(comments), lambda entry: (entry[1].start[0] - entry[0], entry[1].start[1])
    ):
        block = [token for _, token in group]
        yield block[0].start[0], "\n".join(token.string.removeprefix("#").removeprefix(" ") for token in block)


def problems(source: str) -> list[str]:
    """Return what is wrong with a source: references that lead nowhere."""
    return [problem for item in source.split(";") if (problem := _problem(item.strip()))]


def _problem(item: str) -> str | None:
    reference = item.removeprefix("contradicted by ")
    cited = reference.split(",")[0].strip()
    if api := _API.fullmatch(cited):
        return None if api[1] in _names_of_the_model() else f"the model has no {api[1]}"
    if page := _PAGE.fullmatch(cited):
        return None if page[2] in anchors(page[1]) else f"no heading {cited}"
    return None if cited in _bibliography() else f"not in docs/aws/sources.md: {cited!r}"


@functools.cache
def _names_of_the_model() -> frozenset[str]:
    from botocore.loaders import Loader

    raw = Loader().load_service_model("kms", "service-2")
    return frozenset(raw["operations"]) | frozenset(raw["shapes"])


@functools.cache
def _bibliography() -> frozenset[str]:
    return frozenset(_headings("docs/aws/sources.md", "###"))


@functools.cache
def anchors(page: str) -> frozenset[str]:
    """Return the anchors of a Markdown page, as GitHub makes them of its headings."""
    return frozenset(slugs(_headings(page, "#{1,6}")))


def _headings(page: str, level: str) -> list[str]:
    path = REPOSITORY / page
    text = (
        re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        if path.is_file()
        else ""
    )
    return re.findall(rf"^{level} (.+?)\s*$", text, re.MULTILINE)


def slugs(headings: Iterable[str]) -> Iterator[str]:
    """Return the anchors of headings."""
    for heading in headings:
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
