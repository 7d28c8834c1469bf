"""What the tests of external key stores share: proxies to call, and the failures they expect."""

from __future__ import annotations

import base64
import contextlib

import pytest

from fake_kms.xks import LocalXksProxy, XksFailure, serve
from fake_kms.xks.http_client import HttpXksProxy
from fake_kms.xks.protocol import RequestMetadata

ACCESS_KEY_ID = "ABCDEFGHIJKLMNOPQRST234567"
SECRET = "3n/+Dxh2P0x6YF0XqkJ7T1ZbR8mWcVaLsEiUoGtKp4Q="
PATH = "/prefix/kms/xks/v1"
ARN = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
ABOUT = RequestMetadata("arn:aws:iam::123456789012:user/Alice", ARN, "Encrypt", "4112f4d6-db54-4af4-ae30-c55a22a8dfae")
HEALTH = {
    "xksProxyFleetSize": 2,
    "xksProxyVendor": "a",
    "xksProxyModel": "b",
    "ekmVendor": "c",
    "ekmFleetDetails": [{"id": "d", "model": "e", "healthStatus": "ACTIVE"}],
}
ABSENT = object()


class Answering:
    """A proxy that records its requests and always gives the same answer."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []

    def call(self, path, body):
        self.requests.append((path, body))
        return self.answer


def b64(data):
    return base64.b64encode(data).decode()


def changed(answer, name, value):
    answer = answer | {name: value}
    return {key: item for key, item in answer.items() if item is not ABSENT}


def new_local():
    proxy = LocalXksProxy(ciphertext_metadata=b"version 7")
    proxy.add_key("key_1.a-b")
    return proxy


def served(local, **options):
    return serve(local, access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET, uri_path=PATH, **options)


@contextlib.contextmanager
def over_http(local, **options):
    with served(local) as endpoint:
        yield client_of(endpoint, **options)


def client_of(endpoint, *, path=PATH, user=ACCESS_KEY_ID, secret=SECRET, timeout=2.0, ca_certs=None):
    return HttpXksProxy(endpoint, path, "eu-west-1", user, secret, timeout=timeout, ca_certs=ca_certs)


@contextlib.contextmanager
def failing(kind):
    with pytest.raises(XksFailure) as caught:
        yield
    assert kind == caught.value.kind
