"""The errors that the model does not declare; the conftest holds every refusal of every test to them."""

from __future__ import annotations

import citations
import pytest
from conftest import in_model

from fake_kms.tables import model
from fake_kms.tables.undeclared_errors import UNDECLARED, UNDECLARED_EVERYWHERE, may_answer

ROWS = [(operation, code) for operation, codes in UNDECLARED.items() for code in codes]


@pytest.mark.parametrize(("operation", "code"), ROWS)
def test_a_row_is_of_the_model_and_undeclared_there(operation, code):
    assert in_model(operation)
    assert code not in model.load()[operation].errors


@pytest.mark.parametrize("code", sorted(UNDECLARED_EVERYWHERE))
def test_what_is_undeclared_everywhere_is_declared_nowhere(code):
    assert [name for name, operation in model.load().items() if code in operation.errors] == []


def test_every_source_leads_somewhere():
    sources = [*UNDECLARED_EVERYWHERE.values(), *(source for codes in UNDECLARED.values() for source in codes.values())]

    assert [wrong for source in sources for wrong in citations.problems(source)] == []


@pytest.mark.parametrize(
    ("operation", "code", "expected"),
    [
        ("Encrypt", "DisabledException", True),
        ("Encrypt", "ValidationException", True),
        ("DescribeKey", "InvalidGrantTokenException", True),
        ("DescribeKey", "DisabledException", False),
        ("Encrypt", "TagException", False),
    ],
)
def test_which_errors_an_operation_may_answer(operation, code, expected):
    assert may_answer(model.load()[operation], code) is expected
