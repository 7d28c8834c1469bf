"""Which keys a request is about, as the operation's declaration says.

Source: docs/aws/api_semantics.md#decrypt, for a look-up by ciphertext; docs/aws/api_semantics.md#reencrypt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import arns, errors
from fake_kms.crypto import ciphertext
from fake_kms.crypto.primitives import BadCiphertext
from fake_kms.operations import FoundKey
from fake_kms.store.find import Found, KeyInAnotherAccount, find_key, is_alias

if TYPE_CHECKING:
    from fake_kms.operations import Call, KeyUse

__all__ = ["find_keys"]


def find_keys(call: Call) -> None:
    """Find every key of a call. Raises: KmsError as `store.find` words it."""
    declaration = call.declaration
    for use in declaration.keys:
        if use.ciphertext is not None:
            call.found.append(_by_ciphertext(call, use))
        elif use.member in call.input:
            named = _by_name(call, use)
            call.found.append(FoundKey(use, named.key, named.alias_name))
    if declaration.find is not None:
        call.found.extend(declaration.find(call))


def _by_name(call: Call, use: KeyUse) -> Found:
    permission, identifier = call.declaration.permission, call.input[use.member]
    if not permission.accepts_alias and is_alias(identifier):
        raise errors.aliases_not_supported()
    try:
        named = find_key(call.store, call.region, identifier, call.now, cross_account=permission.cross_account)
    except KeyInAnotherAccount:
        action = use.action or permission.actions[0]
        raise errors.access_denied_across_accounts(call.caller.arn, action) from None
    for found in call.found:
        if found.key.arn == named.key.arn:  # an AWS managed key that is not stored yet is the same key twice
            return Found(found.key, named.alias_name)
    return named


def _names_related_key_elsewhere(call: Call, identifier: str) -> bool:
    """Whether the ARN of a related multi-Region key in another Region is given for a ciphertext.

    Source: docs/aws/recorded.md#encrypt-decrypt-data-keys.
    """
    if not identifier.startswith("arn:") or "key/mrk-" not in identifier:
        return False
    arn = arns.parse_arn(identifier)
    return arn is not None and arn.region != call.region.name and arn.resource.removeprefix("key/") in call.region.keys


def _by_ciphertext(call: Call, use: KeyUse) -> FoundKey:
    # The named key, the ciphertext's form, the key inside it, and that both are the same: in this order, and all
    # of it before the named key's usage and state.
    if _names_related_key_elsewhere(call, call.input.get(use.member, "")):
        raise errors.incorrect_key()
    named = _by_name(call, use) if use.member in call.input else None
    blob = call.input.get(use.ciphertext or "")
    if call.ignores_ciphertext and named is not None:
        return FoundKey(use, named.key, named.alias_name)
    if blob is None or call.input.get(use.algorithm or "", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        if named is None:
            raise errors.key_id_required()
        return FoundKey(use, named.key, named.alias_name)
    try:
        sealed = ciphertext.parse(blob)
    except BadCiphertext:
        raise errors.invalid_ciphertext() from None
    inside = call.store.materials.find(call.region.name, sealed.material_id)
    if named is not None and (inside is None or inside[0] is not named.key):
        raise errors.incorrect_key()
    if inside is None:
        raise errors.ciphertext_key_not_accessible()
    key, material = inside
    return FoundKey(use, key, named.alias_name if named else None, material, sealed)
