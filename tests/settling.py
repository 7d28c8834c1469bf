"""What is assumed about AWS, and how a run of the stories against AWS settles it: `tests/stories`.

A story makes a situation, and compares what AWS answers with what the fake assumes. It names what it settles:
`@pytest.mark.settles("errors.grant_quota")` is an answer, `@pytest.mark.settles("operations/grants.py list_grants")` an
`Assumed:` mark in a file of fake_kms and the function that has it; where that function has several, a colon and the
first words follow.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import citations
import generate_fidelity
from botocore.exceptions import ClientError

from fake_kms.errors import Rank

__all__ = ["Settling", "assumed", "matches", "references"]

STORIES = Path(__file__).parent / "stories"
ANSWER = "answer of a story"
_LONGEST = 300  # of a request in the report, in characters


def assumed():
    """Return what is assumed, as `errors.name` or `path function: what`, and whether it is known to be otherwise."""
    entries = [entry for entries in generate_fidelity.answers().values() for entry in entries]
    yield from (
        (f"errors.{entry.name}", _contradicted(entry.row)) for entry in entries if entry.row.rank is Rank.ASSUMED
    )
    for folder in ("fake_kms", "conftest_plugin"):
        for mark in citations.marks(folder):
            if mark.kind == "Assumed":
                where = f"{mark.path} {mark.scope}".strip().removeprefix("fake_kms/")
                yield f"{where}: {mark.text}", "contradicted by" in mark.text


def _contradicted(row):
    cited = [item.strip() for item in row.source.split(";")]
    return any(item.startswith("contradicted by") and ", for " not in item for item in cited)


def matches(reference, assumption):
    """Whether a reference names an assumption: literally, by its beginning, or as a pattern of answers."""
    if reference.startswith("errors."):
        return fnmatchcase(assumption, reference)
    return assumption.startswith(reference if ": " in reference else f"{reference}: ")


def references():
    """Return what the stories say that they settle, with the name of the test."""
    for path in sorted(STORIES.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.settles":
                    yield from ((ast.literal_eval(argument), node.name) for argument in decorator.args)


class Settling:
    """Compares the answers of a story with the expected ones, and notes them for the report.

    `fake` is for situations in which AWS is and a fake is not: None where AWS answers.
    """

    def __init__(self, node, region, fake=None):
        marker = node.get_closest_marker("settles")
        assert marker, f"{node.nodeid} does not say what it settles: @pytest.mark.settles(...)"
        self.fake = fake
        self._node, self._region, self._settles = node, region, list(marker.args)
        self._request = ("", {})
        self._names = {}
        self._watched = []

    def watch(self, client):
        """Note the requests of a client, until `close`."""
        client.meta.events.register("before-parameter-build.kms", self._note)
        client.meta.events.register("after-call.kms", self._name)
        self._watched.append(client)
        return client

    def close(self):
        """Leave the clients alone: a fake gives one client to many tests."""
        for client in self._watched:
            client.meta.events.unregister("before-parameter-build.kms", self._note)
            client.meta.events.unregister("after-call.kms", self._name)

    def refusal(self, code, message, call, *args, **request):
        """Expect a call to be refused with a code and a whole message, which names the caller as `{user}`."""
        actual = self._answer(call, *args, **request)
        self._compare((code, message), actual)

    def outcome(self, code, call, *args, **request):
        """Expect a call to be refused with a code, whatever the message; to succeed, if the code is None."""
        actual = self._answer(call, *args, **request)
        self._compare((code, None), actual)

    def value(self, expected, actual):
        """Expect a value that was made of AWS's answers."""
        self._compare((None, _text(expected)), (None, _text(actual)))

    def _answer(self, call, *args, **request):
        try:
            call(*args, **request)
        except ClientError as refusal:
            error = refusal.response["Error"]
            return error["Code"], re.sub(r"^User: \S+ ", "User: {user} ", error["Message"])
        return None, ""

    def _compare(self, expected, actual):
        same = expected[0] == actual[0] and expected[1] in {None, actual[1]}
        operation, request = self._request
        answer = {
            "title": _title(self._node.name),
            "settles": self._settles,
            "operation": operation,
            "request": self._masked(_text(request))[:_LONGEST],
            "expected": {"code": expected[0], "message": self._masked(expected[1])},
            "actual": {"code": actual[0], "message": self._masked(actual[1])},
            "same": same,
            "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
            "region": self._region,
        }
        self._node.user_properties.append((ANSWER, answer))
        assert same, answer

    def _note(self, params, model, **_):
        self._request = (model.name, params)

    def _name(self, parsed, **_):
        """Name the keys that the story creates, by the order of their creation."""
        metadata = parsed.get("KeyMetadata") or parsed.get("ReplicaKeyMetadata")
        if metadata and metadata["Arn"] not in self._names:
            number = sum(name.startswith("{arn") for name in self._names.values()) + 1
            suffix = "" if number == 1 else f"_{number}"
            self._names[metadata["Arn"]] = f"{{arn{suffix}}}"
            self._names.setdefault(metadata["KeyId"], f"{{key_id{suffix}}}")

    def _masked(self, text):
        if text is None:
            return None
        for value, name in sorted(self._names.items(), key=lambda item: -len(item[0])):
            text = text.replace(value, name)
        return re.sub(r"(?<=:)\d{12}(?=:)", "111122223333", text)


def _title(name):
    return name.removeprefix("test_").replace("_", " ")


def _text(value):
    if isinstance(value, str):
        return value
    return json.dumps(value, default=lambda blob: f"<{len(blob)} bytes>" if isinstance(blob, bytes) else str(blob))
