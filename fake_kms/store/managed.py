"""AWS managed keys: made by AWS when one of its services first needs one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fake_kms import arns
from fake_kms.entropy import uuid
from fake_kms.store.key import Key
from fake_kms.store.key_materials import KeyMaterials, KeyMaterialVersion
from fake_kms.tables.key_specs import KEY_SPECS

if TYPE_CHECKING:
    from fake_kms.store.alias import Alias
    from fake_kms.store.region import Region, Store

__all__ = ["keep_managed_key", "prepared_managed_key"]


def keep_managed_key(store: Store, region: Region, alias: Alias, now: float) -> Key | None:
    """Let the prepared key of an alias be there from now on; None where it is already, or was not prepared."""
    key, alias.prepared = alias.prepared, None
    if key is None or alias.key is not None:
        return None
    store.add_key(key)
    region.point_alias(alias, key, now)
    return key


def prepared_managed_key(store: Store, region: Region, alias: Alias, now: float) -> Key:
    """Prepare the AWS managed key behind one of AWS's own aliases, e.g. `alias/aws/s3`; a refusal leaves it unseen.

    Its policy lets the service use the key for every principal of the account, and the account look at it.
    Source: Developer Guide, "AWS managed keys" and "Default key policy"; description as AWS's console shows it.
    """
    if alias.prepared is not None:
        return alias.prepared
    service = alias.name.removeprefix("alias/aws/")
    key_id = uuid(store.entropy)
    spec = KEY_SPECS["SYMMETRIC_DEFAULT"]
    alias.prepared = Key(
        key_id=key_id,
        arn=region.key_arn(key_id),
        account=region.account,
        region=region.name,
        spec=spec,
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        manager="AWS",
        description=f"Default key that protects my {service} data when no other key is defined",
        created=now,
        policy=_policy(region, service),
        materials=KeyMaterials([KeyMaterialVersion(store.makers.generate_material(spec, key_id, 0))]),
    )
    return alias.prepared


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
