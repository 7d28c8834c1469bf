"""Every error the fake answers with: one function per AWS message, and the only file with their texts.

Call sites say `raise errors.disabled(key.arn)`. Source of the texts, unless a function says otherwise: the
error catalogue this project was given (LocalStack's snapshots recorded from AWS, quotes in public issues,
the developer guide, measurements in floci PR #3968). Texts that no source settles are marked `Assumed:`.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["XKS_TEXTS", "KmsError"]


class KmsError(Exception):
    """An answer of AWS that refuses a request.

    `message` is None where AWS sends no message at all; `field` is the spelling of the JSON member that
    carries it; `status` is the HTTP status.
    """

    def __init__(self, code: str, message: str | None = None, *, status: int = 400, field: str = "message") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.field = field


# --- the front end -------------------------------------------------------------------------------------------


def serialization(message: str | None = None) -> KmsError:
    """Refuse a body that is not JSON, or a value of the wrong JSON type.

    Assumed: no `message`; AWS's own text has not been seen for KMS. A recorded response would settle it.
    """
    return KmsError("SerializationException", message)


def unknown_operation() -> KmsError:
    """Refuse a target that is no operation. Assumed: the generic body of the JSON protocol, no `message`."""
    return KmsError("UnknownOperationException")


def missing_authentication_token() -> KmsError:
    """Refuse a request without Authorization. Assumed: generic AWS text."""
    return KmsError("MissingAuthenticationTokenException", "Missing Authentication Token")


def incomplete_signature(missing: list[str], header: str) -> KmsError:
    """Refuse an Authorization header that cannot be read. Assumed: generic AWS text."""
    lacks = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
    return KmsError("IncompleteSignatureException", f"{lacks} Authorization={header}".lstrip())


def wrong_service_scope() -> KmsError:
    """Refuse a signature for another service. Assumed: generic AWS text."""
    return invalid_signature("Credential should be scoped to correct service: 'kms'. ")


def wrong_region_scope(region: str) -> KmsError:
    """Refuse a signature for a Region that is none. Assumed: generic AWS text."""
    return invalid_signature(f"Credential should be scoped to a valid region, not '{region}'. ")


def unrecognized_client() -> KmsError:
    """Refuse an access key that nobody has."""
    return KmsError("UnrecognizedClientException", "The security token included in the request is invalid.")


def invalid_signature(detail: str | None = None) -> KmsError:
    """Refuse a signature that does not fit. Assumed: generic AWS text."""
    return KmsError(
        "InvalidSignatureException",
        detail
        or "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
        "Access Key and signing method. Consult the service documentation for details.",
    )


def signature_expired(signed: str, earliest: str, now: str) -> KmsError:
    """Refuse a signature older than five minutes. Assumed: generic AWS text."""
    return invalid_signature(f"Signature expired: {signed} is now earlier than {earliest} ({now} - 5 min.)")


def signature_not_yet_current(signed: str, latest: str, now: str) -> KmsError:
    """Refuse a signature from more than five minutes ahead. Assumed: generic AWS text."""
    return invalid_signature(f"Signature not yet current: {signed} is still later than {latest} ({now} + 5 min.)")


# --- ValidationException -------------------------------------------------------------------------------------


def validation(message: str) -> KmsError:
    """Refuse a request with a message of its own."""
    return KmsError("ValidationException", message)


def constraints(findings: list[str]) -> KmsError:
    """Refuse a request whose members break the model's constraints, all of them in one message."""
    plural = "error" if len(findings) == 1 else "errors"
    return validation(f"{len(findings)} validation {plural} detected: {'; '.join(findings)}")


def number_of_bytes_required() -> KmsError:
    """Refuse GenerateRandom without NumberOfBytes."""
    return validation("NumberOfBytes is required.")


def pending_window() -> KmsError:
    """Refuse a waiting period outside 7 to 30 days."""
    return validation("PendingWindowInDays must be between 7 and 30")


def alias_prefix() -> KmsError:
    """Refuse an alias name without `alias/`."""
    return validation(
        'Alias must start with the prefix "alias/". '
        "Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
    )


def alias_characters(alias_name: str) -> KmsError:
    """Refuse an alias name with characters that the service does not take."""
    return validation(f"{alias_name} contains invalid characters for an alias")


def data_key_size() -> KmsError:
    """Refuse a data key with neither or both of KeySpec and NumberOfBytes."""
    return validation("Please specify either number of bytes or key spec.")


def plaintext_too_long(algorithm: str, key_spec: str, limit: int) -> KmsError:
    """Refuse a plaintext longer than RSA can take."""
    return validation(f"Algorithm {algorithm} and key spec {key_spec} cannot encrypt data larger than {limit} bytes.")


def encryption_context_unsupported() -> KmsError:
    """Refuse an encryption context with an asymmetric key. Assumed: text of two emulators."""
    return validation("EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.")


def encryption_context_too_long() -> KmsError:
    """Refuse an encryption context above 8,192 bytes. Assumed: limit of the XKS proxy API, and this text."""
    return validation("EncryptionContext is too long.")


def message_type_of_key_spec(message_type: str, key_spec: str) -> KmsError:
    """Refuse a message type that no algorithm of the key spec takes."""
    return validation(f"Message type {message_type} is incompatible with key spec {key_spec}.")


def message_type_of_algorithm(message_type: str, algorithm: str) -> KmsError:
    """Refuse a message type that the algorithm does not take."""
    return validation(f"Message type {message_type} is incompatible with algorithm {algorithm}.")


def digest_length(algorithm: str) -> KmsError:
    """Refuse a digest that is not as long as the algorithm's."""
    return validation(f"Digest is invalid length for algorithm {algorithm}.")


def external_mu_length(algorithm: str) -> KmsError:
    """Refuse an external mu that is not 64 bytes. Assumed: text of an emulator."""
    return validation(f"External Mu is invalid length for algorithm {algorithm}.")


def public_key_invalid() -> KmsError:
    """Refuse a peer's public key that is none, or on another curve. Assumed: the text; the code by analogy."""
    return validation("The public key is not valid for the key spec of the KMS key.")


def attestation_invalid(reason: str) -> KmsError:
    """Refuse an attestation document. Assumed: the text; the code is reported by users of Nitro Enclaves."""
    return validation(f"The attestation document is not valid: {reason}.")


def key_id_required() -> KmsError:
    """Refuse asymmetric decryption without KeyId. Assumed: text of two emulators."""
    return validation("KeyId must not be null")


def key_usage_required() -> KmsError:
    """Refuse a key other than symmetric without KeyUsage. Assumed: text of an emulator and of lint tools."""
    return validation("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.")


def key_usage_incompatible(key_usage: str, key_spec: str) -> KmsError:
    """Refuse a usage that the key spec has not. Assumed: text of an emulator."""
    return validation(f"KeyUsage {key_usage} is not compatible with KeySpec {key_spec}.")


def two_key_specs() -> KmsError:
    """Refuse KeySpec beside CustomerMasterKeySpec. Assumed: text of an emulator."""
    return validation(
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated."
    )


def policy_ram() -> KmsError:
    """Refuse to write the AWS_RAM policy."""
    return validation("The AWS_RAM policy can only be managed by the RAM service")


def alias_type_change(alias_name: str, was: str, would_be: str) -> KmsError:
    """Refuse to point an alias at a key of another usage. Assumed: text of an emulator."""
    return validation(
        f"Alias {alias_name} cannot be changed from a CMK with key usage {was} to a CMK with key usage {would_be}. "
        "The key usage of the current CMK and the new CMK must be the same."
    )


# --- finding -------------------------------------------------------------------------------------------------


def key_not_found(key_arn: str) -> KmsError:
    """Answer that a well-formed key id names nothing."""
    return KmsError("NotFoundException", f"Key '{key_arn}' does not exist")


def invalid_key_id(key_id: str) -> KmsError:
    """Answer that a bare key id has not the form of one."""
    return KmsError("NotFoundException", f"Invalid keyId '{key_id}'")


def invalid_key_id_in_arn(key_id: str) -> KmsError:
    """Answer that the key id inside an ARN has not the form of one."""
    return KmsError("NotFoundException", f"Invalid keyId {key_id}")


def invalid_arn(region_or_arn: str) -> KmsError:
    """Answer that an ARN is of another Region.

    Assumed: an ARN of another partition or service, or without six parts, is answered alike with the whole
    ARN in place of the Region.
    """
    return KmsError("NotFoundException", f"Invalid arn {region_or_arn}")


def alias_not_found(alias_arn: str) -> KmsError:
    """Answer that an alias names nothing."""
    return KmsError("NotFoundException", f"Alias {alias_arn} is not found.")


def aliases_not_supported() -> KmsError:
    """Refuse an alias where only a key id or key ARN is taken."""
    return KmsError("InvalidArnException", "Key Aliases are not supported for this operation.")


def no_such_policy() -> KmsError:
    """Answer that the key has no policy of that name. Assumed: text of two emulators."""
    return KmsError("NotFoundException", "No such policy exists")


def ciphertext_key_not_accessible() -> KmsError:
    """Refuse a ciphertext whose key is unknown here."""
    return KmsError(
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you "
        "are not allowed to access.",
        field="Message",
    )


# --- existing already, or too many ---------------------------------------------------------------------------


def alias_exists(alias_arn: str) -> KmsError:
    """Refuse a second alias of the same name."""
    return KmsError("AlreadyExistsException", f"An alias with the name {alias_arn} already exists")


def alias_quota(quota: int, usage: int) -> KmsError:
    """Refuse one more alias on a key."""
    return KmsError(
        "LimitExceededException",
        f"Aliases per key quota for this account in this region is {quota}, current usage is {usage}.",
    )


def key_quota(quota: int, usage: int) -> KmsError:
    """Refuse one more key in the account and Region."""
    return KmsError(
        "LimitExceededException",
        f"Key quota for this account in this region is {quota} but the current usage is {usage}.",
    )


def policy_too_large() -> KmsError:
    """Refuse a key policy above 32 KB. Assumed: the text; code documented."""
    return KmsError("LimitExceededException", "The key policy exceeds the maximum size of 32768 bytes.")


def reserved_alias() -> KmsError:
    """Refuse the names that AWS keeps for itself. Assumed: code and empty body of two emulators."""
    return KmsError("NotAuthorizedException")


def invalid_marker() -> KmsError:
    """Refuse a marker that no listing has given out. Assumed: no `message`; the code is documented."""
    return KmsError("InvalidMarkerException")


# --- states --------------------------------------------------------------------------------------------------


def disabled(key_arn: str) -> KmsError:
    """Refuse to use a disabled key."""
    return KmsError("DisabledException", f"{key_arn} is disabled.")


def pending_deletion(key_arn: str) -> KmsError:
    """Refuse to use a key that waits for its deletion."""
    return _invalid_state(f"{key_arn} is pending deletion.")


def pending_replica_deletion(key_arn: str) -> KmsError:
    """Refuse to use a primary that waits for its replicas' deletion. Assumed: the exact wire text."""
    return _invalid_state(f"{key_arn} is pending replica deletion.")


def not_pending_deletion(key_arn: str) -> KmsError:
    """Refuse to cancel a deletion that nobody has scheduled."""
    return _invalid_state(f"{key_arn} is not pending deletion.")


def pending_import(key_arn: str) -> KmsError:
    """Refuse to use a key without key material."""
    return _invalid_state(f"{key_arn} is pending import.")


def unavailable(key_arn: str) -> KmsError:
    """Refuse to use a key whose custom key store is not connected."""
    return _invalid_state(f"{key_arn} is unavailable.")


def creating(key_arn: str) -> KmsError:
    """Refuse to use a replica that is not ready yet."""
    return _invalid_state(f"{key_arn} is creating.")


def updating(key_arn: str) -> KmsError:
    """Refuse to change a key whose primary Region is changing."""
    return _invalid_state(f"{key_arn} is updating.")


def _invalid_state(message: str) -> KmsError:
    return KmsError("KMSInvalidStateException", message)


def origin(key_arn: str, origin_of_key: str) -> KmsError:
    """Refuse an operation that keys of this origin do not have."""
    return KmsError(
        "UnsupportedOperationException", f"{key_arn} origin is {origin_of_key} which is not valid for this operation."
    )


# --- usage, ciphertexts, operations --------------------------------------------------------------------------


def key_usage(key_arn: str, usage: str, operation: str) -> KmsError:
    """Refuse an operation that the key's usage does not cover."""
    return KmsError("InvalidKeyUsageException", f"{key_arn} key usage is {usage} which is not valid for {operation}.")


def algorithm_incompatible(algorithm: str, key_spec: str) -> KmsError:
    """Refuse an algorithm that the key spec has not."""
    return KmsError("InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {key_spec}.")


def asymmetric_data_key() -> KmsError:
    """Refuse a data key under an asymmetric key."""
    return KmsError("InvalidKeyUsageException", "You cannot generate a data key with an asymmetric CMK")


def invalid_ciphertext() -> KmsError:
    """Refuse a ciphertext that does not open; AWS sends no message."""
    return KmsError("InvalidCiphertextException")


def invalid_signature_of_message() -> KmsError:
    """Refuse a signature that is not that of the message; AWS sends no message."""
    return KmsError("KMSInvalidSignatureException")


def invalid_mac() -> KmsError:
    """Refuse a MAC that is not that of the message; AWS sends no message."""
    return KmsError("KMSInvalidMacException")


def incorrect_key() -> KmsError:
    """Refuse a ciphertext made under another key than the one named."""
    return KmsError(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )


def dry_run() -> KmsError:
    """Answer a dry run that would have succeeded."""
    return KmsError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")


def unsupported(message: str | None = None) -> KmsError:
    """Refuse what the key, the Region or this fake does not support."""
    return KmsError("UnsupportedOperationException", message)


def key_spec_not_in_region(key_spec: str) -> KmsError:
    """Refuse SM2 outside the China Regions. Assumed: text measured by one third party."""
    return unsupported(f"KeySpec {key_spec} is not supported in this Region")


# --- tags, policies, tokens ----------------------------------------------------------------------------------


def too_many_tags() -> KmsError:
    """Refuse more than 50 tags on a key."""
    return KmsError("TagException", "Too many tags")


def reserved_tag() -> KmsError:
    """Refuse tag keys that begin with `aws:`."""
    return KmsError("TagException", "Tags beginning with aws: are reserved")


def duplicate_tag_keys() -> KmsError:
    """Refuse the same tag key twice. Assumed: text of an emulator."""
    return KmsError("TagException", "Duplicate tag keys")


def not_primary(key_arn: str) -> KmsError:
    """Refuse what only a primary does. Assumed: also for keys of a single Region and for rotating a replica."""
    return unsupported(f"{key_arn} is not a multi-region primary key.")


def replica_exists() -> KmsError:
    """Refuse a second replica in a Region, or one beside the primary."""
    return KmsError("AlreadyExistsException", "You can create only one replica of each primary key in each AWS Region.")


def other_partition(region: str) -> KmsError:
    """Refuse a Region of another partition. Assumed: code and text; the rule is documented."""
    return unsupported(f"{region} is not in the partition of the primary key.")


def on_demand_rotations_exhausted(key_arn: str) -> KmsError:
    """Refuse one more rotation on demand."""
    return KmsError(
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
        f"performed for this key: {key_arn}",
    )


def rotation_conflict() -> KmsError:
    """Refuse a rotation on demand next to an automatic one. Assumed: the model's sentence as text."""
    return KmsError(
        "ConflictException",
        "The request was rejected because an automatic rotation of this key is currently in progress or scheduled to "
        "begin within the next 20 minutes.",
    )


def no_material_pending_rotation(key_arn: str) -> KmsError:
    """Refuse to rotate imported material when none is waiting."""
    return _invalid_state(f"No available key material pending rotation for the key: {key_arn}.")


# --- imported key material -----------------------------------------------------------------------------------


def key_spec_not_importable(key_spec: str) -> KmsError:
    """Refuse a key for imported material of a spec that has none. Assumed: code and text; documented for ML-DSA."""
    return unsupported(f"KeySpec {key_spec} is not supported with Origin EXTERNAL.")


def wrapping_unsupported(algorithm: str, wrapping_spec: str, key_spec: str) -> KmsError:
    """Refuse a wrapping algorithm or wrapping key that does not fit the key."""
    return validation(
        f"Wrapping algorithm {algorithm} and wrapping key spec {wrapping_spec} cannot be used to import a {key_spec} "
        "key."
    )


def valid_to_required() -> KmsError:
    """Refuse expiring material without a date. Assumed: text of an emulator."""
    return validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES")


def valid_to_superfluous() -> KmsError:
    """Refuse a date for material that does not expire. Assumed: the text; the rule is documented."""
    return validation("A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE")


def valid_to_out_of_range() -> KmsError:
    """Refuse a date in the past or more than 365 days ahead. Assumed: the text; the rule is documented."""
    return validation("The validTo date must be in the future and at most 365 days from now")


def import_members_symmetric_only() -> KmsError:
    """Refuse ImportType and KeyMaterialId with other than symmetric keys. Assumed: the text; documented rule."""
    return validation("ImportType and KeyMaterialId can be used only with symmetric encryption keys.")


def material_id_with_new() -> KmsError:
    """Refuse KeyMaterialId for new material. Assumed: the text; the rule is documented."""
    return validation("KeyMaterialId cannot be specified when ImportType is NEW_KEY_MATERIAL.")


def another_material_pending(new_id: str, key_arn: str, pending_id: str) -> KmsError:
    """Refuse new material while other material waits for its rotation."""
    return _invalid_state(
        f"New key material (id: {new_id}) cannot be imported into KMS key {key_arn}, because another key material "
        f"(id: {pending_id}) is pending rotation."
    )


def incorrect_key_material() -> KmsError:
    """Refuse material that is not what the key needs. Assumed: no `message`; the code is documented."""
    return KmsError("IncorrectKeyMaterialException")


def no_replica_in_region(key_id: str, region: str) -> KmsError:
    """Refuse a new primary where there is no replica. Assumed: code and text; the rule is documented."""
    return KmsError("NotFoundException", f"Key '{key_id}' has no replica key in {region}")


def material_not_found() -> KmsError:
    """Answer that the key has no such material. Assumed: the code and no `message`."""
    return KmsError("IncorrectKeyMaterialException")


def invalid_import_token() -> KmsError:
    """Refuse an import token of another key, or of nobody. Assumed: no `message`; the code is documented."""
    return KmsError("InvalidImportTokenException")


def expired_import_token() -> KmsError:
    """Refuse an import token older than a day. Assumed: no `message`; the code is documented."""
    return KmsError("ExpiredImportTokenException")


def malformed_policy() -> KmsError:
    """Refuse a key policy that is not one. Assumed: the model's own sentence as text."""
    return KmsError(
        "MalformedPolicyDocumentException",
        "The request was rejected because the specified policy is not syntactically or semantically correct.",
    )


def invalid_policy_principals() -> KmsError:
    """Refuse a key policy that names nobody, or in a way that is none."""
    return KmsError(
        "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."
    )


def invalid_policy_arn() -> KmsError:
    """Refuse a key policy with an ARN that is none. Assumed: the code; the text is quoted."""
    return KmsError("InvalidArnException", "An ARN in the specified key policy is invalid.")


def overly_permissive_policy(subject: str) -> KmsError:
    """Refuse ForAllValues with a single-valued key. Assumed: the code; the text is Access Analyzer's."""
    return KmsError(
        "MalformedPolicyDocumentException",
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches "
        f"requests without the specified {subject}. To fix, remove ForAllValues.",
    )


def policy_lockout() -> KmsError:
    """Refuse a key policy under which the caller could not change it again."""
    return KmsError(
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    )


def policy_name_unsupported() -> KmsError:
    """Refuse to write a policy of another name. Assumed: code and text of an emulator."""
    return unsupported("Only default policy is supported")


def invalid_grant_id() -> KmsError:
    """Refuse a grant id that has not the form of one. Assumed: no `message`; the code is documented."""
    return KmsError("InvalidGrantIdException")


def grant_not_found(grant_id: str) -> KmsError:
    """Answer that the key has no such grant. Assumed: the text; the code is in the model."""
    return KmsError("NotFoundException", f"Grant ID {grant_id} not found")


def key_arn_required(given: str) -> KmsError:
    """Refuse RetireGrant with a key id in place of a key ARN. Assumed: the text; the rule is documented."""
    return KmsError("InvalidArnException", f"Invalid ARN {given}")


def invalid_principal(arn: str) -> KmsError:
    """Refuse a grant to nobody."""
    return KmsError("InvalidArnException", f"ARN does not refer to a valid principal: {arn}")


def only_create_grant() -> KmsError:
    """Refuse a grant that lets make grants and nothing else."""
    return validation("Grants must not contain only the CreateGrant operation.")


def grant_needs_one_grantee() -> KmsError:
    """Refuse neither or both kinds of grantee. Assumed: the text; the rule is documented."""
    return validation("Exactly one of GranteePrincipal and GranteeServicePrincipal must be specified.")


def grant_has_two_retirers() -> KmsError:
    """Refuse both kinds of retiring principal. Assumed: the text; the rule is documented."""
    return validation("Only one of RetiringPrincipal and RetiringServicePrincipal can be specified.")


def service_grant_incomplete() -> KmsError:
    """Refuse a grant to a service without retirer or source. Assumed: the text; the rule is documented."""
    return validation("GranteeServicePrincipal requires a retiring principal and a SourceArn constraint.")


def grant_operations_unfit(unfit: list[str], key_arn: str) -> KmsError:
    """Refuse operations that the key cannot do. Assumed: the text; the rule is documented."""
    return validation(f"Grant operations {', '.join(unfit)} are not valid for {key_arn}.")


def grant_constraint_unfit(key_arn: str) -> KmsError:
    """Refuse an encryption context constraint on a key without one. Assumed: the text; the rule is documented."""
    return validation(f"Encryption context constraints are not valid for {key_arn}.")


def grant_constraint_too_large() -> KmsError:
    """Refuse a constraint of more than 8 pairs or 384 characters. Assumed: the text; the limits are documented."""
    return validation("Encryption context constraints hold at most 8 pairs of up to 384 characters each.")


def grant_quota(quota: int, usage: int) -> KmsError:
    """Refuse one more grant on a key. Assumed: the text, after the one for aliases."""
    return KmsError(
        "LimitExceededException",
        f"Grants per key quota for this account in this region is {quota}, current usage is {usage}.",
    )


def two_grantee_filters() -> KmsError:
    """Refuse ListGrants by both kinds of grantee. Assumed: the text; the rule is documented."""
    return validation("Only one of GranteePrincipal and GranteeServicePrincipal can be specified.")


def retirer_required() -> KmsError:
    """Refuse ListRetirableGrants without whose. Assumed: the text; the rule is documented."""
    return validation("Exactly one of RetiringPrincipal and RetiringServicePrincipal must be specified.")


def retirement_needs_one_form() -> KmsError:
    """Refuse RetireGrant with neither or both forms. Assumed: text of an emulator."""
    return validation("Grant token OR (grant ID, key ID) must be specified")


def invalid_grant_token() -> KmsError:
    """Refuse a grant token that nobody has given out. Assumed: no `message`; the code is documented."""
    return KmsError("InvalidGrantTokenException")


# --- authorization -------------------------------------------------------------------------------------------


def access_denied(user: str, action: str, resource: str, because: str) -> KmsError:
    """Refuse a caller: `because` is the clause that names the kind of policy."""
    return KmsError(
        "AccessDeniedException",
        f"User: {user} is not authorized to perform: {action} on resource: {resource} {because}",
        field="Message",
    )


def access_denied_across_accounts(user: str, action: str) -> KmsError:
    """Refuse a caller of another account without telling whether the key exists."""
    return KmsError(
        "AccessDeniedException",
        f"User: {user} is not authorized to perform: {action} on this resource because the resource does not exist "
        "in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
        field="Message",
    )


# --- custom key stores ---------------------------------------------------------------------------------------
# Assumed: no `message` wherever a function gives none; the codes are documented.


def custom_key_store_not_found() -> KmsError:
    """Answer that a custom key store id or name names nothing."""
    return KmsError("CustomKeyStoreNotFoundException")


def custom_key_store_state(message: str | None = None) -> KmsError:
    """Refuse what the connection state does not allow, or what a connected proxy does not answer."""
    return KmsError("CustomKeyStoreInvalidStateException", message)


def custom_key_store_has_keys() -> KmsError:
    """Refuse to delete a key store with KMS keys."""
    return KmsError("CustomKeyStoreHasCMKsException")


def custom_key_store_name_in_use() -> KmsError:
    """Refuse a second key store of the same name."""
    return KmsError("CustomKeyStoreNameInUseException")


def custom_key_store_quota() -> KmsError:
    """Refuse one more key store in the account and Region."""
    return KmsError("LimitExceededException")


def custom_key_store_by_id_or_name() -> KmsError:
    """Refuse to describe by id and name at once. Assumed: code and text; the rule is documented."""
    return validation("Only one of CustomKeyStoreId and CustomKeyStoreName can be specified.")


def member_required(member: str, because: str) -> KmsError:
    """Refuse a request without what others of its members require. Assumed: code and text; documented rules."""
    return validation(f"{member} is required {because}.")


def member_not_valid(member: str, because: str) -> KmsError:
    """Refuse a member that does not go with others. Assumed: code and text; the rules are documented."""
    return validation(f"{member} is not valid {because}.")


def cluster_in_use() -> KmsError:
    """Refuse a cluster, or one of the same backup history, that another key store has."""
    return KmsError("CloudHsmClusterInUseException")


def cluster_not_found() -> KmsError:
    """Answer that there is no such CloudHSM cluster."""
    return KmsError("CloudHsmClusterNotFoundException")


def cluster_not_active() -> KmsError:
    """Refuse a cluster that is not ACTIVE."""
    return KmsError("CloudHsmClusterNotActiveException")


def cluster_not_related() -> KmsError:
    """Refuse a cluster of another backup history than the key store's."""
    return KmsError("CloudHsmClusterNotRelatedException")


def cluster_configuration() -> KmsError:
    """Refuse a cluster with fewer active HSMs than the operation needs."""
    return KmsError("CloudHsmClusterInvalidConfigurationException")


def cluster_unreachable() -> KmsError:
    """Refuse to use a key whose CloudHSM cluster does not answer. Source: Developer Guide, fix-keystore."""
    return _invalid_state("KMS cannot communicate with your CloudHSM cluster")


def incorrect_trust_anchor() -> KmsError:
    """Refuse a certificate that is not the cluster's."""
    return KmsError("IncorrectTrustAnchorException")


# The message for a failed call to an external key store proxy, by the value of its `fake_kms.xks.Failure`. Source:
# Developer Guide, xks-troubleshooting. Failures missing here have no known text. Assumed: of the two texts on invalid
# ciphertexts, the one in which the proxy rejects; a real Decrypt would settle it.
XKS_TEXTS: Mapping[str, str] = {
    "unreachable": (
        "AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. If "
        "you see this error repeatedly, verify that your external key store proxy is active and is connected to the "
        "network, and that its endpoint URI is correct in your external key store."
    ),
    "no TLS connection": (
        "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, "
        "including its certificate."
    ),
    "no answer in time": (
        "AWS KMS rejected the request because the external key store proxy did not respond in time. Retry the "
        "request. If you see this error repeatedly, report it to your external key store proxy administrator."
    ),
    "invalid response": (
        "AWS KMS cannot interpret the response from the external key store proxy. If you see this error repeatedly, "
        "consult your external key store proxy administrator."
    ),
    "unhealthy": (
        "The external key store proxy is in an unhealthy state. If you see this message repeatedly, notify your "
        "external key store proxy administrator."
    ),
    "AuthenticationFailedException": (
        "The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the "
        "credentials for your external key store and update if necessary."
    ),
    "InvalidUriPathException": (
        "The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for "
        "your external key store and update if necessary."
    ),
    "KeyNotFoundException": (
        "The external key store proxy rejected the request because it could not find the external key."
    ),
    "InvalidStateException": (
        "The external key store proxy rejected the request because the external key is not enabled in the external "
        "key manager."
    ),
    "InvalidCiphertextException": (
        "The external key store proxy rejected the request because the specified ciphertext or additional "
        "authenticated data is corrupted, missing, or otherwise invalid."
    ),
    "InvalidKeyUsageException": (
        "The external key store proxy rejected the request because the external key does not support the requested "
        "operation."
    ),
    "UnsupportedOperationException": (
        "The external key store proxy rejected the request because it does not support the requested cryptographic "
        "operation."
    ),
}


def xks_uri_in_use() -> KmsError:
    """Refuse an endpoint and path that another key store has."""
    return KmsError("XksProxyUriInUseException")


def xks_endpoint_in_use() -> KmsError:
    """Refuse an endpoint that another key store has, where one of them is a private DNS name."""
    return KmsError("XksProxyUriEndpointInUseException")


def xks_vpc_service_in_use() -> KmsError:
    """Refuse a VPC endpoint service that another key store has."""
    return KmsError("XksProxyVpcEndpointServiceInUseException")


def xks_vpc_service_not_found() -> KmsError:
    """Answer that there is no such VPC endpoint service."""
    return KmsError("XksProxyVpcEndpointServiceNotFoundException")


def xks_vpc_service_configuration() -> KmsError:
    """Refuse a VPC endpoint service that does not meet the requirements."""
    return KmsError("XksProxyVpcEndpointServiceInvalidConfigurationException")


def xks_unreachable(message: str | None) -> KmsError:
    """Refuse a proxy that does not answer well at its URI."""
    return KmsError("XksProxyUriUnreachableException", message)


def xks_credential(message: str | None) -> KmsError:
    """Refuse a credential that the proxy does not take."""
    return KmsError("XksProxyIncorrectAuthenticationCredentialException", message)


def xks_response(message: str | None) -> KmsError:
    """Refuse a proxy whose answers make no sense."""
    return KmsError("XksProxyInvalidResponseException", message)


def xks_configuration(message: str | None) -> KmsError:
    """Refuse a proxy that does not let KMS in."""
    return KmsError("XksProxyInvalidConfigurationException", message)


def xks_key_in_use() -> KmsError:
    """Refuse an external key that another KMS key of the key store has."""
    return KmsError("XksKeyAlreadyInUseException")


def xks_key_not_found(message: str | None) -> KmsError:
    """Answer that the proxy does not find the external key."""
    return KmsError("XksKeyNotFoundException", message)


def xks_key_spec(key_spec: str) -> KmsError:
    """Refuse an external key that is not AES_256."""
    return KmsError(
        "XksKeyInvalidConfigurationException",
        f"The key spec of the external key must be AES_256. The key spec of specified external key is {key_spec}.",
    )


def xks_key_status(key_status: str) -> KmsError:
    """Refuse an external key that is not enabled."""
    return KmsError(
        "XksKeyInvalidConfigurationException",
        f"The status of the external key must be ENABLED. The status of specified external key is {key_status}.",
    )


def xks_key_usage(key_usage: tuple[str, ...]) -> KmsError:
    """Refuse an external key that does not encrypt and decrypt. Assumed: the list is printed as enum sets are."""
    return KmsError(
        "XksKeyInvalidConfigurationException",
        "The key usage of the external key must include ENCRYPT and DECRYPT. The key use of specified external key is "
        f"[{', '.join(key_usage)}].",
    )


def xks_operation(message: str | None) -> KmsError:
    """Refuse to use a key whose external key or proxy fails."""
    return KmsError("KMSInvalidStateException", message)


def xks_ciphertext(message: str | None) -> KmsError:
    """Refuse a ciphertext that the proxy does not open."""
    return KmsError("InvalidCiphertextException", message)
