"""Creating, describing, listing and switching keys."""

from __future__ import annotations

from fake_kms import arns, errors
from fake_kms.crypto.material import Unavailable
from fake_kms.entropy import uuid
from fake_kms.operations._declare import Call, FoundKey, KeyUse, Output, operation, page_of
from fake_kms.operations._metadata import key_metadata
from fake_kms.operations.tags import check_tags, put_tags
from fake_kms.policy.document import default_policy, normalise
from fake_kms.store.key import Key
from fake_kms.store.pages import Listing
from fake_kms.tables.key_specs import KEY_SPECS, KeySpec
from fake_kms.tables.key_states import Change

__all__: list[str] = []


def _check_create(call: Call) -> None:
    # Assumed: the order of these checks; AWS's is not known.
    request = call.input
    if "KeySpec" in request and "CustomerMasterKeySpec" in request:
        raise errors.two_key_specs()
    spec = _spec(call)
    usage = request.get("KeyUsage", spec.default_usage)
    if usage is None:
        raise errors.key_usage_required()
    if not spec.available_in(call.caller.region):
        raise errors.key_spec_not_in_region(spec.name)
    if usage not in spec.usages:
        raise errors.key_usage_incompatible(usage, spec.name)
    if "CustomKeyStoreId" in request:
        raise errors.custom_key_store_not_found()
    try:
        call.store.makers.check(spec)
    except Unavailable as lack:
        raise errors.unsupported(str(lack)) from None
    _refuse_what_is_not_built(call)
    check_tags(request.get("Tags", ()), Listing(), call.store.quotas["tags_per_key"])
    quota = call.store.quotas["keys"]
    if call.region.customer_keys >= quota:
        raise errors.key_quota(quota, call.region.customer_keys)


def _spec(call: Call) -> KeySpec:
    return KEY_SPECS[call.input.get("KeySpec") or call.input.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"]


def _refuse_what_is_not_built(call: Call) -> None:
    origin = call.input.get("Origin", "AWS_KMS")
    if origin != "AWS_KMS":
        raise errors.unsupported(f"fake_kms does not make keys with Origin {origin} yet.")
    if call.input.get("MultiRegion"):
        raise errors.unsupported("fake_kms does not make multi-Region keys yet.")


@operation("CreateKey", check_request=_check_create, changes=True)
def create_key(call: Call) -> Output:
    """Create a KMS key in the caller's account and Region.

    Input: KeySpec SYMMETRIC_DEFAULT and KeyUsage ENCRYPT_DECRYPT where nothing is said. Output: KeyMetadata, the
    state Enabled at once.
    Raises: ValidationException, TagException, MalformedPolicyDocumentException, LimitExceededException,
    UnsupportedOperationException. Source: API_CreateKey.
    """
    region, request = call.region, call.input
    spec = _spec(call)
    key_id = uuid(call.store.entropy)
    key = Key(
        key_id=key_id,
        arn=region.key_arn(key_id),
        account=region.account,
        region=region.name,
        spec=spec,
        usage=request.get("KeyUsage", spec.default_usage),
        origin="AWS_KMS",
        manager="CUSTOMER",
        description=request.get("Description", ""),
        created=call.now,
        policy=(
            normalise(request["Policy"])
            if "Policy" in request
            else default_policy(arns.account_root_arn(region.partition, region.account))
        ),
        material=call.store.makers.material(spec, key_id, 0),
    )
    put_tags(key, request.get("Tags", ()))
    call.store.add_key(key)
    call.found.append(FoundKey(KeyUse(), key))
    return {"KeyMetadata": key_metadata(key)}


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
        return {"Keys": [], "Truncated": False}
    return page_of(call, "Keys", call.region.keys, lambda key: {"KeyArn": key.arn, "KeyId": key.key_id})


@operation("EnableKey", KeyUse(), changes=True)
def enable_key(call: Call) -> None:
    """Make a key usable; no change if it is already. Source: API_EnableKey."""
    call.key.fire(Change.ENABLE)


@operation("DisableKey", KeyUse(), changes=True)
def disable_key(call: Call) -> None:
    """Make a key unusable; no change if it is already. Source: API_DisableKey."""
    call.key.fire(Change.DISABLE)


@operation("UpdateKeyDescription", KeyUse(), changes=True)
def update_key_description(call: Call) -> None:
    """Replace a key's description; the empty string removes it. Source: API_UpdateKeyDescription."""
    call.key.description = call.input["Description"]
