"""Proxies in this process and over HTTP, and a certificate."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress

import pytest
from xks_proxies import new_local, over_http


@pytest.fixture
def local():
    """Make a proxy with one key."""
    return new_local()


@pytest.fixture(params=["in process", "over HTTP"])
def proxy(request, local):
    """Call the local proxy in both ways."""
    with contextlib.ExitStack() as stack:
        yield local if request.param == "in process" else stack.enter_context(over_http(local))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Make a certificate for 127.0.0.1, in a file with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "proxy")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)
    builder = builder.not_valid_before(now - day).not_valid_after(now + day)
    signed = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "proxy.pem"
    file.write_bytes(secret + signed.public_bytes(pem))
    return str(file)
