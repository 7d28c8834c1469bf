"""Adapters: they catch the KMS requests of client libraries and pass them to the open fake. No KMS rule lives here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fake_kms.adapters import botocore, environment, handlers, moto, requests
from fake_kms.adapters.late_imports import when_imported

if TYPE_CHECKING:
    from fake_kms.adapters.handlers import Handler, Undo

__all__ = ["install"]

_PATCHES: tuple[Callable[[], Undo], ...] = (
    botocore.patch,
    partial(when_imported, "requests", requests.patch),
    partial(when_imported, "responses", requests.patch_mocks),
    partial(when_imported, "moto.core.botocore_stubber", moto.patch),
)


def install(handler: Handler, region: str | None, configured: environment.Configured) -> Undo:
    """Let a handler answer the KMS requests of every client library. Output: a function that ends it.

    `region` is the Region that the user asked for, None for the `configured` one.
    """
    handlers.push(handler, _PATCHES)
    restore = environment.supply(region, configured)

    def uninstall() -> None:
        restore()
        handlers.remove(handler)
        if handlers.current() is None:
            environment.forget_fake_credentials()

    return uninstall
