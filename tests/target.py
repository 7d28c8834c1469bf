"""`pytest --target=aws`: the tests that are true of AWS as well, run against a real account.

A test says so with the mark `aws`, and takes its client from the fixture `client`. Every key that a test makes is
scheduled for deletion after it, and the aliases on it are deleted.
"""

from __future__ import annotations

import contextlib

import boto3
import pytest
from botocore.exceptions import ClientError

__all__ = ["Account", "add_options", "is_aws", "select"]

COST_NOTE = """\
--target=aws calls AWS KMS in your own account: Region {region}.
AWS charges 1 USD a month for each key, by the hour, until its deletion is scheduled, and 0.03 to 0.15 USD for 10,000
requests: a run costs less than 1 USD. Every key is scheduled for deletion after its test. Use an account that nothing else uses.
"""
# What a test that runs against AWS may take: everything else belongs to the fake.
FIXTURES = frozenset(
    {"client", "client_with", "key", "refused", "unchecked", "request", "import_material", "settle", "tmp_path"}
)


def add_options(parser):
    group = parser.getgroup("target", "what the tests run against")
    group.addoption("--target", choices=("fake", "aws"), default="fake", help="the fake, or your own AWS account")
    group.addoption("--aws-region", default="us-east-1", help="the Region for --target=aws")
    group.addoption("--aws-endpoint", help="the endpoint URL for --target=aws, AWS's own by default")
    group.addoption(
        "--aws-report",
        metavar="FILE",
        default="aws-differences.md",
        help="where --target=aws writes how AWS's answers differ from what is assumed; as JSON beside it, too",
    )


def is_aws(config):
    """Tell whether the tests run against AWS."""
    return config.getoption("--target") == "aws"


def select(config, items):
    """Keep the tests that are true of AWS, where AWS is the target; refuse the mark on a test that needs the fake."""
    marked = [item for item in items if item.get_closest_marker("aws")]
    for item in marked:
        extra = set(item._fixtureinfo.argnames) - FIXTURES - set(getattr(item, "callspec", _NoParameters).params)
        if extra:
            raise pytest.UsageError(f"{item.nodeid} is marked aws and takes {', '.join(sorted(extra))} of the fake")
    if is_aws(config):
        config.hook.pytest_deselected(items=[item for item in items if item not in marked])
        items[:] = marked


class _NoParameters:
    params = ()


class Account:
    """A real account: its clients, and what was made in it."""

    def __init__(self, region, endpoint=None):
        self.region = region
        self._endpoint = endpoint
        self._session = boto3.Session(region_name=region)
        self._keys: list[tuple[str, str]] = []
        self._key_stores: list[str] = []

    def client(self, region=None, **config):
        """Give a client whose keys are cleaned up in the end."""
        client = self._session.client("kms", region_name=region or self.region, endpoint_url=self._endpoint, **config)
        for operation, member in (("CreateKey", "KeyMetadata"), ("ReplicateKey", "ReplicaKeyMetadata")):
            client.meta.events.register(f"after-call.kms.{operation}", self._recorder(member))
        client.meta.events.register("after-call.kms.CreateCustomKeyStore", self._record_key_store)
        return client

    def _record_key_store(self, parsed, **_):
        if "CustomKeyStoreId" in parsed:
            self._key_stores.append(parsed["CustomKeyStoreId"])

    def _recorder(self, member):
        def record(parsed, **_):
            if member in parsed:
                arn = parsed[member]["Arn"]
                self._keys.append((arn.split(":")[3], arn))

        return record

    def clean_up(self):
        """Schedule the deletion of every key, replicas first, and delete every custom key store.

        Give what is left, with what AWS says.
        """
        left = {}
        for region, arn in reversed(self._keys):
            client = self.client(region)
            try:
                self._delete_aliases(client, arn)
                with contextlib.suppress(client.exceptions.KMSInvalidStateException):  # its deletion is scheduled
                    client.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
            except client.exceptions.NotFoundException:
                continue
            except ClientError as error:
                left[arn] = str(error)
        for key_store in self._key_stores:
            try:
                self.client().delete_custom_key_store(CustomKeyStoreId=key_store)
            except ClientError as error:
                left[key_store] = str(error)
        self._keys, self._key_stores = [], []
        return left

    @staticmethod
    def _delete_aliases(client, arn):
        for page in client.get_paginator("list_aliases").paginate(KeyId=arn):
            for alias in page["Aliases"]:
                client.delete_alias(AliasName=alias["AliasName"])
