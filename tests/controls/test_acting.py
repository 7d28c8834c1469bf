"""`kms.acting_as`: used, decorated with, and forgotten."""

from __future__ import annotations

import re

import pytest
from iam import ADMIN, ALL, policy

REPORTED = (
    r"^acting_as\(<Role {arn}>\) at {file}:\d+ was called without `with`, so nobody acted: "
    r"write `with kms\.acting_as\(\.\.\.\):` around the calls$"
)


@pytest.fixture
def role(kms):
    return kms.principals.role("App", policies=[policy(ALL)])


def caller(kms):
    kms.client().list_keys()
    return kms.journal[-1].principal


@pytest.mark.parametrize("of", [lambda kms: kms, lambda kms: kms.principals])
def test_without_a_block_the_next_request_says_so_once(kms, role, of):
    of(kms).acting_as(role)

    expected = REPORTED.format(arn=re.escape(role.arn), file=re.escape(__file__))
    with pytest.raises(RuntimeError, match=expected):
        kms.client().list_keys()
    assert kms.journal[-1].raised == "RuntimeError"
    assert caller(kms) == ADMIN


def test_without_a_block_registered_callers_go_on(kms, role):
    kms.acting_as(role)
    role.client().list_keys()

    with pytest.raises(RuntimeError, match="was called without `with`"):
        kms.client().list_keys()


def test_after_a_reset_nothing_is_left_to_say(kms, role):
    kms.acting_as(role)
    kms.reset()

    assert caller(kms) == ADMIN


def test_it_may_be_kept_and_entered_later_and_again(kms, role):
    acting = kms.acting_as(role)
    assert repr(acting) == f"<acting_as({role!r}), for a `with` block>"
    assert caller(kms) == ADMIN
    with acting as entered, acting:
        assert entered is role
        assert caller(kms) == role.arn
    with acting:
        assert caller(kms) == role.arn
    assert caller(kms) == ADMIN


def test_it_decorates(kms, role):
    @kms.acting_as(role)
    def call():
        return caller(kms)

    assert (call(), call(), caller(kms)) == (role.arn, role.arn, ADMIN)


def test_it_decorates_no_coroutine_function(kms, role):
    acting = kms.acting_as(role)
    with pytest.raises(
        TypeError,
        match=r"^acting_as decorates no coroutine function: write `with kms\.acting_as\(\.\.\.\):` inside it$",
    ):

        @acting
        async def call():
            pass

    with acting:
        pass


def test_it_takes_a_principal(kms):
    with pytest.raises(TypeError, match=r"^acting_as takes what kms\.principals made, not 'App'$"):
        kms.acting_as("App")
