"""The figures in the browser are the command's, to the last digit."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from controlmap.analysis import areas
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import Contested
from controlmap.core import geoparquet
from controlmap.draw import figure_file
from controlmap.geo.oblasts import Basis
from controlmap.record import archive
from controlmap.record.coverage import Coverage
from often import often

SCRIPT = Path(__file__).parent / "javascript" / "figures.mjs"
DATES = 200
pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="no node found")


@pytest.fixture(scope="module")
def coverages() -> dict[str, Coverage]:
    paths = [geoparquet.geodata(f"{source}.parquet") for source in ("deepstate", "isw", "nzz")]
    return {path.stem: archive.load(path).coverage for path in paths}


def known_days(coverage: Coverage) -> list[date]:
    first, last = coverage.span
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if coverage.known(day)]


@pytest.mark.parametrize("dates", often([20, DATES], lambda dates: dates < DATES))
def test_every_choice_of_random_days_is_as_the_command_has_it(
    coverages: dict[str, Coverage], tmp_path: Path, dates: int
) -> None:
    files = []
    for source, coverage in coverages.items():
        files.append(str(tmp_path / source))
        Path(files[-1]).write_bytes(figure_file.encode(coverage))
    sample = random.Random(8)
    names = list(coverages)
    chosen = [sample.choice(names) for _ in range(dates)]
    days = [(source, sample.choice(known_days(coverages[source]))) for source in chosen]
    questions = [
        (source, day, *choices)
        for source, day in days
        for choices in itertools.product(Basis, Contested, Advance)
    ]
    posed = [(names.index(source), str(day), *choices) for source, day, *choices in questions]
    out = subprocess.run(
        ["node", SCRIPT],
        input=json.dumps({"files": files, "questions": posed}),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    shown = json.loads(out.stdout)
    assert len(shown) == len(questions) == dates * len(Basis) * len(Contested) * len(Advance)
    for (source, day, basis, contested, advance), csv in zip(questions, shown, strict=True):
        answer = areas.compare(
            coverages[source],
            day,
            basis=basis,
            contested=contested,
            advance=advance,
            others=coverages,
        )
        assert csv == answer.to_csv(), (source, day, basis, contested, advance)
