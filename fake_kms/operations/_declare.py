"""How an operation is declared.

A declaration says what the body relies on: which request members name keys, which usage and origin those must
have, which member names the algorithm. The stages of `fake_kms.service` check it before the body runs; the body
never checks any of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fake_kms.operations.call import Call, FoundKey
from fake_kms.tables.permissions import PERMISSIONS, Permission

__all__ = ["DECLARATIONS", "Body", "Declaration", "KeyUse", "Output", "operation"]

Output = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyUse:
    """One key that an operation uses.

    `member` is the request member that names it. `usage` is the KeyUsage the key must have, `origins` the origins it
    may have; `algorithm` the request member that says how it is used (SYMMETRIC_DEFAULT where the caller does not say).
    `ciphertext` is the member with a ciphertext that names the key as well. `context` is the member with the encryption
    context that goes with the key. `check` is what AWS checks on this key before it looks at the next one. `action` is
    the permission, where it is not the operation's own.
    """

    member: str = "KeyId"
    usage: str | None = None
    origins: frozenset[str] | None = None
    algorithm: str | None = None
    ciphertext: str | None = None
    context: str = "EncryptionContext"
    check: Callable[[Call, FoundKey], None] | None = None
    action: str | None = None


Body = Callable[[Call], "Output | None"]
Check = Callable[[Call], None]
Find = Callable[[Call], "list[FoundKey]"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Declaration:
    """One declared operation.

    `check_request` runs before keys are looked up, `before_key_checks` when the caller is authorized,
    `after_key_checks` when usage, state and algorithm are known to fit: each holds what AWS checks at that point for
    this operation alone. `find` finds further keys, which no member names. `changes` says whether the body changes
    anything: if so a dry run ends before it, otherwise after it, so that a dry run sees every refusal. GetKeyLastUsage
    reports the operations that are `is_cryptographic`: those that need a key of a certain usage.
    """

    name: str
    body: Body
    keys: tuple[KeyUse, ...]
    permission: Permission
    find: Find | None = None
    check_request: Check | None = None
    before_key_checks: Check | None = None
    after_key_checks: Check | None = None
    changes: bool = False
    is_cryptographic: bool = False


DECLARATIONS: dict[str, Declaration] = {}


def operation(
    name: str,
    *keys: KeyUse,
    find: Find | None = None,
    check_request: Check | None = None,
    before_key_checks: Check | None = None,
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
            before_key_checks=before_key_checks,
            after_key_checks=after_key_checks,
            changes=changes,
            is_cryptographic=any(use.usage is not None for use in keys),
        )
        return body

    return declare
