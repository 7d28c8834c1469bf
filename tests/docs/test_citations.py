"""What the code cites is there: sources, assumptions, the pages of docs/aws, and the links between the pages."""

from __future__ import annotations

import re
from pathlib import Path

import citations
import pytest
from citations import REPOSITORY
from installed import NEWER_OPERATIONS

FOLDERS = ("fake_kms", "conftest_plugin", "tests", "benchmarks")
TEXTS = {".py", ".md", ".toml", ".json", ".ipynb"}
# What was cited before the facts were in the repository, and what only its authors can open.
DANGLING = re.compile(
    r"(?<!\[)api_semantics(?!\.md)|(?:authorization|crypto) facts|facts on crypto|this project's facts|crypto_matrix"
    r"|(?<![\w/(])(?:errors|crypto|authorization)\.md, |\.\./shared|dossier",
    re.IGNORECASE,
)


def found(kind):
    return [mark for folder in FOLDERS for mark in citations.marks(folder) if mark.kind == kind]


def files(*folders):
    paths = [path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*"))]
    paths += [REPOSITORY / name for name in ("README.md", "CHANGELOG.md", "pyproject.toml")]
    return [path for path in paths if path.is_file() and path.suffix in TEXTS and path != Path(__file__)]


def test_every_source_leads_somewhere():
    unknown = tuple(f"API_{name}" for name in NEWER_OPERATIONS)
    marks = [mark for mark in found("Source") if not mark.text.startswith(unknown)]

    assert [(mark, wrong) for mark in marks if (wrong := citations.problems(mark.text))] == []
    assert len(marks) > 100


def test_every_assumption_says_what_is_assumed():
    marks = found("Assumed")

    assert [mark for mark in marks if len(mark.text.split()) < 3] == []
    assert len(marks) > 50


def test_every_mention_of_a_page_leads_to_a_heading():
    for path in files(*FOLDERS):
        for page, anchor in re.findall(r"(docs/aws/\w+\.md)#([\w-]+)", path.read_text(encoding="utf-8")):
            assert anchor in citations.anchors(page), f"{path}: {page}#{anchor}"


@pytest.mark.parametrize("page", sorted((REPOSITORY / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in citations.anchors(linked.relative_to(REPOSITORY).as_posix()), target


def test_nothing_refers_to_what_a_stranger_cannot_open():
    for path in files(*FOLDERS, "conftest_plugin", "docs", "examples"):
        assert DANGLING.findall(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("API_Encrypt", []),
        ('Developer Guide, "Grants"; API_GrantConstraints, for the limits', []),
        ("contradicted by docs/aws/recorded.md#createkey, for HMAC keys", []),
        ("API_NoSuchThing", ["the model has no NoSuchThing"]),
        ("docs/aws/recorded.md#no-such-heading", ["no heading docs/aws/recorded.md#no-such-heading"]),
        ("docs/aws/no_page.md#grants", ["no heading docs/aws/no_page.md#grants"]),
        ("hearsay; floci", ["not in docs/aws/sources.md: 'hearsay'"]),
    ],
)
def test_the_grammar_of_a_source(source, wrong):
    assert citations.problems(source) == wrong
