"""moto: S3, DynamoDB and the rest are moto's, KMS is ours, however the two are nested or imported.

moto answers in a `before-send` handler of botocore, before the HTTP layer is reached, and for `requests` in a
callback; both are methods of its BotocoreStubber. While a fake is open they step aside for KMS. moto's own
services that use moto's KMS internally (EBS, RDS, SES, CloudFormation) go on doing so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms.adapters import active
from fake_kms.adapters.kms_requests import is_kms, whose
from fake_kms.adapters.requests import prepare
from fake_kms.policy.document import compile_policy
from fake_kms.policy.identity import Identity
from fake_kms.policy.malformed import MalformedPolicy
from fake_kms.policy.request import IamPrincipal

if TYPE_CHECKING:
    from fake_kms.policy.document import Policy

__all__ = ["find_identity", "knows", "patch"]


def patch() -> Callable[[], None]:
    """Let moto step aside for KMS; the answer takes the patch out again."""
    from moto.core.botocore_stubber import BotocoreStubber

    def make_call(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(stubber: BotocoreStubber, event_name: str, request: Any, **kwargs: Any) -> Any:
            if active.innermost() and is_kms(request.url, *whose(request.headers)):
                return None  # botocore goes on to its HTTP layer, where the fake answers
            return original(stubber, event_name, request, **kwargs)

        return call

    def make_process(original: Callable[..., Any]) -> Callable[..., Any]:
        def process(stubber: BotocoreStubber, request: Any) -> Any:
            door, prepared = active.innermost(), prepare(request)
            if door is None or prepared is None:
                return original(stubber, request)
            response = door.handle(prepared)
            return response.status, response.headers, response.body

        return process

    undo_call = active.replace(BotocoreStubber, "__call__", make_call)
    undo_process = active.replace(BotocoreStubber, "process_prepared_request", make_process)

    def undo() -> None:
        undo_process()
        undo_call()

    return undo


# --- whom moto's IAM and STS know ----------------------------------------------------------------------------


def find_identity(access_key_id: str) -> Identity | None:
    """Return whom moto's IAM or STS knows by an access key, with inline, managed and group policies; None if nobody.

    Where moto differs from AWS: the ARN of a user or role lacks its path in older versions; assume_role neither
    checks the trust policy nor that the role exists, so a session of a role that is not there has no policies.
    """
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
    """Return whether moto has a user or role of this ARN, or a session of a role."""
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    def named(backends: Any, kind: str) -> bool:
        owners = [backend for partitions in list(backends.values()) for backend in list(partitions.values())]
        return any(one.arn == arn for owner in owners for one in _members(getattr(owner, kind)))

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
    # In pairs: inline policies of a user and of its groups may have the same name.
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
    """Compile policies. Raises: ValueError that points at the statement, since moto takes what IAM refuses."""
    found = []
    for name, document in documents:
        text = document if isinstance(document, str) else json.dumps(document)
        try:
            found.append(compile_policy(text, name, kind="identity"))
        except MalformedPolicy as reason:
            raise ValueError(f"moto's policy {name}: {reason}") from None
    return tuple(found)
