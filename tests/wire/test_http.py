"""HTTP requests and responses."""

from __future__ import annotations

from fake_kms.wire import HttpRequest, HttpResponse


def test_headers_are_text_whatever_a_client_library_keeps():
    request = HttpRequest("POST", "https://a/", {"host": "café".encode("latin-1"), "x-amz-date": "now"}, b"", "", "")

    assert [request.header(name) for name in ("host", "x-amz-date", "absent")] == ["café", "now", None]


def test_neither_shows_its_body():
    request = HttpRequest(
        "POST", "https://a/", {"authorization": "secret"}, b"secret", "TrentService.Encrypt", "secret"
    )

    assert repr(request) == "HttpRequest(POST https://a/ TrentService.Encrypt, 6 bytes)"
    assert repr(HttpResponse(200, {}, b"secret")) == "HttpResponse(200, 6 bytes)"
