"""RSA keys that fakes lease: generated once per process, used by one fake at a time.

Generating an RSA key takes 50 ms to over a second, and a test rarely needs more than one at once. So a fake leases its
RSA keys from a pool of the process and releases them when it closes; the next fake gets the same ones. Two keys of one
fake are never the same, nor are those of two fakes that are open at the same time. What was signed under a closed fake
may therefore verify under a later one: tests that must not have that use `seed=`.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["RsaLease", "RsaPool"]


class RsaPool:
    """The RSA keys of this process that no fake uses right now, by size in bits."""

    def __init__(self) -> None:
        self._free: defaultdict[int, list[rsa.RSAPrivateKey]] = defaultdict(list)
        self._lock = threading.Lock()

    def lease(self, bits: int) -> rsa.RSAPrivateKey:
        """Return a key that no fake uses; a new one if there is none."""
        with self._lock:
            if self._free[bits]:
                return self._free[bits].pop(0)
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=bits)

    def release(self, keys: list[rsa.RSAPrivateKey]) -> None:
        """Take keys back, to be leased again in the same order."""
        with self._lock:
            for key in reversed(keys):
                self._free[key.key_size].insert(0, key)


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
        """Release all keys."""
        self._pool.release(self._keys)
        self._keys = []
