"""The public API, called with whatever there is: a mistake ends in an error of ours, or in a fake that still works."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import traceback
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from iam import ALL, policy
from key_stores import CLUSTER, ENDPOINT, HSM, XKS

import fake_kms
import fake_kms.nitro
import fake_kms.xks
from fake_kms import Cluster, FakeKms
from fake_kms.arns import is_account
from fake_kms.nitro.authority import default_authority
from fake_kms.xks import Failure, LocalXksProxy, XksFailure

PACKAGE = Path(fake_kms.__file__).parent
DELIBERATE = (TypeError, ValueError, LookupError, RuntimeError)

# What a user holds, by its class; `world` is an open fake with one of each.
HELD = {
    "FakeKms": lambda world: world.kms,
    "Clock": lambda world: world.kms.clock,
    "Cluster": lambda world: world.cluster,
    "Clusters": lambda world: world.kms.clusters,
    "Decision": lambda world: world.kms.simulate(world.role, "kms:ListKeys"),
    "Event": lambda world: world.kms.journal[0],
    "Journal": lambda world: world.kms.journal,
    "Principal": lambda world: world.user,
    "Principals": lambda world: world.kms.principals,
    "Role": lambda world: world.role,
    "AttestationAuthority": lambda _: default_authority(),
    "LocalXksProxy": lambda world: world.proxy,
    "Xks": lambda world: world.kms.xks,
}
# What has no methods of its own, is made by the fake, or is checked elsewhere (tests/plugin/test_options.py).
NOT_HELD = {
    "Credentials",
    "Failure",
    "OptionKeywords",
    "Options",
    "PolicyDocument",
    "Quotas",
    "RealAwsError",
    "RealKmsError",
    "XksFailure",
    "XksProxy",
}
MADE = {"Cluster": Cluster, "FakeKms": FakeKms, "LocalXksProxy": LocalXksProxy, "XksFailure": XksFailure}
# They close the fake.
NOT_CALLED = {"FakeKms.stop", "stop_all"}

# A right value for each name of a parameter, so that the others are reached.
RIGHT = {
    "action": "kms:Decrypt",
    "body": {},
    "cluster_id": CLUSTER,
    "error_name": "ThrottlingException",
    "key_id": "one",
    "kind": Failure.TIMEOUT,
    "name": "App",
    "path": "/health",
    "pcrs": {0: "ab" * 48},
    "public_key": b"key",
    "session_name": "job",
    "status": "ENABLED",
    "uri": ENDPOINT,
    "access_key_id": "ID",
    "secret_access_key": "secret",
}
OF_THE_WORLD = {"principal": "role", "of": "user", "proxy": "proxy"}

WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.lists(st.integers() | st.text(max_size=5) | st.none(), max_size=3),
    st.dictionaries(st.text(max_size=5) | st.integers(), st.text(max_size=5) | st.integers(), max_size=3),
    st.sampled_from([object(), int, LocalXksProxy, len, ..., {1}, 1j, (1, 2), [{"Key": 5, "Value": "x"}], {"a": {"b"}}]),
    st.sampled_from([date(2040, 1, 1), datetime(2040, 1, 1, tzinfo=timezone.utc), timedelta(days=1)]),
    st.sampled_from(["kms", "eu-west-1", "alias/app", "123456789012", "http://127.0.0.1", "http://[", "ACTIVE", "X" * 300]),
)  # fmt: skip


def _public(cls):
    return [name for name, _ in inspect.getmembers(cls) if not name.startswith("_")]


def _setter(get, name):
    def build(world):
        return lambda value: setattr(get(world), name, value)

    return build


def _surface():
    """Return every public callable: by its name, how it is found in a world, and its signature."""
    found = {}
    for package in (fake_kms, fake_kms.nitro, fake_kms.xks):
        for name in package.__all__:
            value = getattr(package, name)
            if inspect.isfunction(value):
                found[name] = (lambda _, value=value: value, inspect.signature(value))
    for cls, get in HELD.items():
        of = next(vars(p)[cls] for p in (fake_kms, fake_kms.nitro, fake_kms.xks) if getattr(p, cls, None))
        for name in _public(of):
            member = inspect.getattr_static(of, name)
            if isinstance(member, property) and member.fset is not None:
                found[f"{cls}.{name}="] = (_setter(get, name), inspect.signature(lambda value: None))
            elif callable(getattr(of, name)) and not isinstance(member, type):
                bound = inspect.signature(getattr(of, name))
                parameters = list(bound.parameters.values())[not isinstance(member, staticmethod) :]
                found[f"{cls}.{name}"] = (
                    lambda world, get=get, name=name: getattr(get(world), name),
                    bound.replace(parameters=parameters),
                )
    for name in Cluster.__dataclass_fields__:
        found[f"Cluster.{name}="] = (_setter(HELD["Cluster"], name), inspect.signature(lambda value: None))
    for name, cls in MADE.items():
        found[name] = (lambda _, cls=cls: cls, inspect.signature(cls))
    return {name: entry for name, entry in found.items() if name not in NOT_CALLED}


SURFACE = _surface()


def test_every_public_class_is_held_or_known_not_to_be():
    classes = {
        name
        for package in (fake_kms, fake_kms.nitro, fake_kms.xks)
        for name in package.__all__
        if not inspect.isfunction(getattr(package, name)) and not name.startswith("__")
    }
    assert classes == HELD.keys() | NOT_HELD
    assert {"FakeKms.simulate", "Clock.advance", "Clock.system_epoch", "LocalXksProxy.delay="} <= SURFACE.keys()


@st.composite
def arguments(draw, signature):
    """Draw a call: what must be given, and some of the rest; here and there a right value."""
    positional, named = [], {}
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += draw(st.lists(WRONG, max_size=2))
        elif parameter.kind is parameter.VAR_KEYWORD:
            named |= draw(st.dictionaries(st.sampled_from(["region", "endpoint", "quotas", "seed"]), WRONG, max_size=1))
        elif parameter.default is parameter.empty or draw(st.integers(0, 2)) == 0:
            known = [name for name in (parameter.name,) if name in RIGHT or name in OF_THE_WORLD]
            right = bool(known) and draw(st.booleans())
            value = _Right(parameter.name) if right else draw(WRONG)
            if parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[parameter.name] = value
    return positional, named


class _Right:
    """A right value, which may be of the world that the call is made in."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<right {self.name}>"

    def in_(self, world):
        return getattr(world, OF_THE_WORLD[self.name]) if self.name in OF_THE_WORLD else RIGHT[self.name]


@contextlib.contextmanager
def open_world():
    with FakeKms() as kms:
        proxy = LocalXksProxy()
        proxy.add_key("one")
        kms.client().list_keys()
        yield SimpleNamespace(
            kms=kms,
            proxy=proxy,
            cluster=kms.clusters.add(CLUSTER),
            role=kms.principals.role("Role", policies=[policy(ALL)]),
            user=kms.principals.user("user", policies=[policy(ALL)]),
        )


@functools.cache
def _raise_lines(file):
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    raises = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    return {line for node in raises for line in range(node.lineno, node.end_lineno + 1)}


def _check_deliberate(name, error):
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{innermost.filename}:{innermost.lineno}"
    assert Path(innermost.filename).is_relative_to(PACKAGE), f"{where} raised {error!r}"
    assert innermost.lineno in _raise_lines(innermost.filename), f"{where} raised {error!r}"
    assert str(error), where
    # The protocol of proxies has an error of its own, for the body of a request.
    assert isinstance(error, (*DELIBERATE, *([XksFailure] if name == "LocalXksProxy.call" else []))), where


def _use(result):
    """Use what is to be used in a block; a fake that was not opened is not."""
    if hasattr(result, "__enter__") and not isinstance(result, FakeKms):
        with result:
            pass


def _still_works(world):
    client = world.kms.client()
    client.list_keys()
    world.kms.xks.route(ENDPOINT, world.proxy)
    for key_store in (HSM, XKS):
        with contextlib.suppress(ClientError):
            client.connect_custom_key_store(
                CustomKeyStoreId=client.create_custom_key_store(**key_store)["CustomKeyStoreId"]
            )
    assert not [event for event in world.kms.journal if event.raised]


@pytest.mark.parametrize("call", [[].pop, lambda: is_account(5)])
def test_an_error_that_is_not_ours_is_noticed(call):
    with pytest.raises((TypeError, IndexError)) as caught:
        call()
    with pytest.raises(AssertionError, match=r" raised \w+Error\("):
        _check_deliberate("FakeKms.simulate", caught.value)


@pytest.mark.parametrize("name", SURFACE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_mistake_is_told_or_does_no_harm(name, data):
    find, signature = SURFACE[name]
    positional, named = data.draw(arguments(signature))
    with open_world() as world:
        given_ = [value.in_(world) if isinstance(value, _Right) else value for value in positional]
        named_ = {key: value.in_(world) if isinstance(value, _Right) else value for key, value in named.items()}
        try:
            _use(find(world)(*given_, **named_))
        except Exception as error:  # noqa: BLE001 - which one it may be is the question
            _check_deliberate(name, error)
        _still_works(world)
