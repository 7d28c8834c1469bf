"""Ed25519ph with an empty context.

No version of `cryptography` up to 50 has Ed25519ph; once the lower bound is one that has, this file goes. PyNaCl has it
as `crypto_sign_ed25519ph_*`, which is no reason for another dependency. Source: RFC 8032, sections 5.1 and 7.3.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["sign", "verify"]

_Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_IDENTITY: _Point = (0, 1, 1, 0)
_DOMAIN = b"SigEd25519 no Ed25519 collisions\1\0"
_POINT_SIZE = 32
_SIGNATURE_SIZE = 64


def sign(private_seed: bytes, message: bytes) -> bytes:
    """Sign a message of any length; it is hashed with SHA-512 first.

    Input: the 32 bytes of the private key. Output: 64 bytes, the same ones each time. Raises: ValueError for a seed of
    another length. Source: RFC 8032, section 5.1.6.
    """
    public = Ed25519PrivateKey.from_private_bytes(private_seed).public_key().public_bytes_raw()
    secret = hashlib.sha512(private_seed).digest()
    scalar = int.from_bytes(secret[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    hashed = hashlib.sha512(message).digest()
    nonce = _challenge(secret[32:], hashed)
    commitment = _encode(_multiply(nonce, _BASE))
    answer = (nonce + _challenge(commitment, public, hashed) * scalar) % _ORDER
    return commitment + answer.to_bytes(32, "little")


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature is one of this message under this key.

    Bytes of any length and content are accepted. Strict: the scalar is below the group's order, points have their
    canonical encoding, and the equation holds without the cofactor, as in OpenSSL. Source: RFC 8032, section 5.1.7.
    """
    if len(signature) != _SIGNATURE_SIZE:
        return False
    commitment, answer = signature[:32], int.from_bytes(signature[32:], "little")
    try:
        x, y, z, t = _decode(public_key)
    except ValueError:
        return False
    challenge = _challenge(commitment, public_key, hashlib.sha512(message).digest())
    # The encoding compared is the canonical one, so a commitment in any other form fails here.
    found = _add(_multiply(answer, _BASE), _multiply(challenge, (_P - x, y, z, _P - t)))
    return answer < _ORDER and _encode(found) == commitment


def _challenge(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(_DOMAIN + b"".join(parts)).digest(), "little") % _ORDER


def _add(left: _Point, right: _Point) -> _Point:
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * _D * t1 * t2 % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _double(point: _Point) -> _Point:
    x, y, z, _ = point
    a, b = x * x % _P, y * y % _P
    h = a + b
    e, g = h - (x + y) * (x + y) % _P, a - b
    f = 2 * z * z % _P + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: _Point) -> _Point:
    """Multiply by a scalar of up to 256 bits, one hexadecimal digit at a time."""
    multiples = [_IDENTITY]
    while len(multiples) < 16:  # noqa: PLR2004 - one for each digit
        multiples.append(_add(multiples[-1], point))
    result = _IDENTITY
    for digit in f"{scalar:x}":
        result = _add(_double(_double(_double(_double(result)))), multiples[int(digit, 16)])
    return result


def _encode(point: _Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def _decode(data: bytes) -> _Point:
    """Read a point. Raises: ValueError unless it is on the curve and in canonical form.

    Source: RFC 8032, section 5.1.3.
    """
    number = int.from_bytes(data, "little")
    sign_bit, y = number >> 255 & 1, number & ((1 << 255) - 1)
    if len(data) != _POINT_SIZE or y >= _P:
        raise ValueError("not a canonical encoding")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT_OF_MINUS_1 % _P
    if x * x % _P != square or (x == 0 and sign_bit):
        raise ValueError("not on the curve, or minus zero")
    if x & 1 != sign_bit:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE = _decode(b"\x58" + b"\x66" * 31)
