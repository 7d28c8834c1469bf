"""AWS managed keys: AWS creates one when one of its services first needs it.

A key is derived from the fake's secret, its account, Region and alias, so that looking one up changes nothing: it is
the same key every time, and stored with the first request that uses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms import arns
from fake_kms.crypto.material import Material
from fake_kms.entropy import derive, uuid_of
from fake_kms.store.key import Key
from fake_kms.store.key_materials import KeyMaterials, KeyMaterialVersion
from fake_kms.tables.key_specs import KEY_SPECS
from fake_kms.tables.managed_keys import MANAGED_KEYS

if TYPE_CHECKING:
    from fake_kms.store.alias import Alias
    from fake_kms.store.region import Region
    from fake_kms.tables.managed_keys import ManagedKey

__all__ = ["ManagedKeys"]

_READING = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
_READING_WITHOUT_ROTATION = [
    "kms:Describe*",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:RevokeGrant",
]


class ManagedKeys:
    """The AWS managed keys that one fake would have; `print_policy` prints a policy as AWS does in a partition."""

    def __init__(self, secret: bytes, print_policy: Callable[[str, str], str]) -> None:
        self._secret = secret
        self._print_policy = print_policy

    def behind(self, region: Region, alias: Alias, now: float) -> Key:
        """Return the key behind one of AWS's own aliases, e.g. `alias/aws/s3`, as if created at `now`."""
        service = alias.name.removeprefix("alias/aws/")
        bits = derive(self._secret, f"AWS managed key {alias.arn}", 16 + 32 + 32)
        key_id = uuid_of(bits[:16])
        return Key(
            key_id=key_id,
            arn=region.key_arn(key_id),
            account=region.account,
            region=region.name,
            spec=KEY_SPECS["SYMMETRIC_DEFAULT"],
            usage="ENCRYPT_DECRYPT",
            origin="AWS_KMS",
            manager="AWS",
            description=f"Default key that protects my {MANAGED_KEYS[service].protects} when no other key is defined",
            created=now,
            policy=self._print_policy(json.dumps(_policy(region, service, MANAGED_KEYS[service])), region.partition),
            materials=KeyMaterials([KeyMaterialVersion(Material(bits[16:48], bits[48:]))]),
        )


def _policy(region: Region, service: str, row: ManagedKey) -> dict[str, Any]:
    """Let the service use the key for every principal of the account, and the account read its metadata.

    Source: docs/aws/recorded.md#policies-and-aws-managed-keys. Assumed: the actions through which the account reads
    the key of ACM, of which it is known that its rotation is not among them.
    """
    return {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-{row.revision}",
        "Statement": [
            {
                "Sid": f"Allow access through {row.name} for all principals in the account that are authorized to use "
                f"{row.short_name or row.name}",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                ],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:ViaService": f"{row.via or service}.{region.name}.amazonaws.com",
                        "kms:CallerAccount": region.account,
                    }
                },
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": arns.account_root_arn(region.partition, region.account)},
                "Action": _READING if row.rotation_visible else _READING_WITHOUT_ROTATION,
                "Resource": "*",
            },
        ],
    }
