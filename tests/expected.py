"""Refusals that tests of several operations expect, each as code and message, and the members of an answer."""

from __future__ import annotations

import contextlib

import pytest
from botocore.exceptions import ClientError

DRY_RUN = ("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
NO_ALIAS = ("InvalidArnException", "Key Aliases are not supported for this operation.")
INACCESSIBLE = (
    "AccessDeniedException",
    (
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are "
        "not allowed to access."
    ),
)
RESERVED_TAG = ("TagException", "Tags beginning with aws: are reserved")


@contextlib.contextmanager
def refusal(code, message=""):
    """Expect a refusal by whatever fake is open: its code and its whole message. See the fixture `refused`, too."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert (code, message) == (error["Code"], error["Message"])


def no_key(key):
    """Return the refusal of a key that does not exist."""
    return "NotFoundException", f"Key '{key['Arn']}' does not exist"


def disabled(key):
    """Return the refusal of a disabled key."""
    return "DisabledException", f"{key['Arn']} is disabled."


def pending_deletion(key):
    """Return the refusal of a key that is pending deletion."""
    return "KMSInvalidStateException", f"{key['Arn']} is pending deletion."


def pending_import(key):
    """Return the refusal of a key without its imported material."""
    return "KMSInvalidStateException", f"{key['Arn']} is pending import."


def other_usage(key, operation):
    """Return the refusal of a key whose KeyUsage is not the operation's."""
    return (
        "InvalidKeyUsageException",
        f"{key['Arn']} key usage is {key['KeyUsage']} which is not valid for {operation}.",
    )


def other_algorithm(key, algorithm):
    """Return the refusal of an algorithm that the key spec does not have."""
    return "InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {key['KeySpec']}."


def other_origin(key):
    """Return the refusal of a key whose Origin the operation does not take."""
    return (
        "UnsupportedOperationException",
        f"{key['Arn']} origin is {key['Origin']} which is not valid for this operation.",
    )


def not_multi_region(key):
    """Return the refusal of a key of one Region."""
    return "UnsupportedOperationException", f"{key['Arn']} is not a multi-region key."


def not_primary(key):
    """Return the refusal to replicate a replica."""
    return "UnsupportedOperationException", f"{key['Arn']} is not a multi-region primary key."


def replica_key(key, operation):
    """Return the refusal of a replica, where the operation is for its primary."""
    text = f"{key['Arn']} is a multi-region replica key which is not valid for {operation}."
    return "UnsupportedOperationException", text


def broken(member, constraint, value=None):
    """Return the refusal of one member that breaks a constraint of the model; `value` where AWS prints it."""
    shown = "" if value is None else f"'{value}' "
    return (
        "ValidationException",
        f"1 validation error detected: Value {shown}at '{member}' failed to satisfy constraint: Member must {constraint}",
    )


def members(answer):
    """Return an answer without the metadata that botocore adds."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
