"""Every answer of AWS that refuses a request, by family: the only home of AWS's texts.

A call site says `raise errors.disabled(key.arn)`. How an answer is declared: answer.py.
"""

from __future__ import annotations

from fake_kms.errors import (
    access,
    aliases,
    external_key_stores,
    front_end,
    grants,
    imports,
    key_stores,
    keys,
    lookup,
    multi_region,
    policies,
    rotation,
    states,
    usage,
    violations,
)
from fake_kms.errors.access import *
from fake_kms.errors.aliases import *
from fake_kms.errors.answer import KmsError, Rank
from fake_kms.errors.external_key_stores import *
from fake_kms.errors.front_end import *
from fake_kms.errors.grants import *
from fake_kms.errors.imports import *
from fake_kms.errors.key_stores import *
from fake_kms.errors.keys import *
from fake_kms.errors.lookup import *
from fake_kms.errors.multi_region import *
from fake_kms.errors.policies import *
from fake_kms.errors.rotation import *
from fake_kms.errors.states import *
from fake_kms.errors.usage import *
from fake_kms.errors.violations import *

__all__ = ["KmsError", "Rank"]
__all__ += access.__all__
__all__ += aliases.__all__
__all__ += external_key_stores.__all__
__all__ += front_end.__all__
__all__ += grants.__all__
__all__ += imports.__all__
__all__ += key_stores.__all__
__all__ += keys.__all__
__all__ += lookup.__all__
__all__ += multi_region.__all__
__all__ += policies.__all__
__all__ += rotation.__all__
__all__ += states.__all__
__all__ += usage.__all__
__all__ += violations.__all__
