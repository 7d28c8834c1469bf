"""The benchmark runs; how fast, it tells itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_the_benchmark_makes_the_tables_that_its_page_shows():
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "run.py"), "--smoke"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    page = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    assert _names(done.stdout) == _names(page.partition("<!-- table -->")[2])


def _names(report: str) -> list[str]:
    """Give the titles and the first cell of each row, without the numbers in them."""
    lines = [line for line in report.splitlines() if line.startswith(("###", "| "))]
    return [re.sub(r"\d+", "N", line.split("|")[1] if line.startswith("|") else line).strip() for line in lines]
