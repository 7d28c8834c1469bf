"""The notebook of examples/ runs, and prints what is recorded in it."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest

from fake_kms.adapters import handlers

NOTEBOOKS = sorted((Path(__file__).parent.parent / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_prints_what_it_shows(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    names: dict[str, object] = {}
    try:
        for cell in cells:
            if cell["cell_type"] == "code":
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    exec(compile("".join(cell["source"]), path.name, "exec"), names)  # noqa: S102
                recorded = "".join("".join(output["text"]) for output in cell["outputs"])
                assert printed.getvalue() == recorded
    finally:
        if handlers.current() is not None:
            names["kms"].stop()
