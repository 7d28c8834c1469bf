"""The grants of all keys, found by key, by token, and by the principal that may retire them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from fake_kms.store.pages import Listing

if TYPE_CHECKING:
    from fake_kms.store.grant import StoredGrant

__all__ = ["Grants"]

_NO_GRANTS: Listing[StoredGrant] = Listing()


class Grants:
    """The grants of one fake. The listings that it returns are for reading."""

    def __init__(self) -> None:
        self._of_key: dict[str, Listing[StoredGrant]] = {}
        self._of_token: dict[str, StoredGrant] = {}
        self._of_retirer: dict[tuple[str, str], Listing[StoredGrant]] = {}

    def add(self, grant: StoredGrant) -> None:
        """Put a new grant on its key."""
        self._of_key.setdefault(grant.key_arn, Listing()).add(grant.grant_id, grant)
        if grant.retiring is not None:
            self._of_retirer.setdefault((grant.region, grant.retiring), Listing()).add(grant.grant_id, grant)

    def remove(self, grant: StoredGrant) -> None:
        """Take a grant and its tokens away."""
        self._of_key[grant.key_arn].remove(grant.grant_id)
        if grant.retiring is not None:
            self._of_retirer[grant.region, grant.retiring].remove(grant.grant_id)
        for token in grant.tokens:
            del self._of_token[token]

    def rename_principals(self, rename: Callable[[str], str]) -> None:
        """Give every grantee and retiring principal the name that `rename` returns for its present one."""
        for grant in [grant for grants in self._of_key.values() for grant in grants]:
            terms, grant.grantee = grant.terms, rename(grant.grantee)
            grant.terms = dataclasses.replace(terms, grantee=rename(terms.grantee))
            if grant.retiring is not None and rename(grant.retiring) != grant.retiring:
                self._of_retirer[grant.region, grant.retiring].remove(grant.grant_id)
                grant.retiring = rename(grant.retiring)
                self._of_retirer.setdefault((grant.region, grant.retiring), Listing()).add(grant.grant_id, grant)

    def add_token(self, grant: StoredGrant, token: str) -> None:
        """Let a token stand for a grant."""
        grant.tokens.append(token)
        self._of_token[token] = grant

    def of_key(self, key_arn: str) -> Listing[StoredGrant]:
        """Return the grants of a key."""
        return self._of_key.get(key_arn, _NO_GRANTS)

    def any_of_key(self, key_arn: str) -> bool:
        """Return whether a key has grants."""
        return bool(self._of_key.get(key_arn))

    def of_token(self, token: str) -> StoredGrant | None:
        """Return the grant that a token stands for."""
        return self._of_token.get(token)

    def of_retirer(self, region: str, principal: str) -> Listing[StoredGrant]:
        """Return the grants in a Region that a principal may retire."""
        return self._of_retirer.get((region, principal), _NO_GRANTS)
