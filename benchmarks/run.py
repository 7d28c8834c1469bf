"""How fast: every figure is a ratio measured in this one run, call by call in turn.

    python -m pip install ".[test]" && python benchmarks/run.py [--quick] [--write]

`--write` puts the table into benchmarks/README.md. The floor of a call is the same boto3 call, answered by a
canned response at botocore's HTTP layer (so it has botocore's own cost and nothing else).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

from calls import authorization, calls, creating, cryptography_calls, sessions
from surroundings import first_use, growth, opening, start_up


class Size(NamedTuple):
    """How much is measured."""

    rounds: int
    tests: int
    start_ups: int
    keys: int


FULL, QUICK = Size(2000, 200, 15, 100_000), Size(300, 200, 5, 100_000)
SMOKE = Size(3, 10, 1, 2_000)  # whether it runs at all: its figures say nothing


def tables(size: Size) -> Iterator[str]:
    rounds = size.rounds
    yield table(
        "A call, against botocore's floor", ["operation", "floor", "fake_kms", "at most", "moto"], calls(rounds)
    )
    yield table("Creating keys of every kind", ["", "floor", "fake_kms", "at most"], creating(rounds // 2))
    yield table(
        "Cryptography: the call against the floor plus 1.2 times the bare operation",
        ["", "floor", "bare operation", "fake_kms", "of what it may cost"],
        cryptography_calls(rounds // 2),
    )
    yield table("A session of tests", ["", "fake_kms", "moto", "faster", "at least"], sessions(size.tests))
    yield table("Authorization", ["", "floor", "fake_kms", "at most"], authorization(rounds // 2))
    yield table("Opening and closing", ["", "fake_kms", "moto", "at most"], opening(rounds))
    yield table("The first use in a process", ["", "floor", "fake_kms", "at most"], first_use(size.start_ups))
    yield table("pytest start-up", ["", "adds", "", "at most"], start_up(size.start_ups))
    yield table(
        "Growth, below the HTTP layer",
        ["", "100 keys and aliases", f"{size.keys} keys and aliases, a tenth with dates ahead", "at most"],
        growth(size.keys, rounds),
    )


def table(title: str, header: list[str], rows: list[list]) -> str:
    def shown(value):
        return f"{value:.2f} ×" if isinstance(value, float) else str(value)

    lines = [f"### {title}", "", f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(shown(value) for value in row)} |" for row in rows]
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--smoke", action="store_true", help="tell whether it runs; the figures say nothing")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    size = SMOKE if options.smoke else QUICK if options.quick else FULL
    report = "\n".join(tables(size))
    print(report)
    if options.write:
        page = Path(__file__).with_name("README.md")
        head = page.read_text(encoding="utf-8").partition("<!-- table -->")[0]
        page.write_text(f"{head}<!-- table -->\n\n{report}", encoding="utf-8")


if __name__ == "__main__":
    main()
