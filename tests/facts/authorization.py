"""Facts about grants, key policies and denials."""

from __future__ import annotations

import json

from facts.fact import Fact
from grantable import HMAC, RSA, SIGNING, create_grant
from iam import ALL, OTHER, allow, deny, key_policy, policy

from fake_kms.controls.principal import identity_of

__all__ = ["FACTS"]

_GRANTS = "docs/aws/recorded.md#grants"
_POLICIES = "docs/aws/evidence.md#key-policies"
_DENIALS = "docs/aws/evidence.md#authorization"
_QUOTED = "docs/aws/evidence.md#authorization-from-documentation-and-quoted-answers"
_WHO = "User: {who} is not authorized to perform: "
_CONTEXT = {"EncryptionContextEquals": {"tenant": "blue"}}


def _on(spec, *operations, **more):
    return lambda world: create_grant(world.client, world.key(**spec), *operations, **more)


def _to(grantee):
    """Create a grant to what a role and a removed role are called."""

    def run(world):
        key = world.key()
        app, gone = world.kms.principals.role("app", path="/team/"), world.kms.principals.role("gone")
        world.kms.principals.remove(gone)
        names = {"session": app.arn, "gone": gone.arn, "with_path": app.arn.replace("/app/", "/team/app/")}
        for name, role in (("id", app), ("gone_id", gone)):
            names[name] = identity_of(role).principal.unique_id
        world.names |= names
        return create_grant(world.client, key, "Encrypt", GranteePrincipal=names[grantee])

    return run


def _listed(find, name):
    """List grants by a role that was removed: by its ARN, or by its unique id."""

    def run(world):
        key, gone = world.key(), world.kms.principals.role("gone")
        world.names |= {"gone": gone.arn, "gone_id": identity_of(gone).principal.unique_id}
        world.kms.principals.remove(gone)
        return find(world.client, key["KeyId"], world.names[name])

    return run


def _grants_of(client, key_id, name):
    return client.list_grants(KeyId=key_id, GranteePrincipal=name)


def _retirable_by(client, _, name):
    return client.list_retirable_grants(RetiringPrincipal=name)


def _by(request, *statements, account=None, **more):
    """Make a request as a user with these policies."""

    def run(world):
        key = world.key(**({"Policy": key_policy(allow(to="123456789012"), allow(to=OTHER))} if account else {}))
        app = world.kms.principals.user("app", policies=[policy(*statements)], account=account, **more)
        world.names |= {"who": app.arn}
        blob = world.client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
        with world.kms.acting_as(app):
            return request(world.client, key["Arn"], blob)

    return run


def _put(*statements, **more):
    return lambda world: world.client.put_key_policy(
        KeyId=world.key()["KeyId"], PolicyName="default", Policy=key_policy(*statements, **more)
    )


def _retire_by_id(world):
    key = world.key()
    created = create_grant(world.client, key, "Encrypt")
    return world.client.retire_grant(KeyId=key["KeyId"], GrantId=created["GrantId"])


def _expired(world):
    session = world.kms.principals.role("app", policies=[policy(ALL)]).assume("short", duration=3600)
    client = session.client()
    client.list_keys()
    world.kms.clock.advance(hours=1)
    return client.list_keys()


_UNFIT = (
    "Operations [Encrypt] are not supported when creating a grant for {kind} KMS key with key usage {usage}. "
    "Valid operations are [{valid}]"
)
_UNSUPPORTED_CONTEXT = "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key."
_MALFORMED = "MalformedPolicyDocumentException"
_TAGS = [{"TagKey": "team", "TagValue": "blue"}]
_DENY_ARN = "arn:aws:iam::123456789012:policy/NoAliases"

FACTS = [
    Fact(
        "a grant of an operation that an HMAC key has not",
        _GRANTS,
        _on(HMAC, "Encrypt"),
        "ValidationException",
        _UNFIT.format(
            kind="a symmetric",
            usage="GENERATE_VERIFY_MAC",
            valid="CreateGrant, RetireGrant, DescribeKey, GenerateMac, VerifyMac",
        ),
        aws=True,
    ),
    Fact(
        "a grant of an operation that a signing key has not",
        "docs/aws/evidence.md#grants",
        _on(SIGNING, "Encrypt"),
        "ValidationException",
        _UNFIT.format(
            kind="an asymmetric",
            usage="SIGN_VERIFY",
            valid="Sign, Verify, GetPublicKey, CreateGrant, RetireGrant, DescribeKey",
        ),
        aws=True,
    ),
    *(
        Fact(
            f"a context constraint on a key for {spec['KeyUsage']}, and {what}",
            _GRANTS,
            _on(spec, operation, Constraints=_CONTEXT),
            "ValidationException",
            _UNSUPPORTED_CONTEXT,
            aws=True,
        )
        for spec in (HMAC, RSA, SIGNING)
        for operation, what in (("DescribeKey", "nothing else is wrong"), ("GenerateDataKey", "a wrong operation"))
    ),
    Fact("a grant to a session that nobody has begun", _GRANTS, _to("session"), None),
    Fact("a grant to a session by its unique id", _GRANTS, _to("id"), None),
    Fact(
        "a grant to the session of a role that is gone",
        _GRANTS,
        _to("gone"),
        "InvalidArnException",
        "ARN does not refer to a valid principal: {gone}",
    ),
    Fact(
        "a grant to a session with the path of its role",
        _GRANTS,
        _to("with_path"),
        "InvalidArnException",
        "ARN is not valid: {with_path}",
    ),
    Fact(
        "a grant to the unique id of a role that is gone",
        _GRANTS,
        _to("gone_id"),
        "InvalidArnException",
        "GranteePrincipal does not refer to a valid principal.",
    ),
    Fact(
        "ListGrants by the ARN of a principal that is gone",
        _GRANTS,
        _listed(_grants_of, "gone"),
        "InvalidArnException",
        "ARN does not refer to a valid principal: {gone}",
    ),
    Fact(
        "ListGrants by the unique id of a principal that is gone",
        _GRANTS,
        _listed(_grants_of, "gone_id"),
        "InvalidArnException",
        "Input does not refer to a valid principal",
    ),
    Fact(
        "ListRetirableGrants by the unique id of a principal that is gone",
        _GRANTS,
        _listed(_retirable_by, "gone_id"),
        "NotFoundException",
        "Retiring principal {gone_id} could not be found",
    ),
    Fact(
        "RetireGrant with a bare key id",
        _GRANTS,
        _retire_by_id,
        "NotFoundException",
        "Invalid arn {key_id}",
        aws=True,
    ),
    Fact(
        "a statement without a principal",
        "docs/aws/recorded.md#other-public-native-evidence",
        _put(ALL),
        _MALFORMED,
        "Policy contains a statement with no principal.",
        aws=True,
    ),
    Fact(
        "a statement with an empty list of principals",
        _POLICIES,
        _put(allow(to=[])),
        _MALFORMED,
        "Policy contains a statement with no principal.",
        aws=True,
    ),
    Fact(
        "a principal of a key policy whose ARN has no account",
        "docs/aws/authorization.md#key-policies",
        _put(allow(to="arn:aws:iam:::user/alice")),
        "InvalidArnException",
        "An ARN in the specified key policy is invalid.",
        aws=True,
    ),
    Fact(
        "a key policy that is no policy",
        "docs/aws/evidence.md#lists-listings-wire-members",
        lambda world: world.client.put_key_policy(KeyId=world.key()["KeyId"], PolicyName="default", Policy="x"),
        _MALFORMED,
        aws=True,
    ),
    Fact(
        "a key of another account, and an identity policy that is silent",
        _GRANTS,
        _by(lambda client, arn, _: client.describe_key(KeyId=arn), allow("s3:*"), account=OTHER),
        "AccessDeniedException",
        _WHO + "kms:DescribeKey on this resource because no identity-based policy allows the kms:DescribeKey action",
    ),
    Fact(
        "Decrypt without KeyId, and an identity policy that is silent",
        _QUOTED,
        _by(lambda client, _, blob: client.decrypt(CiphertextBlob=blob), allow("s3:*")),
        "AccessDeniedException",
        _WHO + "kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows "
        "the kms:Decrypt action",
    ),
    Fact(
        "Decrypt without KeyId, and a boundary that is silent",
        _QUOTED,
        _by(lambda client, _, blob: client.decrypt(CiphertextBlob=blob), ALL, boundary=policy(allow("s3:*"))),
        "AccessDeniedException",
        _WHO + "kms:Decrypt on the resource associated with this ciphertext because no permissions boundary allows "
        "the kms:Decrypt action",
    ),
    Fact(
        "CreateKey with tags, and neither kms:TagResource nor kms:CreateKey",
        "docs/aws/evidence.md#createkey-describekey",
        _by(lambda client, *_: client.create_key(Tags=_TAGS), allow("s3:*")),
        "AccessDeniedException",
        _WHO + "kms:TagResource because no identity-based policy allows the kms:TagResource action",
    ),
    Fact(
        "an explicit deny of a managed policy",
        _DENIALS,
        _by(
            lambda client, *_: client.list_aliases(),
            ALL,
            managed={_DENY_ARN: json.dumps(policy(deny("kms:ListAliases")))},
        ),
        "AccessDeniedException",
        _WHO + f"kms:ListAliases on resource: * with an explicit deny in an identity-based policy: {_DENY_ARN}",
    ),
    Fact(
        "temporary credentials after their time",
        "docs/aws/evidence.md#front-end",
        _expired,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    ),
    Fact(
        "a multi-Region key, made by a user with kms:CreateKey alone",
        "docs/aws/recorded.md#createkey",
        _by(lambda client, *_: client.create_key(MultiRegion=True), allow("kms:CreateKey")),
        None,
    ),
]
