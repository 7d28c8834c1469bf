"""External key stores: a proxy to call or to serve in tests, and the proxies of a fake (`kms.xks`)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["Failure", "LocalXksProxy", "Xks", "XksFailure", "XksProxy", "serve"]

if TYPE_CHECKING:
    from fake_kms.xks.control import Xks
    from fake_kms.xks.failures import Failure, XksFailure
    from fake_kms.xks.local import LocalXksProxy
    from fake_kms.xks.protocol import XksProxy
    from fake_kms.xks.server import serve
else:
    _MODULES = {
        "Failure": "failures",
        "LocalXksProxy": "local",
        "Xks": "control",
        "XksFailure": "failures",
        "XksProxy": "protocol",
        "serve": "server",
    }

    def __getattr__(name: str) -> object:
        # Every fake loads this package for its routes; the HTTP server is loaded only for tests that serve a proxy.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
