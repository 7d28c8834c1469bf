"""What a run against AWS cannot settle, and why. A key is what `pytest.mark.settles` takes; `*` stands for any text."""

from __future__ import annotations

__all__ = ["UNSETTLED"]

CLOUD_HSM = "needs an AWS CloudHSM cluster, which costs more than 1 USD an hour"
PROXY = "needs an external key manager with its proxy"
ENCLAVE = "needs a Nitro enclave, whose documents only AWS signs"
SERVICE = "needs a call that an AWS service makes"
CREDENTIALS = "needs temporary credentials besides those of the run"
MANY = "needs 50,000 grants"
TIME = "needs a key that is 90 days old, or watching for how long something takes"
OLD = "needs a key that was used before 2026-04-23"
OWN = "fake_kms's own: AWS has no such answer"
IDENTITIES = "needs principals with policies of their own, here or in another account"

UNSETTLED = {
    "errors.access_denied_by_ciphertext: *": IDENTITIES,
    "errors.access_denied_to_foreign_key: *": IDENTITIES,
    "errors.access_denied_to_tag: *": IDENTITIES,
    "errors.cluster_configuration": CLOUD_HSM,
    "errors.cluster_in_use": CLOUD_HSM,
    "errors.cluster_not_active": CLOUD_HSM,
    "errors.cluster_not_related": CLOUD_HSM,
    "errors.custom_key_store_has_keys": CLOUD_HSM,
    "errors.custom_key_store_name_in_use": CLOUD_HSM,
    "errors.custom_key_store_quota": CLOUD_HSM,
    "errors.custom_key_store_state": CLOUD_HSM,
    "errors.encryption_context_too_long": PROXY,
    "errors.grant_quota": MANY,
    "errors.incorrect_trust_anchor": CLOUD_HSM,
    "errors.rotation_conflict": TIME,
    "errors.unavailable_here": OWN,
    "errors.unbuilt_operation": OWN,
    "errors.uri_endpoint_required": PROXY,
    "errors.xks_configuration: *": PROXY,
    "errors.xks_endpoint_in_use": PROXY,
    "errors.xks_key_in_use": PROXY,
    "errors.xks_key_unusable: *": PROXY,
    "errors.xks_operation: *": PROXY,
    "errors.xks_response: *": PROXY,
    "errors.xks_unreachable: *": PROXY,
    "errors.xks_uri_in_use": PROXY,
    "errors.xks_vpc_service_configuration": PROXY,
    "errors.xks_vpc_service_in_use": PROXY,
    "adapters/botocore.py _refuse_unknown_host": OWN,
    "crypto/attestation.py parse": ENCLAVE,
    "crypto/cms_envelope.py": ENCLAVE,
    "crypto/cms_envelope.py load_public_key": ENCLAVE,
    "errors/external_key_stores.py": PROXY,
    "errors/external_key_stores.py xks_key_usage": PROXY,
    "operations/_cloud_hsm.py check_new_cluster": CLOUD_HSM,
    "operations/_external_key_stores.py": PROXY,
    "operations/_external_keys.py check_external_key": PROXY,
    "operations/_on_demand_rotation.py _complete": TIME,
    "operations/custom_key_stores.py _check_external_update": PROXY,
    "operations/custom_key_stores.py _check_takes_key": CLOUD_HSM,
    "operations/custom_key_stores.py: this page is right": PROXY,
    "operations/key_store_connections.py connect_custom_key_store": CLOUD_HSM,
    "operations/randomness.py generate_random": PROXY,
    "policy/statement.py _InKeyPolicy": IDENTITIES,
    "operations/usage.py get_key_last_usage": OLD,
    "operations/rotation.py _hides_rotation": TIME,
    "operations/settings.py": TIME,
    "policy/grant_matching.py _meets_source": SERVICE,
    "policy/principal_element.py PrincipalElement.must_allow": SERVICE,
    "service/verify_signature.py _verify": CREDENTIALS,
    "store/managed_keys.py _policy": SERVICE,
    "store/region.py Region.find_alias": OWN,
    "tables/quotas.py": PROXY,
    "xks/container.py": PROXY,
    "xks/protocol.py describe_key": PROXY,
}
