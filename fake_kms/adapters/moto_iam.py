"""The users, roles and sessions of moto's IAM and STS, while moto is open.

Where moto differs from AWS: the ARN of a user or role lacks its path in older versions; assume_role neither checks
the trust policy nor that the role exists, so a session of a role that does not exist has no policies.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import moto_mock
from fake_kms.policy.document import compile_policy
from fake_kms.policy.identity import Identity
from fake_kms.policy.malformed import MalformedPolicy
from fake_kms.policy.request import IamPrincipal

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy

__all__ = ["find_identity", "knows"]


def find_identity(access_key_id: str) -> Identity | None:
    """Return the identity of an access key, with inline, managed and group policies; None if moto has none."""
    if not moto_mock.is_open():
        return None
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    for account, partitions in list(iam_backends.items()):
        for partition in list(partitions):
            backend = partitions[partition]
            for user in list(backend.users.values()):
                if any(key.access_key_id == access_key_id for key in user.access_keys):
                    return _user(backend, account, user)
    for account, by_partition in list(sts_backends.items()):
        for partition in list(by_partition):
            for session in list(by_partition[partition].assumed_roles):
                if session.access_key_id == access_key_id:
                    return _session(iam_backends[account][partition], account, session)
    return None


def knows(arn: str) -> bool:
    """Return whether moto has a user or role with this ARN, or a session of a role."""
    if not moto_mock.is_open():
        return False
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    def named(backends: Any, kind: str) -> bool:
        owners = [backend for partitions in list(backends.values()) for backend in list(partitions.values())]
        return any(member.arn == arn for owner in owners for member in _members(getattr(owner, kind)))

    return named(iam_backends, "users") or named(iam_backends, "roles") or named(sts_backends, "assumed_roles")


def _members(collection: Any) -> list[Any]:
    return list(collection.values() if hasattr(collection, "values") else collection)


def _user(backend: Any, account: str, user: Any) -> Identity:
    documents = _documents(user)
    for group in backend.groups.values():
        if user in group.users:
            documents += _documents(group)
    principal = IamPrincipal(user.arn, account, "User", None, user.id, None)
    context = {"aws:username": user.name, "aws:userid": user.id, **_tags(user)}
    return Identity(principal, _compiled(documents), _boundary(user), context=context)


def _session(backend: Any, account: str, session: Any) -> Identity:
    role = next((role for role in backend.roles.values() if role.arn == session.role_arn), None)
    name = session.role_arn.rpartition("/")[2]
    partition = session.role_arn.split(":")[1]
    arn = f"arn:{partition}:sts::{account}:assumed-role/{name}/{session.session_name}"
    unique_id = f"{role.id if role else 'AROAUNKNOWN'}:{session.session_name}"
    principal = IamPrincipal(arn, account, "AssumedRole", session.role_arn, unique_id, None)
    session_policies = _compiled([("session policy", session.policy)]) if session.policy else ()
    documents = _documents(role) if role else []
    boundary = _boundary(role) if role else None
    context = {"aws:userid": unique_id, "aws:multifactorauthpresent": "false", **_tags(role)}
    return Identity(principal, _compiled(documents), boundary, session_policies, context)


def _tags(owner: Any) -> dict[str, str]:
    return {f"aws:principaltag/{tag['Key']}".lower(): tag["Value"] for tag in getattr(owner, "tags", None) or ()}


def _documents(owner: Any) -> list[tuple[str, Any]]:
    # Pairs, not a dictionary: inline policies of a user and of its groups may have the same name.
    inline = owner.policies if isinstance(owner.policies, dict) else {}
    return [*inline.items(), *((arn, _document(policy)) for arn, policy in owner.managed_policies.items())]


def _document(managed: Any) -> str:
    versions = managed.versions
    document: str = next((version.document for version in versions if version.is_default), versions[-1].document)
    return document


def _boundary(owner: Any) -> Policy | None:
    # moto keeps the boundary's ARN only; its document is found among the managed policies of the account.
    arn = getattr(owner, "permissions_boundary_arn", None)
    if not arn:
        return None
    from moto.iam.models import iam_backends

    for partitions in iam_backends.values():
        for partition in list(partitions):
            policy = partitions[partition].managed_policies.get(arn)
            if policy is not None:
                return _compiled([(arn, _document(policy))])[0]
    return None


def _compiled(documents: list[tuple[str, Any]]) -> tuple[Policy, ...]:
    """Compile policies. Raises: ValueError that names the statement, since moto accepts what IAM refuses."""
    found = []
    for name, document in documents:
        text = document if isinstance(document, str) else json.dumps(document)
        try:
            found.append(compile_policy(text, name, kind="identity"))
        except MalformedPolicy as reason:
            raise ValueError(f"moto's policy {name}: {reason}") from None
    return tuple(found)
