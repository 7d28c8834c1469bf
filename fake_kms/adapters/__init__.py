"""The skins of the one door: where requests come from. No KMS rule lives here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from fake_kms.adapters import active, botocore, environment
from fake_kms.adapters.late_imports import when_imported

if TYPE_CHECKING:
    from fake_kms.adapters.active import Door
    from fake_kms.policy.identity import Identity

__all__ = ["find_foreign_identity", "install", "knows_foreign_principal"]


def find_foreign_identity(access_key_id: str) -> Identity | None:
    """Return whom another open tool (moto) knows by an access key; None if nobody."""
    if not _moto_is_open():
        return None
    from fake_kms.adapters import moto

    return moto.find_identity(access_key_id)


def knows_foreign_principal(arn: str) -> bool:
    """Return whether another open tool (moto) has a principal of this ARN."""
    if not _moto_is_open():
        return False
    from fake_kms.adapters import moto

    return moto.knows(arn)


def _moto_is_open() -> bool:
    core = sys.modules.get("moto.core.models")
    return core is not None and core.botocore_stubber.enabled


def install(door: Door, region: str | None, configured: environment.Configured) -> Callable[[], None]:
    """Let a door answer KMS requests from every client library; the answer takes it out again.

    `region` is the Region that the user asked for, None where the `configured` one is fine.
    """
    active.open_(door, (botocore.patch, _patch_requests, _patch_mocks, _patch_moto))
    take_out = environment.supply(region, configured)

    def uninstall() -> None:
        take_out()
        active.close(door)
        if active.innermost() is None:
            environment.forget_fake_credentials()

    return uninstall


def _patch_requests() -> Callable[[], None]:
    return when_imported("requests", _requests)


def _patch_mocks() -> Callable[[], None]:
    return when_imported("responses", _mocks)


def _patch_moto() -> Callable[[], None]:
    return when_imported("moto.core.botocore_stubber", _moto)


def _requests() -> Callable[[], None]:
    from fake_kms.adapters import requests

    return requests.patch()


def _mocks() -> Callable[[], None]:
    from fake_kms.adapters import requests

    return requests.patch_mocks()


def _moto() -> Callable[[], None]:
    from fake_kms.adapters import moto

    return moto.patch()
