"""The errors that a proxy states, and what they mean."""

from __future__ import annotations

import pytest
from xks_proxies import ABOUT, failing, over_http

from fake_kms.errors import XKS_TEXTS
from fake_kms.xks import Failure, XksFailure, protocol
from fake_kms.xks.failures import ERROR_STATUSES, error_answer, read_answer

STATED = [failure for failure in Failure if failure.value in ERROR_STATUSES]
OF_THE_TRANSPORT = [failure for failure in Failure if failure.value not in ERROR_STATUSES]
PROXY_ERRORS = [
    (400, "ValidationException", Failure.VALIDATION),
    (400, "InvalidStateException", Failure.KEY_DISABLED),
    (400, "InvalidCiphertextException", Failure.INVALID_CIPHERTEXT),
    (400, "InvalidKeyUsageException", Failure.INVALID_KEY_USAGE),
    (401, "AuthenticationFailedException", Failure.AUTHENTICATION_FAILED),
    (403, "AccessDeniedException", Failure.ACCESS_DENIED),
    (404, "KeyNotFoundException", Failure.KEY_NOT_FOUND),
    (404, "InvalidUriPathException", Failure.INVALID_URI_PATH),
    (429, "ThrottlingException", Failure.THROTTLED),
    (500, "InternalException", Failure.INTERNAL),
    (501, "UnsupportedOperationException", Failure.UNSUPPORTED_OPERATION),
    (503, "DependencyTimeoutException", Failure.DEPENDENCY_TIMEOUT),
]
STATUSES = [400, 401, 403, 404, 429, 500, 501, 502, 503]


def test_the_failures_are_complete():
    assert {kind for _, _, kind in PROXY_ERRORS} == set(STATED)
    assert {name: status for status, name, _ in PROXY_ERRORS} == dict(ERROR_STATUSES)


def test_the_texts_of_kms_are_complete():
    assert set(XKS_TEXTS) == {failure.value for failure in set(Failure) - {Failure.VALIDATION}}
    assert len(set(XKS_TEXTS.values())) == len(XKS_TEXTS)


@pytest.mark.parametrize(("status", "name", "kind"), PROXY_ERRORS)
def test_an_error_is_read_as_it_was_stated(status, name, kind):
    answer = error_answer(name, "why")

    assert answer == (status, {"errorName": name, "errorMessage": "why"})
    with pytest.raises(XksFailure) as caught:
        read_answer(*answer)
    assert (kind, f"HTTP {status}, {name}: why") == (caught.value.kind, caught.value.detail)
    assert f"{name}: HTTP {status}, {name}: why" == str(caught.value)


def test_every_error_of_a_proxy(proxy, local):
    for status, name, kind in PROXY_ERRORS:
        local.fail_with(name)
        local.fail_with(kind)
        for _ in range(2):
            with pytest.raises(XksFailure) as caught:
                protocol.check_health(proxy, ABOUT)
            assert (kind, f"HTTP {status}, {name}: injected") == (caught.value.kind, caught.value.detail)
    protocol.check_health(proxy, ABOUT)


def test_errors_without_a_name_of_the_api(proxy, local):
    for status in STATUSES:
        for name in ("Strange", ""):
            local.fail_with(name, status=status)
            with failing(Failure.INVALID_RESPONSE):
                protocol.check_health(proxy, ABOUT)


def test_the_name_counts_before_the_status(proxy, local):
    local.fail_with("KeyNotFoundException", 500)

    with failing(Failure.KEY_NOT_FOUND):
        protocol.check_health(proxy, ABOUT)


@pytest.mark.parametrize("failure", OF_THE_TRANSPORT)
def test_failures_of_the_transport_can_be_injected(local, failure):
    local.fail_with(failure)
    with failing(failure):
        protocol.check_health(local, ABOUT)
    local.fail_with(failure)
    with over_http(local) as proxy, failing(Failure.UNREACHABLE):
        protocol.check_health(proxy, ABOUT)


def test_a_failure_without_detail():
    assert str(XksFailure(Failure.UNREACHABLE)) == "unreachable"
