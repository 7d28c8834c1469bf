"""AWS managed keys: AWS creates one when one of its services first needs it.

A key is derived from the fake's secret, its account, Region and alias, so that looking one up changes nothing: it is
the same key every time, and stored with the first request that uses it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fake_kms import arns
from fake_kms.crypto.material import Material
from fake_kms.entropy import derive, uuid_of
from fake_kms.store.key import Key
from fake_kms.store.key_materials import KeyMaterials, KeyMaterialVersion
from fake_kms.tables.key_specs import KEY_SPECS

if TYPE_CHECKING:
    from fake_kms.store.alias import Alias
    from fake_kms.store.region import Region

__all__ = ["ManagedKeys"]


class ManagedKeys:
    """The AWS managed keys that one fake would have."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def behind(self, region: Region, alias: Alias, now: float) -> Key:
        """Return the key behind one of AWS's own aliases, e.g. `alias/aws/s3`, as if created at `now`.

        Its policy lets the service use the key for every principal of the account, and the account look at it.
        Source: Developer Guide, "AWS managed keys"; docs/aws/authorization.md#key-policies. Assumed: the description
        and the Sid name the service by its alias; contradicted by docs/aws/evidence.md#aws-managed-keys-usage.
        """
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
            description=f"Default key that protects my {service} data when no other key is defined",
            created=now,
            policy=_policy(region, service),
            materials=KeyMaterials([KeyMaterialVersion(Material(bits[16:48], bits[48:]))]),
        )


def _policy(region: Region, service: str) -> str:
    through_service = {
        "StringEquals": {
            "kms:CallerAccount": region.account,
            "kms:ViaService": f"{service}.{region.name}.amazonaws.com",
        }
    }
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Id": f"auto-{service}-1",
            "Statement": [
                {
                    "Sid": f"Allow access through {service} for all principals in the account that are authorized to "
                    f"use {service}",
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
                    "Condition": through_service,
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": {"AWS": arns.account_root_arn(region.partition, region.account)},
                    "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                    "Resource": "*",
                },
            ],
        }
    )
