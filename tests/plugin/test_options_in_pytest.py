"""The options of fakes in pytest: its configuration files, its command line, and marks."""

from __future__ import annotations

import pytest

from conftest_plugin.options import SETTINGS
from fake_kms._api.options import Option, takes
from fake_kms.nitro import AttestationAuthority

ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider")

SHOW = """
def test_it(fake_kms):
    options = fake_kms.options
    print("shown", options.region, repr(options.seed), options.quotas, options.strict_identity, options.now)
"""

needs_native_toml = pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest reads native TOML since 9.0")


@pytest.fixture
def shown(pytester):
    """Return the line that a test prints about the options of its fake."""

    def run(*arguments):
        pytester.makepyfile(SHOW)
        result = pytester.runpytest(*ARGUMENTS, "-s", *arguments)
        result.assert_outcomes(passed=1)
        return next(
            line[line.index("shown") :].removesuffix(".") for line in result.outlines if "shown" in line
        ).removeprefix("shown ")

    return run


@pytest.fixture
def wrong(pytester):
    """Return what pytest says instead of running the tests."""

    def run(*arguments):
        pytester.makepyfile(SHOW)
        result = pytester.runpytest(*ARGUMENTS, *arguments)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert result.outlines == []
        return [line for line in result.errlines if line]

    return run


class TestTheConfigurationFile:
    def test_text(self, pytester, shown):
        pytester.makeini(
            """
            [pytest]
            fake_kms_region = eu-west-1
            fake_kms_seed = 7
            fake_kms_quotas = keys=5, grants_per_key=3
            fake_kms_strict_identity = yes
            fake_kms_now = 2030-01-01
            """
        )
        assert shown() == "eu-west-1 7 {'keys': 5, 'grants_per_key': 3} True 2030-01-01"

    def test_quotas_in_lines(self, pytester, shown):
        pytester.makeini("[pytest]\nfake_kms_quotas =\n    keys = 5\n    grants_per_key = 3\n")
        assert shown() == "None None {'keys': 5, 'grants_per_key': 3} False None"

    def test_empty_text_sets_nothing(self, pytester, shown):
        pytester.makeini("[pytest]\nfake_kms_region =\nfake_kms_quotas =\n")
        assert shown() == "None None None False None"

    @pytest.mark.parametrize(
        ("file", "table"),
        [
            ("pyproject.toml", "tool.pytest.ini_options"),
            pytest.param("pyproject.toml", "tool.pytest", marks=needs_native_toml),
            pytest.param("pytest.toml", "pytest", marks=needs_native_toml),
        ],
    )
    def test_toml(self, pytester, shown, file, table):
        pytester.path.joinpath(file).write_text(
            f"""
[{table}]
fake_kms_region = "eu-west-1"
fake_kms_seed = 0
fake_kms_quotas = {{keys = 5, grants_per_key = 3}}
fake_kms_strict_identity = true
fake_kms_now = 2030-01-01
""",
            encoding="utf-8",
        )
        assert shown() == "eu-west-1 0 {'keys': 5, 'grants_per_key': 3} True 2030-01-01"
        assert shown("-o", "fake_kms_seed=8") == "eu-west-1 8 {'keys': 5, 'grants_per_key': 3} True 2030-01-01"

    @needs_native_toml
    def test_a_date_with_time_in_native_toml(self, pytester, shown):
        pytester.path.joinpath("pytest.toml").write_text(
            "[pytest]\nfake_kms_now = 2030-01-01T12:00:00+01:00\n", encoding="utf-8"
        )
        assert shown() == "None None None False 2030-01-01 12:00:00+01:00"

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            ("pytest.ini", "[pytest]\nfake_kms_attestation_roots = roots/a.pem 'roots/b c.pem'\n"),
            (
                "pyproject.toml",
                '[tool.pytest.ini_options]\nfake_kms_attestation_roots = ["roots/a.pem", "roots/b c.pem"]\n',
            ),
            pytest.param(
                "pytest.toml",
                '[pytest]\nfake_kms_attestation_roots = ["roots/a.pem", "roots/b c.pem"]\n',
                marks=needs_native_toml,
            ),
        ],
    )
    def test_files_are_beside_the_configuration_file(self, pytester, file, text):
        pytester.path.joinpath(file).write_text(text, encoding="utf-8")
        directory, elsewhere = pytester.mkdir("roots"), pytester.mkdir("elsewhere")
        roots = [AttestationAuthority().root for _ in range(2)]
        (directory / "a.pem").write_bytes(roots[0])
        (directory / "b c.pem").write_bytes(roots[1])
        test = elsewhere / "test_roots.py"
        test.write_text(
            "def test_it(request):\n"
            "    from fake_kms import FakeKms\n"
            f"    assert FakeKms().options.attestation_roots == {roots}\n",
            encoding="utf-8",
        )
        result = pytester.runpytest(*ARGUMENTS, "--rootdir", pytester.path, "-c", pytester.path / file, test)
        result.assert_outcomes(passed=1)

    @needs_native_toml
    def test_one_file_in_native_toml(self, pytester):
        pytester.path.joinpath("pytest.toml").write_text(
            '[pytest]\nfake_kms_attestation_roots = "a.pem"\n', encoding="utf-8"
        )
        root = AttestationAuthority().root
        pytester.path.joinpath("a.pem").write_bytes(root)
        pytester.makepyfile(f"def test_it(fake_kms): assert fake_kms.options.attestation_roots == [{root}]")
        pytester.runpytest(*ARGUMENTS).assert_outcomes(passed=1)


class TestTheCommandLine:
    def test_it_takes_precedence(self, pytester, shown):
        pytester.makeini("[pytest]\nfake_kms_region = eu-west-1\nfake_kms_seed = 7\n")
        assert (
            shown("--fake-kms-region", "eu-north-1", "--fake-kms-quotas", "keys=5")
            == "eu-north-1 7 {'keys': 5} False None"
        )

    @pytest.mark.parametrize("flag", ["--fake-kms-strict-identity", "--fake-kms-strict_identity"])
    def test_names_with_either_line(self, shown, flag):
        assert shown(flag) == "None None None True None"

    def test_help_describes_every_option(self, pytester):
        result = pytester.runpytest("--help")
        result.stdout.fnmatch_lines(
            ["fake_kms: AWS KMS for your tests:", "  --fake-kms-account-id*", "  --fake-kms-keep-credentials*"]
        )


class TestWrongValues:
    def test_of_the_command_line_end_the_run_at_its_start(self, wrong):
        assert wrong("--fake-kms-consistency", "foo", "--fake-kms-quotas", "keyz=5") == [
            (
                "ERROR: --fake-kms-quotas: there is no quota 'keyz': did you mean 'keys'? There are keys, aliases_per_key, "
                "grants_per_key, custom_key_stores, on_demand_rotations, policy_bytes, tags_per_key, "
                "encryption_context_bytes."
            ),
            "--fake-kms-consistency: consistency is 'immediate' or 'eventual', not 'foo'",
        ]

    def test_of_the_ini_file(self, pytester, wrong):
        ini = pytester.makeini(
            """
            [pytest]
            fake_kms_region = eu-west-99
            fake_kms_account_id = 123
            fake_kms_now = tomorrow
            fake_kms_strict_identity = perhaps
            fake_kms_quotas = many
            fake_kms_attestation_roots = missing.pem
            """
        )
        assert wrong() == [
            (
                f"ERROR: fake_kms_region in {ini}: region is the name of an AWS Region that the installed botocore knows, "
                "not 'eu-west-99': did you mean 'eu-west-3'?"
            ),
            f"fake_kms_account_id in {ini}: account_id is twelve digits in a string, not '123'",
            (
                f"fake_kms_now in {ini}: now is a datetime, a date or ISO 8601 text such as '2030-01-01T12:00:00Z', from 1970 "
                "to 9999, not 'tomorrow'"
            ),
            f"fake_kms_quotas in {ini}: quotas are written as keys=5, grants_per_key=3, not 'many'",
            f"fake_kms_strict_identity in {ini}: say true or false, not 'perhaps'",
            (
                f"fake_kms_attestation_roots in {ini}: [Errno 2] No such file or directory: "
                f"'{pytester.path / 'missing.pem'}'"
            ),
        ]

    @needs_native_toml
    def test_of_native_toml(self, pytester, wrong):
        toml = pytester.path / "pytest.toml"
        toml.write_text(
            "[pytest]\nfake_kms_account_id = 123456789012\nfake_kms_strict_identity = 1\n"
            "fake_kms_quotas = {keys = -1}\nfake_kms_attestation_roots = [5]\n",
            encoding="utf-8",
        )
        first, *more, last = wrong()
        assert [first, *more] == [
            f"ERROR: fake_kms_account_id in {toml}: account_id is twelve digits in a string, not 123456789012",
            f"fake_kms_quotas in {toml}: the quota keys is a whole number from 0 on, not -1",
            f"fake_kms_strict_identity in {toml}: strict_identity is True or False, not 1",
        ]
        assert last.startswith(f"fake_kms_attestation_roots in {toml}: ")

    def test_of_an_override(self, wrong):
        assert wrong("-o", "fake_kms_account_id=1") == [
            "ERROR: fake_kms_account_id in --override-ini: account_id is twelve digits in a string, not '1'"
        ]


class TestSettingsOfThePluginAlone:
    @pytest.fixture(autouse=True)
    def _declared(self, monkeypatch):
        option = Option("on", "for this test", str, takes(lambda value: value in {"on", "off"}, "on or off"))
        monkeypatch.setitem(SETTINGS, "setting", option)

    @pytest.mark.parametrize(("arguments", "value"), [((), "on"), (("-o", "fake_kms_setting=off"), "off")])
    def test_they_are_read_like_options_and_no_fake_has_them(self, pytester, arguments, value):
        pytester.makepyfile(
            f"""
            from conftest_plugin.options import settings

            def test_it(fake_kms, pytestconfig):
                assert settings(pytestconfig)["setting"] == "{value}"
                assert not hasattr(fake_kms.options, "setting")
            """
        )
        pytester.runpytest(*ARGUMENTS, *arguments).assert_outcomes(passed=1)

    def test_they_are_checked_with_the_options(self, wrong):
        assert wrong("--fake-kms-setting=foo", "--fake-kms-account-id=1") == [
            "ERROR: --fake-kms-account-id: account_id is twelve digits in a string, not '1'",
            "--fake-kms-setting: setting is on or off, not 'foo'",
        ]


class TestMarks:
    def test_the_nearest_takes_precedence(self, pytester):
        pytester.makepyfile(
            """
            import pytest

            mark = pytest.mark.fake_kms
            pytestmark = [mark(region="us-west-1", account_id="111122223333", seed=1)]

            @mark(region="us-west-2", seed=2)
            class Above:
                @mark(region="eu-west-1")
                def test_function(self, fake_kms):
                    self.shown(fake_kms, "eu-west-1")

                @mark(region="eu-west-1")
                @pytest.mark.parametrize("region", [
                    "eu-west-1",
                    pytest.param("eu-west-2", marks=mark(region="eu-west-2")),
                    pytest.param("eu-west-3", marks=[mark(region="eu-west-3"), mark(region="eu-north-1")]),
                ])
                def test_parameters(self, fake_kms, region):
                    self.shown(fake_kms, region)

                @mark(region="eu-west-2")
                @mark(region="eu-west-3")
                def test_two(self, fake_kms):
                    self.shown(fake_kms, "eu-west-3")

            class TestAbove(Above):
                def test_class(self, fake_kms):
                    self.shown(fake_kms, "us-west-2")

                def shown(self, fake_kms, region):
                    options = fake_kms.options
                    assert (options.region, options.account_id, options.seed) == (region, "111122223333", 2)

            @mark(region="ap-south-1", seed=3)
            class TestBelow(TestAbove):
                pytestmark = [mark(region="ca-central-1", seed=3)] + [mark(region="ap-south-1")]

                def test_class(self, fake_kms):
                    self.shown(fake_kms, "ca-central-1")

                def shown(self, fake_kms, region):
                    assert (fake_kms.options.region, fake_kms.options.seed) == (region, 3)

            class TestSingle(TestAbove):
                pytestmark = mark(seed=4)

                def test_class(self, fake_kms):
                    self.shown(fake_kms, "us-west-2")

                def shown(self, fake_kms, region):
                    assert (fake_kms.options.region, fake_kms.options.seed) == (region, 4)

            def test_module(fake_kms):
                assert fake_kms.options.region == "us-west-1"
            """
        )
        pytester.runpytest(*ARGUMENTS).assert_outcomes(passed=19)

    def test_a_wrong_one_is_named_without_a_traceback(self, pytester):
        pytester.makepyfile(
            """
            import pytest

            @pytest.mark.fake_kms(regoin="eu-west-1")
            def test_name(): pass

            @pytest.mark.fake_kms("eu-west-1")
            def test_positional(): pass

            @pytest.mark.fake_kms(seed=1, quotas={"keys": -1})
            def test_value(): pass
            """
        )
        result = pytester.runpytest(*ARGUMENTS)
        result.assert_outcomes(errors=3)
        names = (
            "There are region, account_id, seed, now, quotas, strict_identity, verify_signatures, consistency, "
            "keep_credentials, attestation_roots, check_answers."
        )
        shown = [line for line in result.outlines if line.startswith("@pytest.mark")]
        assert shown == [
            f"@pytest.mark.fake_kms(regoin='eu-west-1'): fake_kms has no option 'regoin': did you mean 'region'? {names}",
            f"@pytest.mark.fake_kms('eu-west-1'): options are keywords. {names}",
            "@pytest.mark.fake_kms(seed=1, quotas={'keys': -1}): the quota keys is a whole number from 0 on, not -1",
        ]
        assert "conftest_plugin" not in result.stdout.str()


class TestFakesMadeByHand:
    def test_they_have_the_options_of_the_run(self, pytester):
        pytester.makeini("[pytest]\nfake_kms_account_id = 111122223333\n")
        pytester.makepyfile(
            """
            from fake_kms import FakeKms, current, fake_kms

            def test_by_hand():
                assert FakeKms(seed=1).account_id == "111122223333"
                assert FakeKms(account_id="444455556666").account_id == "444455556666"
                assert repr(FakeKms(region="eu-west-1")) == (
                    "<FakeKms eu-west-1 111122223333, not opened; configured in pytest: account_id>"
                )

            @fake_kms
            def test_decorated():
                assert current().account_id == "111122223333"
            """
        )
        pytester.runpytest(*ARGUMENTS).assert_outcomes(passed=2)

    def test_a_run_inside_a_run_has_its_own_and_restores_the_outer_ones(self, pytester):
        pytester.makeconftest("pytest_plugins = ['pytester']")
        pytester.makepyfile(
            """
            from fake_kms import FakeKms

            def test_outer(pytester):
                pytester.makepyfile('''
                    from fake_kms import FakeKms
                    def test_inner():
                        assert (FakeKms().options.seed, FakeKms().account_id) == (8, "123456789012")
                ''')
                pytester.runpytest_inprocess("--fake-kms-seed=8").assert_outcomes(passed=1)
                assert FakeKms().options.seed == 7
                assert pytester.runpytest_inprocess("--fake-kms-account-id=8").ret == 4
                assert (FakeKms().options.seed, FakeKms().account_id) == (7, "111122223333")
            """
        )
        arguments = ("--fake-kms-seed=7", "--fake-kms-account-id=111122223333")
        pytester.runpytest_inprocess(*ARGUMENTS, *arguments).assert_outcomes(passed=1)

    def test_under_xdist(self, pytester):
        pytester.makepyfile(
            """
            from fake_kms import FakeKms

            def test_it():
                assert FakeKms().options.quotas == {"keys": 5}
            """
        )
        pytester.runpytest_subprocess("-n1", "--fake-kms-quotas", "keys=5").assert_outcomes(passed=1)
