"""AWS KMS for your tests: plain boto3 code runs against an in-memory KMS that refuses what AWS refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms._version import __version__

__all__ = ["FakeKms", "__version__", "current", "fake_kms"]

if TYPE_CHECKING:
    from fake_kms.api import FakeKms, current, fake_kms
else:

    def __getattr__(name: str) -> object:
        # Every pytest run loads this package, for the options of the plugin; the rest waits for who wants a fake.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from fake_kms import api

        found = globals()[name] = getattr(api, name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
