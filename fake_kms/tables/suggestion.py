"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["suggestion"]


def suggestion(value: object, known: Iterable[str]) -> str:
    """Return `: did you mean 'x'?` if one of the known names is close, else nothing."""
    import difflib

    near = difflib.get_close_matches(str(value).lower(), [*known], n=1)
    return f": did you mean {near[0]!r}?" if near else ""
