"""Check what the wheel and the sdist in a folder hold, and what the wheel declares."""

import sys
import tarfile
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

IN_THE_WHEEL = (
    "conftest_plugin/__init__.py",
    "fake_kms/__init__.py",
    "fake_kms/crypto/rsa_keys.txt",
    "fake_kms/py.typed",
)
IN_THE_SDIST = (
    *IN_THE_WHEEL,
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "docs/authorization.md",
    "pyproject.toml",
    "tests/conftest.py",
)


def modules(root: Path) -> set[str]:
    """Return the files of the packages in a checkout, as a wheel names them."""
    return {
        path.relative_to(root).as_posix()
        for package in ("fake_kms", "conftest_plugin")
        for path in (root / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def check_wheel(wheel: Path, root: Path) -> None:
    """Raise an AssertionError unless the wheel holds the packages, the license and the plugin's entry point."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        information = next(name.partition("/")[0] for name in names if ".dist-info/" in name)
        declared = PathDistribution(zipfile.Path(archive, f"{information}/"))
        held = {name for name in names if ".dist-info/" not in name}
        assert held >= set(IN_THE_WHEEL), set(IN_THE_WHEEL) - held
        assert held == modules(root), held ^ modules(root)
        assert f"{information}/licenses/LICENSE" in names, names
        points = [(point.group, point.name, point.value) for point in declared.entry_points]
        assert points == [("pytest11", "fake_kms", "conftest_plugin")], points
        assert declared.metadata["License-Expression"] == "Apache-2.0", declared.metadata["License-Expression"]
        assert wheel.name == f"fake_kms-{declared.version}-py3-none-any.whl", wheel.name


def check_sdist(sdist: Path, root: Path) -> None:
    """Raise an AssertionError unless the sdist holds the packages, the documentation and every test."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tests = {path.relative_to(root).as_posix() for path in (root / "tests").rglob("*.py")}
    expected = {*IN_THE_SDIST, *modules(root), *tests}
    assert names >= expected, expected - names


if __name__ == "__main__":
    checkout = Path(__file__).parent.parent
    (built_wheel,) = Path(sys.argv[1]).glob("*.whl")
    (built_sdist,) = Path(sys.argv[1]).glob("*.tar.gz")
    check_wheel(built_wheel, checkout)
    check_sdist(built_sdist, checkout)
    sys.stdout.write(f"{built_wheel.name} and {built_sdist.name} hold what they must\n")
