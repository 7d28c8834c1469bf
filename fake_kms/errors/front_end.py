"""What is refused before KMS reads a request: the protocol, the credentials, the signature."""

from __future__ import annotations

from fake_kms.errors.answer import Rank, answer, template

__all__ = [
    "expired_token",
    "incomplete_signature",
    "invalid_signature",
    "list_unexpected",
    "missing_authentication_token",
    "not_convertible",
    "serialization",
    "signature_expired",
    "signature_not_yet_current",
    "throttled",
    "unbuilt_operation",
    "unknown_operation",
    "unrecognized_client",
    "wrong_region_scope",
    "wrong_service_scope",
]

_SIGNATURE = "InvalidSignatureException"

# A body that is not JSON, empty or null. Assumed: a value of the wrong JSON type, apart from the two kinds below.
serialization = answer(
    "SerializationException",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#front-end, for Athena, which has the same front end",
)

# A list where a text or a number is expected.
list_unexpected = answer(
    "SerializationException",
    "Start of list found where not expected",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#front-end, for Athena and SESv2",
)


@template("SerializationException", rank=Rank.RECORDED, source="docs/aws/evidence.md#front-end, for Athena and SESv2")
def not_convertible(token: str, kind: str) -> str:
    """Refuse a value of another JSON type than the member's."""
    return f"{token} can not be converted to {kind}"


# More requests than the quota of an operation allows.
throttled = answer(
    "ThrottlingException",
    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
    rank=Rank.RECORDED,
    source="docs/aws/errors.md#throttlingexception",
)

unknown_operation = answer(
    "UnknownOperationException",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#front-end, for Athena, which has the same front end",
)


@template("UnsupportedOperationException", rank=Rank.ASSUMED, source="fake_kms")
def unbuilt_operation(name: str) -> str:
    """Refuse an operation that the installed botocore has and this fake has not."""
    return f"fake_kms does not know the operation {name} yet."


missing_authentication_token = answer(
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
    rank=Rank.ASSUMED,
    source="docs/aws/evidence.md#front-end, for API Gateway only",
)

# An access key that nobody has.
unrecognized_client = answer(
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
    rank=Rank.RECORDED,
    source="docs/aws/recorded.md#general",
)

# Temporary credentials after their time.
expired_token = answer(
    "ExpiredTokenException",
    "The security token included in the request is expired",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#front-end",
)

invalid_signature = answer(
    _SIGNATURE,
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details.",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#front-end",
)

wrong_service_scope = answer(
    _SIGNATURE,
    "Credential should be scoped to correct service: 'kms'. ",
    rank=Rank.RECORDED,
    source="docs/aws/settled.md#as-assumed, for EMR",
)


@template(
    "IncompleteSignatureException",
    rank=Rank.ASSUMED,
    source="docs/aws/errors.md#incompletesignatureexception, for the code",
)
def incomplete_signature(missing: list[str], header: str) -> str:
    """Refuse an Authorization header that lacks parameters."""
    lacks = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
    return f"{lacks} Authorization={header}".lstrip()


# A signature for a Region that does not exist.
wrong_region_scope = answer(
    _SIGNATURE,
    "Credential should be scoped to a valid region. ",
    rank=Rank.RECORDED,
    source="docs/aws/evidence.md#front-end, for newer services",
)


@template(_SIGNATURE, rank=Rank.RECORDED, source="docs/aws/evidence.md#front-end")
def signature_expired(signed: str, earliest: str, now: str) -> str:
    """Refuse a signature older than five minutes."""
    return f"Signature expired: {signed} is now earlier than {earliest} ({now} - 5 min.)"


@template(_SIGNATURE, rank=Rank.RECORDED, source="docs/aws/evidence.md#front-end, for Kinesis")
def signature_not_yet_current(signed: str, latest: str, now: str) -> str:
    """Refuse a signature from more than five minutes ahead."""
    return f"Signature not yet current: {signed} is still later than {latest} ({now} + 5 min.)"
