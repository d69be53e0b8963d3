"""The map that a notebook shows: a page of its own, drawn without a request to anywhere."""

from __future__ import annotations

from pathlib import Path

import controlmap as cm
from visiting import Visit


def test_the_map_of_a_day_is_drawn_from_its_own_file(page: Visit, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    cm.open("deepstate").explore("2025-06-01").save(str(path))
    page.tab.goto(path.as_uri())
    page.tab.get_by_text("Held before 24 February 2022", exact=True).wait_for()
    page.tab.locator("canvas").first.wait_for()
    assert (page.console, page.failures) == ([], [])
    assert {address.partition(":")[0] for address in page.requests} <= {"file", "data", "blob"}
