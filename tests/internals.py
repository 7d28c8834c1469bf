"""The one way for tests into what a fake holds."""

from __future__ import annotations

from fake_kms import FakeKms

ACCOUNT = "123456789012"
REGION = "us-east-1"


def store_of(kms):
    """Give the resources of a fake."""
    return kms._service.tools.store


def region_of(kms, region=REGION, account=ACCOUNT):
    """Give one Region of an account."""
    return store_of(kms).region(account, region)


def stored_key(kms, key_id, region=REGION, account=ACCOUNT):
    """Give a key as the store has it."""
    return region_of(kms, region, account).keys.get(key_id)


def snapshot(value, seen=frozenset()):
    """Give a comparable picture of everything a fake holds, events excepted."""
    if id(value) in seen:
        return "..."
    seen |= {id(value)}
    if isinstance(value, FakeKms):
        store = store_of(value)
        return snapshot([store.materials, len(store.schedule), store.regions(), store.grants])
    if isinstance(value, dict):
        return {str(name): snapshot(item, seen) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [snapshot(item, seen) for item in value]
    if type(value).__module__.startswith("fake_kms.store"):
        names = [slot for kind in type(value).__mro__ for slot in getattr(kind, "__slots__", ())]
        names += list(getattr(value, "__dict__", {}))
        return {name: snapshot(getattr(value, name), seen) for name in names if name not in {"entropy", "__weakref__"}}
    return repr(value)
