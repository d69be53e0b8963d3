"""Which of a test's many cases `make test` goes through; `make exhaustive` has the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet


def often(cases: Iterable[Any], is_often: Callable[[Any], bool]) -> list[ParameterSet]:
    """Return the cases as parameters, those marked exhaustive that are not for every change."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=[] if is_often(case) else [pytest.mark.exhaustive],
        )
        for case in cases
    ]
