"""Primitives, formats and key material; knows no KMS rule and no AWS error.

The modules named here are loaded when they are first used, as in `crypto.asymmetric.public_der(...)`, because they load
most of `cryptography`: loaded at once, the first use of a fake costs 1.35 times bare boto3's instead of 1.27 times
(benchmarks/).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["asymmetric", "private_keys", "rsa_keys", "signature_schemes", "wrapping"]

if TYPE_CHECKING:
    from fake_kms.crypto import asymmetric, private_keys, rsa_keys, signature_schemes, wrapping
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f"{__name__}.{name}")
