"""Which key specs can be had: in the Region, and from the installed `cryptography`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_kms import crypto, errors

if TYPE_CHECKING:
    from fake_kms.operations.call import Call
    from fake_kms.tables.key_specs import KeySpec

__all__ = ["check_spec"]


def check_spec(call: Call, spec: KeySpec) -> None:
    """Check that a key of a spec can be made here. Raises: KmsError UnsupportedOperationException."""
    if not spec.available_in(call.caller.region):
        raise errors.key_spec_not_in_region(spec.name)
    if not spec.asymmetric:
        return  # and `cryptography` need not be loaded
    try:
        crypto.private_keys.check_available(spec)
    except crypto.private_keys.Unavailable as lack:
        raise errors.unavailable_here(str(lack)) from None
