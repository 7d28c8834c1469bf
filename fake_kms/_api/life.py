"""Where fakes are started, so that one that is left open can be told, and a cell of a notebook be run again."""

from __future__ import annotations

import atexit
import functools
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from fake_kms.misuse import caller

if TYPE_CHECKING:
    from fake_kms._api.fake import FakeKms

__all__ = ["LISTENERS", "close_what_a_cell_started", "note_start"]

# The last one is called with each fake that opens: that of the innermost pytest run.
LISTENERS: list[Callable[[FakeKms], None]] = []

_started_in_cells: list[FakeKms] = []


def note_start(fake: FakeKms) -> None:
    """Remember a fake that is not opened by `with`: it may be left open."""
    _warn_at_exit()
    if _runs_in_a_cell():
        _started_in_cells.append(fake)


def close_what_a_cell_started() -> None:
    """Close what was started in a cell of a notebook before, if this is a cell of a notebook."""
    if not _runs_in_a_cell():
        return
    while _started_in_cells:
        fake = _started_in_cells.pop()
        if fake.is_open:
            fake.stop()


def _runs_in_a_cell() -> bool:
    # IPython gives the namespace of the cells this function.
    frame = caller()
    return frame is not None and frame.f_code.co_name == "<module>" and "get_ipython" in frame.f_globals


@functools.cache
def _warn_at_exit() -> None:
    atexit.register(_warn_about_open_fakes)


def _warn_about_open_fakes() -> None:
    from fake_kms._api.open_fakes import stop_all

    for fake in stop_all():
        warnings.warn(f"a FakeKms was left open, started at {fake.started_at}", ResourceWarning, stacklevel=2)
