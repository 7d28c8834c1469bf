"""Who is registered with a fake, and with which access keys they call.

What `kms.principals` makes is registered here; the stages of a request ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fake_kms import arns
from fake_kms.clock import from_epoch
from fake_kms.controls.arguments import check_duration
from fake_kms.controls.principal import Credentials, Principal, identity_of
from fake_kms.policy.identity import ADMINISTRATOR, Identity
from fake_kms.policy.request import IamPrincipal

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from fake_kms.entropy import Entropy

__all__ = ["Registry", "sessions_of"]

_MARK = "FKMS"  # the fifth to eighth letter of every access key that a fake issues
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Registry:
    """The registered principals of one fake.

    Access keys that are not registered belong to the administrator of the default account, or of the account whose
    twelve digits they are.
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        entropy: Entropy,
        make_client: Callable[[str, dict[str, Any]], KMSClient],
        look_up: Callable[[str], Identity | None],
        known_elsewhere: Callable[[str], bool],
        now: Callable[[], float],
        rename: Callable[[Callable[[str], str]], None],
    ) -> None:
        self.account = account
        self.region = region
        self.make_client = make_client
        self._entropy = entropy
        self._look_up = look_up
        self._known_elsewhere = known_elsewhere
        self._now = now
        self._rename = rename
        self._by_access_key: dict[str, Principal] = {}
        # The ARN of a user or role, or the ARN of a session but for its name -> the unique id, and the other way round.
        self._ids: dict[str, str] = {}
        self._arns: dict[str, str] = {}
        self._federated: set[str] = set()
        self._removed: set[str] = set()
        self._administrators: dict[tuple[str, str], Identity] = {}
        self._strangers: dict[tuple[str, str], Identity] = {}  # who calls with which unregistered key, in which Region
        self._acting: list[tuple[Principal]] = []
        self._mistakes: list[str] = []

    def issue_credentials(self, principal: Principal, *, temporary: bool) -> Credentials:
        """Return new credentials, by which the principal is found from now on.

        Raises: LookupError for a principal that was removed.
        """
        named = identity_of(principal).principal
        user = named.federating_user_arn
        if named.unique_id.partition(":")[0] in self._removed or (user is not None and not self.may_exist(user)):
            raise LookupError(f"{user or named.arn} was removed")
        access_key_id = self.new_unique_id(f"{'ASIA' if temporary else 'AKIA'}{_MARK}")[:20]
        self._by_access_key[access_key_id] = principal
        return Credentials(
            aws_access_key_id=access_key_id,
            aws_secret_access_key=self._entropy.bytes(20).hex(),
            aws_session_token=self._entropy.bytes(30).hex() if temporary else None,
        )

    def register(self, arn: str, unique_id: str) -> None:
        """Note a user or role, by its ARN, with its unique id."""
        self._arns[unique_id] = arn
        self._ids |= {arn: unique_id, sessions_of(arn): unique_id}

    def register_federated(self, arn: str) -> None:
        """Note a federated user, who has no unique id of its own."""
        self._federated.add(arn)

    def remove(self, principal: Principal) -> None:
        """Forget a user or a role with all its access keys; see `Principals.remove`. Raises: LookupError."""
        unique_id = identity_of(principal).principal.unique_id.partition(":")[0]
        if unique_id not in self._arns:
            raise LookupError(f"{principal!r} is not registered, or was removed")
        self._rename(lambda name: self._id_of(name, unique_id))
        arn = self._arns.pop(unique_id)
        for key in (arn, sessions_of(arn)):
            if self._ids.get(key) == unique_id:
                del self._ids[key]
                self._removed.add(key)
        self._removed.add(unique_id)
        self._by_access_key = {
            access_key: other for access_key, other in self._by_access_key.items() if not _is_of(other, arn, unique_id)
        }

    def knows(self, name: str) -> bool:
        """Return whether a policy or grant can name this: an account, or a registered ARN or unique id.

        Every session of a registered role is known, whether it was made or not.
        Source: docs/aws/recorded.md#grants, for grants.
        """
        if name.endswith(":root") or arns.is_account(name) or name in self._federated:
            return True
        return self._is_registered(name) or _is_of_aws(name) or self._known_elsewhere(name)

    def may_exist(self, name: str) -> bool:
        """Return whether a policy or grant can name this where nobody needs to be registered: unless it was removed."""
        return not self._removed or not (_stem(name) in self._removed and not self._is_registered(name))

    def named(self, name: str) -> str:
        """Return the ARN of the registered principal that a unique id names, and any other name as it is."""
        unique_id, colon, session = name.partition(":")
        arn = self._arns.get(unique_id)
        if arn is None:
            return name
        return f"{sessions_of(arn)}{session}" if colon else arn

    def issue_time(self) -> dict[str, str | tuple[str, ...]]:
        """Return the condition key that tells when temporary credentials were issued: now."""
        return {"aws:tokenissuetime": f"{from_epoch(self._now()):%Y-%m-%dT%H:%M:%SZ}"}

    def expiry(self, duration: float | None) -> float | None:
        """Return when credentials expire that are issued now for so many seconds; None if never."""
        duration = check_duration(duration)
        return None if duration is None else self._now() + duration

    def of_access_key(self, access_key_id: str) -> Principal | None:
        """Return the principal that an access key belongs to, or None."""
        return self._by_access_key.get(access_key_id)

    def identity_of(self, access_key_id: str, region: str, *, strict: bool = False) -> Identity | None:
        """Return the identity that calls with an access key; None if it is unknown and unknown ones are refused.

        Raises: RuntimeError once for each mistake of `refuse_next`.
        """
        registered = self._by_access_key.get(access_key_id)
        if registered is not None:
            return identity_of(registered)
        foreign = self._look_up(access_key_id)
        if foreign is not None:
            return foreign
        if access_key_id[4:8] == _MARK:
            return None  # of another fake, or of this one before a reset: not the administrator
        if self._mistakes:
            raise RuntimeError(self._mistakes.pop())
        if self._acting:
            acting = self._acting[-1][0]
            return identity_of(acting) if acting.credentials["aws_access_key_id"] in self._by_access_key else None
        if strict:
            return None
        return self._stranger(access_key_id, region)

    def _stranger(self, access_key_id: str, region: str) -> Identity:
        found = self._strangers.get((access_key_id, region))
        if found is None:
            found = self._administrator(access_key_id if arns.is_account(access_key_id) else self.account, region)
            self._strangers[access_key_id, region] = found
        return found

    def _administrator(self, account: str, region: str) -> Identity:
        partition = arns.partition_of(region)
        found = self._administrators.get((account, partition))
        if found is None:
            arn = arns.administrator_arn(partition, account)
            principal = IamPrincipal(arn, account, "User", None, "AIDAADMIN", None)
            keys = {"aws:username": "admin", "aws:userid": "AIDAADMIN"}
            found = self._administrators[account, partition] = Identity(principal, (ADMINISTRATOR,), context=keys)
        return found

    def begin_acting(self, principal: Principal) -> object:
        """Let whoever is not registered call as a principal. Output: what `end_acting` takes."""
        entry = (principal,)
        self._acting.append(entry)
        return entry

    def end_acting(self, entry: object) -> None:
        """End what `begin_acting` began, in whatever order."""
        self._acting = [other for other in self._acting if other is not entry]

    def refuse_next(self, mistake: str) -> None:
        """Let the next request of a caller that is not registered raise RuntimeError with this text."""
        self._mistakes.append(mistake)

    def _is_registered(self, name: str) -> bool:
        return _stem(name) in self._ids or name.partition(":")[0] in self._arns

    def _id_of(self, name: str, unique_id: str) -> str:
        """Return the unique id in place of an ARN of the principal that has it; any other name as it is."""
        if self._ids.get(_stem(name)) != unique_id:
            return name
        return f"{unique_id}:{name.rpartition('/')[2]}" if ":assumed-role/" in name else unique_id

    @property
    def partition(self) -> str:
        """The partition of the fake's Region."""
        return arns.partition_of(self.region)

    def iam(self, account: str) -> str:
        """Return how the ARNs of an account's users and roles begin."""
        return f"arn:{self.partition}:iam::{account}"

    def new_unique_id(self, prefix: str) -> str:
        """Return a new unique id, as IAM makes them."""
        return prefix + "".join(_LETTERS[byte % 32] for byte in self._entropy.bytes(17))


def sessions_of(arn: str) -> str:
    """Return how the ARNs of the sessions of a role begin; the ARN of a user has none, and is returned itself."""
    before, _, path = arn.partition(":role/")
    if not path:
        return arn
    return f"{before.replace(':iam:', ':sts:')}:assumed-role/{path.rpartition('/')[2]}/"


def _stem(name: str) -> str:
    """Return a name without what belongs to a session: the ARN of one up to its last slash, a unique id alone."""
    if ":assumed-role/" in name:
        return name[: name.rfind("/") + 1]
    return name if name.startswith("arn:") else name.partition(":")[0]


def _is_of(principal: Principal, arn: str, unique_id: str) -> bool:
    """Return whether a principal is a user or role, one of its sessions, or a federated user of it."""
    named = identity_of(principal).principal
    return named.unique_id.partition(":")[0] == unique_id or named.federating_user_arn == arn


def _is_of_aws(name: str) -> bool:
    return ":assumed-role/aws:" in name or ":role/aws:" in name
