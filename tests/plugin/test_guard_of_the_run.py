"""The guard in a pytest run, and the fakes that a run is left with."""

from __future__ import annotations

import pytest

ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider")
CALL = """
import boto3, pytest
from botocore.config import Config
from fake_kms import FakeKms, RealAwsError, RealKmsError, fake_kms

def call(service="kms"):
    made = boto3.client(service, region_name="us-east-1", aws_access_key_id="AKIAREAL", aws_secret_access_key="x", config=Config(retries={"total_max_attempts": 1}))
    return made.list_keys() if service == "kms" else made.list_buckets()

def uses_the_fake(fake_kms): pass
"""


def run(pytester, tests, *arguments, ini=""):
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.makepyfile(CALL + tests)
    return pytester.runpytest_inprocess(*ARGUMENTS, *arguments)


def test_a_test_that_forgot_the_fake_fails(pytester):
    result = run(pytester, "def test_one(fake_kms): pass\ndef test_two(): call()\n")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*RealKmsError: ListKeys to https://kms.us-east-1.amazonaws.com was not sent: no *"])


@pytest.mark.parametrize("way", ["with fake_kms(): pass", "FakeKms().start().stop()"])
def test_the_guard_is_on_once_a_fake_has_been_open(pytester, way):
    tests = f"def test_one():\n    {way}\n    with pytest.raises(RealKmsError): call()\n"
    run(pytester, tests).assert_outcomes(passed=1)


def test_a_run_without_the_fake_is_not_guarded(pytester):
    result = run(pytester, "def test_one(): call()\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a test tried to reach kms.us-east-1.amazonaws.com*"])


UNGUARDED = [
    ("@pytest.mark.real_kms\ndef test_two(): call()\n", ""),
    ("def test_two(): call()\n", "fake_kms_guard = off"),
    ("@pytest.fixture\ndef key(): call()\n@pytest.mark.real_kms\ndef test_two(key): pass\n", "fake_kms_autouse = true"),
]


@pytest.mark.parametrize(("test", "ini"), UNGUARDED)
def test_a_test_may_be_meant_for_the_real_account(pytester, test, ini):
    result = run(pytester, f"def test_one(fake_kms): pass\n{test}", ini=ini)
    assert "a test tried to reach kms.us-east-1.amazonaws.com" in result.stdout.str()


def test_a_strict_guard(pytester):
    tests = """
def test_kms(fake_kms):
    call()
    with pytest.raises(RealAwsError, match="^ListBuckets|^A request to https://s3"):
        call("s3")

def test_moto(fake_kms):
    from moto import mock_aws
    with mock_aws():
        call("s3")
"""
    run(pytester, tests, ini="fake_kms_guard = strict").assert_outcomes(passed=2)
    result = run(pytester, tests, "-k", "test_kms", ini="fake_kms_guard = strict\nfake_kms_guard_allow = sqs, s3")
    assert "a test tried to reach s3.amazonaws.com" in result.stdout.str()


def test_a_fake_that_a_test_leaves_open_is_closed_and_told(pytester):
    tests = """
def test_one():
    FakeKms(region="eu-west-1").start()

def test_two(fake_kms):
    assert fake_kms.region == "us-east-1"

@pytest.fixture(scope="module")
def mine():
    kms = FakeKms().start()
    yield kms
    kms.stop()

def test_three(mine):
    mine.client().create_key()

def test_four(mine):
    assert len(mine.client().list_keys()["Keys"]) == 1
"""
    result = run(pytester, tests)
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "this test has left a FakeKms open, started at */test_a_fake_that_a_test_leaves_open_is_closed_and_told.py:12. "
                "It is closed now: use the fixture fake_kms, `with fake_kms():`, or call stop()."
            )
        ]
    )


def test_every_fake_of_a_failing_test_reports(pytester):
    tests = """
@pytest.fixture(scope="module")
def mine():
    with FakeKms() as kms:
        kms.client().create_key()
        yield kms

def test_before(mine):
    mine.client().list_aliases()

def test_failing(mine, fake_kms):
    mine.client().list_keys()
    fake_kms.client().list_grants(KeyId="foo")

@fake_kms
def test_decorated():
    call()
    assert False

def test_with():
    with FakeKms():
        call()
    assert False
"""
    result = run(pytester, tests)
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*fake_kms: requests of this test in the fake of the fixture mine*",
            "ListKeys - by * -> ok",
            "*fake_kms: requests of this test in the fake of the fixture fake_kms*",
            "ListGrants - by * -> NotFoundException: *",
            "*fake_kms: requests of this test*",
            "ListKeys - by * -> ok",
            "*fake_kms: requests of this test*",
            "ListKeys - by * -> ok",
        ]
    )
    assert "ListAliases" not in result.stdout.str()


def test_a_marker_that_is_added_after_collection(pytester):
    pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.fake_kms(region="eu-west-1"))
        """
    )
    run(
        pytester, "from fake_kms import current\ndef test_it(): assert current().region == 'eu-west-1'\n"
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("above", ["@wrapped", "@mock_aws", "@given(st.integers())"])
def test_a_decorator_below_others(pytester, above):
    tests = f"""
import functools
from hypothesis import given, settings, strategies as st
from moto import mock_aws
from fake_kms import current

def wrapped(function):
    return functools.wraps(function)(lambda *args, **kwargs: function(*args, **kwargs))

@pytest.fixture(autouse=True)
def seeded():
    with pytest.raises(RealKmsError) if "given" in "{above}" else FakeKms():
        call()
    if "given" not in "{above}":
        assert current() is not None

{above}
@fake_kms
def test_it({"n" if "given" in above else ""}):
    call()
"""
    run(pytester, tests).assert_outcomes(passed=1)


def test_a_wider_fixture_is_torn_down_as_it_was_set_up(pytester):
    tests = """
@pytest.fixture(scope="module")
def mine(fake_kms_class_free):
    yield
    call()

@pytest.fixture(scope="module")
def fake_kms_class_free():
    yield

def test_one(mine, fake_kms):
    call()

@pytest.mark.real_kms
def test_two():
    pass
"""
    result = run(pytester, tests)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["E*RealKmsError: ListKeys to https://kms.us-east-1.amazonaws.com was not sent: no *"])


def test_a_fake_that_is_left_open_is_closed_when_the_teardown_fails_too(pytester):
    tests = """
@pytest.fixture
def failing():
    yield
    1 / 0

def test_one(failing):
    FakeKms(region="eu-west-1").start()

def test_two():
    with pytest.raises(RealKmsError):
        call()
"""
    result = run(pytester, tests)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["E*ZeroDivisionError*"])


def test_a_wider_fake_may_be_started_again_in_a_test(pytester):
    tests = """
def test_one(fake_kms_module):
    fake_kms_module.stop()
    fake_kms_module.start()

def test_two(fake_kms_module):
    assert fake_kms_module.client().list_keys()["Keys"] == []
"""
    run(pytester, tests).assert_outcomes(passed=2)


def test_in_the_fake_of_a_module_a_test_has_one_of_its_own_also_with_that_of_the_run(pytester):
    tests = """
from fake_kms import current

def test_it(fake_kms, fake_kms_module, fake_kms_session):
    assert current() is fake_kms
    assert len({fake_kms, fake_kms_module, fake_kms_session}) == 3
"""
    run(pytester, tests, ini="fake_kms_scope = session").assert_outcomes(passed=1)
