"""The fast JSON functions do what the plain ones do."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fake_kms.wire import _fastjson

TEXT = st.text(st.characters(codec=None), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = st.recursive(
    SCALARS | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
NEARLY_JSON = st.lists(
    st.sampled_from([*'{}[]:,- \n"', "\\", '"a"', '"\\ud800"', "12", "0", "e1", ".5", "true", "null", "NaN", "\ufeff"]),
    max_size=10,
).map("".join)


def outcome(function, argument):
    try:
        return repr(function(argument))
    except (ValueError, RecursionError, TypeError) as error:
        return type(error), str(error)


@given(st.text() | NEARLY_JSON | VALUES.map(lambda value: json.dumps(value, default=bytes.hex)))
@example("")
@example(" {}")
@example("{} ")
@example("1 2")
@example('{"a":')
@example("1" * 5000)
def test_reading(text):
    assert outcome(_fastjson.plain_read, text) == outcome(_fastjson.read, text)


def test_reading_what_is_nested_too_deeply():
    for read in (_fastjson.read, _fastjson.plain_read):
        with pytest.raises(RecursionError):
            read("[" * 100_000)


@given(VALUES)
@example({"b": 1, "a": [b"\0", "é"]})
@example(float("nan"))
def test_writing(value):
    fast, plain = _fastjson.writer(bytes.hex), _fastjson.plain_writer(bytes.hex)

    written = outcome(fast, value)
    if isinstance(written, str):
        assert outcome(plain, value) == written
    else:
        assert outcome(plain, value)[0] is written[0]


def test_writing_without_the_encoder_in_c(monkeypatch):
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)

    assert _fastjson.writer(bytes.hex)({"b": 1, "a": [b"\0", "é"]}) == '{"a":["00","\\u00e9"],"b":1}'
