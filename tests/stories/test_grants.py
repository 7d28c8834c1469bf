"""What is assumed about grants."""

from __future__ import annotations

import pytest
from grantable import create_grant, grants_of
from keys import account_root

ABSENT = "0" * 64
INVALID = "ValidationException"

pytestmark = pytest.mark.aws


@pytest.mark.settles("errors.invalid_grant_token")
def test_a_grant_token_that_is_none(settle, client, key):
    settle.refusal(
        "InvalidGrantTokenException", "", client.encrypt, KeyId=key["KeyId"], Plaintext=b"x", GrantTokens=["none"]
    )


@pytest.mark.settles("errors.grant_needs_one_grantee")
def test_a_grant_without_a_grantee(settle, unchecked, key):
    settle.refusal(
        INVALID,
        "Exactly one of GranteePrincipal and GranteeServicePrincipal must be specified.",
        unchecked.create_grant,
        KeyId=key["KeyId"],
        Operations=["Encrypt"],
    )


@pytest.mark.settles("errors.grant_needs_one_grantee")
def test_a_grant_with_two_grantees(settle, client, key):
    settle.refusal(
        INVALID,
        "Exactly one of GranteePrincipal and GranteeServicePrincipal must be specified.",
        create_grant,
        client,
        key,
        "Encrypt",
        GranteeServicePrincipal="dynamodb.amazonaws.com",
    )


@pytest.mark.settles("errors.grant_has_two_retirers")
def test_a_grant_with_two_retiring_principals(settle, client, key):
    settle.refusal(
        INVALID,
        "Only one of RetiringPrincipal and RetiringServicePrincipal can be specified.",
        create_grant,
        client,
        key,
        "Encrypt",
        RetiringPrincipal=account_root(key),
        RetiringServicePrincipal="dynamodb.amazonaws.com",
    )


@pytest.mark.settles("errors.service_grant_incomplete")
def test_a_grant_to_a_service_without_its_conditions(settle, client, key):
    settle.refusal(
        INVALID,
        "GranteeServicePrincipal requires a retiring principal and a SourceArn constraint.",
        client.create_grant,
        KeyId=key["KeyId"],
        GranteeServicePrincipal="dynamodb.amazonaws.com",
        Operations=["Encrypt"],
    )


@pytest.mark.settles("errors.grant_constraint_too_large")
@pytest.mark.parametrize(
    "pairs", [{str(number): "x" for number in range(9)}, {"name": "x" * 385}], ids=["9 pairs", "385 characters"]
)
def test_an_encryption_context_constraint_that_is_too_large(settle, client, key, pairs):
    settle.refusal(
        INVALID,
        "Encryption context constraints hold at most 8 pairs of up to 384 characters each.",
        create_grant,
        client,
        key,
        "Encrypt",
        Constraints={"EncryptionContextSubset": pairs},
    )


@pytest.mark.settles("errors.two_grantee_filters")
def test_listing_by_two_grantees(settle, client, key):
    settle.refusal(
        INVALID,
        "Only one of GranteePrincipal and GranteeServicePrincipal can be specified.",
        client.list_grants,
        KeyId=key["KeyId"],
        GranteePrincipal=account_root(key),
        GranteeServicePrincipal="dynamodb.amazonaws.com",
    )


@pytest.mark.settles("errors.retirer_required")
def test_listing_retirable_grants_of_nobody(settle, unchecked):
    settle.refusal(
        INVALID,
        "Exactly one of RetiringPrincipal and RetiringServicePrincipal must be specified.",
        unchecked.list_retirable_grants,
    )


@pytest.mark.settles("operations/grants.py create_grant")
def test_a_named_grant_repeated_with_its_operations_in_another_order(settle, client, key):
    first = create_grant(client, key, "Encrypt", "Decrypt", Name="one")
    again = create_grant(client, key, "Decrypt", "Encrypt", Name="one")

    settle.value("the same grant", "the same grant" if first["GrantId"] == again["GrantId"] else "another grant")


@pytest.mark.settles("operations/grants.py list_grants")
def test_listing_by_an_unknown_grant_id(settle, client, key):
    create_grant(client, key, "Encrypt")

    settle.value([], client.list_grants(KeyId=key["KeyId"], GrantId=ABSENT)["Grants"])


@pytest.mark.settles("errors.service_filter_for_services")
def test_listing_by_a_service(settle, client, key):
    settle.refusal(
        INVALID,
        "GranteeServicePrincipal can be used only by AWS services.",
        client.list_grants,
        KeyId=key["KeyId"],
        GranteeServicePrincipal="dynamodb.amazonaws.com",
    )


@pytest.mark.settles("errors.service_filter_for_services")
def test_listing_what_a_service_may_retire(settle, client):
    settle.refusal(
        INVALID,
        "RetiringServicePrincipal can be used only by AWS services.",
        client.list_retirable_grants,
        RetiringServicePrincipal="dynamodb.amazonaws.com",
    )


@pytest.mark.settles("errors.grant_has_two_constraints")
def test_a_grant_with_two_constraints(settle, client, key):
    both = {kind: {"a": "b"} for kind in ("EncryptionContextEquals", "EncryptionContextSubset")}

    settle.refusal(INVALID, "More than one constraint supplied", create_grant, client, key, "Encrypt", Constraints=both)


@pytest.mark.settles("operations/grants.py _check_constraints")
def test_a_grant_with_two_constraints_of_which_one_is_empty(settle, client, key):
    both = {"EncryptionContextEquals": {}, "EncryptionContextSubset": {str(number): "x" for number in range(9)}}

    settle.refusal(INVALID, "More than one constraint supplied", create_grant, client, key, "Encrypt", Constraints=both)


@pytest.mark.settles("operations/grants.py _check_principal")
def test_a_grantee_that_is_a_bare_word(settle, client, key):
    settle.refusal(
        "InvalidArnException",
        "GranteePrincipal does not refer to a valid principal.",
        create_grant,
        client,
        key,
        "Encrypt",
        GranteePrincipal="bob",
    )


@pytest.mark.settles("operations/grants.py _check_principal")
def test_a_grantee_that_is_no_principal(settle, client, key):
    bucket = "arn:aws:s3:::bucket"

    settle.refusal(
        "InvalidArnException",
        f"ARN is not valid: {bucket}",
        create_grant,
        client,
        key,
        "Encrypt",
        GranteePrincipal=bucket,
    )


@pytest.mark.settles("operations/grants.py _check_retirer")
def test_listing_what_another_account_may_retire(settle, client):
    settle.refusal(
        "AccessDeniedException",
        "User: {user} is not authorized to perform: kms:ListRetirableGrants on this resource because the resource does "
        "not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly "
        "denies access",
        client.list_retirable_grants,
        RetiringPrincipal="arn:aws:iam::111122223333:root",
    )


@pytest.mark.settles("tables/page_sizes.py")
def test_a_limit_above_the_maximum(settle, client, key):
    for number in range(101):
        create_grant(client, key, "Encrypt", Name=str(number))

    settle.value(100, len(client.list_grants(KeyId=key["KeyId"], Limit=1000)["Grants"]))
    assert len(grants_of(client, key)) == 50
