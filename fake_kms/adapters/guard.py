"""The guard: requests that no fake answers are refused before anything is sent.

While a fake is open, that holds for KMS requests of libraries that it does not answer. While a guard is on, it holds
for every KMS request, and a strict guard refuses the other AWS services too. What goes to this machine itself
(LocalStack, a test's own server) reaches no account and is let through.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from fake_kms import arns
from fake_kms.adapters import handlers
from fake_kms.adapters.kms_requests import is_kms, is_kms_host

__all__ = [
    "Guard",
    "RealAwsError",
    "RealKmsError",
    "check",
    "check_host",
    "is_on",
    "refuse_credential_sources",
    "use",
]

_SERVICE = re.compile(r"/([a-z0-9-]+)/aws4_request", re.ASCII)
_METADATA_HOSTS = frozenset({"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"})


class RealAwsError(RuntimeError):
    """A request to AWS was not sent, because it would have reached a real account."""


class RealKmsError(RealAwsError):
    """A request to KMS was not sent, because no fake answers it."""


class Guard(NamedTuple):
    """What is refused: `kms` requests, and `strict` those of every AWS service but the `allowed` ones.

    `place` tells where the code is that made a request, and `advice` what to do about it.
    """

    kms: bool = True
    strict: bool = False
    allowed: frozenset[str] = frozenset()
    place: Callable[[], str] = str
    advice: str = "Open a fake around it: `with fake_kms():`."


_guards: list[tuple[Guard]] = []  # in tuples of their own, so that equal ones can be told apart


def is_on() -> bool:
    """Return whether the innermost guard refuses KMS requests."""
    return bool(_guards) and _guards[-1][0].kms


@contextmanager
def use(guard: Guard) -> Iterator[None]:
    """Let a guard decide within the `with` block, instead of the ones around it."""
    entry = (guard,)
    _guards.append(entry)
    try:
        yield
    finally:
        _guards[:] = [other for other in _guards if other is not entry]


def check(url: str, target: str, authorization: str, library: str = "") -> None:
    """Refuse a request that is about to be sent.

    Input: its URL, its X-Amz-Target and its Authorization, empty where it has none; `library` is the one that sends
    it, where a fake could not have answered. Raises: RealKmsError, RealAwsError.
    """
    guard = _guards[-1][0] if _guards else None
    fake_is_open = handlers.current() is not None
    if guard is None and not fake_is_open:
        return
    if is_kms(url, target, authorization):
        if (fake_is_open or is_on()) and not _is_local(url):
            raise RealKmsError(f"{_described(url, target)} was not sent: {_reason(guard, library)}")
    elif guard is not None and guard.strict:
        service = _service(url, authorization)
        if service is not None and service not in guard.allowed and not _is_local(url):
            raise RealAwsError(
                f"{_described(url, target)} was not sent: {service} is not moto's{guard.place()}, and the guard of "
                "fake_kms is strict. Open moto's mock_aws() around it, or allow the service."
            )


def check_host(host: str) -> None:
    """Refuse to look up the host of a KMS endpoint, which nothing does but what is about to connect to it.

    Raises: RealKmsError.
    """
    if (is_on() or handlers.current() is not None) and is_kms_host(host):
        guard = _guards[-1][0] if _guards else None
        raise RealKmsError(f"A connection to {host} was not made: {_reason(guard, 'this library')}")


def refuse_credential_sources(url: str) -> None:
    """Refuse to ask the instance metadata or SSO for credentials.

    Raises: EndpointConnectionError for the instance metadata, which botocore takes as "there is none"; RealAwsError.
    """
    host = urlsplit(url).hostname or ""
    if host in _METADATA_HOSTS:
        from botocore.exceptions import EndpointConnectionError

        raise EndpointConnectionError(endpoint_url=url)
    if host.startswith(("portal.sso.", "oidc.")) and _is_aws(host):
        raise RealAwsError(
            f"{host} was not asked for credentials: while a fake is open, no credentials are fetched. "
            "Make the client while the fake is open, or open it with keep_credentials=True."
        )


def _reason(guard: Guard | None, library: str) -> str:
    if handlers.current() is not None:
        return (
            f"fake_kms answers boto3 and requests, not {library or 'this library'}. If it was boto3 or requests, other "
            "code has ended a patch of its own and taken that of the fake out with it: open the fake inside that one."
        )
    return f"no fake_kms is open{guard.place()}. {guard.advice}" if guard is not None else "no fake_kms is open."


def _described(url: str, target: str) -> str:
    parts = urlsplit(url)
    return f"{target.partition('.')[2] or 'A request'} to {parts.scheme}://{parts.hostname}"


def _service(url: str, authorization: str) -> str | None:
    """Return the AWS service that a request is for, None if it is not for AWS."""
    signed = _SERVICE.search(authorization)
    if signed:
        return signed[1]
    host = (urlsplit(url).hostname or "").rstrip(".")
    suffix = next((suffix for suffix in _aws_suffixes() if host.endswith(suffix)), None)
    if suffix is None:
        return None
    labels = host.removesuffix(suffix).split(".")
    return labels[-2] if len(labels) > 1 and arns.is_region(labels[-1]) else labels[-1]


def _is_aws(host: str) -> bool:
    return host.rstrip(".").endswith(_aws_suffixes())


@functools.cache
def _aws_suffixes() -> tuple[str, ...]:
    return tuple(f".{suffix}" for suffix in arns.dns_suffixes())


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
