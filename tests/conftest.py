"""What the tests share: a fake, clients, raw requests, and the check that a refusal changed nothing."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import socket

import aws_report
import boto3  # noqa: F401 - pytester forgets modules that its runs load first
import installed
import pytest
import target
from botocore.config import Config
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from expected import refusal
from internals import snapshot
from settling import Settling

from fake_kms import FakeKms
from fake_kms.adapters import clients  # noqa: F401 - pytester forgets modules that its runs load first
from fake_kms.controls.journal import Event, Log
from fake_kms.service.pipeline import Service
from fake_kms.tables import model
from fake_kms.tables.undeclared_errors import may_answer
from fake_kms.wire import HttpRequest

pytest_plugins = ["pytester"]

ACCOUNT = "123456789012"
REGION = "us-east-1"
UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})


@pytest.fixture(autouse=True)
def _no_network(monkeypatch, request):
    """Fail a test that tries to reach anything but this machine, unless AWS is the target."""
    if target.is_aws(request.config):
        return
    real = socket.socket.connect

    def connect(self, address):
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address}")
        return real(self, address)

    resolve = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        if host not in {None, "127.0.0.1", "::1", "localhost", b"localhost"}:
            raise AssertionError(f"a test tried to reach {host}")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture(autouse=True)
def _no_pytest_asyncio(monkeypatch, request):
    """Keep pytest-asyncio out of pytester's runs that are not about it: it warns of an option that they do not set."""
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # which deletes the variable
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:asyncio")


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch, tmp_path_factory, request):
    """Keep the machine's own AWS configuration out of the tests, unless AWS is the target."""
    if target.is_aws(request.config):
        return
    nowhere = tmp_path_factory.getbasetemp() / "nowhere"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(nowhere))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _installed_botocore(monkeypatch):
    """Leave out a test that makes a request which the installed botocore cannot make."""
    installed.leave_out_what_is_newer(monkeypatch)


@pytest.fixture(autouse=True)
def _refusals_are_known(monkeypatch):
    """Check that AWS is known to answer each refused operation with that error."""
    real = Log.add

    def add(self, *fields):
        real(self, *fields)
        event = Event(*fields)
        if event.error_code is not None and event.operation in model.load():
            assert may_answer(model.load()[event.operation], event.error_code), event

    monkeypatch.setattr(Log, "add", add)


@pytest.fixture(autouse=True)
def _answers_fit_the_model(monkeypatch, request):
    """Check the answers of every fake that a test opens against the model, unless it is marked `default_stages`."""
    if request.node.get_closest_marker("default_stages"):
        return
    real = Service.__init__

    def init(self, **options):
        real(self, **options | {"check_answers": True})

    monkeypatch.setattr(Service, "__init__", init)


def pytest_addoption(parser):
    target.add_options(parser)


def pytest_configure(config):
    config.addinivalue_line("markers", "options(**options): the options of the fake that the fixture `kms` opens.")
    config.addinivalue_line("markers", "aws: true of AWS as well; run with --target=aws.")
    config.addinivalue_line("markers", "default_stages: a fake has the stages that users have, and no others.")
    config.addinivalue_line("markers", "settles(*assumptions): a story; what its run against AWS settles.")
    if target.is_aws(config) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(aws_report.Report(config.getoption("--aws-report")))


def pytest_collection_modifyitems(config, items):
    target.select(config, items)


@pytest.fixture
def aws_account(request):
    """Give the account that --target=aws names; what a test made in it is deleted after the test."""
    config = request.config
    account = target.Account(config.getoption("--aws-region"), config.getoption("--aws-endpoint"))
    yield account
    left = account.clean_up()
    assert not left, f"these keys could not be scheduled for deletion; do it by hand: {left}"


def pytest_report_header(config):
    if target.is_aws(config):
        return target.COST_NOTE.format(region=config.getoption("--aws-region")).splitlines()
    return None


@pytest.fixture
def kms(request):
    """Open a fake, with the options of the marker `options`."""
    marker = request.node.get_closest_marker("options")
    with FakeKms(**(marker.kwargs if marker else {})) as fake:
        yield fake


@pytest.fixture
def client(request):
    """Give a boto3 client in the default Region and account: of the fake, or of AWS with --target=aws."""
    if target.is_aws(request.config):
        return request.getfixturevalue("aws_account").client()
    return request.getfixturevalue("kms").client()


@pytest.fixture
def elsewhere(kms):
    """Make clients of another account or Region."""

    def make(account=ACCOUNT, region=REGION):
        return kms.client(region, aws_access_key_id=account, aws_secret_access_key="x", aws_session_token=None)

    return make


@pytest.fixture
def client_with(request):
    """Make clients like that of the fixture `client`, with other settings of botocore."""

    def make(**config):
        if target.is_aws(request.config):
            return request.getfixturevalue("aws_account").client(**config)
        return request.getfixturevalue("kms").client(**config)

    return make


@pytest.fixture
def settle(request, client):
    """Compare answers with what is assumed, and note them for the report of --target=aws."""
    fake = None if target.is_aws(request.config) else request.getfixturevalue("kms")
    settling = Settling(request.node, client.meta.region_name, fake)
    settling.watch(client)
    if "unchecked" in request.fixturenames:
        settling.watch(request.getfixturevalue("unchecked"))
    yield settling
    settling.close()


@pytest.fixture
def key(client):
    """Create a symmetric key and give its metadata."""
    return client.create_key()["KeyMetadata"]


@dataclasses.dataclass
class Answer:
    """An HTTP answer, with its JSON body read."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body) if self.body else None


@pytest.fixture
def send(kms):
    """Send a raw request through the one door."""

    def post(
        operation,
        body=b"{}",
        *,
        authorization=None,
        target=None,
        region=REGION,
        account="testing",
        headers=(),
    ):
        if not isinstance(body, bytes | str):
            body = json.dumps(body, default=lambda blob: base64.b64encode(blob).decode())
        credential = f"{account}/20261124/{region}/kms/aws4_request"
        signature = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
        request = HttpRequest(
            "POST",
            f"https://kms.{region}.amazonaws.com/",
            dict(headers),
            body.encode() if isinstance(body, str) else body,
            f"TrentService.{operation}" if target is None else target,
            signature if authorization is None else authorization,
        )
        response = kms._handler.handle(request)
        return Answer(response.status, response.headers, response.body)

    return post


@pytest.fixture
def refused(request):
    """Expect a refusal: its code, its full message, and that it changed nothing in the fake."""
    kms = None if target.is_aws(request.config) else request.getfixturevalue("kms")

    @contextlib.contextmanager
    def expect(code, message=""):
        before = snapshot(kms)
        with refusal(code, message):
            yield
        assert before == snapshot(kms)

    return expect


@pytest.fixture
def unchecked(client_with):
    """Give a client that leaves every check to the service."""
    return client_with(config=UNCHECKED)


def wrap(public_der, algorithm, raw):
    """Wrap key material as a user does, with `cryptography`."""
    public = serialization.load_der_public_key(public_der)
    chosen = hashes.SHA1() if algorithm.endswith("SHA_1") else hashes.SHA256()  # noqa: S303
    oaep = padding.OAEP(padding.MGF1(chosen), chosen, None)
    if not algorithm.startswith("RSA_AES"):
        return public.encrypt(raw, oaep)
    aes_key = bytes(range(32))
    return public.encrypt(aes_key, oaep) + keywrap.aes_key_wrap_with_padding(aes_key, raw)


@pytest.fixture
def import_material():
    """Import key material: fetch parameters, wrap, import."""

    def do(client, key_id, raw, *, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048", **options):
        parameters = client.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)
        options = options or {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        return client.import_key_material(
            KeyId=key_id,
            ImportToken=parameters["ImportToken"],
            EncryptedKeyMaterial=wrap(parameters["PublicKey"], algorithm, raw),
            **options,
        )

    return do


def in_model(operation):
    """Tell whether the installed botocore has an operation."""
    return operation in model.load()
