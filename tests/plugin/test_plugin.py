"""The pytest plugin, in pytest runs of its own."""

from __future__ import annotations

import subprocess
import sys

ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider")


def test_the_fixture(pytester):
    pytester.makepyfile(
        """
        import boto3
        from fake_kms import FakeKms

        def test_one(fake_kms):
            assert isinstance(fake_kms, FakeKms)
            boto3.client("kms").create_key()
            assert len(fake_kms.journal) == 1

        def test_two_starts_empty(fake_kms):
            assert boto3.client("kms").list_keys()["Keys"] == []
        """
    )
    pytester.runpytest(*ARGUMENTS).assert_outcomes(passed=2)


def test_the_marker_with_and_without_the_fixture(pytester):
    pytester.makepyfile(
        """
        import boto3, pytest
        from fake_kms import current

        @pytest.mark.fake_kms(account_id="111122223333")
        def test_with(fake_kms):
            assert ":111122223333:" in boto3.client("kms").create_key()["KeyMetadata"]["Arn"]

        @pytest.mark.fake_kms(region="eu-west-1", quotas={"keys": 0})
        def test_without():
            assert current().region == "eu-west-1"
            with pytest.raises(boto3.client("kms").exceptions.LimitExceededException):
                boto3.client("kms").create_key()
        """
    )
    pytester.runpytest(*ARGUMENTS, "--strict-markers").assert_outcomes(passed=2)


def test_markers_of_class_and_test_are_merged_and_fixtures_come_after_the_fake(pytester):
    pytester.makepyfile(
        """
        import boto3, pytest
        from fake_kms import current

        @pytest.fixture(autouse=True)
        def key():
            return boto3.client("kms").create_key()["KeyMetadata"]["Arn"]

        @pytest.mark.fake_kms(region="eu-west-1", seed=1)
        class TestMerged:
            @pytest.mark.fake_kms(account_id="111122223333")
            def test_it(self, key):
                assert key.startswith("arn:aws:kms:eu-west-1:111122223333:")
        """
    )
    pytester.runpytest(*ARGUMENTS).assert_outcomes(passed=1)


def test_a_seed_is_the_same_wherever_it_is_said(pytester):
    pytester.makepyfile(
        """
        import boto3
        from fake_kms import fake_kms

        def made():
            return boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]

        def test_it(fake_kms, request):
            from fake_kms import FakeKms
            here = made()
            with FakeKms(seed=7):
                assert made() == here
        """
    )
    pytester.runpytest(*ARGUMENTS, "--fake-kms-seed", "7", "--fake-kms-verify-signatures").assert_outcomes(passed=1)


def test_a_failure_report_tells_what_was_asked_and_never_what_was_encrypted(pytester):
    pytester.makepyfile(
        """
        import boto3

        def test_it(fake_kms):
            kms = boto3.client("kms")
            key = kms.create_key()["KeyMetadata"]["KeyId"]
            kms.encrypt(KeyId=key, Plaintext=b"".join([b"very ", b"secret"]))
            for _ in range(25):
                kms.list_keys()
            kms.describe_key(KeyId="foo")
        """
    )
    result = pytester.runpytest(*ARGUMENTS, "-l", "--showlocals")
    result.stdout.fnmatch_lines(
        [
            "*fake_kms: requests of this test*",
            "... 8 earlier requests",
            "ListKeys - by arn:aws:iam::123456789012:user/admin -> ok",
            "DescribeKey - by arn:aws:iam::123456789012:user/admin -> NotFoundException: Invalid keyId 'foo'",
        ]
    )
    assert "very secret" not in result.stdout.str()


def test_a_failure_report_explains_what_policies_refused(pytester):
    pytester.makepyfile(
        """
        import boto3

        def test_it(fake_kms):
            key = fake_kms.client().create_key()["KeyMetadata"]["KeyId"]
            alice = fake_kms.principals.user("alice")
            alice.client().encrypt(KeyId=key, Plaintext=b"x")
        """
    )
    result = pytester.runpytest(*ARGUMENTS)
    result.stdout.fnmatch_lines(
        [
            "*fake_kms: requests of this test*",
            "CreateKey arn:aws:kms:* by arn:aws:iam::123456789012:user/admin -> ok",
            "Encrypt arn:aws:kms:* by arn:aws:iam::123456789012:user/alice -> AccessDeniedException: User: *",
            "Refused (NOT_ALLOWED_BY_IDENTITY_POLICY): kms:Encrypt on arn:aws:kms:*",
            "  key policy statement 'Enable IAM User Permissions' (delegates to the account) would allow, but no *",
            "  - Allow key policy statement 'Enable IAM User Permissions': matches (delegates to the account)",
        ],
        consecutive=True,
    )
    assert "Allowed: " not in result.stdout.str()


def test_a_passing_test_has_no_report(pytester):
    pytester.makepyfile("def test_it(fake_kms): pass")
    assert "fake_kms: requests" not in pytester.runpytest(*ARGUMENTS, "-rA").stdout.str()


def test_under_xdist_and_randomly(pytester):
    pytester.makepyfile(
        """
        import boto3, pytest

        @pytest.mark.parametrize("n", range(6))
        def test_it(fake_kms, n):
            kms = boto3.client("kms")
            kms.create_key()
            assert len(kms.list_keys()["Keys"]) == 1
        """
    )
    pytester.runpytest_subprocess("-n2", "-p", "randomly").assert_outcomes(passed=6)


def test_a_marked_parameter_set_gives_its_fake_to_no_other_one(pytester):
    pytester.makepyfile(
        """
        import pytest
        from fake_kms import current

        @pytest.mark.parametrize("marked", [pytest.param(True, marks=pytest.mark.fake_kms), False])
        def test_it(marked):
            if marked:
                current()
            else:
                with pytest.raises(RuntimeError):
                    current()
        """
    )
    pytester.runpytest_subprocess("-n0").assert_outcomes(passed=2)


def test_the_plugin_and_the_package_load_nothing_heavy():
    program = (
        "import sys, conftest_plugin, fake_kms; "
        "heavy = {'boto3', 'botocore', 'cryptography', 'responses', 'requests', 'fake_kms._api.fake'} & sys.modules.keys(); "
        "assert not heavy, heavy; "
        "from fake_kms import FakeKms; "
        "heavy = {'boto3', 'botocore', 'cryptography', 'responses', 'requests', 'fake_kms.service'} & sys.modules.keys(); "
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
