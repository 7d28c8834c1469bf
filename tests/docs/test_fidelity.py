"""docs/fidelity.md is what the code says."""

from __future__ import annotations

import generate_fidelity


def test_the_page_is_fresh():
    page = generate_fidelity.PAGE.read_text(encoding="utf-8")

    assert generate_fidelity.render() == page, "run python docs/generate_fidelity.py"
