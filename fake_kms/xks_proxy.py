"""A small external key store proxy that conforms to the API: to call in this process, or to serve over HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import posixpath
import re
import ssl
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fake_kms.clock import Clock, to_epoch
from fake_kms.crypto.primitives import BadCiphertext, open_gcm
from fake_kms.crypto.xks import (
    ERROR_NAMES,
    HEALTH_STATUSES,
    MAX_ADDITIONAL_DATA,
    MAX_PLAINTEXT,
    TIMEOUT_SECONDS,
    Encrypted,
    Failure,
    XksFailure,
    from_base64,
    integrity_value,
    read_answer,
    to_base64,
)
from fake_kms.entropy import Entropy, SystemEntropy

__all__ = ["LocalXksProxy", "serve"]

Answer = tuple[int, dict[str, Any]]

_KEY_PATH = re.compile(r"/keys/([A-Za-z0-9._-]{1,128})/(metadata|encrypt|decrypt)")
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([a-z0-9-]+)/kms-xks-proxy/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
_ALWAYS_SIGNED = {"host", "x-amz-date"}
_MAX_SKEW = 300
_MAX_BODY = 65536
_MAX_FLEET = 10


@dataclass(slots=True)
class _Key:
    cipher: AESGCM
    key_spec: str
    key_usage: tuple[str, ...]
    status: str


class _Refusal(Exception):  # noqa: N818 - an answer of the API
    """An error as the API has it."""

    def __init__(self, error_name: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = ERROR_NAMES.get(error_name, 500) if status is None else status
        self.body = {"errorName": error_name, "errorMessage": message}


class LocalXksProxy:
    """A proxy with its keys in memory and real AES-256-GCM.

    `ciphertext_metadata` (0-20 bytes) goes into every encryption. `delay` is in seconds: over HTTP the answer
    comes that much later; in this process a delay beyond KMS's 250 ms is a TIMEOUT at once, and none is waited for.
    """

    def __init__(self, *, ciphertext_metadata: bytes = b"", entropy: Entropy | None = None) -> None:
        self.ciphertext_metadata = ciphertext_metadata
        self.delay = 0.0
        self._entropy: Entropy = entropy or SystemEntropy()
        self._keys: dict[str, _Key] = {}
        self._health: tuple[str, ...] = ("ACTIVE",)
        self._injected: deque[XksFailure | _Refusal] = deque()

    def add_key(
        self,
        key_id: str,
        *,
        key_spec: str = "AES_256",
        key_usage: Sequence[str] = ("ENCRYPT", "DECRYPT"),
        status: str = "ENABLED",
    ) -> None:
        """Make an external key, in place of one of the same id. What is not AES_256 can only be described."""
        self._keys[key_id] = _Key(AESGCM(self._entropy.bytes(32)), key_spec, tuple(key_usage), status)

    def set_status(self, key_id: str, status: str) -> None:
        """Make a key ENABLED or DISABLED. Raises: KeyError."""
        self._keys[key_id].status = status

    def delete_key(self, key_id: str) -> None:
        """Lose a key, and with it whatever it encrypted. Raises: KeyError."""
        del self._keys[key_id]

    def set_health(self, *statuses: str) -> None:
        """Say how the 1-10 key managers are: ACTIVE, DEGRADED or UNAVAILABLE each. Raises: ValueError."""
        if not 1 <= len(statuses) <= _MAX_FLEET or not set(statuses) <= set(HEALTH_STATUSES):
            raise ValueError(f"1 to 10 of {', '.join(HEALTH_STATUSES)}, not {statuses}")
        self._health = statuses

    def fail_with(self, error_name: str | Failure, status: int | None = None, times: int = 1) -> None:
        """Fail the next calls.

        Input: an errorName of the API or any other, with the HTTP status that goes with it or another (500 for
        names the API does not know); or a Failure, of which those no proxy can state (UNREACHABLE, TLS, ...) are
        raised in this process and drop the connection over HTTP.
        """
        name = error_name.value if isinstance(error_name, Failure) else error_name
        for _ in range(times):
            if isinstance(error_name, Failure) and name not in ERROR_NAMES:
                self._injected.append(XksFailure(error_name, "injected"))
            else:
                self._injected.append(_Refusal(name, "injected", status))

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer one request of the proxy API. Raises: XksFailure."""
        if self.delay > TIMEOUT_SECONDS:
            raise XksFailure(Failure.TIMEOUT, f"the proxy answers after {self.delay} s")
        return read_answer(*self.respond(path, body))

    def respond(self, path: str, body: object) -> Answer:
        """Return the HTTP status and the JSON body. Raises: XksFailure for injected failures of the transport."""
        try:
            self._fail_if_told()
            return 200, self._route(path, body)
        except _Refusal as refusal:
            return refusal.status, refusal.body

    def _fail_if_told(self) -> None:
        with contextlib.suppress(IndexError):
            raise self._injected.popleft()

    def _route(self, path: str, body: object) -> dict[str, Any]:
        if path == "/health":
            _about(body, "kmsOperation", "kmsRequestId")
            return self._describe_health()
        match = _KEY_PATH.fullmatch(path)
        if match is None:
            raise _Refusal("InvalidUriPathException", "no such path")
        key_id, action = match.groups()
        operations: dict[str, Callable[[_Key, object], dict[str, Any]]] = {
            "metadata": _describe_key,
            "encrypt": self._encrypt,
            "decrypt": _decrypt,
        }
        if key_id not in self._keys:
            raise _Refusal("KeyNotFoundException", "no such key")
        return operations[action](self._keys[key_id], body)

    def _describe_health(self) -> dict[str, Any]:
        return {
            "xksProxyFleetSize": 1,
            "xksProxyVendor": "fake_kms",
            "xksProxyModel": "LocalXksProxy",
            "ekmVendor": "fake_kms",
            "ekmFleetDetails": [
                {"id": f"ekm-{number}", "model": "in memory", "healthStatus": status}
                for number, status in enumerate(self._health, 1)
            ],
        }

    def _encrypt(self, key: _Key, body: object) -> dict[str, Any]:
        body, aad = _cryptographic(key, body, "ENCRYPT")
        plaintext = _blob(body, "plaintext", range(1, MAX_PLAINTEXT + 1))
        metadata, iv = self.ciphertext_metadata, self._entropy.bytes(12)
        sealed = key.cipher.encrypt(iv, plaintext, _authenticated(metadata, aad))
        answer = {
            "ciphertext": to_base64(sealed[:-16]),
            "initializationVector": to_base64(iv),
            "authenticationTag": to_base64(sealed[-16:]),
        }
        if metadata:
            answer["ciphertextMetadata"] = to_base64(metadata)
        match body.get("ciphertextDataIntegrityValueAlgorithm"):
            case None:
                return answer
            case "SHA_256":
                value = integrity_value(Encrypted(sealed[:-16], metadata, iv, sealed[-16:]), aad)
                return answer | {"ciphertextDataIntegrityValue": to_base64(value)}
            case _:
                raise _bad("ciphertextDataIntegrityValueAlgorithm")


def _describe_key(key: _Key, body: object) -> dict[str, Any]:
    _about(body, "kmsOperation", "kmsRequestId")
    return {"keySpec": key.key_spec, "keyUsage": list(key.key_usage), "keyStatus": key.status}


def _decrypt(key: _Key, body: object) -> dict[str, Any]:
    body, aad = _cryptographic(key, body, "DECRYPT")
    ciphertext = _blob(body, "ciphertext", range(1, MAX_PLAINTEXT + 1))
    metadata = _blob(body, "ciphertextMetadata", range(21), optional=True)
    iv, tag = _blob(body, "initializationVector", (12, 16)), _blob(body, "authenticationTag", (16,))
    try:
        plaintext = open_gcm(key.cipher, iv, ciphertext + tag, _authenticated(metadata, aad))
    except BadCiphertext:
        raise _Refusal("InvalidCiphertextException", "not encrypted by this key, or with other data") from None
    return {"plaintext": to_base64(plaintext)}


def _authenticated(metadata: bytes, aad: bytes) -> bytes:
    return bytes((len(metadata),)) + metadata + aad


def _cryptographic(key: _Key, body: object, usage: str) -> tuple[dict[str, Any], bytes]:
    """Check what encrypt and decrypt have in common, and give the body with its additional data."""
    body = _about(body, "awsPrincipalArn", "kmsKeyArn", "kmsOperation", "kmsRequestId")
    if body.get("encryptionAlgorithm") != "AES_GCM":
        raise _bad("encryptionAlgorithm")
    if key.status != "ENABLED":
        raise _Refusal("InvalidStateException", "the key is not enabled")
    if key.key_spec != "AES_256" or usage not in key.key_usage:
        raise _Refusal("InvalidKeyUsageException", f"the key does not {usage}")
    return body, _blob(body, "additionalAuthenticatedData", range(MAX_ADDITIONAL_DATA + 1), optional=True)


def _about(body: object, *required: str) -> dict[str, Any]:
    metadata = body.get("requestMetadata") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(metadata, dict):
        raise _bad("requestMetadata")
    for name in required:
        if not isinstance(metadata.get(name), str):
            raise _bad(f"requestMetadata.{name}")
    return body


def _blob(body: Mapping[str, Any], name: str, sizes: Sequence[int], *, optional: bool = False) -> bytes:
    if optional and name not in body:
        return b""
    data = from_base64(body.get(name))
    if data is None or len(data) not in sizes:
        raise _bad(name)
    return data


def _bad(name: str) -> _Refusal:
    return _Refusal("ValidationException", f"{name} is missing or not as specified")


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
    """Serve a proxy on 127.0.0.1 to whoever signs with the credential, in whatever Region, until the block ends.

    Output: the URI endpoint, `http://127.0.0.1:PORT`; `https` with `tls`, a context that holds a certificate.
    """
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
    daemon_threads = False  # closing waits for what is being answered

    def __init__(self, proxy: LocalXksProxy, credential: tuple[str, str], uri_path: str, port: int) -> None:
        self.proxy = proxy
        self.stopping = threading.Event()
        self._credential = credential
        self._uri_path = uri_path
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer would look its own name up in the DNS
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients that hang up or fail the handshake are what these servers are for.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def answer(self, target: str, headers: Message, body: bytes) -> Answer:
        """Answer a POST, as the proxy does once the credential and the start of the path are right."""
        try:
            _authenticate(self._credential, target, headers, body)
            path = self._local_path(target)
        except _Refusal as refusal:
            return refusal.status, refusal.body
        return self.proxy.respond(path, _read_json(body))

    def _local_path(self, target: str) -> str:
        if not target.startswith(self._uri_path + "/"):
            raise _Refusal("InvalidUriPathException", "no such path")
        return target.removeprefix(self._uri_path)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5

    def do_POST(self) -> None:
        try:
            status, body = self.server.answer(self.path, self.headers, self._read_body())
        except XksFailure:
            return  # nothing is written, and the connection closes
        self.server.stopping.wait(self.server.proxy.delay)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the standard library
        """Say nothing."""

    def _read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        return self.rfile.read(min(int(length), _MAX_BODY)) if re.fullmatch("[0-9]{1,9}", length) else b""


def _read_json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _authenticate(credential: tuple[str, str], target: str, headers: Message, body: bytes) -> None:
    """Recompute the signature, by hand: what botocore signed is not to be checked with botocore."""
    access_key_id, secret = credential
    match = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if match is None:
        raise _unauthentic()
    user, date, region, names, signature = match.groups()
    timestamp = headers.get("X-Amz-Date", "")
    signed = names.split(";")
    if user != access_key_id or not set(signed) >= _ALWAYS_SIGNED or not timestamp.startswith(date):
        raise _unauthentic()
    scope = (date, region, "kms-xks-proxy", "aws4_request")
    request = _canonical_request(target, headers, signed, body)
    text = "\n".join(("AWS4-HMAC-SHA256", timestamp, "/".join(scope), hashlib.sha256(request).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in (*scope, text):
        key = hmac.digest(key, part.encode(), "sha256")
    if not hmac.compare_digest(key.hex(), signature) or not _is_recent(timestamp):
        raise _unauthentic()


def _canonical_request(target: str, headers: Message, signed: Sequence[str], body: bytes) -> bytes:
    # The API has no query: a target with one is signed over something else and fails.
    lines = [f"{name}:{' '.join(','.join(headers.get_all(name, [])).split())}" for name in signed]
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join(("POST", _canonical_path(target), "", *lines, "", ";".join(signed), digest)).encode()


def _canonical_path(target: str) -> str:
    path = posixpath.normpath("/" + target.lstrip("/"))
    return quote(path + "/" if target.endswith("/") and path != "/" else path, safe="/~")


def _is_recent(timestamp: str) -> bool:
    try:
        when = datetime.strptime(f"{timestamp}+0000", "%Y%m%dT%H%M%SZ%z")
    except ValueError:
        return False
    return abs(Clock().epoch() - to_epoch(when)) <= _MAX_SKEW


def _unauthentic() -> _Refusal:
    return _Refusal("AuthenticationFailedException", "the request is not signed with this proxy's credential")
