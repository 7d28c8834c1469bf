"""Grants: created, listed, retired and revoked.

Source: Developer Guide, "Grants"; API_CreateGrant; API_RetireGrant; docs/aws/authorization.md#grants.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fake_kms import arns, errors
from fake_kms.grant_terms import GrantConstraints, GrantTerms
from fake_kms.operations._declare import KeyUse, Output, operation
from fake_kms.operations._pages import page_of
from fake_kms.operations.call import Call, FoundKey
from fake_kms.store.find import KeyInAnotherAccount, find_key, is_alias
from fake_kms.store.grant import StoredGrant
from fake_kms.tables.permissions import GRANTABLE_BY_USAGE

if TYPE_CHECKING:
    from fake_kms.errors import KmsError
    from fake_kms.store.key import Key

__all__: list[str] = []

_GRANT_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
# Users, roles, federated users, assumed-role sessions and account roots. The names of AWS's own roles begin with
# `aws:`; user/moto is the caller as moto's STS names it.
_PRINCIPAL_ARN = re.compile(
    r"arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|(?:user|role)/[\w+=,.@/:-]+)"
    r"|sts::\d{12}:(?:(?:assumed-role/(?:aws:)?[\w+=,.@-]+|federated-user)/[\w+=,.@-]+|user/moto))",
    re.ASCII,
)
# A unique id, one with the name of a session, or an account.
_PRINCIPAL_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]+(?::[\w+=,.@-]+)?|\d{12}", re.ASCII)
# Source: API_ListGrants, GranteePrincipal of an entry.
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?", re.ASCII)
# Groups and the like: ARNs of IAM that are sound and name no principal.
_OF_IAM = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:[\w+=,.@/:-]+", re.ASCII)
_MOST_PAIRS, _LONGEST_VALUE = 8, 384


# --- creating ------------------------------------------------------------------------------------------------


def _check_request(call: Call) -> None:
    request = call.input
    grantees = [name for name in ("GranteePrincipal", "GranteeServicePrincipal") if name in request]
    retirers = [name for name in ("RetiringPrincipal", "RetiringServicePrincipal") if name in request]
    if len(grantees) != 1:
        raise errors.grant_needs_one_grantee()
    if len(retirers) > 1:
        raise errors.grant_has_two_retirers()
    source_arn = request.get("Constraints", {}).get("SourceArn")
    if "GranteeServicePrincipal" in request and (not retirers or source_arn is None):
        raise errors.service_grant_incomplete()
    if set(request["Operations"]) == {"CreateGrant"}:
        raise errors.only_create_grant()
    _check_constraints(request.get("Constraints", {}))


def _check_constraints(constraints: dict[str, Any]) -> None:
    # Assumed: the order of these checks, and that an empty constraint counts.
    if "EncryptionContextEquals" in constraints and "EncryptionContextSubset" in constraints:
        raise errors.grant_has_two_constraints()
    for name in ("EncryptionContextEquals", "EncryptionContextSubset"):
        pairs = constraints.get(name, {})
        too_long = any(len(text) > _LONGEST_VALUE for pair in pairs.items() for text in pair)
        if len(pairs) > _MOST_PAIRS or too_long:
            raise errors.grant_constraint_too_large()


def _check_grant(call: Call) -> None:
    key, request = call.key, call.input
    for member in ("GranteePrincipal", "RetiringPrincipal"):
        if member in request:
            _check_principal(call, request[member], errors.invalid_principal_id(member))
    # The constraint comes before the operations. Source: docs/aws/recorded.md#grants;
    # docs/aws/evidence.md#authorization-from-documentation-and-quoted-answers.
    if GrantConstraints.from_request(request.get("Constraints", {})).encryption_context and not key.spec.symmetric:
        raise errors.grant_constraint_unfit()
    _check_operations(call, key)
    quota = call.settings.quotas["grants_per_key"]
    if _same_grant(call) is None and len(call.store.grants.of_key(key.arn)) >= quota:
        raise errors.grant_quota(quota, len(call.store.grants.of_key(key.arn)))


def _check_principal(call: Call, name: str, not_found: KmsError) -> None:
    """Check that a request names a principal that exists; `not_found` refuses what is not an ARN.

    Assumed: what is neither an ARN nor a unique id is answered like an id that is nobody's; and every ARN that is no
    principal's, but for those of something else in IAM, like the one of a session with the path of its role.
    """
    if not name.startswith("arn:"):
        sound = _PRINCIPAL_ID.fullmatch(name) and call.settings.knows_principal(name)
        if not sound and not _SERVICE.fullmatch(name):
            raise not_found
    elif not _PRINCIPAL_ARN.fullmatch(name):
        raise (errors.invalid_principal if _OF_IAM.fullmatch(name) else errors.invalid_principal_arn)(name)
    elif not call.settings.knows_principal(arns.principal_meant(name)):
        raise errors.invalid_principal(name)


def _check_operations(call: Call, key: Key) -> None:
    held = GRANTABLE_BY_USAGE[key.usage, key.spec.asymmetric]
    unfit = [name for name in call.input["Operations"] if name not in held]
    if not unfit:
        return
    element = call.model.input.members["Operations"].element
    valid = [name for name in (element.enum if element else ()) if name in held]
    kind = "an asymmetric" if key.spec.asymmetric else "a symmetric"
    raise errors.grant_operations_unfit(", ".join(unfit), kind, key.usage, ", ".join(valid))


@operation("CreateGrant", KeyUse(), check_request=_check_request, after_key_checks=_check_grant, changes=True)
def create_grant(call: Call) -> Output:
    """Allow a principal to use a key for some operations.

    Output: GrantId of 64 hex digits, GrantToken. A grant of the same name and the same parameters is the same grant,
    with one more token. Raises: ValidationException, InvalidArnException, LimitExceededException.
    Source: API_CreateGrant. Assumed: whoever makes it, and in whatever order its operations are written.
    """
    grant = _same_grant(call) or _new_grant(call)
    token = _new_token(call)
    call.store.grants.add_token(grant, token)
    return {"GrantId": grant.grant_id, "GrantToken": token}


def _same_grant(call: Call) -> StoredGrant | None:
    name = call.input.get("Name")
    if name is None:
        return None
    named = (grant for grant in call.store.grants.of_key(call.key.arn) if grant.name == name)
    wanted = _comparable(_named(call))
    return next((grant for grant in named if _comparable(_parameters_of(grant)) == wanted), None)


def _named(call: Call) -> dict[str, Any]:
    """Return the request with ARNs in place of the unique ids of principals."""
    request = dict(call.input)
    for member in ("GranteePrincipal", "RetiringPrincipal"):
        if member in request:
            request[member] = call.settings.principal_named(request[member])
    return request


def _comparable(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what must be the same for two requests to create one grant."""
    compared = {name: value for name, value in parameters.items() if name not in {"KeyId", "GrantTokens", "DryRun"}}
    return compared | {"Operations": sorted(set(parameters["Operations"]))}


def _parameters_of(grant: StoredGrant) -> dict[str, Any]:
    """Return a grant's parameters as its CreateGrant request gave them; Name is empty where it gave none."""
    constraints = grant.terms.constraints
    parameters: dict[str, Any] = {
        "GranteeServicePrincipal" if grant.grantee_is_service else "GranteePrincipal": grant.grantee,
        "Name": grant.name,
        "Operations": list(grant.terms.operations),
    }
    if grant.retiring is not None:
        parameters["RetiringServicePrincipal" if grant.retiring_is_service else "RetiringPrincipal"] = grant.retiring
    if constraints is not None:
        parameters["Constraints"] = constraints.to_response()
    return parameters


def _new_grant(call: Call) -> StoredGrant:
    request = _named(call)
    grantee = request.get("GranteePrincipal") or request["GranteeServicePrincipal"]
    grant = StoredGrant(
        terms=_terms(call, arns.principal_meant(grantee)),
        key_arn=call.key.arn,
        region=call.key.region,
        name=request.get("Name", ""),
        grantee=grantee,
        grantee_is_service="GranteeServicePrincipal" in request,
        retiring=request.get("RetiringPrincipal") or request.get("RetiringServicePrincipal"),
        retiring_is_service="RetiringServicePrincipal" in request,
        issuing_account=call.caller.account,
        created=call.now,
        effective_from=call.now + call.settings.grant_delay,
    )
    call.store.grants.add(grant)
    if grant.effective_from > call.now:
        key = call.key
        call.store.schedule.at(grant.effective_from, lambda due: call.tools.note("PropagateGrant", key, due))
    return grant


def _terms(call: Call, grantee: str) -> GrantTerms:
    request, constraints = call.input, call.input.get("Constraints")
    return GrantTerms(
        grant_id=call.tools.entropy.bytes(32).hex(),
        grantee=grantee,
        operations=tuple(request["Operations"]),
        constraints=None if constraints is None else GrantConstraints.from_request(constraints),
        issuing_account=call.caller.account,
    )


def _new_token(call: Call) -> str:
    # The shape of the one token that AWS has printed: a field of 64 hex digits, and one of 264 bytes.
    random = call.tools.entropy.bytes(32 + 264)
    raw = b"\x01\x0a\x40" + random[:32].hex().encode() + b"\x22\x88\x02" + random[32:]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


# --- listing -------------------------------------------------------------------------------------------------


def _entry(grant: StoredGrant) -> dict[str, Any]:
    partition = arns.partition_of(grant.region)
    return {
        "CreationDate": float(int(grant.created)),  # whole seconds; source: docs/aws/recorded.md#grants
        "GrantId": grant.grant_id,
        "IssuingAccount": arns.account_root_arn(partition, grant.issuing_account),
        "KeyId": grant.key_arn,
        **_parameters_of(grant),
    }


def _check_filters(call: Call) -> None:
    if "GranteePrincipal" in call.input and "GranteeServicePrincipal" in call.input:
        raise errors.two_grantee_filters()
    _keep_for_services(call, "GranteeServicePrincipal")


def _keep_for_services(call: Call, member: str) -> None:
    # Source: API_ListGrants, API_ListRetirableGrants.
    if member in call.input and call.caller.identity.principal.kind != "Service":
        raise errors.service_filter_for_services(member)


def _check_filtered(call: Call) -> None:
    request = call.input
    if "GrantId" in request and not _GRANT_ID.fullmatch(request["GrantId"]):
        raise errors.invalid_grant_id()
    if "GranteePrincipal" in request:
        _check_principal(call, request["GranteePrincipal"], errors.grant_filter_not_found())


@operation("ListGrants", KeyUse(), check_request=_check_filters, after_key_checks=_check_filtered)
def list_grants(call: Call) -> Output:
    """List the grants of a key, all or those of a GrantId or grantee; 50 a page, at most 100. Source: API_ListGrants.

    Name is the empty string where a grant has none. Source: docs/aws/evidence.md#grants. Assumed: an unknown GrantId
    lists nothing.
    """
    request = call.input
    by_service, named = "GranteeServicePrincipal" in request, _named(call)
    grantee = request["GranteeServicePrincipal"] if by_service else named.get("GranteePrincipal")

    def matches(grant: StoredGrant) -> bool:
        if request.get("GrantId", grant.grant_id) != grant.grant_id:
            return False
        return grantee is None or (grantee, by_service) == (grant.grantee, grant.grantee_is_service)

    return page_of(call, "Grants", call.store.grants.of_key(call.key.arn), _entry, call.key.key_id, where=matches)


def _check_retirer(call: Call) -> None:
    given = [name for name in ("RetiringPrincipal", "RetiringServicePrincipal") if name in call.input]
    if len(given) != 1:
        raise errors.retirer_required()
    _keep_for_services(call, "RetiringServicePrincipal")
    retirer = arns.parse_arn(call.input.get("RetiringPrincipal", ""))
    if retirer is not None and retirer.account != call.caller.account:
        # Assumed: the text; that it is one's own account's principal is documented.
        raise errors.access_denied_across_accounts(call.caller.arn, "kms:ListRetirableGrants")


def _check_retirer_exists(call: Call) -> None:
    if "RetiringPrincipal" in call.input:
        name = call.input["RetiringPrincipal"]
        _check_principal(call, name, errors.retirer_not_found(name))


@operation("ListRetirableGrants", check_request=_check_retirer, after_key_checks=_check_retirer_exists)
def list_retirable_grants(call: Call) -> Output:
    """List the grants in the Region, of all keys and accounts, that a principal may retire; 50 a page, at most 100.

    Source: API_ListRetirableGrants.
    """
    retirer = _named(call).get("RetiringPrincipal") or call.input["RetiringServicePrincipal"]
    return page_of(call, "Grants", call.store.grants.of_retirer(call.region.name, retirer), _entry, retirer)


# --- ending --------------------------------------------------------------------------------------------------


def _check_revocation(call: Call) -> None:
    grant_id = call.input["GrantId"]
    if not _GRANT_ID.fullmatch(grant_id):
        raise errors.invalid_grant_id()
    if call.store.grants.of_key(call.key.arn).get(grant_id) is None:
        raise errors.grant_not_found(grant_id)


@operation("RevokeGrant", KeyUse(), after_key_checks=_check_revocation, changes=True)
def revoke_grant(call: Call) -> None:
    """Revoke a grant. Raises: NotFoundException, InvalidGrantIdException. Source: API_RevokeGrant."""
    grant = call.store.grants.of_key(call.key.arn).get(call.input["GrantId"])
    assert grant is not None  # noqa: S101 - checked before
    call.store.grants.remove(grant)


def _check_retirement(call: Call) -> None:
    by_token = "GrantToken" in call.input
    by_id = "KeyId" in call.input and "GrantId" in call.input
    if by_token == by_id:
        raise errors.retirement_needs_one_form()


def _find_retired(call: Call) -> list[FoundKey]:
    if "GrantToken" in call.input:
        grant = call.store.grants.of_token(call.input["GrantToken"])
        if grant is None or grant.region != call.region.name:
            raise errors.invalid_grant_token()
    else:
        grant = _grant_named(call)
    key = call.store.key_of_arn(grant.key_arn)
    assert key is not None  # noqa: S101 - a grant goes with its key
    return [FoundKey(KeyUse(), key, grant=grant)]


def _grant_named(call: Call) -> StoredGrant:
    key_arn, grant_id = call.input["KeyId"], call.input["GrantId"]
    if is_alias(key_arn):
        raise errors.aliases_not_supported()
    if arns.parse_arn(key_arn) is None:
        raise errors.invalid_arn(key_arn)
    try:
        key = find_key(call.store, call.region, key_arn, call.now, cross_account=True).key
    except KeyInAnotherAccount:
        raise errors.access_denied_across_accounts(call.caller.arn, "kms:RetireGrant") from None
    if not _GRANT_ID.fullmatch(grant_id):
        raise errors.invalid_grant_id()
    grant = call.store.grants.of_key(key.arn).get(grant_id)
    if grant is None:
        raise errors.grant_not_found(grant_id)
    return grant


@operation("RetireGrant", find=_find_retired, check_request=_check_retirement, changes=True)
def retire_grant(call: Call) -> None:
    """Retire a grant that the caller holds or may retire.

    Input: GrantToken, or KeyId (a key ARN) and GrantId. Raises: InvalidGrantTokenException, NotFoundException.
    Source: API_RetireGrant.
    """
    grant = call.found[0].grant
    assert grant is not None  # noqa: S101 - found through it
    call.store.grants.remove(grant)
