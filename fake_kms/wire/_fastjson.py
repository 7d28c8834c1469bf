"""JSON through the C scanner and encoder that CPython's `json` has inside.

`json.loads` looks for the encoding and for white space first, and `JSONEncoder.encode` makes an encoder for every text.
Without this module Encrypt, Decrypt and GenerateDataKey cost a hundredth of botocore's floor more (1.18 instead of
1.17). What is used here is private to CPython, so each function has a plain form beside it, which a test compares it
with.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

__all__ = ["plain_read", "plain_writer", "read", "writer"]

_DECODER = json.JSONDecoder()


def read(text: str) -> Any:
    """Read one JSON value. Raises: ValueError, RecursionError."""
    try:
        value, end = _DECODER.scan_once(text, 0)  # type: ignore[attr-defined]
    except StopIteration:  # white space before the value, or no value
        return plain_read(text)
    return value if end == len(text) else plain_read(text)


def plain_read(text: str) -> Any:
    """Do what `read` does with the public interface."""
    return _DECODER.decode(text)


def writer(default: Callable[[Any], Any]) -> Callable[[Any], str]:
    """Return a function that writes JSON without spaces, names in alphabetical order.

    `default` turns other values into what JSON has. The function raises: TypeError; ValueError for NaN and infinities.
    """
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # an interpreter without it
        return plain_writer(default)
    write = make(None, default, json.encoder.encode_basestring_ascii, None, ":", ",", True, False, False)
    return lambda value: "".join(write(value, 0))


def plain_writer(default: Callable[[Any], Any]) -> Callable[[Any], str]:
    """Do what `writer` does with the public interface."""
    encoder = json.JSONEncoder(separators=(",", ":"), sort_keys=True, allow_nan=False, default=default)
    return encoder.encode
