"""What is assumed about requests that are refused before KMS reads them."""

from __future__ import annotations

import botocore
import pytest
from botocore.config import Config

ONCE = {"retries": {"total_max_attempts": 1}}

pytestmark = pytest.mark.aws


@pytest.mark.settles("errors/front_end.py: a value of the wrong JSON type")
@pytest.mark.parametrize(
    ("method", "request_"),
    [("create_key", {"MultiRegion": "yes"}), ("describe_key", {"KeyId": {"a": "b"}})],
    ids=["a text for a boolean", "an object for a text"],
)
def test_a_value_of_another_type(settle, unchecked, method, request_):
    settle.refusal("SerializationException", "", getattr(unchecked, method), **request_)


@pytest.mark.settles("errors.missing_authentication_token")
def test_a_request_that_is_not_signed(settle, client_with):
    unsigned = settle.watch(client_with(config=Config(signature_version=botocore.UNSIGNED, **ONCE)))

    settle.refusal("MissingAuthenticationTokenException", "Missing Authentication Token", unsigned.list_keys)


@pytest.mark.settles("errors.incomplete_signature")
def test_a_signature_without_its_parts(settle, client_with):
    client = settle.watch(client_with(config=Config(**ONCE)))

    def spoil(request, **_):
        request.headers.replace_header("Authorization", "AWS4-HMAC-SHA256 none")

    client.meta.events.register_last("request-created.kms", spoil)

    settle.refusal(
        "IncompleteSignatureException",
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 none",
        client.list_keys,
    )
