"""AWS KMS for your tests: plain boto3 code runs against an in-memory KMS that refuses what AWS refuses.

Public are the names listed here, and those of `fake_kms.nitro` and `fake_kms.xks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms._version import __version__

__all__ = [
    "Clock",
    "Cluster",
    "Clusters",
    "Credentials",
    "Decision",
    "Event",
    "FakeKms",
    "Journal",
    "OptionKeywords",
    "Options",
    "PolicyDocument",
    "Principal",
    "Principals",
    "Quotas",
    "RealAwsError",
    "RealKmsError",
    "Role",
    "__version__",
    "current",
    "fake_kms",
    "guard",
    "stop_all",
]

if TYPE_CHECKING:
    from fake_kms._api.fake import FakeKms, fake_kms
    from fake_kms._api.guard import guard
    from fake_kms._api.open_fakes import current, stop_all
    from fake_kms._api.options import OptionKeywords, Options
    from fake_kms.adapters.guard import RealAwsError, RealKmsError
    from fake_kms.clock import Clock
    from fake_kms.controls.arguments import PolicyDocument
    from fake_kms.controls.clusters import Cluster, Clusters
    from fake_kms.controls.journal import Event, Journal
    from fake_kms.controls.principal import Credentials, Principal, Role
    from fake_kms.controls.principals import Principals
    from fake_kms.policy.decision import Decision
    from fake_kms.tables.quotas import Quotas
else:
    # Every pytest run imports this package, for the options of the plugin; the rest waits until it is used.
    _MODULES = {
        "FakeKms": "_api.fake",
        "current": "_api.open_fakes",
        "fake_kms": "_api.fake",
        "guard": "_api.guard",
        "stop_all": "_api.open_fakes",
        "RealAwsError": "adapters.guard",
        "RealKmsError": "adapters.guard",
        "OptionKeywords": "_api.options",
        "Options": "_api.options",
        "Clock": "clock",
        "PolicyDocument": "controls.arguments",
        "Cluster": "controls.clusters",
        "Clusters": "controls.clusters",
        "Event": "controls.journal",
        "Journal": "controls.journal",
        "Credentials": "controls.principal",
        "Principal": "controls.principal",
        "Role": "controls.principal",
        "Principals": "controls.principals",
        "Decision": "policy.decision",
        "Quotas": "tables.quotas",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
