"""RSA keys from their primes, and those that come with the package.

rsa_keys.txt holds primes of RSA keys, so that no test waits for one. Everybody can read them: they are for tests only.
"""

from __future__ import annotations

import math
from io import FileIO
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["EXPONENT", "from_primes", "generate", "ready_made"]

EXPONENT = 65537
_FILE = str(Path(__file__).with_name("rsa_keys.txt"))


def ready_made(bits: int) -> list[tuple[int, int]]:
    """Return the primes p and q of each key of a size that comes with the package; of other sizes there is none."""
    with FileIO(_FILE) as file:  # a test may have replaced `open`
        text = file.read()
    rows = [line.split() for line in text.splitlines() if line.startswith(b"%d " % bits)]
    return [(int(p, 16), int(q, 16)) for _, p, q in rows]


def from_primes(p: int, q: int) -> rsa.RSAPrivateKey:
    """Return the RSA key of two primes, with exponent 65537.

    That they are primes is not checked: with 4096 bits that takes 0.2 s, the rest half a millisecond.
    """
    d = pow(EXPONENT, -1, math.lcm(p - 1, q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(EXPONENT, p * q),
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def generate(bits: int) -> rsa.RSAPrivateKey:
    """Generate an RSA key, which takes 50 ms to over a second."""
    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=bits)
