"""When the fakes of a test are opened: each before every other fixture of its scope, and none before a wider one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

__all__ = ["FIXTURES", "put_fakes_first"]

# Scope -> the fixture that opens a fake for it, the widest scope first.
FIXTURES = {
    "session": "fake_kms_session",
    "package": "fake_kms_package",
    "module": "fake_kms_module",
    "class": "fake_kms_class",
    "function": "fake_kms",
}
_SCOPES = (*FIXTURES,)


def put_fakes_first(item: pytest.Item, wanted: Sequence[str]) -> None:
    """Let a test set up these fakes, and those that it asks for itself, each at the front of its scope.

    pytest sets up what `fixturenames` lists, in that order, which is by scope.
    """
    names = getattr(item, "fixturenames", None)
    if names is None:  # a test of another plugin, without fixtures
        return
    names = [*names, *(name for name in wanted if name not in names)]
    for fixture in FIXTURES.values():
        if fixture in names:
            scope = _scope(item, fixture)
            names.remove(fixture)
            narrower = (place for place, name in enumerate(names) if _scope(item, name) >= scope)
            names.insert(next(narrower, len(names)), fixture)
    # A list of its own: all parameter sets of a function share theirs.
    item.fixturenames = names  # type: ignore[attr-defined]


def _scope(item: pytest.Item, fixture: str) -> int:
    """Return the place of a fixture's scope in the order of scopes."""
    info = getattr(item, "_fixtureinfo", None)
    found = info.name2fixturedefs.get(fixture) if info is not None else None
    if found:  # a project may have a fixture of this name, with another scope
        return _SCOPES.index(found[-1].scope)
    own = [scope for scope, name in FIXTURES.items() if name == fixture]
    return _SCOPES.index(own[0]) if own else len(_SCOPES) - 1
