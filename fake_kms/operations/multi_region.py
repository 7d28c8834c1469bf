"""Multi-Region keys: replicas, and which of them is the primary.

Source: Developer Guide, "Multi-Region keys"; API_ReplicateKey; API_UpdatePrimaryRegion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import arns, errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._metadata import key_metadata
from fake_kms.operations.call import Call, FoundKey, Tools
from fake_kms.operations.keys import check_key_quota, policy_of
from fake_kms.operations.tags import check_tags, put_tags
from fake_kms.store.key import Key
from fake_kms.store.pages import Listing
from fake_kms.tables.key_states import Change, KeyState

if TYPE_CHECKING:
    from fake_kms.store.region import Region

__all__: list[str] = []


def _check_primary(call: Call) -> None:
    if call.key.multi_region_key is None:
        raise errors.not_multi_region(call.key.arn)
    if call.key.replica:
        raise errors.not_primary(call.key.arn)


def _check_replica_region(call: Call) -> None:
    name, multi_region_key = call.input["ReplicaRegion"], call.key.multi_region_key
    if name == call.key.region:
        raise errors.replica_beside_primary(name)
    if not arns.is_known_region(name):
        raise errors.invalid_replica_region(name)
    if arns.partition_of(name) != call.region.partition:
        raise errors.other_partition()
    if multi_region_key is not None and name in multi_region_key.keys:
        raise errors.replica_exists()


def _check_replica(call: Call) -> None:
    _check_replica_region(call)
    check_tags(call.input.get("Tags", ()), Listing(), call.settings.quotas["tags_per_key"])
    check_key_quota(call, _home(call))


def _home(call: Call) -> Region:
    return call.store.region(call.region.account, call.input["ReplicaRegion"])


@operation("ReplicateKey", KeyUse(), before_key_checks=_check_primary, after_key_checks=_check_replica, changes=True)
def replicate_key(call: Call) -> Output:
    """Create a replica of a multi-Region primary key in another Region.

    It has the primary's key id and material; policy, description and tags are its own, taken from the request.
    Output: ReplicaKeyMetadata in the state Creating, ReplicaPolicy, ReplicaTags where there are any.
    Raises: UnsupportedOperationException unless the key is a primary, ValidationException for the Region,
    AlreadyExistsException. Source: API_ReplicateKey; docs/aws/recorded.md#multi-region-keys.
    """
    primary, home = call.key, _home(call)
    replica = Key(
        key_id=primary.key_id,
        arn=home.key_arn(primary.key_id),
        account=home.account,
        region=home.name,
        spec=primary.spec,
        usage=primary.usage,
        origin=primary.origin,
        manager="CUSTOMER",
        description=call.input.get("Description", ""),
        created=call.now,
        policy=policy_of(call),
        state=KeyState.CREATING,
        materials=primary.materials,
        imports=None if primary.imports is None else {},
        multi_region_key=primary.multi_region_key,
    )
    put_tags(replica, call.input.get("Tags", ()))
    call.store.add_key(replica)
    call.store.schedule.at(
        call.now + call.settings.replication_delay, lambda due: _finish_creating(call.tools, replica, due)
    )
    output: Output = {"ReplicaKeyMetadata": key_metadata(replica), "ReplicaPolicy": replica.policy}
    if call.input.get("Tags"):
        output["ReplicaTags"] = call.input["Tags"]
    return output


def _finish_creating(tools: Tools, replica: Key, due: float) -> None:
    if replica.state is KeyState.CREATING:
        waits = Change.FINISH_CREATING_WITHOUT_MATERIAL if replica.imports is not None else Change.FINISH_CREATING
        replica.transition(waits)
        tools.note("SynchronizeMultiRegionKey", replica, due)


def _next_primary(call: Call) -> Key | None:
    multi_region_key = call.key.multi_region_key
    return multi_region_key.keys.get(call.input["PrimaryRegion"]) if multi_region_key else None


def _find_next_primary(call: Call) -> list[FoundKey]:
    # The other key of the change is checked like the first: authorization and state.
    successor = _next_primary(call)
    return [] if successor is None or successor is call.key or call.key.replica else [FoundKey(KeyUse(), successor)]


def _check_roles(call: Call) -> None:
    # Assumed: all of this comes before the state of the key, as for ReplicateKey.
    if call.key.multi_region_key is None:
        raise errors.not_multi_region(call.key.arn)
    if call.key.replica:
        raise errors.not_primary_to_update(call.key.arn)
    if _next_primary(call) is None:
        raise errors.no_replica_in_region(call.key.key_id)


@operation("UpdatePrimaryRegion", KeyUse(), find=_find_next_primary, before_key_checks=_check_roles, changes=True)
def update_primary_region(call: Call) -> None:
    """Make the replica in PrimaryRegion the primary, and the primary a replica.

    Both are Updating for a while, in which they encrypt and decrypt but cannot be changed. Nothing changes where the
    primary is there already.
    Raises: UnsupportedOperationException unless the key is a multi-Region key, KMSInvalidStateException for a replica,
    ValidationException where there is no replica.
    Source: API_UpdatePrimaryRegion; docs/aws/recorded.md#multi-region-keys.
    """
    before, after = call.key, _next_primary(call)
    if after is None or before.multi_region_key is None or after is before:
        return
    before.multi_region_key.primary = after
    for key in (before, after):
        if key.state is KeyState.ENABLED:
            key.transition(Change.BEGIN_UPDATING)
    call.store.schedule.at(
        call.now + call.settings.replication_delay, lambda due: _finish_updating(call.tools, due, before, after)
    )


def _finish_updating(tools: Tools, due: float, *keys: Key) -> None:
    for key in keys:
        if key.state is KeyState.UPDATING:
            key.transition(Change.FINISH_UPDATING)
            tools.note("SynchronizeMultiRegionKey", key, due)
