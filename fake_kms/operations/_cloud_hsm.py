"""CloudHSM key stores: whether their cluster meets the requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import errors
from fake_kms.controls.clusters import MAX_FAILED_LOGINS, Cluster

if TYPE_CHECKING:
    from fake_kms.operations.call import Call
    from fake_kms.store.key_store import CustomKeyStore

__all__ = ["check_cluster_answers", "check_new_cluster", "check_related_cluster", "has_hsms_for_keys", "log_in"]

# Creating and updating key stores and creating keys needs two active HSMs, connecting one. Source:
# API_CloudHsmClusterInvalidConfigurationException.
_HSMS = 2


def check_new_cluster(call: Call) -> None:
    """Check the cluster of a new key store. Raises: KmsError. Assumed: the order of these checks."""
    cluster = _fitting(call)
    if not _accepts(cluster, call.input["TrustAnchorCertificate"]):
        raise errors.incorrect_trust_anchor()
    for region in call.store.regions():
        if region.account == call.region.account and any(_has(call, cluster, store) for store in region.key_stores):
            raise errors.cluster_in_use()


def _has(call: Call, cluster: Cluster, key_store: CustomKeyStore) -> bool:
    if key_store.external:
        return False
    used = key_store.settings["CloudHsmClusterId"]
    other = _find(call, used)
    return used == cluster.cluster_id or (other is not None and _share_history(cluster, other) is True)


def check_related_cluster(call: Call, key_store: CustomKeyStore) -> None:
    """Check the cluster that an update names for a key store. Raises: KmsError."""
    cluster = _fitting(call)
    before = _find(call, key_store.settings["CloudHsmClusterId"])
    certificate = key_store.settings["TrustAnchorCertificate"]
    if (before is not None and _share_history(cluster, before) is False) or not _accepts(cluster, certificate):
        raise errors.cluster_not_related()


def _fitting(call: Call) -> Cluster:
    cluster = _find(call, call.input["CloudHsmClusterId"])
    if cluster is None:
        raise errors.cluster_not_found()
    if not cluster.active:
        raise errors.cluster_not_active()
    if cluster.hsms < _HSMS:
        raise errors.cluster_configuration()
    return cluster


def log_in(call: Call, key_store: CustomKeyStore) -> str | None:
    """Connect to a cluster; output is the ConnectionErrorCode, None for success.

    Raises: KmsError for a cluster that KMS refuses before it connects.
    """
    cluster = _cluster_of(call, key_store)
    if cluster is None:
        return "CLUSTER_NOT_FOUND"
    if not cluster.active:
        raise errors.cluster_not_active()
    if not cluster.hsms:
        raise errors.cluster_configuration()
    return _log_in(cluster, key_store.settings["KeyStorePassword"])


def has_hsms_for_keys(call: Call, key_store: CustomKeyStore) -> bool:
    """Return whether a cluster has the active HSMs that creating a key needs."""
    cluster = _cluster_of(call, key_store)
    return cluster is not None and cluster.active and cluster.hsms >= _HSMS


def check_cluster_answers(call: Call, key_store: CustomKeyStore) -> None:
    """Check that a connected cluster can still be used. Raises: KmsError KMSInvalidStateException."""
    cluster = _cluster_of(call, key_store)
    if cluster is None or not cluster.reachable:
        raise errors.cluster_unreachable()


def _cluster_of(call: Call, key_store: CustomKeyStore) -> Cluster | None:
    return _find(call, key_store.settings["CloudHsmClusterId"])


def _find(call: Call, cluster_id: str) -> Cluster | None:
    clusters = call.tools.clusters
    if not len(clusters):
        return Cluster(cluster_id)
    return next((cluster for cluster in clusters if cluster.cluster_id == cluster_id), None)


def _log_in(cluster: Cluster, password: str) -> str | None:
    """Log in as kmsuser. Output: the ConnectionErrorCode, None for success."""
    if cluster.connection_error is not None:
        return cluster.connection_error
    if cluster.failed_logins >= MAX_FAILED_LOGINS:
        return "USER_LOCKED_OUT"
    if cluster.password not in {None, password}:
        cluster.failed_logins += 1
        return "INVALID_CREDENTIALS"
    cluster.failed_logins = 0
    return None


def _accepts(cluster: Cluster, certificate: str) -> bool:
    """Return whether a trust anchor certificate is that of a cluster."""
    return cluster.certificate is None or cluster.certificate.split() == certificate.split()


def _share_history(one: Cluster, other: Cluster) -> bool | None:
    """Return whether two clusters share a backup history, and so their certificate; None if that is unknown."""
    if one is other or one.cluster_id == other.cluster_id:
        return True
    if one.backup_lineage is not None and other.backup_lineage is not None:
        return one.backup_lineage == other.backup_lineage
    if one.certificate is not None and other.certificate is not None:
        return _accepts(one, other.certificate)
    return None
