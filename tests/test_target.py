"""`pytest --target=aws`, with a second fake behind an endpoint in the place of AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from installed import needs
from internals import store_of
from target import Account

from fake_kms import FakeKms
from fake_kms.wire import HttpRequest

ROOT = Path(__file__).parent.parent
ACCOUNT, REGION = "999999999999", "eu-west-1"  # the fake's defaults must not be what a marked test relies on


# What the fake in the place of AWS says otherwise.
ASSUMED_TEXT = b"Exactly one of RetiringPrincipal and RetiringServicePrincipal must be specified."
OTHER_TEXT = b"A retiring principal | is missing"


@pytest.fixture
def account_in_the_place_of_aws():
    """Serve a fake over HTTP; give the fake and its endpoint."""
    with FakeKms() as fake:

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                target, authorization = self.headers["X-Amz-Target"], self.headers["Authorization"]
                response = fake._handler.handle(
                    HttpRequest("POST", self.path, self.headers, body, target, authorization)
                )
                answer = response.body.replace(ASSUMED_TEXT, OTHER_TEXT)
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, str(len(answer)) if name.lower() == "content-length" else value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            yield fake, f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()


def run(*arguments, **environment):
    command = [sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", *arguments]
    credentials = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "testing"}
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | credentials | environment,
    )  # fmt: skip


def test_runs_the_marked_tests_against_the_account_and_cleans_up(account_in_the_place_of_aws):
    fake, endpoint = account_in_the_place_of_aws

    done = run(
        "--target=aws",
        f"--aws-endpoint={endpoint}",
        f"--aws-region={REGION}",
        "tests/operations/test_macs.py",
        "tests/operations/test_aliases.py",
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "deselected" in done.stdout
    assert "AWS charges 1 USD a month for each key" in done.stdout
    assert len(fake.journal.events("CreateKey")) > 5
    region = store_of(fake).region(ACCOUNT, REGION)
    assert {key.state.value for key in region.keys} == {"PendingDeletion"}
    assert [alias.name for alias in region.aliases if not alias.name.startswith("alias/aws/")] == []


@needs("ListRetirableGrants.RetiringServicePrincipal")
def test_the_stories_report_how_aws_differs(account_in_the_place_of_aws, tmp_path):
    _, endpoint = account_in_the_place_of_aws

    done = run(
        "--target=aws",
        f"--aws-endpoint={endpoint}",
        f"--aws-region={REGION}",
        f"--aws-report={tmp_path / 'report.md'}",
        "-n2",  # the answers come from other processes
        "tests/stories/test_grants.py",
        "tests/stories/test_front_end.py",
        "-k=listing or signature",
    )

    assert done.returncode == 1, done.stdout + done.stderr
    answers = json.loads((tmp_path / "report.json").read_text())
    (different,) = (answer for answer in answers if not answer["same"])
    assert {**different, "date": None} == {
        "title": "listing retirable grants of nobody",
        "settles": ["errors.retirer_required"],
        "operation": "ListRetirableGrants",
        "request": "{}",
        "expected": {"code": "ValidationException", "message": ASSUMED_TEXT.decode()},
        "actual": {"code": "ValidationException", "message": OTHER_TEXT.decode()},
        "same": False,
        "date": None,
        "region": REGION,
    }
    report = (tmp_path / "report.md").read_text()
    today = different["date"]
    assert (
        "| listing retirable grants of nobody | ListRetirableGrants `{}` | ValidationException "
        f"`{ASSUMED_TEXT.decode()}` | ValidationException `A retiring principal &#124; is missing` | "
        f"errors.retirer_required | {today} | {REGION} |\n"
    ) in report
    assert (
        "- **ListRetirableGrants** · listing retirable grants of nobody → ValidationException "
        "`A retiring principal &#124; is missing`\n"
        f"  - HTTP 400 · recorded natively, {REGION}, {today[:7]} · settles errors.retirer_required\n"
    ) in report
    assert f"{len(answers)} answers were compared, 1 differ." in report
    assert f"{len(answers)} answers of AWS were compared, 1 differ" in done.stdout
    assert ACCOUNT not in report


@needs("ListRetirableGrants.RetiringServicePrincipal")
def test_a_story_that_comes_to_no_answer_is_named(tmp_path):
    done = run(
        "--target=aws",
        "--aws-endpoint=http://127.0.0.1:9",
        f"--aws-report={tmp_path / 'report.md'}",
        "tests/stories/test_grants.py::test_listing_what_a_service_may_retire",
        AWS_MAX_ATTEMPTS="1",
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 answers of AWS were compared, 0 differ" in done.stdout
    assert (
        "## Stories that came to no answer\n\n"
        "- tests/stories/test_grants.py::test_listing_what_a_service_may_retire: "
        "botocore.exceptions.EndpointConnectionError: "
        'Could not connect to the endpoint URL: "http://127.0.0.1:9/"'
    ) in (tmp_path / "report.md").read_text()


def test_without_it_nothing_leaves_the_machine_and_unmarked_tests_run():
    done = run("tests/operations/test_randomness.py")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "deselected" not in done.stdout
    assert "AWS charges" not in done.stdout


def test_a_marked_test_takes_nothing_of_the_fake(pytester):
    pytester.makeconftest("""
        import target
        pytest_addoption = target.add_options
        def pytest_configure(config):
            config.addinivalue_line("markers", "aws: true of AWS as well")
        def pytest_collection_modifyitems(config, items):
            target.select(config, items)
    """)
    pytester.makeini(f"[pytest]\npythonpath = {Path(__file__).parent}")
    pytester.makepyfile("""
        import pytest
        @pytest.mark.aws
        def test_it(client, fake_kms): ...
    """)

    result = pytester.runpytest_subprocess()

    result.stderr.fnmatch_lines(["*test_it is marked aws and takes fake_kms of the fake*"])


def test_what_cannot_be_cleaned_up_is_named(kms):
    account = Account("us-east-1")
    first, second = (account.client().create_key()["KeyMetadata"] for _ in range(2))
    alone = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/other"}, "Action": "kms:*"}
    statement = '{"Version":"2012-10-17","Statement":[' + str(alone | {"Resource": "*"}).replace("'", '"') + "]}"
    kms.client().put_key_policy(
        KeyId=second["KeyId"], PolicyName="default", Policy=statement, BypassPolicyLockoutSafetyCheck=True
    )

    left = account.clean_up()

    assert list(left) == [second["Arn"]]
    assert "AccessDeniedException" in left[second["Arn"]]
    assert kms.client().describe_key(KeyId=first["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_replicas_go_before_their_primary(kms):
    account = Account("us-east-1")
    primary = account.client().create_key(MultiRegion=True)["KeyMetadata"]
    account.client().replicate_key(KeyId=primary["KeyId"], ReplicaRegion="eu-west-1")

    assert account.clean_up() == {}
    for region, state in (("us-east-1", "PendingReplicaDeletion"), ("eu-west-1", "PendingDeletion")):
        metadata = kms.client(region).describe_key(KeyId=primary["KeyId"])["KeyMetadata"]
        assert metadata["KeyState"] == state
