"""RSA keys on loan: made once per process, used by one fake at a time.

Making an RSA key takes 50 ms to over a second, and a test rarely needs more than one at once. So a fake borrows
its RSA keys from a pool of the process and gives them back when it closes; the next fake gets the same ones. Two
keys of one fake are never the same, nor are those of two fakes that are open at the same time. What was signed
under a closed fake may therefore verify under a later one: tests that must not have that use `seed=`.
"""

from __future__ import annotations

import threading
from collections import defaultdict

from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["RsaLease", "RsaPool"]


class RsaPool:
    """The RSA keys of this process that nobody uses right now, by size in bits."""

    def __init__(self) -> None:
        self._free: defaultdict[int, list[rsa.RSAPrivateKey]] = defaultdict(list)
        self._lock = threading.Lock()

    def take(self, bits: int) -> rsa.RSAPrivateKey:
        """Return a key that nobody uses; a new one if there is none."""
        with self._lock:
            if self._free[bits]:
                return self._free[bits].pop(0)
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)

    def put_back(self, keys: list[rsa.RSAPrivateKey]) -> None:
        """Take keys back, to be given out again in the same order."""
        with self._lock:
            for key in reversed(keys):
                self._free[key.key_size].insert(0, key)


_PROCESS_POOL = RsaPool()


class RsaLease:
    """The RSA keys that one fake has borrowed."""

    def __init__(self, pool: RsaPool = _PROCESS_POOL) -> None:
        self._pool = pool
        self._borrowed: list[rsa.RSAPrivateKey] = []

    def borrow(self, bits: int) -> rsa.RSAPrivateKey:
        """Borrow one more key of a size."""
        key = self._pool.take(bits)
        self._borrowed.append(key)
        return key

    def end(self) -> None:
        """Return all keys back."""
        self._pool.put_back(self._borrowed)
        self._borrowed = []
