"""Where the options of fakes come from in pytest: its configuration file, its command line, and marks.

Every pytest run loads this module, so it imports nothing heavy.
"""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fake_kms._api.options import OPTIONS, Option, check, flag, replace_defaults, takes

__all__ = ["SETTINGS", "configure", "declare", "marked", "settings", "unconfigure"]

# The options of the plugin alone, which no fake has. They are declared, read and checked like the others.
SETTINGS: dict[str, Option] = {
    "autouse": flag("give every test the fixture `fake_kms`"),
    "guard": Option(
        "on",
        "on: refuse KMS requests that no fake answers; off; strict: refuse AWS services that moto does not answer, too",
        str,
        takes(lambda value: value in ("on", "off", "strict"), "'on', 'off' or 'strict'"),
    ),
    "guard_allow": Option(
        (),
        "the AWS services that a strict guard lets through, e.g. s3, sqs",
        lambda text: text.replace(",", " ").split(),
        takes(
            lambda value: isinstance(value, list | tuple) and all(isinstance(name, str) for name in value),
            "a list of AWS services",
        ),
    ),
    "scope": Option(
        "function",
        "the fake of a test: function: one of its own; session: that of the run, rolled back after the test",
        str,
        takes(lambda value: value in ("function", "session"), "'function' or 'session'"),
    ),
}

_BEFORE: pytest.StashKey[Mapping[str, Any]] = pytest.StashKey()
_SETTINGS: pytest.StashKey[Mapping[str, Any]] = pytest.StashKey()


def declare(parser: pytest.Parser) -> None:
    """Add every option to the configuration file and the command line, there with `-` and with `_` in its name."""
    group = parser.getgroup("fake_kms", "fake_kms: AWS KMS for your tests")
    for name, option in {**OPTIONS, **SETTINGS}.items():
        kind: dict[str, Any] = {"type": "paths"} if option.is_files else {}
        parser.addini(_ini_name(name), option.help, default=None, **kind)
        flag: dict[str, Any] = {"action": "store_const", "const": "true"} if option.is_flag else {}
        names = dict.fromkeys((_flag_name(name), f"--fake-kms-{name}"))
        group.addoption(*names, dest=_ini_name(name), help=option.help, **flag)


def configure(config: pytest.Config) -> None:
    """Read the options of this run, and make them those of every fake that does not name them.

    Raises: UsageError that names every wrong one, where it was found and what it takes.
    """
    values = _read(config, {**OPTIONS, **SETTINGS})
    config.stash[_SETTINGS] = {name: values.get(name, option.default) for name, option in SETTINGS.items()}
    config.stash[_BEFORE] = replace_defaults({name: value for name, value in values.items() if name in OPTIONS})


def unconfigure(config: pytest.Config) -> None:
    """Restore what held before this run, which may be one inside another."""
    before = config.stash.get(_BEFORE, None)
    if before is not None:
        replace_defaults(before)
        del config.stash[_BEFORE]


def settings(config: pytest.Config) -> Mapping[str, Any]:
    """Return the settings of the plugin alone, each with its value or its default."""
    return config.stash[_SETTINGS]


def marked(node: pytest.Collector | pytest.Item) -> dict[str, Any]:
    """Return the options of the marks that hold for a test, a class or a module.

    A parameter set's mark takes precedence over its function's, that over its class's, a class's over the one of the
    class it derives from, and all over the module's. A wrong mark fails the test, with a message and no traceback.
    """
    options: dict[str, Any] = {}
    for mark in _marks(node):
        problem = _problem(mark)
        if problem is not None:
            pytest.fail(f"{_text(mark)}: {problem}", pytrace=False)
        options |= mark.kwargs
    return options


# --- the configuration file and the command line ------------------------------------------------------------------


def _read(config: pytest.Config, options: Mapping[str, Option]) -> dict[str, Any]:
    values, problems = {}, []
    for name, option in options.items():
        where, value = _found(config, name, option)
        if where is not None:
            try:
                value = option.read(value) if isinstance(value, str) or option.is_files else value
                option.check(name, value)
            except (TypeError, ValueError, OSError) as error:
                problems.append(f"{where}: {error}")
            else:
                values[name] = value
    if problems:
        raise pytest.UsageError("\n".join(problems))
    return values


def _found(config: pytest.Config, name: str, option: Option) -> tuple[str | None, Any]:
    """Return where an option is set, and the text or value there; None if nowhere. Empty text sets nothing."""
    value = config.getoption(_ini_name(name), None)
    if value:
        return _flag_name(name), value
    value = _configured(config, name, option)
    if value is None or value in ("", []):
        return None, None
    return f"{_ini_name(name)} in {config.inipath or '--override-ini'}", value


def _configured(config: pytest.Config, name: str, option: Option) -> Any:
    try:
        return config.getini(_ini_name(name))
    except (TypeError, ValueError, pytest.UsageError):
        # In native TOML, pytest insists on one type for each option and has none for tables, dates and several types.
        value = _native(config, _ini_name(name))
    if option.is_files and isinstance(value, str) and config.inipath is not None:
        return [config.inipath.parent / value]
    return value


def _native(config: pytest.Config, name: str) -> Any:
    """Return a value of the file's table `[tool.pytest]`, or `[pytest]` in a pytest.toml."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # pytest has it

    assert config.inipath is not None  # noqa: S101 - pytest has read the value there
    document = tomllib.loads(Path(config.inipath).read_text(encoding="utf-8"))
    table = document["pytest"] if "pytest" in document else document["tool"]["pytest"]
    return table[name]


def _ini_name(name: str) -> str:
    return f"fake_kms_{name}"


def _flag_name(name: str) -> str:
    return f"--fake-kms-{name.replace('_', '-')}"


# --- marks --------------------------------------------------------------------------------------------------------


def _marks(node: pytest.Collector | pytest.Item) -> Iterator[pytest.Mark]:
    """Return the marks `fake_kms` of a node and those around it, the one that takes precedence last."""
    for each in node.listchain():
        own = [mark for mark in reversed(each.own_markers) if mark.name == "fake_kms"]
        layers = _layers(each)
        yield from sorted(own, key=lambda mark: _layer_of(mark, layers))


def _layers(node: Any) -> list[list[pytest.Mark]]:
    """Return the marks that pytest has put together in one node: those of each class it derives from, of parameters."""
    if hasattr(node, "callspec"):
        return [[*node.callspec.marks]]
    held = getattr(node, "obj", None)
    if isinstance(held, type):
        return [_listed(vars(each).get("pytestmark", [])) for each in reversed(held.__mro__)]
    return []


def _listed(marks: Any) -> list[pytest.Mark]:
    marks = marks if isinstance(marks, list) else [marks]
    return [mark.mark if isinstance(mark, pytest.MarkDecorator) else mark for mark in marks]


def _layer_of(mark: pytest.Mark, layers: list[list[pytest.Mark]]) -> int:
    return max((number for number, marks in enumerate(layers) if any(mark is each for each in marks)), default=-1)


def _problem(mark: pytest.Mark) -> str | None:
    if mark.args:
        return f"options are keywords. There are {', '.join(OPTIONS)}."
    try:
        check(mark.kwargs)
    except (TypeError, ValueError) as error:
        return str(error)
    return None


def _text(mark: pytest.Mark) -> str:
    arguments = [
        *map(reprlib.repr, mark.args),
        *(f"{name}={reprlib.repr(value)}" for name, value in mark.kwargs.items()),
    ]
    return f"@pytest.mark.fake_kms({', '.join(arguments)})"
