"""AWS's texts stand in fake_kms/errors and nowhere else in the packages."""

from __future__ import annotations

import ast
import re

import generate_fidelity
import pytest
from citations import REPOSITORY

HOME = REPOSITORY / "fake_kms" / "errors"
FILES = [
    path
    for package in ("fake_kms", "conftest_plugin")
    for path in sorted((REPOSITORY / package).rglob("*.py"))
    if HOME not in path.parents
]
# Rooms whose only sentences could be AWS's; what they say themselves begins with a small letter.
SPEAKING_FOR_AWS = ("operations", "service", "store", "tables")
SENTENCE = re.compile(r"[A-Z][\w']*( [\w'-]+){2,}")
OWN = {
    "AWS managed key",  # AWS managed keys: descriptions and policies are no answers that refuse
    "Default key that protects my",
    "Allow access through",
    "Allow direct access to key metadata to the account",
    "ACM private keys",
    "Kinesis Video Streams",
    "RDS database volumes",
    "Simple Queue Service (SQS)",
}


def trees():
    return [(path.relative_to(REPOSITORY).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]


def literals(tree):
    """Give the string literals, and the literal parts of f-strings, that are no docstrings."""
    with_docstring = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, with_docstring) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield " ".join(node.value.split())


def fragments():
    """Give what the texts consist of between their parameters, where it is long enough to be told apart."""
    texts = [entry.text or "" for entries in generate_fidelity.answers().values() for entry in entries]
    parts = {part.strip(" '.,:;()") for text in texts for part in re.split(r"\{\w+\}", text)}
    return {part for part in parts if len(part.split()) >= 4}


def test_no_text_stands_elsewhere():
    parts = fragments()

    assert len(parts) > 100
    for path, tree in trees():
        for literal in literals(tree):
            assert [part for part in parts if part in literal] == [], path


def test_no_call_site_words_an_answer():
    for path, tree in trees():
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func).startswith("errors.")):
                continue
            worded = [literal for argument in call.args for literal in literals(argument) if " " in literal]
            assert worded == [], f"{path}:{call.lineno}"


def test_errors_are_made_by_their_answers_only():
    for path, tree in trees():
        called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        taken = {
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "fake_kms.errors.answer"
            for name in node.names
        }
        assert called & {"KmsError", "errors.KmsError"} == set(), path
        assert taken <= {"Answer"}, path


@pytest.mark.parametrize("room", SPEAKING_FOR_AWS)
def test_a_room_has_no_sentences_that_look_like_answers(room):
    for path, tree in trees():
        if path.startswith(f"fake_kms/{room}/"):
            sentences = {literal for literal in literals(tree) if SENTENCE.match(literal)}
            assert sentences - OWN == set(), path
