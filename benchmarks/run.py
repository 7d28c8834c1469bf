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

os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

from calls import authorization, calls, creating, cryptography_calls, sessions
from surroundings import growth, opening, start_up


def tables(rounds: int, start_ups: int) -> Iterator[str]:
    yield table(
        "A call, against botocore's floor", ["operation", "floor", "fake_kms", "at most", "moto"], calls(rounds)
    )
    yield table("Creating keys of every kind", ["", "floor", "fake_kms", "at most"], creating(rounds // 2))
    yield table(
        "Cryptography: the call against the floor plus 1.2 times the bare operation",
        ["", "floor", "bare operation", "fake_kms", "of what it may cost"],
        cryptography_calls(rounds // 2),
    )
    yield table("A session of tests", ["", "fake_kms", "moto", "faster", "at least"], sessions(200))
    yield table("Authorization", ["", "floor", "fake_kms", "at most"], authorization(rounds // 2))
    yield table("Opening and closing", ["", "fake_kms", "moto", "at most"], opening(rounds))
    yield table("pytest start-up", ["", "adds", "", "at most"], start_up(start_ups))
    yield table(
        "Growth, below the HTTP layer",
        ["", "100 keys and aliases", "100 000, of which 10 000 have dates ahead", "at most"],
        growth(),
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
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    report = "\n".join(tables(rounds=300, start_ups=5) if options.quick else tables(rounds=2000, start_ups=15))
    print(report)
    if options.write:
        page = Path(__file__).with_name("README.md")
        head = page.read_text(encoding="utf-8").partition("<!-- table -->")[0]
        page.write_text(f"{head}<!-- table -->\n\n{report}", encoding="utf-8")


if __name__ == "__main__":
    main()
