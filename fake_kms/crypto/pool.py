"""RSA keys that fakes lease, each used by one fake of the process at a time.

Generating an RSA key takes 50 ms to over a second, and a test rarely needs more than a few at once. So the package
comes with some, and a pool of the process holds them. A fake leases keys from it and releases them when it closes; the
next fake gets the same ones. Two keys of one fake are never the same, nor are those of two fakes that are open at the
same time. What was signed under a closed fake may therefore verify under a later one, or under one of another process:
tests that must not have that use `seed=`.

When all are leased, one more is generated, and the caller waits for it. None is generated in the background: with a
worker of pytest-xdist on every core that would slow other tests down, and no test is known to need it.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING

from fake_kms import crypto

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["RsaLease", "RsaPool"]


class RsaPool:
    """The RSA keys of this process that no fake uses right now, by size in bits: those released, and those ready-made.

    Any thread may use it. It has no lock, which a process forked meanwhile would inherit locked: `setdefault` of a
    dictionary, `popleft` and `appendleft` of a deque are each atomic.
    """

    def __init__(self) -> None:
        self._released: dict[int, deque[rsa.RSAPrivateKey]] = {}
        self._ready_made: dict[int, deque[tuple[int, int]]] = {}

    def lease(self, bits: int) -> rsa.RSAPrivateKey:
        """Return a key that no fake uses; a new one if there is none."""
        try:
            return self._released[bits].popleft()
        except LookupError:
            pass
        if bits not in self._ready_made:
            self._ready_made.setdefault(bits, deque(crypto.rsa_keys.ready_made(bits)))
        try:
            primes = self._ready_made[bits].popleft()
        except IndexError:
            return crypto.rsa_keys.generate(bits)
        return crypto.rsa_keys.from_primes(*primes)

    def release(self, key: rsa.RSAPrivateKey) -> None:
        """Take a key back, to be leased again before all others."""
        self._released.setdefault(key.key_size, deque()).appendleft(key)


_PROCESS_POOL = RsaPool()


class RsaLease:
    """The RSA keys that one fake leases."""

    def __init__(self, pool: RsaPool = _PROCESS_POOL) -> None:
        self._pool = pool
        self._keys: list[rsa.RSAPrivateKey] = []

    def lease(self, bits: int) -> rsa.RSAPrivateKey:
        """Lease one more key of a size."""
        key = self._pool.lease(bits)
        self._keys.append(key)
        return key

    def release(self) -> None:
        """Release all keys, each once, the last one first: they are leased again in the same order."""
        with contextlib.suppress(IndexError):  # none is left; another thread may be releasing them too
            while True:
                self._pool.release(self._keys.pop())
