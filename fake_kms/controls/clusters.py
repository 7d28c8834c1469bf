"""`kms.clusters`: the CloudHSM clusters of the account, as far as custom key stores use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fake_kms.misuse import check_choice, check_secret, check_text, check_whole

__all__ = ["CONNECTION_ERRORS", "MAX_FAILED_LOGINS", "STATES", "Cluster", "Clusters"]

_CLUSTER_ID = re.compile(r"cluster-[2-7a-zA-Z]{11,16}")
# The states of CloudHSM, and the connection errors of KMS that are not about external key stores. Source: botocore, the
# models of CloudHSM (ClusterState) and KMS (ConnectionErrorCodeType).
STATES = (
    "CREATE_IN_PROGRESS",
    "UNINITIALIZED",
    "INITIALIZE_IN_PROGRESS",
    "INITIALIZED",
    "ACTIVE",
    "UPDATE_IN_PROGRESS",
    "MODIFY_IN_PROGRESS",
    "ROLLBACK_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
    "DELETED",
    "DEGRADED",
)
CONNECTION_ERRORS = (
    "INVALID_CREDENTIALS",
    "CLUSTER_NOT_FOUND",
    "NETWORK_ERRORS",
    "INTERNAL_ERROR",
    "INSUFFICIENT_CLOUDHSM_HSMS",
    "USER_LOCKED_OUT",
    "USER_NOT_FOUND",
    "USER_LOGGED_IN",
    "SUBNET_NOT_FOUND",
    "INSUFFICIENT_FREE_ADDRESSES_IN_SUBNET",
)
MAX_FAILED_LOGINS = 5
_COUNTS = range(1000)


@dataclass(slots=True, eq=False)
class Cluster:
    """One CloudHSM cluster. A password or certificate of None matches any.

    `password` is that of the crypto user kmsuser, `certificate` the trust anchor, `hsms` the number of active HSMs,
    `state` one of CloudHSM's cluster states. Clusters with the same `backup_lineage` share a backup history. If a
    `connection_error` (USER_LOGGED_IN, SUBNET_NOT_FOUND, ...) is set, every connection fails with it. Each of them may
    be set at any time. Raises: TypeError, ValueError for a value that it cannot have.
    """

    cluster_id: str
    password: str | None = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)
    hsms: int = 2
    state: str = "ACTIVE"
    backup_lineage: str | None = None
    connection_error: str | None = None
    failed_logins: int = 0

    def __setattr__(self, name: str, value: Any) -> None:
        _check_attribute(name, value)
        object.__setattr__(self, name, value)

    @property
    def active(self) -> bool:
        """Whether the cluster is initialized and running."""
        return self.state == "ACTIVE"

    @property
    def reachable(self) -> bool:
        """Whether a connected key store can use the cluster."""
        return self.active and self.hsms > 0

    def set_state(self, state: str) -> None:
        """Set the state of the cluster, e.g. ACTIVE, UNINITIALIZED, DEGRADED, DELETED."""
        self.state = state

    def set_password(self, password: str) -> None:
        """Change the password of kmsuser, which also ends a lock-out. UpdateCustomKeyStore changes what KMS uses."""
        self.password = password
        self.failed_logins = 0

    def lock_out(self) -> None:
        """Lock kmsuser out, as five failed logins do."""
        self.failed_logins = MAX_FAILED_LOGINS


def _check_attribute(name: str, value: Any) -> None:
    match name:
        case "hsms" | "failed_logins":
            check_whole(name, value, _COUNTS)
        case "state":
            check_choice(name, value, STATES)
        case "connection_error" if value is not None:
            check_choice(name, value, CONNECTION_ERRORS)
        case "password" | "certificate" if value is not None:
            check_secret(name, value)
        case "cluster_id" | "backup_lineage" if value is not None:
            check_text(name, value, "cluster-abcdefghijk")


class Clusters:
    """The registered clusters. While there are none, every cluster id stands for an active cluster that matches."""

    def __init__(self) -> None:
        self._clusters: dict[str, Cluster] = {}

    def __repr__(self) -> str:
        return f"<Clusters {', '.join(self._clusters) or 'not registered: any id stands for one that matches'}>"

    def __len__(self) -> int:
        return len(self._clusters)

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self._clusters.values())

    def __getitem__(self, cluster_id: str) -> Cluster:
        if check_text("a cluster id", cluster_id, "cluster-abcdefghijk") not in self._clusters:
            raise KeyError(f"no cluster {cluster_id} was added")
        return self._clusters[cluster_id]

    def add(
        self,
        cluster_id: str,
        *,
        password: str | None = None,
        certificate: str | None = None,
        hsms: int = 2,
        state: str = "ACTIVE",
        backup_lineage: str | None = None,
    ) -> Cluster:
        """Register a cluster, replacing one with the same id; from then on, clusters not registered do not exist.

        Input: as the attributes of `Cluster`. Raises: ValueError for an id that CloudHSM does not make, and as
        `Cluster`.
        """
        if not _CLUSTER_ID.fullmatch(check_text("a cluster id", cluster_id, "cluster-abcdefghijk")):
            raise ValueError(f"CloudHSM ids are like {_CLUSTER_ID.pattern}, and KMS refuses others: {cluster_id!r}")
        cluster = Cluster(cluster_id, password, certificate, hsms, state, backup_lineage)
        self._clusters[cluster_id] = cluster
        return cluster

    def remove(self, cluster_id: str) -> None:
        """Remove a cluster. Raises: KeyError if there is none with this id."""
        del self._clusters[self[cluster_id].cluster_id]
