"""The documentation runs: every Python block of the README and of docs/ is executed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fake_kms.operations import DECLARATIONS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text[: match.start()].count("\n") + 2
            yield pytest.param(match[1], id=f"{page.name}:{line}")


@pytest.mark.parametrize("block", list(blocks()))
def test_a_block_of_the_documentation_runs(pytester, block):
    if not re.search(r"^(?:async )?def test_|^class Test", block, re.MULTILINE):
        block = "def test_block():\n" + "".join(f"    {line}\n" for line in block.splitlines())
    pytester.makepyfile(block)
    result = pytester.runpytest("-p", "no:randomly", "-p", "no:cacheprovider")
    assert result.ret == 0, result.stdout.str()


def test_the_list_of_operations_is_that_of_the_code():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.search(r"<!-- operations -->\n(.*?)\n<!-- /operations -->", text, re.DOTALL)

    assert listed is not None
    assert listed[1].split(", ") == sorted(DECLARATIONS)
