"""ML-KEM in all three parameter sets.

`cryptography` has ML-KEM-768 and ML-KEM-1024 from version 48, but no version up to 50 has ML-KEM-512. Once the lower
bound is a version that has all three, this file goes. Algorithms are numbered as in FIPS 203; the DER forms are those
of RFC 9935.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Iterable

__all__ = ["PrivateKey", "PublicKey"]

_Polynomial = list[int]  # 256 coefficients
_Vector = list[_Polynomial]

_PARAMETERS = {512: (2, 3, 10, 4), 768: (3, 2, 10, 4), 1024: (4, 2, 11, 5)}  # k, eta1, du, dv; eta2 is always 2
# AlgorithmIdentifier, 2.16.840.1.101.3.4.4.1 to .3
_ALGORITHMS = {level: bytes.fromhex(f"300b06096086480165030404{n:02x}") for n, level in enumerate(_PARAMETERS, 1)}
_Q = 3329
_SIZE = 32  # of d, z, rho, a message and a shared secret; polynomials of n bits a coefficient have n times as much
_ZETAS = [pow(17, int(f"{i:07b}"[::-1], 2), _Q) for i in range(128)]
_HALF = pow(2, -1, _Q)
_HALF_INVERSE_ZETAS = [pow(2 * zeta, -1, _Q) for zeta in _ZETAS]
_GAMMAS = [17 * zeta * zeta % _Q for zeta in _ZETAS]


class PrivateKey:
    """A decapsulation key: its `level` and the 64 bytes of its `seed`, which never show in `repr`."""

    def __init__(self, level: int, seed: bytes) -> None:
        """Derive the key from a seed, d then z. Raises: ValueError for another level or length."""
        if level not in _PARAMETERS or len(seed) != 2 * _SIZE:
            raise ValueError("ML-KEM has the levels 512, 768 and 1024, and a seed of 64 bytes.")
        self.level, self.seed = level, bytes(seed)
        self._vector, self._public = _generate(level, self.seed[:_SIZE])

    def public_key(self) -> PublicKey:
        """Return the encapsulation key."""
        return self._public

    def decapsulate(self, ciphertext: bytes) -> bytes:
        """Return the 32-byte shared secret; for a forged ciphertext one that nobody else knows (implicit rejection).

        Raises: ValueError for a wrong length. Source: FIPS 203, Algorithms 18 and 21.
        """
        k, _, du, dv = _PARAMETERS[self.level]
        if len(ciphertext) != _SIZE * (du * k + dv):
            raise ValueError(f"An ML-KEM-{self.level} ciphertext has {_SIZE * (du * k + dv)} bytes.")
        shared, again = self._public.encapsulate(self._decrypt(ciphertext))
        return shared if again == ciphertext else hashlib.shake_256(self.seed[_SIZE:] + ciphertext).digest(_SIZE)

    def private_bytes_der(self) -> bytes:
        """Return the PrivateKeyInfo in seed form, 86 bytes."""
        return b"\x30\x54\2\1\0" + _ALGORITHMS[self.level] + b"\4\x42\x80\x40" + self.seed

    def _decrypt(self, ciphertext: bytes) -> bytes:
        """Return the message in a ciphertext. Source: FIPS 203, Algorithm 15."""
        k, _, du, dv = _PARAMETERS[self.level]
        *first, last = _pieces(ciphertext, *[_SIZE * du] * k, _SIZE * dv)
        product = _inverse_ntt(_dot(self._vector, [_ntt(_decompress(part, du)) for part in first]))
        return _compress([a - b for a, b in zip(_decompress(last, dv), product, strict=True)], 1)


class PublicKey:
    """An encapsulation key, as `PrivateKey.public_key` returns it."""

    def __init__(self, level: int, raw: bytes) -> None:
        *parts, self._rho = _pieces(raw, *[_SIZE * 12] * _PARAMETERS[level][0], _SIZE)
        self.level, self._raw = level, raw
        self._vector = [_decode(part, 12) for part in parts]

    def encapsulate(self, m: bytes) -> tuple[bytes, bytes]:
        """Return the 32-byte shared secret and its ciphertext of 768, 1088 or 1568 bytes.

        Input: 32 random bytes. Raises: ValueError for another length. Source: FIPS 203, Algorithm 17.
        """
        if len(m) != _SIZE:
            raise ValueError("ML-KEM encapsulates 32 random bytes.")
        shared, randomness = _pieces(hashlib.sha3_512(m + hashlib.sha3_256(self._raw).digest()).digest(), _SIZE, _SIZE)
        return shared, self._encrypt(m, randomness)

    def public_bytes_raw(self) -> bytes:
        """Return the encapsulation key as the standard encodes it."""
        return self._raw

    def public_bytes_der(self) -> bytes:
        """Return the SubjectPublicKeyInfo: 822, 1206 or 1590 bytes."""
        content = _ALGORITHMS[self.level] + b"\3\x82" + (len(self._raw) + 1).to_bytes(2, "big") + b"\0" + self._raw
        return b"\x30\x82" + len(content).to_bytes(2, "big") + content

    def _encrypt(self, message: bytes, randomness: bytes) -> bytes:
        """Return the ciphertext of a message. Source: FIPS 203, Algorithm 14."""
        k, eta1, du, dv = _PARAMETERS[self.level]
        y = [_ntt(_noise(randomness, i, eta1)) for i in range(k)]
        columns = [*zip(*_matrix(self._rho, k), strict=True), self._vector]
        products = [_inverse_ntt(_dot(column, y)) for column in columns]
        *u, v = [_add(product, _noise(randomness, k + i, 2)) for i, product in enumerate(products)]
        return b"".join(_compress(f, du) for f in u) + _compress(_add(v, _decompress(message, 1)), dv)


def _generate(level: int, d: bytes) -> tuple[_Vector, PublicKey]:
    """Return the secret vector and the public key. Source: FIPS 203, Algorithm 13."""
    k, eta1, _, _ = _PARAMETERS[level]
    rho, sigma = _pieces(hashlib.sha3_512(d + bytes([k])).digest(), _SIZE, _SIZE)
    secret = [_ntt(_noise(sigma, i, eta1)) for i in range(k)]
    errors = [_ntt(_noise(sigma, k + i, eta1)) for i in range(k)]
    vector = [_add(_dot(row, secret), error) for row, error in zip(_matrix(rho, k), errors, strict=True)]
    return secret, PublicKey(level, b"".join(_encode([a % _Q for a in f], 12) for f in vector) + rho)


@functools.lru_cache(maxsize=16)
def _matrix(rho: bytes, k: int) -> list[_Vector]:
    return [[_uniform(rho + bytes([column, row])) for column in range(k)] for row in range(k)]


def _uniform(seed: bytes) -> _Polynomial:
    """Return a uniform polynomial; 840 bytes suffice with a chance of 1 - 2**-256.

    Source: FIPS 203, Algorithm 7, appendix B.
    """
    return [value for value in _decode(hashlib.shake_128(seed).digest(840), 12) if value < _Q][:256]


def _noise(seed: bytes, number: int, eta: int) -> _Polynomial:
    """Return a polynomial of small coefficients. Source: FIPS 203, Algorithm 8."""
    words = _decode(hashlib.shake_256(seed + bytes([number])).digest(64 * eta), 2 * eta)
    return [(word & (1 << eta) - 1).bit_count() - (word >> eta).bit_count() for word in words]


def _ntt(f: _Polynomial, node: int = 1) -> _Polynomial:
    """Transform a polynomial, down the tree of moduli, whose node n has children 2n and 2n + 1.

    Source: FIPS 203, Algorithm 9.
    """
    if node >= len(_ZETAS):
        return f
    half, zeta = len(f) // 2, _ZETAS[node]
    low, high = f[:half], [zeta * a % _Q for a in f[half:]]
    return _ntt(_add(low, high), 2 * node) + _ntt([a - b for a, b in zip(low, high, strict=True)], 2 * node + 1)


def _inverse_ntt(f: _Polynomial, node: int = 1) -> _Polynomial:
    """Transform a polynomial back. Source: FIPS 203, Algorithm 10, up the same tree."""
    if node >= len(_ZETAS):
        return f
    half, zeta = len(f) // 2, _HALF_INVERSE_ZETAS[node]
    low, high = _inverse_ntt(f[:half], 2 * node), _inverse_ntt(f[half:], 2 * node + 1)
    pairs = list(zip(low, high, strict=True))
    return [(a + b) * _HALF % _Q for a, b in pairs] + [(a - b) * zeta % _Q for a, b in pairs]


def _dot(left: Iterable[_Polynomial], right: _Vector) -> _Polynomial:
    """Multiply two transformed vectors. Source: FIPS 203, Algorithms 11 and 12."""
    result = [0] * 256
    for f, g in zip(left, right, strict=True):
        for i, gamma in enumerate(_GAMMAS):
            a, b, c, d = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
            result[2 * i] += a * c + b * d * gamma
            result[2 * i + 1] += a * d + b * c
    return [a % _Q for a in result]


def _add(f: _Polynomial, g: _Polynomial) -> _Polynomial:
    return [a + b for a, b in zip(f, g, strict=True)]


def _compress(f: _Polynomial, bits: int) -> bytes:
    """Compress and encode. Source: FIPS 203, definition 4.7, with an odd modulus, so without halves to round."""
    return _encode([((a << bits) + _Q // 2) // _Q % (1 << bits) for a in f], bits)


def _decompress(data: bytes, bits: int) -> _Polynomial:
    """Decode and decompress. Source: FIPS 203, definition 4.8."""
    return [(a * _Q + (1 << bits - 1)) >> bits for a in _decode(data, bits)]


def _encode(f: _Polynomial, bits: int) -> bytes:
    """Encode coefficients of some bits each. Source: FIPS 203, Algorithm 5."""
    return int("".join(f"{a:0{bits}b}" for a in reversed(f)), 2).to_bytes(_SIZE * bits, "little")


def _decode(data: bytes, bits: int) -> _Polynomial:
    """Decode coefficients of some bits each. Source: FIPS 203, Algorithm 6, without the reduction."""
    number, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [number >> shift & mask for shift in range(0, 8 * len(data), bits)]


def _pieces(data: bytes, *sizes: int) -> list[bytes]:
    stream = io.BytesIO(data)
    return [stream.read(size) for size in sizes]
