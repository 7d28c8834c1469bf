"""Python's garbage collector, out of the way while a process loads what stays."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["paused"]

# From 3.12 on, Python itself freezes a few hundred objects when it starts; who calls gc.freeze() has many thousands.
_FROZEN_BY_PYTHON = 1000


@contextmanager
def paused() -> Iterator[None]:
    """Pause the garbage collector for the `with` block, if it is enabled.

    One of the places where speed decides how the code is written: the first fake of a process loads more than 10 000
    objects, all of which stay. Looking for garbage among them takes some 15 ms, a tenth of what bare boto3's own first
    call takes (benchmarks/).
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        _promote_once()
        gc.enable()


@functools.cache
def _promote_once() -> None:
    """Put what the first fake has loaded into the oldest generation, where it is looked at least often."""
    if gc.get_freeze_count() < _FROZEN_BY_PYTHON:  # else somebody has frozen objects on purpose
        gc.freeze()
        gc.unfreeze()
