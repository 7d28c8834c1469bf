"""How an operation is declared, and what its body is given.

A declaration says what the body relies on: which request members name keys, which usage and origin those must
have, which member names the algorithm. The stages of `fake_kms.service` see to it before the body runs; the
body never checks any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from fake_kms import errors
from fake_kms.store.pages import BadMarker, Listing, read_marker, write_marker
from fake_kms.tables.permissions import PERMISSIONS, Permission

if TYPE_CHECKING:
    from fake_kms.crypto.ciphertext import Sealed
    from fake_kms.crypto.material import Material
    from fake_kms.policy.identity import Identity
    from fake_kms.store.grant import StoredGrant
    from fake_kms.store.key import Key
    from fake_kms.store.region import Region, Store

__all__ = [
    "DECLARATIONS",
    "Body",
    "Call",
    "Caller",
    "Declaration",
    "FoundKey",
    "KeyUse",
    "operation",
    "page_of",
]

Output = dict[str, Any]


class Caller(NamedTuple):
    """Who calls, and from where."""

    access_key_id: str
    arn: str
    account: str
    region: str
    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key that an operation uses.

    `member` is the request member that names it; where `optional`, the operation may do without. `usage` is the
    KeyUsage the key must have, `origins` the origins it may have; `algorithm` the request member that says how it is
    used (SYMMETRIC_DEFAULT where the caller does not say). `ciphertext` is the member with a ciphertext that names the
    key as well. `context` is the member with the encryption context that goes with the key. `check` is what AWS checks
    on this key before it looks at the next one. `action` is the permission, where it is not the operation's own.
    """

    member: str = "KeyId"
    optional: bool = False
    usage: str | None = None
    origins: frozenset[str] | None = None
    algorithm: str | None = None
    ciphertext: str | None = None
    context: str = "EncryptionContext"
    check: Callable[[Call, FoundKey], None] | None = None
    action: str | None = None


class FoundKey(NamedTuple):
    """A key that was found for a call.

    `alias_name` is how it was asked for, if by alias. `material` and `sealed` are there when the key was found in
    a ciphertext, `grant` when it was found through a grant. `plaintext` is what a check has decrypted already.
    """

    use: KeyUse
    key: Key
    alias_name: str | None = None
    material: Material | None = None
    sealed: Sealed | None = None
    grant: StoredGrant | None = None
    plaintext: bytes | None = None


class Call(NamedTuple):
    """What a body is given: validated input, and keys that are found, authorized and fit."""

    operation: str
    input: Mapping[str, Any]
    caller: Caller
    region: Region
    store: Store
    now: float
    request_id: str
    found: list[FoundKey]

    def __repr__(self) -> str:
        return f"<Call {self.operation} {self.request_id}>"

    @property
    def key(self) -> Key:
        """The key of an operation that has one."""
        return self.found[0].key

    @property
    def material(self) -> Material:
        """The current material of that key; there is one in every state that lets the operation run."""
        material = self.found[0].key.material
        assert material is not None  # noqa: S101 - the table of key states says so
        return material


Body = Callable[[Call], "Output | None"]
Check = Callable[[Call], None]
Find = Callable[[Call], "list[FoundKey]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One declared operation.

    `check_request` runs before keys are looked up, `check_found` right after, `after_key_checks` when usage, state and
    algorithm are known to fit: each holds what AWS checks at that point for this operation alone. `find` finds further
    keys, that no member names. `changes` says whether the body changes anything: if so a dry run ends before it,
    otherwise after it, so that a dry run sees every refusal.
    """

    name: str
    body: Body
    keys: tuple[KeyUse, ...]
    permission: Permission
    find: Find | None = None
    check_request: Check | None = None
    check_found: Check | None = None
    after_key_checks: Check | None = None
    changes: bool = False


DECLARATIONS: dict[str, Declaration] = {}


def operation(
    name: str,
    *keys: KeyUse,
    find: Find | None = None,
    check_request: Check | None = None,
    check_found: Check | None = None,
    after_key_checks: Check | None = None,
    changes: bool = False,
) -> Callable[[Body], Body]:
    """Declare a function as the body of an operation. Raises: KeyError for a name without a permission row."""

    def declare(body: Body) -> Body:
        DECLARATIONS[name] = Declaration(
            name=name,
            body=body,
            keys=keys,
            permission=PERMISSIONS[name],
            find=find,
            check_request=check_request,
            check_found=check_found,
            after_key_checks=after_key_checks,
            changes=changes,
        )
        return body

    return declare


# Operation -> (default, most) entries of a page. Source: the Limit documentation of each operation. Assumed: a
# Limit above the most is answered with the most, since the model lets it through.
_PAGE_SIZES: dict[str, tuple[int, int]] = {
    "DescribeCustomKeyStores": (100, 1000),
    "ListAliases": (50, 100),
    "ListGrants": (50, 100),
    "ListKeyPolicies": (100, 1000),
    "ListKeyRotations": (100, 1000),
    "ListKeys": (100, 1000),
    "ListResourceTags": (50, 50),
    "ListRetirableGrants": (50, 100),
}


def page_of(
    call: Call,
    member: str,
    listing: Listing[Any],
    render: Callable[[Any], Any],
    scope: str = "",
    where: Callable[[Any], bool] | None = None,
) -> Output:
    """Answer a listing operation with one page. Raises: KmsError InvalidMarkerException.

    `scope` is what else a marker belongs to, e.g. the key whose aliases are listed; `where` leaves entries out.
    """
    default, most = _PAGE_SIZES[call.operation]
    label = f"{call.operation} {call.region.account} {call.region.name} {scope}"
    try:
        after = read_marker(label, call.input["Marker"]) if "Marker" in call.input else 0
    except BadMarker:
        raise errors.invalid_marker() from None
    items, last = listing.page(after, min(call.input.get("Limit", default), most), where)
    output: Output = {member: [render(item) for item in items], "Truncated": last is not None}
    if last is not None:
        output["NextMarker"] = write_marker(label, last)
    return output
