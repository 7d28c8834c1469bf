"""A proxy behind HTTP(S), for KMS clients that sign their requests."""

from __future__ import annotations

import contextlib
import hmac
import json
import re
import ssl
import sys
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from fake_kms.clock import Clock
from fake_kms.misuse import check_secret, check_text, check_whole
from fake_kms.wire import HttpRequest
from fake_kms.wire.sigv4 import Authorization, IncompleteAuthorization, check_date, signature
from fake_kms.xks.failures import Answer, XksFailure, error_answer

if TYPE_CHECKING:
    from fake_kms.xks.local import LocalXksProxy

__all__ = ["serve"]

_ALWAYS_SIGNED = {"host", "x-amz-date"}
_SERVICE = "kms-xks-proxy"
_MAX_BODY = 65536


@contextlib.contextmanager
def serve(
    proxy: LocalXksProxy,
    *,
    access_key_id: str,
    secret_access_key: str,
    uri_path: str = "/kms/xks/v1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """Serve a proxy on 127.0.0.1 until the block ends, for requests signed with this credential in any Region.

    Output: the URI endpoint, `http://127.0.0.1:PORT`; `https` with `tls`, a context that holds a certificate.
    Raises: TypeError, ValueError for other values, OSError for a port that is taken.
    """
    if not callable(getattr(proxy, "respond", None)) or isinstance(proxy, type):
        raise TypeError(f"serve takes a LocalXksProxy(), not {proxy!r}")
    check_text("access_key_id", access_key_id, "BETWEENTWENTYANDTHIRTYCHARS")
    check_secret("secret_access_key", secret_access_key)
    check_text("uri_path", uri_path, "/kms/xks/v1")
    check_whole("port", port, range(65536))
    if tls is not None and not isinstance(tls, ssl.SSLContext):
        raise TypeError(f"tls is an ssl.SSLContext, not {tls!r}")
    with _Server(proxy, (access_key_id, secret_access_key), uri_path, port) as server:
        if tls is not None:
            # The handshake is left to the thread of the connection: one silent client would hold up all others.
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="fake_kms XKS proxy", daemon=True)
        thread.start()
        try:
            yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for the requests that are being answered

    def __init__(self, proxy: LocalXksProxy, credential: tuple[str, str], uri_path: str, port: int) -> None:
        self.proxy = proxy
        self.stopping = threading.Event()
        self._credential = credential
        self._uri_path = uri_path
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer would look up its own name in the DNS
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Tests make clients hang up and fail the handshake on purpose.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def answer(self, target: str, headers: Message, body: bytes) -> Answer:
        """Answer a POST request. Raises: XksFailure for injected failures of the transport."""
        if not _is_authentic(_request(target, headers, body), self._credential):
            message = "the request is not signed with this proxy's credential"
            return error_answer("AuthenticationFailedException", message)
        if not target.startswith(f"{self._uri_path}/"):
            return error_answer("InvalidUriPathException", "no such path")
        return self.proxy.respond(target.removeprefix(self._uri_path), _read_json(body))


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5

    def do_POST(self) -> None:
        try:
            status, body = self.server.answer(self.path, self.headers, self._read_body())
        except XksFailure:
            return  # without an answer the connection closes
        self.server.stopping.wait(self.server.proxy.delay)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the standard library
        """Print nothing."""

    def _read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        return self.rfile.read(min(int(length), _MAX_BODY)) if re.fullmatch("[0-9]{1,9}", length) else b""


def _request(target: str, headers: Message, body: bytes) -> HttpRequest:
    lowered = {name.lower(): ",".join(headers.get_all(name, [])) for name in headers}
    return HttpRequest("POST", f"http://127.0.0.1{target}", lowered, body, "", headers.get("Authorization", ""))


def _is_authentic(request: HttpRequest, credential: tuple[str, str]) -> bool:
    access_key_id, secret_access_key = credential
    try:
        authorization = Authorization.parse(request.authorization)
    except IncompleteAuthorization:
        return False
    if (authorization.credential.access_key_id, authorization.credential.service) != (access_key_id, _SERVICE):
        return False
    if not set(authorization.signed_headers) >= _ALWAYS_SIGNED:
        return False
    if check_date(request.header("x-amz-date") or "", Clock.system_epoch()) is not None:
        return False
    expected = signature(request, authorization, secret_access_key)
    return hmac.compare_digest(authorization.signature.encode(), expected.encode())


def _read_json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
