"""Adapters: they catch the KMS requests of client libraries and pass them to the open fake. No KMS rule lives here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from fake_kms.adapters import botocore, credentials, environment, guard, handlers, moto, network, requests
from fake_kms.adapters.late_imports import when_imported

if TYPE_CHECKING:
    from fake_kms.adapters.handlers import Handler, Undo

__all__ = ["guarded", "install"]

# botocore's own modules are patched when they are imported, so that a guard alone imports nothing.
_PATCHES: tuple[Callable[[], Undo], ...] = (
    partial(when_imported, "botocore.httpsession", botocore.patch),
    partial(when_imported, "botocore.endpoint", botocore.patch_endpoints),
    partial(when_imported, "botocore.session", credentials.patch_sessions),
    partial(when_imported, "botocore.credentials", credentials.patch_refreshing),
    partial(when_imported, "botocore.configprovider", credentials.patch_endpoints),
    partial(when_imported, "botocore.monitoring", network.patch_monitoring),
    partial(when_imported, "requests", requests.patch),
    partial(when_imported, "responses", requests.patch_mocks),
    partial(when_imported, "moto.core.botocore_stubber", moto.patch),
    partial(when_imported, "urllib3.connectionpool", network.patch_urllib3),
    partial(when_imported, "aiobotocore.httpsession", network.patch_aiobotocore),
    partial(when_imported, "aiobotocore.httpxsession", network.patch_aiobotocore_httpx),
    partial(when_imported, "http.client", network.patch_tunnels),
    network.patch_sockets,
)


def install(
    handler: Handler, region: str | None, configured: environment.Configured, *, keep_credentials: bool = False
) -> Undo:
    """Let a handler answer the KMS requests of every client library. Output: a function that ends it.

    `region` is the Region that the user asked for, None for the `configured` one. `keep_credentials` leaves the
    credentials of the environment and the profile in use.
    """
    default_session = getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None)
    is_first = handlers.current() is None
    handlers.push(handler, _PATCHES)
    try:
        restore = environment.supply(region, configured, keep_credentials=keep_credentials)
    except BaseException:
        handlers.remove(handler)
        raise

    def uninstall() -> None:  # it can be repeated, where it was interrupted
        restore()
        handlers.remove(handler)
        boto3 = sys.modules.get("boto3")
        if is_first and boto3 is not None:
            boto3.DEFAULT_SESSION = default_session  # type: ignore[attr-defined]

    return uninstall


@contextmanager
def guarded(rules: guard.Guard) -> Iterator[None]:
    """Refuse what would reach a real account, within the `with` block."""
    let_go = handlers.hold(_PATCHES)
    try:
        with guard.use(rules):
            yield
    finally:
        let_go()
