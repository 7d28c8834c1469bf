"""Putting a fake back into an earlier state, in place.

What a test holds (a role, the journal) and what is on the schedule refer to the fake's own objects. So these stay the
same objects, and their contents are put back.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any

from fake_kms.crypto.material import Material
from fake_kms.crypto.pool import RsaLease

__all__ = ["remember"]

_PACKAGE = __name__.partition(".")[0]
# Key material never changes, except that a private key is generated when it is first used: it stays. RSA keys that a
# fake has leased are returned when it closes, whatever became of them meanwhile.
_KEPT = (Material, RsaLease, Enum)


def remember(roots: Iterable[object]) -> Callable[[], None]:
    """Return a function that gives every mutable object within `roots` the contents that it has now.

    Mutable are lists, dictionaries, sets, arrays and the instances of this package's classes.
    """
    found: dict[int, tuple[object, Any]] = {}
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in found:
            continue
        if isinstance(one, tuple | frozenset):
            waiting.extend(one)
        elif isinstance(one, list | set | dict | array):
            found[id(one)] = one, one.copy() if not isinstance(one, array) else one[:]
            waiting.extend(one if not isinstance(one, dict) else [*one.keys(), *one.values()])
        elif type(one).__module__.partition(".")[0] == _PACKAGE and not isinstance(one, (*_KEPT, type)):
            attributes = dict(_attributes(one))
            found[id(one)] = one, attributes
            waiting.extend(attributes.values())

    def put_back() -> None:
        for one, contents in found.values():
            _put_back(one, contents)

    return put_back


def _attributes(one: object) -> Iterator[tuple[str, object]]:
    yield from getattr(one, "__dict__", {}).items()
    for kind in type(one).__mro__:
        for name in vars(kind).get("__slots__", ()):
            if hasattr(one, name):
                yield name, getattr(one, name)


def _put_back(one: Any, contents: Any) -> None:
    if isinstance(one, list | array):
        one[:] = contents
    elif isinstance(one, set | dict):
        one.clear()
        one.update(contents)
    else:
        for name in dict(_attributes(one)).keys() - contents.keys():
            object.__delattr__(one, name)
        for name, value in contents.items():
            object.__setattr__(one, name, value)  # also of frozen ones, whose attributes have not changed
