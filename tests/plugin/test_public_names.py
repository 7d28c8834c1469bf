"""What is public: the names that the package lists, and nothing that needs a deeper import."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

import fake_kms
import fake_kms.nitro
import fake_kms.xks

TYPED = Path(__file__).parents[1] / "typing" / "public_api.py"
README = Path(__file__).parents[2] / "README.md"


def _imports(tree):
    return {
        (node.module, alias.name): alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


LAZY = [fake_kms, fake_kms.xks]


@pytest.mark.parametrize("package", LAZY)
def test_the_types_and_the_running_package_have_the_same_names_from_the_same_modules(package):
    source = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    modules = {name: module for module, name in _imports(source) if name in package.__all__}
    assert modules.keys() == set(package.__all__)

    # In a process of its own: pytester forgets modules that its runs load first, and loads them again.
    program = f"""
from importlib import import_module
package = import_module({package.__name__!r})
for name, module in {modules}.items():
    assert getattr(package, name) is getattr(import_module(module), name), name
    assert name in dir(package), name
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", LAZY)
def test_there_are_no_other_names(package):
    assert package._MODULES.keys() == set(package.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'mock_kms'"):
        package.mock_kms  # noqa: B018


@pytest.mark.parametrize("module", ["fake_kms", "fake_kms.nitro", "fake_kms.xks"])
def test_the_typed_program_uses_every_public_name(module):
    tree = ast.parse(TYPED.read_text(encoding="utf-8"))
    imported = {name: local for (home, name), local in _imports(tree).items() if home == module}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    assert imported.keys() == set(importlib.import_module(module).__all__)
    assert used.issuperset(imported.values())


@pytest.mark.parametrize("package", [fake_kms, fake_kms.nitro, fake_kms.xks])
def test_the_readme_lists_every_public_name(package):
    section = README.read_text(encoding="utf-8").partition("## What is public")[2].partition("\n## ")[0]
    listed = section.partition(f"- `{package.__name__}`: ")[2].partition("\n- ")[0].partition("\n\n")[0]

    assert [name for name in package.__all__ if f"`{name}`" not in listed] == []
