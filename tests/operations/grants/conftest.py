"""A role that gets grants, and grants on the key."""

from __future__ import annotations

import pytest


@pytest.fixture
def app(kms):
    return kms.principals.role("app")


@pytest.fixture
def grant(client, key):
    """Create a grant on the key."""

    def create(grantee, *operations, **more):
        return client.create_grant(KeyId=key["KeyId"], GranteePrincipal=grantee, Operations=[*operations], **more)

    return create
