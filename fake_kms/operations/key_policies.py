"""Key policies: stored, checked, and returned in AWS's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_kms import errors
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._pages import page_of
from fake_kms.policy.key_policy_text import normalize
from fake_kms.store.pages import Listing

if TYPE_CHECKING:
    from fake_kms.operations.call import Call

__all__: list[str] = []

_DEFAULT = "default"


def _check_get(call: Call) -> None:
    if call.input.get("PolicyName", _DEFAULT) != _DEFAULT:
        raise errors.no_such_policy()


@operation("GetKeyPolicy", KeyUse(), after_key_checks=_check_get)
def get_key_policy(call: Call) -> Output:
    """Return a key's policy. Input: PolicyName, only `default` exists. Source: API_GetKeyPolicy."""
    return {"Policy": call.key.policy, "PolicyName": _DEFAULT}


def _check_put(call: Call) -> None:
    name = call.input.get("PolicyName", _DEFAULT)
    if name == "AWS_RAM":
        raise errors.policy_ram()
    if name != _DEFAULT:
        raise errors.policy_name_unsupported()


@operation("PutKeyPolicy", KeyUse(), after_key_checks=_check_put, changes=True)
def put_key_policy(call: Call) -> None:
    """Replace a key's policy. Input: Policy up to 32 KB of JSON. Source: API_PutKeyPolicy."""
    call.key.policy = normalize(call.input["Policy"], call.region.partition)


@operation("ListKeyPolicies", KeyUse())
def list_key_policies(call: Call) -> Output:
    """List the names of a key's policies: `default`. Source: API_ListKeyPolicies."""
    listing: Listing[Any] = Listing()
    listing.add(_DEFAULT, _DEFAULT)
    return page_of(call, "PolicyNames", listing, lambda name: name, call.key.key_id)
