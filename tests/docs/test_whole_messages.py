"""No test looks at a part of AWS's message: what refuses a request is compared as a whole."""

from __future__ import annotations

import ast

import pytest
from citations import REPOSITORY

TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))
PARTIAL_METHODS = {"startswith", "endswith", "partition", "rpartition", "split", "find", "index"}
PARTIAL_FUNCTIONS = {"re.match", "re.search", "re.findall"}


def partial_looks(tree):
    """Return the lines that look at a part of an error's message."""
    errors = {name for node in ast.walk(tree) if isinstance(node, ast.With) for name in _caught(node)}
    return sorted(
        {
            node.lineno
            for node in ast.walk(tree)
            if _is_matched(node) or (isinstance(node, ast.Compare | ast.Call) and _is_partial(node, errors))
        }
    )


def _is_matched(node):
    """Whether this is `pytest.raises(<an error of AWS>, match=...)`: it searches botocore's own text."""
    return _raises_of_aws(node) and any(keyword.arg == "match" for keyword in node.keywords)


def _raises_of_aws(node):
    if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises" and node.args):
        return False
    expected = ast.unparse(node.args[0])
    return expected.rpartition(".")[2] == "ClientError" or (
        ".exceptions." in expected and not expected.startswith("botocore.")
    )


def _caught(node):
    """Return the names under which a `with` keeps errors of AWS."""
    for item in node.items:
        if _raises_of_aws(item.context_expr) and isinstance(item.optional_vars, ast.Name):
            yield item.optional_vars.id


def _is_partial(node, errors):
    if isinstance(node, ast.Compare):
        pairs = zip(node.ops, node.comparators, strict=True)
        return any(isinstance(op, ast.In | ast.NotIn) and _is_message(right, errors) for op, right in pairs)
    if isinstance(node.func, ast.Attribute) and node.func.attr in PARTIAL_METHODS:
        return _is_message(node.func.value, errors)
    return ast.unparse(node.func) in PARTIAL_FUNCTIONS and any(_is_message(item, errors) for item in node.args)


def _is_message(node, errors):
    """Whether this is the Message of an error, or the text of a caught error of AWS."""
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.slice) == "'Message'" and "Error" in ast.unparse(node.value).title()
    return ast.unparse(node) in {f"str({name}.value)" for name in errors}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_messages_are_compared_as_a_whole(path):
    assert partial_looks(ast.parse(path.read_text(encoding="utf-8"))) == [], path


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("with pytest.raises(client.exceptions.NotFoundException, match='no'):\n    pass", [1]),
        ("with pytest.raises(ClientError, match='no'):\n    pass", [1]),
        ("with pytest.raises(ValueError, match='no'):\n    pass", []),
        ("with pytest.raises(ClientError) as caught:\n    pass\nassert 'no' in str(caught.value)", [3]),
        ("with pytest.raises(ValueError) as caught:\n    pass\nassert 'no' in str(caught.value)", []),
        ("assert 'no' in error['Message']", [1]),
        ("assert caught.value.response['Error']['Message'].startswith('no')", [1]),
        ("assert re.search('no', error['Message'])", [1]),
        ("assert re.fullmatch('no', error['Message'])", []),
        ("assert error['Message'] == 'no'", []),
        ("assert request['Message'].startswith(b'no')", []),
    ],
)
def test_what_a_partial_look_is(source, lines):
    assert partial_looks(ast.parse(source)) == lines
