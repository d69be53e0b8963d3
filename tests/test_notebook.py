"""The notebook in docs/ runs from its first cell to its own chart, and shows what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.exhaustive
NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[Any]:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cells: list[Any], code: str, kind: str) -> str:
    """Return what the cell with that code shows, as that kind of content."""
    (cell,) = [cell for cell in cells if code in cell.source]
    (output,) = cell.outputs
    if output.output_type == "stream":
        return str(output.text)
    return str(output.data[kind])


def test_a_record_and_its_answers_show_themselves(cells: list[Any]) -> None:
    assert "1,487 snapshots" in shown(cells, "cm.open(", "text/html")
    assert "<table>" in shown(cells, 'day = record.areas("2025-06-01"', "text/html")
    assert "held_share includes contested ground" in shown(cells, "day = record", "text/html")


def test_a_bad_choice_is_refused_in_the_notebook(cells: list[Any]) -> None:
    assert shown(cells, "maybe", "text") == "contested 'maybe': not known; allowed: out, in\n"


def test_the_chart_is_drawn_from_the_history(cells: list[Any]) -> None:
    chart = shown(cells, "alt.Chart", "text/html")
    assert chart.count('"russian_held": ') == 53 * 4  # a row a month and oblast


def test_the_notebook_is_kept_without_what_it_shows() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    assert [c for c in notebook.cells if c.cell_type == "code" and c.outputs] == []
    assert NOTEBOOK.stat().st_size < 20_000
