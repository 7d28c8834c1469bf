"""Finding the keys of a call, as its declaration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.crypto import ciphertext
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.operations._declare import FoundKey
from fake_kms.service.check_constraints import ignores_ciphertext
from fake_kms.store.find import Found, KeyInAnotherAccount, find_key, is_alias

if TYPE_CHECKING:
    from fake_kms.operations import Call, Declaration, KeyUse
    from fake_kms.tables.permissions import Permission

__all__ = ["find_keys"]


def find_keys(call: Call, declaration: Declaration) -> None:
    """Find every key of a call. Raises: KmsError as `store.find` words it."""
    for use in declaration.keys:
        if use.ciphertext is not None:
            call.found.append(_by_ciphertext(call, use, declaration.permission))
        elif use.member in call.input:
            named = _by_name(call, use, declaration.permission)
            call.found.append(FoundKey(use, named.key, named.alias_name))
    if declaration.find is not None:
        call.found.extend(declaration.find(call))


def _by_name(call: Call, use: KeyUse, permission: Permission) -> Found:
    identifier = call.input[use.member]
    if not permission.accepts_alias and is_alias(identifier):
        raise errors.aliases_not_supported()
    try:
        return find_key(call.store, call.region, identifier, call.now, cross_account=permission.cross_account)
    except KeyInAnotherAccount:
        action = use.action or permission.actions[0]
        raise errors.access_denied_across_accounts(call.caller.arn, action) from None


def _by_ciphertext(call: Call, use: KeyUse, permission: Permission) -> FoundKey:
    # The named key, the ciphertext's form, the key inside it, and that both are the same: in this order, and all
    # of it before the named key's usage and state (measured; recorded for ReEncrypt).
    named = _by_name(call, use, permission) if use.member in call.input else None
    blob = call.input.get(use.ciphertext or "")
    if ignores_ciphertext(call.input) and named is not None:
        return FoundKey(use, named.key, named.alias_name)
    if blob is None or call.input.get(use.algorithm or "", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        if named is None:
            raise errors.key_id_required()
        return FoundKey(use, named.key, named.alias_name)
    try:
        sealed = ciphertext.parse(blob)
    except BadCiphertext:
        raise errors.invalid_ciphertext() from None
    inside = call.store.find_material(call.region.name, sealed.material_id)
    if named is not None and (inside is None or inside[0] is not named.key):
        raise errors.incorrect_key()
    if inside is None:
        raise errors.ciphertext_key_not_accessible()
    key, material = inside
    return FoundKey(use, key, named.alias_name if named else None, material, sealed)
