"""The guard outside of pytest, as a context manager."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from fake_kms.misuse import check_flag, check_texts

__all__ = ["guard"]


def guard(*, strict: bool = False, allow: Sequence[str] = ()) -> AbstractContextManager[None]:
    """Refuse KMS requests that no fake answers, within the `with` block: they raise RealKmsError, and nothing is sent.

    Input: `strict` refuses every AWS service that moto does not answer, but those in `allow` (`s3`, `sqs`, …).
    """
    from fake_kms import adapters
    from fake_kms.adapters.guard import Guard

    check_flag("strict", strict)
    check_texts("allow", allow, "s3")
    return adapters.guarded(Guard(strict=strict, allowed=frozenset(allow)))
