"""Patch a module at once if it is imported, else right after its import."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_kms.adapters.handlers import Undo

__all__ = ["when_imported"]


def when_imported(name: str, patch: Callable[[], Undo]) -> Undo:
    """Call `patch` as soon as the module is imported. Output: a function that undoes the patch, or stops waiting."""
    if name in sys.modules:
        return patch()
    watcher = _Watcher(name, patch)
    sys.meta_path = [watcher, *sys.meta_path]  # a new list: another thread may be going through the old one
    return watcher.stop


class _Watcher(MetaPathFinder):
    """Finds the module as usual, with a loader that patches it; asking for the spec alone changes nothing."""

    def __init__(self, name: str, patch: Callable[[], Undo]) -> None:
        self.name = name
        self._patch = patch
        self._undo: Undo | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _PatchingLoader(spec.loader, self)
        return spec

    def loaded(self) -> None:
        if self in sys.meta_path:  # else it has stopped meanwhile
            self._stop_watching()
            self._undo = self._patch()

    def stop(self) -> None:
        self._stop_watching()
        if self._undo is not None:
            self._undo()

    def _stop_watching(self) -> None:
        sys.meta_path = [finder for finder in sys.meta_path if finder is not self]


class _PatchingLoader(Loader):
    """Loads as the real loader does, then calls the watcher; the module keeps the real loader."""

    def __init__(self, loader: Loader, watcher: _Watcher) -> None:
        self._loader = loader
        self._watcher = watcher

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._watcher.loaded()
