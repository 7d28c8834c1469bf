"""What conditions can ask about a request: every kms: condition key, and the global ones that have a value here.

A key has a value only for the operations whose row in the permissions table names it (global keys: for all). Values
are worked out when a condition asks. Source: Developer Guide, "Condition keys"; IAM User Guide, "AWS global condition
context keys"; docs/aws/authorization.md#condition-keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fake_kms.clock import from_epoch
from fake_kms.grant_terms import GrantConstraints
from fake_kms.operations._rotation_dates import DEFAULT_PERIOD
from fake_kms.operations.deletion import DEFAULT_WINDOW

if TYPE_CHECKING:
    from fake_kms.operations import Call, FoundKey
    from fake_kms.policy.identity import Identity
    from fake_kms.store.key import Key
    from fake_kms.tables.permissions import Permission

__all__ = ["ConditionContext"]

Value = str | tuple[str, ...]
_DAY = 86_400


class ConditionContext:
    """The condition keys of one check, by their names in lower case.

    `permission` is the row of the action that is checked, which says what condition keys it has; `found` the key that
    they speak of, None where there is none. `of_new_key` tells whether they speak of a key that does not exist yet.
    """

    __slots__ = ("_offered", "call", "found", "identity", "key", "of_new_key")

    def __init__(self, call: Call, permission: Permission, found: FoundKey | None) -> None:
        self.call = call
        self.of_new_key = found is None and permission.resource != "alias"
        self.identity: Identity = call.caller.identity
        self.found = found
        self.key: Key | None = found.key if found else None
        self._offered = _offered(permission)

    def get(self, name: str, /) -> Value | None:
        """Return the value of a condition key, or None if it is absent."""
        stem, _, part = _split(name)
        own = self.identity.context.get(name)
        if own is not None and (stem in self._offered or not name.startswith("kms:")):
            return own
        if name in _GLOBAL:
            return _GLOBAL[name](self)
        if stem not in self._offered:
            return None
        if stem in _WITH_A_PART:
            return _WITH_A_PART[stem](self, part)
        return _KEYS[stem](self) if stem in _KEYS else None

    def parameter(self, member: str, default: Any = None) -> str | None:
        """Return a request member as conditions compare it."""
        value = self.call.input.get(member, default)
        if value is None:
            return None
        return _text(value)

    def encryption_context(self) -> Mapping[str, str] | None:
        """Return the encryption context that belongs to the key of this check."""
        request = self.call.input
        own: Mapping[str, str] | None = request.get(self.found.use.context) if self.found else None
        constraints = self.constraints()
        return own or (constraints.encryption_context if constraints is not None else None)

    def constraints(self) -> GrantConstraints | None:
        """Return the constraints of the grant that is created or retired."""
        if self.found is not None and self.found.grant is not None:
            return self.found.grant.terms.constraints
        given = self.call.input.get("Constraints")
        return None if given is None else GrantConstraints.from_request(given)

    def replica_of(self) -> Key | None:
        """Return the key whose replica is the new key that is spoken of."""
        found = self.call.found
        return found[0].key if found and self.of_new_key and self.call.operation == "ReplicateKey" else None

    def encryption_context_of_operation(self) -> Mapping[str, str] | None:
        """Return the encryption context that grant constraints are compared with; None if the operation has none."""
        return self.encryption_context() or {} if "kms:encryptioncontextkeys" in self._offered else None

    def of_key(self, attribute: Callable[[Key], str | None]) -> str | None:
        """Return a property of the key, or None where there is none."""
        return attribute(self.key) if self.key is not None else None


def _offered(permission: Permission) -> frozenset[str]:
    found = _OFFERED.get(permission)
    if found is None:
        found = _OFFERED[permission] = frozenset(name.lower() for name in permission.all_condition_keys)
    return found


_OFFERED: dict[Permission, frozenset[str]] = {}


def _split(name: str) -> tuple[str, str, str]:
    # kms:EncryptionContext:tenant and aws:ResourceTag/team have a stem and a changing part.
    if name.startswith("aws:"):
        return name.partition("/")
    head, _, rest = name.partition(":")
    stem, separator, part = rest.partition(":")
    return f"{head}:{stem}", separator, part


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _days_since_use(context: ConditionContext) -> str | None:
    # Assumed: a key that was never used counts from its creation.
    key, now = context.key, context.call.now
    if key is None:
        return None
    last = key.last_use.when if key.last_use else key.created
    return str(int((now - last) // _DAY))


def _parameter(member: str, default: Any = None) -> Callable[[ConditionContext], Value | None]:
    return lambda context: context.parameter(member, default)


def _of_key_or_request(
    attribute: Callable[[Key], str | None], member: str, default: str | None
) -> Callable[[ConditionContext], Value | None]:
    def value(context: ConditionContext) -> Value | None:
        key = context.key or context.replica_of()
        if key is not None:
            return attribute(key)
        return context.parameter(member, default) if context.of_new_key else None

    return value


def _constraint_type(context: ConditionContext) -> str | None:
    constraints = context.constraints()
    if constraints is None or constraints.encryption_context is None:
        return None
    return "EncryptionContextEquals" if constraints.encryption_context_equals else "EncryptionContextSubset"


def _for_aws_resource(context: ConditionContext) -> str:
    # Assumed: the key is there and false in a direct call; a Deny with Null would tell.
    identity = context.identity
    by_service = identity.principal.kind == "Service" or "kms:viaservice" in identity.context
    return _text(by_service)


def _source_arn_constraint(context: ConditionContext) -> str | None:
    found: str | None = context.call.input.get("Constraints", {}).get("SourceArn")
    return found


def _algorithm(context: ConditionContext) -> str | None:
    found = context.found
    member = found.use.algorithm if found and found.use.algorithm else "EncryptionAlgorithm"
    return context.parameter(member, "SYMMETRIC_DEFAULT")


def _same_key(context: ConditionContext) -> str:
    keys = {id(found.key) for found in context.call.found}
    return "true" if len(keys) == 1 else "false"


def _aliases(context: ConditionContext) -> tuple[str, ...] | None:
    key, store = context.key, context.call.store
    if key is None:
        return None
    aliases = store.region(key.account, key.region).aliases_of_key.get(key.key_id)
    return tuple(alias.name for alias in aliases) if aliases else None


def _context_keys(context: ConditionContext) -> tuple[str, ...] | None:
    pairs = context.encryption_context()
    return tuple(pairs) if pairs else None


def _tag_keys(context: ConditionContext) -> tuple[str, ...] | None:
    request = context.call.input
    names = [tag["TagKey"] for tag in request.get("Tags", ())] + list(request.get("TagKeys", ()))
    return tuple(names) or None


def _multi_region_type(context: ConditionContext) -> str | None:
    if context.key is not None:
        return context.key.multi_region_type
    if context.replica_of() is not None:
        return "REPLICA"
    return "PRIMARY" if context.of_new_key and context.call.input.get("MultiRegion") else None


# A condition key without its changing part -> its value in a check, None where it is absent.
_KEYS: dict[str, Callable[[ConditionContext], Value | None]] = {
    "kms:bypasspolicylockoutsafetycheck": _parameter("BypassPolicyLockoutSafetyCheck"),
    "kms:calleraccount": lambda context: context.call.caller.account,
    "kms:datakeypairspec": _parameter("KeyPairSpec"),
    "kms:encryptionalgorithm": _algorithm,
    "kms:encryptioncontextkeys": _context_keys,
    "kms:expirationmodel": _parameter("ExpirationModel"),
    "kms:grantconstrainttype": _constraint_type,
    "kms:grantconstraintsourcearn": _source_arn_constraint,
    "kms:grantisforawsresource": _for_aws_resource,
    "kms:grantoperations": lambda context: tuple(context.call.input.get("Operations", ())) or None,
    "kms:granteeprincipal": _parameter("GranteePrincipal"),
    "kms:granteeserviceprincipal": _parameter("GranteeServicePrincipal"),
    "kms:keyagreementalgorithm": _parameter("KeyAgreementAlgorithm"),
    "kms:keyorigin": _of_key_or_request(lambda key: key.origin, "Origin", "AWS_KMS"),
    "kms:keyspec": _of_key_or_request(lambda key: key.spec.name, "KeySpec", "SYMMETRIC_DEFAULT"),
    "kms:keyusage": _of_key_or_request(lambda key: key.usage, "KeyUsage", "ENCRYPT_DECRYPT"),
    "kms:macalgorithm": _parameter("MacAlgorithm"),
    "kms:messagetype": _parameter("MessageType", "RAW"),
    "kms:multiregion": _of_key_or_request(lambda key: _text(key.multi_region), "MultiRegion", "false"),
    "kms:multiregionkeytype": _multi_region_type,
    "kms:policyname": _parameter("PolicyName", "default"),
    "kms:primaryregion": _parameter("PrimaryRegion"),
    "kms:reencryptonsamekey": _same_key,
    "kms:replicaregion": _parameter("ReplicaRegion"),
    "kms:requestalias": lambda context: context.found.alias_name if context.found else None,
    "kms:resourcealiases": _aliases,
    "kms:retiringprincipal": _parameter("RetiringPrincipal"),
    "kms:retiringserviceprincipal": _parameter("RetiringServicePrincipal"),
    # Both have their default when the request has none. Source: docs/aws/recorded.md#key-rotation, for the rotation
    # period. Assumed: the waiting period has its default, too.
    "kms:rotationperiodindays": _parameter("RotationPeriodInDays", DEFAULT_PERIOD),
    "kms:schedulekeydeletionpendingwindowindays": _parameter("PendingWindowInDays", DEFAULT_WINDOW),
    "kms:signingalgorithm": _parameter("SigningAlgorithm"),
    "kms:trailingdayswithoutkeyusage": _days_since_use,
    "kms:validto": _parameter("ValidTo"),
    "kms:wrappingalgorithm": _parameter("WrappingAlgorithm"),
    "kms:wrappingkeyspec": _parameter("WrappingKeySpec"),
    "aws:tagkeys": _tag_keys,
}


def _encryption_context(context: ConditionContext, name: str) -> str | None:
    pairs = context.encryption_context() or {}
    return next((value for key, value in pairs.items() if key.lower() == name), None)


def _resource_tag(context: ConditionContext, name: str) -> str | None:
    if context.key is None:
        return None
    return next((tag.value for tag in context.key.tags if tag.key.lower() == name), None)


def _request_tag(context: ConditionContext, name: str) -> str | None:
    tags = context.call.input.get("Tags", ())
    return next((tag["TagValue"] for tag in tags if tag["TagKey"].lower() == name), None)


def _attested(context: ConditionContext, name: str) -> str | None:
    attestation = context.call.attestation
    if attestation is None:
        return None
    register = "pcr0" if name == "imagesha384" else name.removeprefix("nitrotpm")
    number = register.removeprefix("pcr")
    value = attestation.pcrs.get(int(number)) if number.isdigit() else None
    return None if value is None else value.hex()


_WITH_A_PART: dict[str, Callable[[ConditionContext, str], Value | None]] = {
    "kms:encryptioncontext": _encryption_context,
    "kms:recipientattestation": _attested,
    "aws:resourcetag": _resource_tag,
    "aws:requesttag": _request_tag,
}


def _principal_arn(context: ConditionContext) -> str:
    principal = context.identity.principal
    return principal.role_arn or principal.arn


def _requested_region(context: ConditionContext) -> str:
    # A replica is created in its own Region. Source: API_ReplicateKey.
    replica_region: str | None = context.call.input.get("ReplicaRegion") if context.replica_of() is not None else None
    return replica_region or context.call.caller.region


_GLOBAL: dict[str, Callable[[ConditionContext], Value | None]] = {
    "aws:principalarn": _principal_arn,
    "aws:principalaccount": lambda context: context.identity.principal.account,
    "aws:principaltype": lambda context: context.identity.principal.kind,
    "aws:principalisawsservice": lambda _: "false",
    "aws:requestedregion": _requested_region,
    "aws:resourceaccount": lambda context: context.of_key(lambda key: key.account),
    "aws:securetransport": lambda _: "true",
    "aws:sourceip": lambda _: "127.0.0.1",
    "aws:viaawsservice": lambda _: "false",
    "aws:useragent": lambda context: context.call.request.header("user-agent") or None,
    "aws:currenttime": lambda context: f"{from_epoch(context.call.now):%Y-%m-%dT%H:%M:%SZ}",
    "aws:epochtime": lambda context: str(int(context.call.now)),
}
