"""RSA keys from a seed.

`FakeKms(seed=...)` needs them. No version of `cryptography` up to 50 has them; once the lower bound is one that does,
this file goes. The first call of a process also computes the table of small primes. Source: FIPS 186-5, appendix A.1.3
for the form of the primes and table B.1 for the number of rounds.
"""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

from fake_kms.crypto import rsa_keys
from fake_kms.entropy import derive

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["private_key"]

_WINDOW = 8192  # odd numbers searched from one start: about 23 times the distance of two primes of 1024 bits
_SIEVE_LIMIT = 1 << 18  # more would cost more than the tests it saves
_BASES = (2, 3, 5, 7, 11)  # the composites most often fail the first, which is also the fastest


@functools.lru_cache(maxsize=64)
def private_key(seed: bytes, bits: int) -> rsa.RSAPrivateKey:
    """Return the RSA key of a seed: the same one for the same seed and size, on every machine.

    Input: an even size, in KMS 2048, 3072 or 4096. Output: exponent 65537 and a modulus of exactly that many bits.
    """
    q, p = sorted(_prime(seed, f"rsa {bits} {name}", bits // 2) for name in "pq")
    return rsa_keys.from_primes(p, q)


def _prime(seed: bytes, label: str, bits: int) -> int:
    """Find the prime of a label. Its two highest bits are set, so that two of them multiply to twice the length."""
    raw = (int.from_bytes(derive(seed, f"{label} {attempt}", bits // 8), "big") for attempt in itertools.count())
    starts = (number | 3 << (bits - 2) | 1 for number in raw)
    return next(filter(_is_usable, (start - 2 * offset for start in starts for offset in _survivors(start))))


def _is_usable(candidate: int) -> bool:
    return candidate % rsa_keys.EXPONENT != 1 and all(_passes(candidate, base) for base in _BASES)


def _passes(candidate: int, base: int) -> bool:
    """Return whether an odd number passes one Miller-Rabin round."""
    twos = (candidate - 1 & 1 - candidate).bit_length() - 1
    power = pow(base, candidate - 1 >> twos, candidate)
    if power in {1, candidate - 1}:
        return True
    return any((power := power * power % candidate) == candidate - 1 for _ in range(twos - 1))


def _survivors(start: int) -> list[int]:
    """Return the offsets i below the window for which no small prime divides start - 2i."""
    kept = bytearray(b"\1") * _WINDOW
    for prime in _small_primes():
        rest = start % prime
        first = (rest + prime if rest & 1 else rest) >> 1
        if first < _WINDOW:
            kept[first::prime] = bytes((_WINDOW - first - 1) // prime + 1)
    return [offset for offset, flag in enumerate(kept) if flag]


@functools.cache
def _small_primes() -> list[int]:
    """Return the odd primes below the limit (Eratosthenes)."""
    kept = bytearray(b"\1") * _SIEVE_LIMIT
    for number in range(3, int(_SIEVE_LIMIT**0.5) + 1, 2):
        if kept[number]:
            kept[number * number :: 2 * number] = bytes(len(range(number * number, _SIEVE_LIMIT, 2 * number)))
    return [number for number in range(3, _SIEVE_LIMIT, 2) if kept[number]]
