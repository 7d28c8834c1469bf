"""In which order the fakes of a test are opened, in whichever way they are asked for, and the wider ones."""

from __future__ import annotations

import pytest

ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider")

# A function-scoped autouse fixture and a narrower one that both use KMS.
CONFTEST = """
    import boto3, pytest

    @pytest.fixture(autouse=True)
    def seeded_key():
        key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        yield key
        boto3.client("kms").disable_key(KeyId=key)

    @pytest.fixture
    def alias(seeded_key):
        boto3.client("kms").create_alias(AliasName="alias/app", TargetKeyId=seeded_key)
        yield "alias/app"
        boto3.client("kms").delete_alias(AliasName="alias/app")
"""
WAYS = {
    "argument": "def test_it(alias, fake_kms):",
    "marker": "@pytest.mark.fake_kms\ndef test_it(alias):",
    "usefixtures": "@pytest.mark.usefixtures('alias', 'fake_kms')\ndef test_it():",
    "ini usefixtures": "def test_it(alias):",
    "ini autouse": "def test_it(alias):",
    "decorator": "from fake_kms import fake_kms\n@fake_kms\ndef test_it(alias):",
    "decorator with options": "from fake_kms import fake_kms\n@fake_kms(region='eu-west-1')\ndef test_it(alias):",
    "decorated class": "from fake_kms import fake_kms\n@fake_kms\nclass TestIt:\n  def test_it(self, alias):",
    "class": "@pytest.mark.fake_kms\nclass TestIt:\n  def test_it(self, alias):",
    "unittest": "import unittest\n@pytest.mark.fake_kms\nclass TestIt(unittest.TestCase):\n  def test_it(self):",
    "parameter set": "@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.fake_kms)])\ndef test_it(alias, n):",
}
INI = {"ini usefixtures": "usefixtures = fake_kms", "ini autouse": "fake_kms_autouse = true"}


@pytest.mark.parametrize("guard", ["on", "off", "strict"])
@pytest.mark.parametrize("way", WAYS)
def test_the_fake_comes_before_every_other_fixture_of_a_test(pytester, way, guard):
    pytester.makeini(f"[pytest]\nfake_kms_guard = {guard}\n{INI.get(way, '')}\n")
    pytester.makeconftest(CONFTEST)
    body = '        assert len(boto3.client("kms").list_keys()["Keys"]) == 1\n'
    pytester.makepyfile(f"import boto3, pytest\n{WAYS[way]}\n{body}")
    pytester.runpytest_inprocess(*ARGUMENTS).assert_outcomes(passed=1)


MODULE_FIXTURE = """
    import boto3, pytest
    from botocore.config import Config

    @pytest.fixture(scope="{scope}")
    def shared():
        config = Config(retries={{"total_max_attempts": 1}})
        keys = {{"aws_access_key_id": "AKIAREAL", "aws_secret_access_key": "x"}}
        client = boto3.client("kms", region_name="us-east-1", config=config, **keys)
        yield client.create_key()["KeyMetadata"]["KeyId"]
        client.schedule_key_deletion(KeyId="x")
"""
WIDE = ["class", "module", "package", "session"]


REFUSED = (
    "E*RealKmsError: CreateKey to https://kms.us-east-1.amazonaws.com was not sent: no fake_kms is open in "
    "test_*.py::*test_it (setup). Ask for the fake: the fixture `fake_kms`, `@pytest.mark.fake_kms` or `@fake_kms` "
    "for a test, `fake_kms_module` or `fake_kms_session` for a fixture of a wider scope. If it is meant for the "
    "real account, mark the test `@pytest.mark.real_kms`, or set `fake_kms_guard = off`."
)
SENT = "E*a test tried to reach kms.us-east-1.amazonaws.com*"


@pytest.mark.parametrize(("guard", "text"), [("on", REFUSED), ("off", SENT)])
@pytest.mark.parametrize("scope", WIDE)
@pytest.mark.parametrize("way", ["argument", "marker", "usefixtures", "ini autouse", "decorator", "decorated class"])
def test_a_wider_fixture_without_a_wider_fake_is_refused_when_it_is_set_up(pytester, scope, way, guard, text):
    pytester.makeini(f"[pytest]\nfake_kms_guard = {guard}\n{INI.get(way, '')}\n")
    pytester.makeconftest(MODULE_FIXTURE.format(scope=scope))
    test = WAYS[way].replace("alias", "shared")
    pytester.makepyfile(f"import pytest\n{test}\n    pass\n")
    result = pytester.runpytest_inprocess(*ARGUMENTS)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([text])


@pytest.mark.parametrize("scope", WIDE)
def test_a_wider_fake_comes_before_the_fixtures_of_its_scope(pytester, scope):
    pytester.makepyfile(
        f"""
        import boto3, pytest
        from fake_kms import current

        pytestmark = pytest.mark.fake_kms(account_id="111122223333")

        @pytest.fixture(scope="{scope}")
        def shared():
            arn = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
            yield arn
            boto3.client("kms").schedule_key_deletion(KeyId=arn)

        @pytest.mark.fake_kms(region="eu-west-1")
        class TestIt:
            def test_one(self, shared, fake_kms_{scope}):
                client = fake_kms_{scope}.client()
                client.describe_key(KeyId=shared)
                client.create_key()

            def test_two(self, shared, fake_kms_{scope}, fake_kms):
                assert len(fake_kms_{scope}.client().list_keys()["Keys"]) == 2
                assert fake_kms is current() and fake_kms.client().list_keys()["Keys"] == []
                assert fake_kms.region == "eu-west-1"
                if "{scope}" in ("class", "module"):
                    assert ":111122223333:" in shared
        """
    )
    pytester.runpytest_inprocess(*ARGUMENTS).assert_outcomes(passed=2)


def test_a_fixture_of_this_name_with_another_scope_stays_where_it_is(pytester):
    pytester.makeconftest(
        """
        import boto3, pytest
        from fake_kms import FakeKms

        @pytest.fixture(scope="module")
        def fake_kms():
            with FakeKms() as kms:
                yield kms

        @pytest.fixture(autouse=True)
        def key():
            return boto3.client("kms").create_key()
        """
    )
    pytester.makepyfile(
        """
        def test_one(fake_kms): assert len(fake_kms.client().list_keys()["Keys"]) == 1
        def test_two(fake_kms): assert len(fake_kms.client().list_keys()["Keys"]) == 2
        """
    )
    pytester.runpytest_inprocess(*ARGUMENTS).assert_outcomes(passed=2)


def test_the_fake_of_the_run_is_rolled_back_after_each_test(pytester):
    pytester.makeini("[pytest]\nfake_kms_scope = session\n")
    pytester.makeconftest(
        """
        import boto3, pytest

        @pytest.fixture(scope="session", autouse=True)
        def key():
            return boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        """
    )
    pytester.makepyfile(
        """
        import boto3, pytest

        @pytest.mark.parametrize("n", range(3))
        def test_it(fake_kms, key, n):
            kms = boto3.client("kms")
            assert [listed["KeyId"] for listed in kms.list_keys()["Keys"]] == [key]
            assert kms.describe_key(KeyId=key)["KeyMetadata"]["Enabled"]
            kms.disable_key(KeyId=key)
            kms.create_key()
            fake_kms.principals.user("alice")
            fake_kms.clock.advance(days=1)

        @pytest.mark.fake_kms(region="eu-west-1")
        def test_with_options_of_its_own(fake_kms, fake_kms_session):
            assert fake_kms is not fake_kms_session
            assert fake_kms.client().list_keys()["Keys"] == []
        """
    )
    pytester.runpytest_inprocess(*ARGUMENTS).assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("fake_kms_scope = class", "scope is 'function' or 'session', not 'class'"),
        ("fake_kms_guard = no", "guard is 'on', 'off' or 'strict', not 'no'"),
    ],
)
def test_a_setting_that_does_not_exist(pytester, line, text):
    pytester.makeini(f"[pytest]\n{line}\n")
    result = pytester.runpytest_subprocess(*ARGUMENTS)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{text}*"])


def test_a_wider_fixture_that_asks_for_the_fake_of_a_test_is_told_which_one_to_ask_for(pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="module")
        def key(fake_kms): pass

        def test_it(key): pass
        """
    )
    pytester.runpytest_inprocess(*ARGUMENTS).stdout.fnmatch_lines(
        [
            "*ScopeMismatch*",
            "A fixture of a wider scope asks for fake_kms_class, fake_kms_module, fake_kms_package or fake_kms_session instead.",
        ]
    )
