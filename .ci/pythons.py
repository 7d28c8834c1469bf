"""Print the machine's other Pythons that the project supports, newest first: how much to test, version, path.

One of each minor version, and not that of the Python which runs this; looked for on PATH and among pyenv's. The newest
gets `full`, the others `smoke`. What is passed over is named on standard error.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 10)
PROBE = """
import ensurepip, sys, sysconfig, venv
released = sys.version_info.releaselevel == "final" and not sysconfig.get_config_var("Py_GIL_DISABLED")
assert released and sys.implementation.name == "cpython", sys.version
print(*sys.version_info[:3], sys.executable)
"""


def candidates() -> list[Path]:
    """Return what looks like a Python, PATH first."""
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep) if folder]
    for root in (os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv", "/root/.pyenv"):
        folders += sorted(Path(root).glob("versions/*/bin")) if root else []
    found = [path for folder in folders for path in folder.glob("python3.*") if re.fullmatch(r"3\.\d+", path.name[6:])]
    return [path for path in dict.fromkeys(found) if version_of(path.name[6:]) >= OLDEST]


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers that compare."""
    return tuple(int(part) for part in text.split("."))


def others() -> dict[tuple[int, ...], tuple[str, str]]:
    """Return version and path of the newest Python of each minor version."""
    newest: dict[tuple[int, ...], tuple[str, str]] = {}
    for candidate in candidates():
        run = subprocess.run([candidate, "-c", PROBE], capture_output=True, text=True, check=False)
        if run.returncode:
            # pyenv's shims stand for every version it has, and answer for the chosen ones only.
            sys.stderr.write(f"passed over {candidate}: no released CPython with venv answers there\n")
            continue
        *numbers, path = run.stdout.strip().split(maxsplit=3)
        version = ".".join(numbers)
        minor = version_of(version)[:2]
        known = newest.get(minor)
        if minor != sys.version_info[:2] and (known is None or version_of(known[0]) < version_of(version)):
            newest[minor] = (version, path)
    return newest


if __name__ == "__main__":
    for position, (_, (version, path)) in enumerate(sorted(others().items(), reverse=True)):
        sys.stdout.write(f"{'smoke' if position else 'full'} {version} {path}\n")
