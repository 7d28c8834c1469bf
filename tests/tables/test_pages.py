"""The pages of docs/ that show tables: they are those of the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def generator():
    spec = importlib.util.spec_from_file_location("generate_tables", DOCS / "generate_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted(generator().PAGES))
def test_a_page_is_fresh(page):
    assert generator().PAGES[page]() == (DOCS / page).read_text(encoding="utf-8"), "run python docs/generate_tables.py"
