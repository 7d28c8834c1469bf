"""What the journal shows of a request."""

from __future__ import annotations

from fake_kms.tables import model
from fake_kms.wire.redaction import redact


def test_blobs_are_shown_as_their_size_and_sensitive_members_not_at_all():
    request = {"KeyId": "1", "Plaintext": b"four", "GrantTokens": ["secret"]}

    assert redact(model.load()["Encrypt"], request) == {
        "KeyId": "1",
        "Plaintext": "<4 bytes>",
        "GrantTokens": "<redacted>",
    }
    assert request["Plaintext"] == b"four"


def test_a_request_without_secrets_is_shown_as_it_is():
    request = {"KeyId": "1"}

    assert redact(model.load()["DescribeKey"], request) is request
