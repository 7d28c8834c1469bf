"""The configuration files that README.md and docs/options.md show: pytest reads them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fake_kms.nitro import AttestationAuthority

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(ini|toml)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks():
    for page in (ROOT / "README.md", ROOT / "docs" / "options.md"):
        for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            native = pytest.mark.skipif(
                "[tool.pytest]" in text and pytest.version_tuple < (9,), reason="pytest reads native TOML since 9.0"
            )
            yield pytest.param(kind, text, id=f"{page.name}-{kind}", marks=native)


def test_the_pages_have_blocks():
    assert len([*blocks()]) == 3


@pytest.mark.parametrize(("kind", "text"), list(blocks()))
def test_pytest_reads_a_block(pytester, kind, text):
    file = {"ini": "pytest.ini", "toml": "pyproject.toml"}[kind]
    pytester.path.joinpath(file).write_text(text, encoding="utf-8")
    for name in ("a", "b"):
        root = pytester.path / "roots" / f"{name}.pem"
        root.parent.mkdir(exist_ok=True)
        root.write_bytes(AttestationAuthority().root)
    pytester.makepyfile(
        """
        from fake_kms import FakeKms

        def test_it():
            options = FakeKms().options
            assert options.region == "eu-west-1"
            assert options.quotas["keys"] == 5
            assert options.attestation_roots is None or len(options.attestation_roots) == 2
        """
    )
    pytester.runpytest("-p", "no:randomly", "-p", "no:cacheprovider").assert_outcomes(passed=1)
