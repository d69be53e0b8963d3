"""A file that contradicts itself: NZZ's, whose own window gains or loses more than can be true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from command_line import Run
from controlmap import sources
from controlmap.record import archive

HELD, LARGE = (37.0, 47.5, 39.0, 48.5), (35.0, 46.5, 37.0, 48.5)  # about 16,700 and 34,000 km2


def nzz(day: str, *parts: tuple[str, tuple[float, float, float, float]]) -> bytes:
    window = {"date": day, "_datefrom": "2023-12-05", "_dateto": day}
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"type": kind, **window},
            "geometry": shapely.geometry.mapping(shapely.box(*box)),
        }
        for kind, box in parts
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize("kind", ["gains", "losses"])
def test_one_file_names_what_cannot_be_true(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "2023-12-08.json"
    path.write_bytes(nzz("2023-12-08", ("nochange", HELD), (kind, LARGE)))
    done = Run(capsys, "areas", "--input", path, "--format", "json")
    assert done.code == 0
    (line,) = (e for e in done.errors if "its own window" in e)
    assert "more than can be true (20,000 km2)" in line


def test_the_largest_true_window_is_no_contradiction() -> None:
    data = nzz("2023-12-08", ("nochange", LARGE), ("gains", HELD))
    snapshot = sources.read(data, "2023-12-08.json")
    assert (snapshot.contradiction, snapshot.info.warnings) == ("", ())


def test_a_record_keeps_it_out_and_strict_refuses_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for day in ("2023-12-01", "2023-12-15"):
        (folder / f"{day}.json").write_bytes(nzz(day, ("nochange", HELD)))
    (folder / "2023-12-08.json").write_bytes(
        nzz("2023-12-08", ("nochange", HELD), ("losses", LARGE))
    )
    out = tmp_path / "nzz.parquet"
    strict = Run(capsys, "build", "--source", "nzz", "--input", folder, "-o", out, "--strict")
    assert (strict.code, out.exists()) == (2, False)
    assert "2023-12-08.json: its own window" in strict.errors[-1]
    assert Run(capsys, "build", "--source", "nzz", "--input", folder, "-o", out).code == 0
    record = archive.load(out)
    assert [str(info.day) for info in record.coverage.snapshots] == ["2023-12-01", "2023-12-15"]
    assert [kept["name"] for kept in record.provenance.figures["kept_out"]] == ["2023-12-08.json"]
