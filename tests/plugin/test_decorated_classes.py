"""The decorator on classes of tests: under unittest in this process, under pytest in runs of its own."""

from __future__ import annotations

import enum
import subprocess
import sys
import typing
import unittest
from dataclasses import dataclass

import boto3
import pytest
from moto import mock_aws

from fake_kms import FakeKms, current, fake_kms

ARGUMENTS = ("-p", "no:randomly", "-p", "no:cacheprovider")


def create():
    """Create a key, and count the keys."""
    kms = boto3.client("kms")
    kms.create_key()
    return len(kms.list_keys()["Keys"])


def run(case):
    """Run the tests of a class by unittest. Output: their errors, without the tracebacks."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    with pytest.raises(RuntimeError, match="no fake_kms is open"):
        current()
    return [text.splitlines()[-1] for _, text in result.errors + result.failures]


class TestUnittest:
    def test_a_fake_is_open_from_set_up_to_the_last_clean_up(self):
        counts = []

        @fake_kms
        class Case(unittest.TestCase):
            def setUp(self):
                counts.append(create())
                self.addCleanup(lambda: counts.append(create()))

            def test_a(self):
                counts.append(create())

            test_b = test_a

            def tearDown(self):
                counts.append(create())

        assert run(Case) == []
        assert counts == [1, 2, 3, 4] * 2

    def test_asynchronous_tests(self):
        counts = []

        @fake_kms
        class Case(unittest.IsolatedAsyncioTestCase):
            def setUp(self):
                counts.append(create())

            async def asyncSetUp(self):
                counts.append(create())
                self.addAsyncCleanup(self.clean_up)

            async def test_it(self):
                counts.append(create())

            async def asyncTearDown(self):
                counts.append(create())

            async def clean_up(self):
                counts.append(create())

        assert run(Case) == []
        assert counts == [1, 2, 3, 4, 5]

    def test_debugging_without_a_result(self):
        @fake_kms
        class Case(unittest.TestCase):
            def test_it(self):
                assert create() == 1

        Case("test_it").debug()

    @pytest.mark.parametrize("above", [True, False])
    def test_a_decorated_mixin(self, above):
        @fake_kms
        class Tests:
            def test_a(self):
                assert create() == 1

            test_b = test_a

        class Case(*((Tests, unittest.TestCase) if above else (unittest.TestCase, Tests))):
            pass

        assert run(Case) == []

    @pytest.mark.parametrize("above", [True, False])
    def test_tests_of_a_mixin(self, above):
        class Tests:
            def test_a(self):
                assert create() == 1

        @fake_kms
        class Case(*((Tests, unittest.TestCase) if above else (unittest.TestCase, Tests))):
            pass

        assert run(Case) == []

    def test_a_subclass_that_replaces_everything(self):
        @fake_kms
        class Base(unittest.TestCase):
            def setUp(self):
                raise NotImplementedError

        class Derived(Base):
            def run(self, result=None):
                return unittest.TestCase.run(self, result)

            def setUp(self):
                create()

            def test_it(self):
                assert create() == 2

        assert run(Derived) == []

    def test_the_options_of_a_decorated_subclass_are_added_and_win(self):
        @fake_kms(region="eu-west-1", account_id="111122223333")
        class Base(unittest.TestCase):
            expected = ("eu-west-1", "111122223333")

            def setUp(self):
                create()

            def test_it(self):
                assert (current().region, current().account_id) == self.expected
                assert create() == 2

        @fake_kms(region="eu-north-1")
        class Derived(Base):
            expected = ("eu-north-1", "111122223333")

        @fake_kms(account_id="444455556666")
        @fake_kms(region="eu-south-1")
        @fake_kms(region="eu-south-2")
        class DecoratedAgain(Derived):
            expected = ("eu-south-2", "444455556666")

        assert [run(case) for case in (Base, Derived, DecoratedAgain)] == [[], [], []]

    def test_nested_classes_are_decorated_and_those_referred_to_are_not(self):
        class Other(unittest.TestCase):
            def test_it(self):
                with pytest.raises(RuntimeError):
                    current()

        @fake_kms(region="eu-west-1")
        class Outer:
            referred = Other

            class Inner(unittest.TestCase):
                region = "eu-west-1"

                def test_it(self):
                    assert (current().region, create()) == (self.region, 1)

            @fake_kms(region="eu-north-1")
            class OfItsOwn(Inner):
                region = "eu-north-1"

        class Derived(Outer.Inner):
            pass

        assert [run(case) for case in (Other, Outer.Inner, Outer.OfItsOwn, Derived)] == [[]] * 4

    def test_a_method_that_is_decorated_too_has_a_fake_of_its_own(self):
        @fake_kms
        class Case(unittest.TestCase):
            def setUp(self):
                create()

            @fake_kms(region="eu-west-1")
            def test_it(self):
                assert (current().region, create()) == ("eu-west-1", 1)

            def tearDown(self):
                assert create() == 2

        assert run(Case) == []

    def test_subclasses_are_told_to_the_classes_own_hook(self):
        told = []

        @fake_kms
        class Base(unittest.TestCase):
            def __init_subclass__(cls, word, **kwargs):
                super().__init_subclass__(**kwargs)
                told.append((cls.__name__, word))

        class Derived(Base, word="a"):
            pass

        assert told == [("Derived", "a")]

    @pytest.mark.parametrize("outer", [True, False])
    def test_with_motos_decorator(self, outer):
        class Case(unittest.TestCase):
            def setUp(self):
                create()

            def test_a(self):
                assert boto3.client("s3").list_buckets()["Buckets"] == []
                boto3.client("s3").create_bucket(Bucket="one")
                assert create() == 2

            test_b = test_a

        assert run(mock_aws(fake_kms(Case)) if outer else fake_kms(mock_aws(Case))) == []

    def test_it_runs_without_pytest(self, tmp_path):
        (tmp_path / "case.py").write_text(
            """
import sys, unittest, boto3
from fake_kms import fake_kms

@fake_kms
class Tests:
    def test_it(self):
        self.assertNotIn("pytest", sys.modules)
        self.assertEqual([], boto3.client("kms").list_keys()["Keys"])

class Case(Tests, unittest.TestCase):
    pass
"""
        )
        command = [sys.executable, "-m", "unittest", "case"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr


def refusal(where, per_test):
    """Return the text about the use of KMS where there is no fake."""
    return (
        f"{where} uses KMS, but with @fake_kms each test has a fake of its own, and none is open here. Do it in "
        f"{per_test}; or, to share one fake among the tests, remove @fake_kms from the class, begin its set-up with "
        "`cls.kms = FakeKms().start()` and end its teardown with `cls.kms.stop()`"
    )


class TestClassHooks:
    @pytest.mark.parametrize(("hook", "per_test"), [("setUpClass", "setUp"), ("tearDownClass", "tearDown")])
    @pytest.mark.parametrize("use", [create, current, lambda: current().principals])
    def test_kms_is_refused(self, hook, per_test, use):
        @fake_kms
        class Case(unittest.TestCase):
            def test_it(self):
                create()

        with_hook = type("Case", (Case,), {hook: classmethod(lambda cls: use())})
        assert run(with_hook) == [f"RuntimeError: {refusal(f'Case.{hook}', per_test)}"]

    def test_kms_is_refused_in_those_of_subclasses_and_mixins(self):
        class Mixin:
            @classmethod
            def setUpClass(cls):
                create()

        @fake_kms
        class Base(Mixin, unittest.TestCase):
            def test_it(self):
                create()

        class Derived(Base):
            @classmethod
            def setUpClass(cls):
                with pytest.raises(RuntimeError, match=r"Derived\.setUpClass uses KMS"):
                    super().setUpClass()

        assert run(Base) == [f"RuntimeError: {refusal(f'{Base.__qualname__}.setUpClass', 'setUp')}"]
        assert run(Derived) == []

    def test_a_fake_around_the_class_answers(self):
        @fake_kms
        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                assert current() is around

            def test_it(self):
                assert create() == 1

        with fake_kms() as around:
            result = unittest.TestResult()
            unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
            assert result.wasSuccessful()

    def test_a_fake_that_they_open_answers(self):
        @fake_kms
        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                cls.kms = FakeKms(region="eu-west-1").start()
                create()

            def test_it(self):
                assert (current() is not self.kms, create(), len(self.kms.journal)) == (True, 1, 2)

            @classmethod
            def tearDownClass(cls):
                assert create() == 2
                cls.kms.stop()

        assert run(Case) == []

    def test_what_the_message_says_works(self):
        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                cls.kms = FakeKms().start()
                cls.count = create()

            def test_it(self):
                assert create() == self.count + 1

            @classmethod
            def tearDownClass(cls):
                cls.kms.stop()

        assert run(Case) == []


COUNT = """
    import boto3, functools, pytest, unittest
    from fake_kms import current, fake_kms

    def create():
        kms = boto3.client("kms")
        kms.create_key()
        return len(kms.list_keys()["Keys"])
"""


class TestPytest:
    @pytest.fixture
    def run(self, pytester):
        """Run a module of tests, and compare the counts of outcomes."""

        def run(source, *arguments, **outcomes):
            pytester.makepyfile(COUNT + source)
            result = pytester.runpytest(*ARGUMENTS, *arguments)
            result.assert_outcomes(**outcomes)
            return result

        return run

    def test_a_fake_is_open_around_the_hooks_and_fixtures(self, run):
        run(
            """
    @pytest.fixture(autouse=True)
    def of_the_module(request):
        if request.cls:
            assert create() == 1

    @fake_kms(region="eu-west-1")
    class TestDecorated:
        def setup_method(self, method):
            assert create() == 2
        def teardown_method(self):
            assert create() == 5
        @pytest.fixture(autouse=True)
        def of_the_class(self, request):
            yield create()
        @pytest.fixture
        def named(self):
            return create()
        def test_it(self, of_the_class, named):
            assert (of_the_class, named) == (3, 4)
        @pytest.mark.usefixtures("named")
        def test_use(self):
            assert len(boto3.client("kms").list_keys()["Keys"]) == 4
        @pytest.mark.parametrize("number", [1, 2])
        def test_parameters(self, number, named):
            assert (current().region, named) == ("eu-west-1", 4)
        @staticmethod
        def test_static(named):
            assert named == 4

    @fake_kms
    class TestFixturesNamedLikeHooks:
        @pytest.fixture(autouse=True)
        def setup_method(self, tmp_path):
            self.count = create()
        @pytest.fixture(autouse=True, scope="class")
        def setup_class(self):
            yield
        def test_it(self):
            assert (self.count, create()) == (2, 3)

    def test_nothing_is_left():
        with pytest.raises(RuntimeError):
            current()
    """,
            passed=7,
        )

    def test_subclasses(self, run):
        run(
            """
    class Mixin:
        def test_of_the_mixin(self):
            assert create() == 1

    @fake_kms
    class Base:
        def setup_method(self):
            1 / 0
        def test_it(self):
            assert create() == 1

    class TestWithoutSuper(Mixin, Base):
        def setup_method(self):
            pass

    @fake_kms
    class TestDecoratedWithMixin(Mixin):
        pass

    class TestDerivedFromATest(TestDecoratedWithMixin, Base):
        def setup_method(self, method):
            pass
        def test_other(self):
            assert create() == 1
    """,
            passed=6,
        )

    def test_nested_classes(self, run):
        run(
            """
    @fake_kms
    class TestOuter:
        class TestInner:
            def test_it(self):
                assert create() == 1
            class TestInnermost:
                def setup_method(self):
                    create()
                def test_it(self):
                    assert create() == 2
        class TestCase(unittest.TestCase):
            def test_it(self):
                assert create() == 1

        @fake_kms(region="eu-north-1")
        class TestOfItsOwn:
            def test_it(self):
                assert (create(), current().region) == (1, "eu-north-1")

    class TestDerived(TestOuter.TestInner):
        def setup_method(self):
            pass
        TestInnermost = None
    """,
            passed=5,
        )

    def test_cases_of_unittest(self, run):
        run(
            """
    @pytest.fixture(autouse=True)
    def first(request):
        request.instance.first = create()

    @fake_kms
    class Mixin:
        def test_of_the_mixin(self):
            assert (self.first, create()) == (1, 3)

    class TestCase(Mixin, unittest.TestCase):
        def setUp(self):
            create()
        def test_it(self):
            assert (self.first, create()) == (1, 3)
        def tearDown(self):
            create()

    @fake_kms(region="eu-west-1")
    class TestAsync(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            create()
        async def test_it(self):
            assert (self.first, create(), current().region) == (1, 3, "eu-west-1")
    """,
            passed=3,
        )

    def test_the_options_of_a_decorated_subclass_are_added_and_win(self, run):
        run(
            """
    @fake_kms(region="eu-west-1", account_id="111122223333")
    class TestBase:
        expected = ("eu-west-1", "111122223333")
        def test_it(self):
            assert (current().region, current().account_id) == self.expected

    @fake_kms(region="eu-north-1")
    class TestDerived(TestBase):
        expected = ("eu-north-1", "111122223333")
    """,
            passed=2,
        )

    def test_the_fixture_gives_the_fake_of_the_class(self, run):
        run(
            """
    @fake_kms(region="eu-west-1")
    class TestDecorated:
        def test_it(self, fake_kms):
            assert current() is fake_kms and fake_kms.region == "eu-west-1"
    """,
            passed=1,
        )

    def test_markers_of_methods_win(self, run):
        run(
            """
    @fake_kms(region="eu-west-1", account_id="111122223333")
    class TestDecorated:
        @pytest.mark.fake_kms(region="eu-north-1")
        def test_it(self):
            assert (current().region, current().account_id) == ("eu-north-1", "111122223333")
    """,
            passed=1,
        )

    def test_kms_is_refused_in_class_hooks(self, run):
        result = run(
            """
    @fake_kms
    class TestPlain:
        def setup_class(cls):
            create()
        def test_it(self):
            pass

    @fake_kms
    class TestTeardown:
        @classmethod
        def teardown_class(cls):
            create()
        def test_it(self):
            pass

    @fake_kms
    class TestCase(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            create()
        def test_it(self):
            pass
    """,
            errors=3,
            passed=1,
        )
        for where, per_test in (
            ("TestPlain.setup_class", "setup_method"),
            ("TestTeardown.teardown_class", "teardown_method"),
            ("TestCase.setUpClass", "setUp"),
        ):
            assert f"RuntimeError: {refusal(where, per_test)}" in result.stdout.str()

    def test_class_hooks_that_do_not_use_kms(self, run):
        run(
            """
    @fake_kms
    class TestPlain:
        def setup_class(cls):
            cls.a = cls
        @staticmethod
        def teardown_class():
            pass
        def test_it(self):
            assert self.a is TestPlain

    class TestDerived(TestPlain):
        @classmethod
        def setup_class(cls, optional=None):
            assert optional is None
            super().setup_class()
        def test_it(self):
            assert self.a is TestDerived
    """,
            passed=2,
        )

    @pytest.mark.parametrize("strict", [(), ("--strict-markers",)])
    def test_without_the_plugin(self, pytester, strict):
        pytester.makepyfile(
            test_plain=COUNT
            + """
    @fake_kms
    class TestPlain:
        def test_it(self):
            pass
    """,
            test_case=COUNT
            + """
    @fake_kms
    class TestCase(unittest.TestCase):
        def setUp(self):
            create()
        def test_it(self):
            assert create() == 2
    """,
        )
        arguments = (*ARGUMENTS, "-p", "no:fake_kms", *strict)
        pytester.runpytest_subprocess(*arguments, "test_case.py").assert_outcomes(passed=1)
        result = pytester.runpytest_subprocess(*arguments, "test_plain.py")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            "E   RuntimeError: @fake_kms on a class needs the pytest plugin of fake-kms, which is not loaded: "
            "run pytest with `-p fake_kms`"
        )


def test_classes_of_other_kinds_stay_what_they_are():
    @fake_kms
    @dataclass(frozen=True)
    class Data:
        number: int = 1

    @dataclass
    @fake_kms
    class DataBelow:
        number: int = 1

    @fake_kms
    class Named(typing.NamedTuple):
        number: int

    @fake_kms
    class Numbers(enum.Enum):
        ONE = 1

    assert (Data().number, DataBelow(2), Named(3), [*Numbers]) == (1, DataBelow(2), (3,), [Numbers.ONE])
