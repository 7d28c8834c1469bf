"""`kms.clusters`: the CloudHSM clusters of the account, as far as custom key stores use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Cluster", "Clusters"]

_CLUSTER_ID = re.compile(r"cluster-[2-7a-zA-Z]{11,16}")
_MAX_FAILED_LOGINS = 5


@dataclass(slots=True, eq=False)
class Cluster:
    """One CloudHSM cluster. A password or certificate of None matches any.

    `password` is that of the crypto user kmsuser, `certificate` the trust anchor, `hsms` the number of active HSMs,
    `state` one of CloudHSM's cluster states. Clusters with the same `backup_lineage` share a backup history. If a
    `connection_error` (USER_LOGGED_IN, SUBNET_NOT_FOUND, ...) is set, every connection fails with it.
    """

    cluster_id: str
    password: str | None = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)
    hsms: int = 2
    state: str = "ACTIVE"
    backup_lineage: str | None = None
    connection_error: str | None = None
    failed_logins: int = 0

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
        self.failed_logins = _MAX_FAILED_LOGINS

    def log_in(self, password: str) -> str | None:
        """Log in as kmsuser, as KMS does. Output: the ConnectionErrorCode, None for success."""
        if self.connection_error is not None:
            return self.connection_error
        if self.failed_logins >= _MAX_FAILED_LOGINS:
            return "USER_LOCKED_OUT"
        if self.password not in {None, password}:
            self.failed_logins += 1
            return "INVALID_CREDENTIALS"
        self.failed_logins = 0
        return None

    def accepts(self, certificate: str) -> bool:
        """Return whether a trust anchor certificate is that of this cluster."""
        return self.certificate is None or self.certificate.split() == certificate.split()

    def shares_history(self, other: Cluster) -> bool | None:
        """Return whether two clusters share a backup history, and so their certificate; None if that is unknown."""
        if self is other or self.cluster_id == other.cluster_id:
            return True
        if self.backup_lineage is not None and other.backup_lineage is not None:
            return self.backup_lineage == other.backup_lineage
        if self.certificate is not None and other.certificate is not None:
            return self.accepts(other.certificate)
        return None


class Clusters:
    """The registered clusters. While there are none, every cluster id stands for an active cluster that matches."""

    def __init__(self) -> None:
        self._clusters: dict[str, Cluster] = {}

    def __len__(self) -> int:
        return len(self._clusters)

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self._clusters.values())

    def __getitem__(self, cluster_id: str) -> Cluster:
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

        Input: as the attributes of `Cluster`. Raises: ValueError for an id that CloudHSM does not make.
        """
        if not _CLUSTER_ID.fullmatch(cluster_id):
            raise ValueError(f"CloudHSM ids are like {_CLUSTER_ID.pattern}, and KMS refuses others: {cluster_id!r}")
        cluster = Cluster(cluster_id, password, certificate, hsms, state, backup_lineage)
        self._clusters[cluster_id] = cluster
        return cluster

    def remove(self, cluster_id: str) -> None:
        """Remove a cluster. Raises: KeyError."""
        del self._clusters[cluster_id]

    def find(self, cluster_id: str) -> Cluster | None:
        """Return the cluster with an id, or None if it does not exist."""
        if not self._clusters:
            return Cluster(cluster_id)
        return self._clusters.get(cluster_id)
