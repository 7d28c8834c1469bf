"""Creating, describing, listing, enabling and disabling keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import arns, errors
from fake_kms.entropy import uuid
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._key_specs import check_spec
from fake_kms.operations._metadata import key_metadata
from fake_kms.operations._pages import page_of
from fake_kms.operations._rotation_dates import rotate_if_overdue
from fake_kms.operations.call import Call, FoundKey
from fake_kms.operations.custom_key_stores import check_backing, check_key_store, put_into_key_store
from fake_kms.operations.tags import check_tags, put_tags
from fake_kms.policy.key_policy_text import default_key_policy, normalize
from fake_kms.store.key import Key
from fake_kms.store.key_materials import KeyMaterialVersion
from fake_kms.store.multi_region_key import MultiRegionKey
from fake_kms.store.pages import Listing
from fake_kms.tables.imports import IMPORTS
from fake_kms.tables.key_specs import KEY_SPECS, KeySpec
from fake_kms.tables.key_states import Change, KeyState

if TYPE_CHECKING:
    from fake_kms.store.region import Region

__all__ = ["check_key_quota", "policy_of"]

_CREATED = KeyUse()


def _check_create(call: Call) -> None:
    # Assumed: the order of these checks; AWS's is not known.
    request = call.input
    if "KeySpec" in request and "CustomerMasterKeySpec" in request:
        raise errors.two_key_specs()
    spec = _spec(call)
    usage = request.get("KeyUsage", spec.default_usage)
    if usage is None:
        raise errors.key_usage_required()
    if usage not in spec.usages:
        raise errors.key_usage_incompatible(usage, spec.name)
    if request.get("Origin") == "EXTERNAL" and spec.name not in IMPORTS:
        raise errors.key_spec_not_importable(spec.name)
    check_spec(call, spec)


def _check_resources(call: Call) -> None:
    # What shows which resources the account has comes after authorization.
    request = call.input
    check_key_store(call, _spec(call))
    if "Tags" in request:
        check_tags(request["Tags"], Listing(), call.settings.quotas["tags_per_key"])
    check_key_quota(call, call.region)
    check_backing(call)  # the proxy is asked last


def check_key_quota(call: Call, region: Region) -> None:
    """Check that a Region has room for one more customer managed key. Raises: KmsError LimitExceededException."""
    quota = call.settings.quotas["keys"]
    if region.customer_keys >= quota:
        raise errors.key_quota(quota, region.customer_keys)


def _spec(call: Call) -> KeySpec:
    return KEY_SPECS[call.input.get("KeySpec") or call.input.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"]


@operation("CreateKey", check_request=_check_create, after_key_checks=_check_resources, changes=True)
def create_key(call: Call) -> Output:
    """Create a KMS key in the caller's account and Region.

    Input: KeySpec SYMMETRIC_DEFAULT and KeyUsage ENCRYPT_DECRYPT by default; Origin AWS_KMS, EXTERNAL (the
    key waits for its material), AWS_CLOUDHSM or EXTERNAL_KEY_STORE. Output: KeyMetadata.
    Raises: ValidationException, TagException, MalformedPolicyDocumentException, LimitExceededException,
    UnsupportedOperationException, and what custom key stores answer. Source: API_CreateKey.
    """
    request, spec = call.input, _spec(call)
    key_id = _key_id(call)
    key = Key(
        key_id=key_id,
        arn=call.region.key_arn(key_id),
        account=call.region.account,
        region=call.region.name,
        spec=spec,
        usage=request.get("KeyUsage") or spec.default_usage or "",  # `_check_create` wants one of them
        origin=request.get("Origin", "AWS_KMS"),
        manager="CUSTOMER",
        description=request.get("Description", ""),
        created=call.now,
        policy=policy_of(call),
    )
    if request.get("MultiRegion"):
        key.multi_region_key = MultiRegionKey(primary=key)
    if key.origin == "EXTERNAL":
        key.imports = {}
        key.state = KeyState.PENDING_IMPORT
    else:
        key.materials.versions.append(KeyMaterialVersion(call.tools.key_generator.generate_material(spec, key_id, 0)))
    put_into_key_store(call, key)
    put_tags(key, request.get("Tags", ()))
    call.store.add_key(key)
    call.found.append(FoundKey(_CREATED, key))
    return {"KeyMetadata": key_metadata(key)}


def _key_id(call: Call) -> str:
    key_id = uuid(call.tools.entropy)
    return f"mrk-{key_id.replace('-', '')}" if call.input.get("MultiRegion") else key_id


def policy_of(call: Call) -> str:
    """Return the key policy of a request as AWS keeps it, or the default one."""
    if "Policy" in call.input:
        return normalize(call.input["Policy"], call.region.partition)
    return default_key_policy(arns.account_root_arn(call.region.partition, call.region.account))


@operation("DescribeKey", KeyUse())
def describe_key(call: Call) -> Output:
    """Describe a key in any state. Source: API_DescribeKey."""
    return {"KeyMetadata": key_metadata(call.key)}


@operation("ListKeys")
def list_keys(call: Call) -> Output:
    """List the account's keys in the Region, AWS managed and pending deletion included; 100 a page, at most 1000.

    ResourceOwners OTHER_ACCOUNTS_VIA_RAM alone lists nothing, as nothing is shared through RAM here.
    Source: API_ListKeys.
    """
    if call.input.get("ResourceOwners") == ["OTHER_ACCOUNTS_VIA_RAM"]:
        return {"KeyCount": 0, "Keys": [], "Truncated": False}
    output = page_of(call, "Keys", call.region.keys, lambda key: {"KeyArn": key.arn, "KeyId": key.key_id})
    return output | {"KeyCount": len(output["Keys"])}


@operation("EnableKey", KeyUse(), changes=True)
def enable_key(call: Call) -> None:
    """Make a key usable; no change if it is already. A rotation that was due meanwhile happens now.

    Source: API_EnableKey; Developer Guide, "Rotating KMS keys".
    """
    call.key.transition(Change.ENABLE)
    rotate_if_overdue(call.tools, call.key, call.now)


@operation("DisableKey", KeyUse(), changes=True)
def disable_key(call: Call) -> None:
    """Make a key unusable; no change if it is already. Source: API_DisableKey."""
    call.key.transition(Change.DISABLE)


@operation("UpdateKeyDescription", KeyUse(), changes=True)
def update_key_description(call: Call) -> None:
    """Replace a key's description; the empty string removes it. Source: API_UpdateKeyDescription."""
    call.key.description = call.input["Description"]
