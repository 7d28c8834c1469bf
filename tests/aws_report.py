"""The report of the stories against AWS: a table of the differences, in a form that becomes facts."""

from __future__ import annotations

import json
from pathlib import Path

from settling import ANSWER

__all__ = ["Report", "render"]

_HEADER = ["title", "request", "expected", "AWS", "what it settles", "date", "Region"]


class Report:
    """A plugin that collects what the stories note, also those of other processes, and writes it down in the end."""

    def __init__(self, path):
        self._path = Path(path)
        self._answers = []
        self._failed = []

    def pytest_runtest_logreport(self, report):
        if report.when == "teardown" or "settles" not in report.keywords:
            return
        found = [value for name, value in report.user_properties if name == ANSWER]
        self._answers += found
        if report.failed and all(answer["same"] for answer in found):
            self._failed.append((report.nodeid, _reason(report)))

    def pytest_terminal_summary(self, terminalreporter):
        if not self._answers and not self._failed:
            return
        self._answers.sort(key=lambda answer: (answer["settles"], answer["title"]))
        self._path.write_text(render(self._answers, self._failed), encoding="utf-8")
        self._path.with_suffix(".json").write_text(json.dumps(self._answers, indent=1) + "\n", encoding="utf-8")
        different = sum(not answer["same"] for answer in self._answers)
        terminalreporter.write_line(
            f"{len(self._answers)} answers of AWS were compared, {different} differ: {self._path}, "
            f"{self._path.with_suffix('.json').name}; {len(self._failed)} stories came to no answer"
        )


def _reason(report):
    crash = getattr(report.longrepr, "reprcrash", None)
    return (crash.message if crash else report.longreprtext).strip().partition("\n")[0]


def render(answers, failed=()):
    """Return the report as a Markdown page."""
    different = [answer for answer in answers if not answer["same"]]
    same = [answer for answer in answers if answer["same"]]
    return "\n".join(
        [
            "# Answers of AWS KMS, and what fake_kms assumes",
            "",
            f"{len(answers)} answers were compared, {len(different)} differ.",
            "",
            "## Differences",
            "",
            *_table(different),
            "",
            "## As assumed",
            "",
            *_table(same),
            "",
            "## Stories that came to no answer",
            "",
            *(f"- {nodeid}: {_cell(reason)}" for nodeid, reason in failed),
            "",
            "## Entries for docs/aws/recorded.md",
            "",
            *(line for answer in answers for line in _entry(answer)),
            "",
        ]
    )


def _table(answers):
    rows = ([_cell(cell) for cell in _row(answer)] for answer in answers)
    return [f"| {' | '.join(cells)} |" for cells in (_HEADER, ["---"] * len(_HEADER), *rows)]


def _row(answer):
    return [
        answer["title"],
        f"{answer['operation']} `{answer['request']}`",
        _answer(answer["expected"]),
        _answer(answer["actual"]),
        ", ".join(answer["settles"]),
        answer["date"],
        answer["region"],
    ]


def _cell(text):
    return " ".join(text.split()).replace("|", "&#124;")


def _answer(answer):
    if answer["message"] is None:
        return answer["code"] or "succeeds"
    if answer["code"] is None:
        return f"`{answer['message']}`" if answer["message"] else "succeeds"
    return f"{answer['code']} `{answer['message']}`" if answer["message"] else f"{answer['code']} (no text)"


def _entry(answer):
    yield f"- **{answer['operation']}** · {answer['title']} → {_cell(_answer(answer['actual']))}"
    status = 200 if answer["actual"]["code"] is None else 400
    settles = ", ".join(answer["settles"])
    yield f"  - HTTP {status} · recorded natively, {answer['region']}, {answer['date'][:7]} · settles {settles}"
