"""What is assumed about AWS managed keys. Naming an unused alias creates its key, which costs nothing and stays."""

from __future__ import annotations

import json

import pytest

from fake_kms.tables.managed_keys import MANAGED_KEYS, UNUSED_ALIASES

pytestmark = pytest.mark.aws


@pytest.mark.settles("tables/managed_keys.py")
@pytest.mark.parametrize("alias_name", UNUSED_ALIASES)
def test_the_description_of_an_aws_managed_key(settle, client, alias_name):
    row = MANAGED_KEYS[alias_name.removeprefix("alias/aws/")]

    settle.value(
        f"Default key that protects my {row.protects} when no other key is defined",
        client.describe_key(KeyId=alias_name)["KeyMetadata"]["Description"],
    )


@pytest.mark.settles("tables/managed_keys.py")
@pytest.mark.parametrize("alias_name", UNUSED_ALIASES)
def test_the_policy_of_an_aws_managed_key(settle, client, alias_name):
    service = alias_name.removeprefix("alias/aws/")
    row = MANAGED_KEYS[service]
    key_id = client.describe_key(KeyId=alias_name)["KeyMetadata"]["KeyId"]

    policy = json.loads(client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
    first = policy["Statement"][0]
    settle.value(
        {
            "Id": f"auto-{service}-{row.revision}",
            "Sid": f"Allow access through {row.name} for all principals in the account that are authorized to use "
            f"{row.short_name or row.name}",
            "ViaService": f"{row.via or service}.{client.meta.region_name}.amazonaws.com",
        },
        {
            "Id": policy["Id"],
            "Sid": first["Sid"],
            "ViaService": first["Condition"]["StringEquals"]["kms:ViaService"],
        },
    )
