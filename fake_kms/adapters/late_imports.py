"""Do something to a module when it is loaded: now if it is, else right after its import."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

__all__ = ["when_imported"]

Undo = Callable[[], None]


def when_imported(name: str, patch: Callable[[], Undo]) -> Undo:
    """Call `patch` as soon as the module is there; the answer undoes it, or stops waiting for it."""
    if name in sys.modules:
        return patch()
    watcher = _Watcher(name, patch)
    sys.meta_path.insert(0, watcher)
    return watcher.stop


class _Watcher(MetaPathFinder):
    def __init__(self, name: str, patch: Callable[[], Undo]) -> None:
        self.name = name
        self._patch = patch
        self._undo: Undo | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        self._leave()
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _PatchingLoader(spec.loader, self)
        return spec

    def loaded(self) -> None:
        self._undo = self._patch()

    def stop(self) -> None:
        self._leave()
        if self._undo is not None:
            self._undo()

    def _leave(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class _PatchingLoader(Loader):
    """Loads as the real loader does, then tells the watcher; the module keeps the real loader."""

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
