"""The one way for tests into what a fake holds."""

from __future__ import annotations

ACCOUNT = "123456789012"
REGION = "us-east-1"


def store_of(kms):
    """Give the resources of a fake."""
    return kms._service.tools.store


def region_of(kms, region=REGION, account=ACCOUNT):
    """Give one Region of an account."""
    return store_of(kms).region(account, region)


def stored_key(kms, key_id, region=REGION, account=ACCOUNT):
    """Give a key as the store has it."""
    return region_of(kms, region, account).keys.get(key_id)
