"""A record out of files: what is written, what it tells of itself, what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from controlmap.core import geoparquet
from controlmap.core.model import Ground, InputError, Snapshot
from controlmap.record import archive, builder
from controlmap.record.coverage import build
from input_files import SQUARE, SQUARE_KM2, make_daily, make_folder, quiet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two daily files: the square, and a day later its western half."""
    west = (37.6, 48.0, 37.65, 48.1)
    return make_folder(
        tmp_path / "in", make_daily("20240708", SQUARE) | make_daily("20240709", west)
    )


@pytest.mark.parametrize("cell_m", [None, 2000])
def test_a_build_writes_what_it_returns(folder: Path, cell_m: int | None, tmp_path: Path) -> None:
    out = tmp_path / "deepstate.parquet"
    built = builder.build_file("deepstate", [folder], out, cell_m, quiet)
    loaded = archive.load(out)
    assert loaded.provenance == built.provenance
    assert loaded.coverage.cell_m == cell_m
    held = loaded.coverage.areas[:, 0, Ground.OCCUPIED]
    assert held == pytest.approx([SQUARE_KM2, SQUARE_KM2 / 2], abs=0.001)


def test_a_build_tells_where_it_comes_from_and_how_good_it_is(folder: Path, tmp_path: Path) -> None:
    told = builder.build_file("deepstate", [folder], tmp_path / "r.parquet", 2000, quiet)
    provenance = told.provenance
    assert [i["name"] for i in provenance.inputs] == sorted(p.name for p in folder.iterdir())
    for given in provenance.inputs:
        data = (folder / given["name"]).read_bytes()
        assert given["sha256"] == hashlib.sha256(data).hexdigest()
        assert given["bytes"] == len(data)
    assert provenance.figures["span"] == ["2024-07-07", "2024-07-08"]
    assert provenance.figures["snapshots"] == {"deepstate_daily": 2}
    assert provenance.figures["gaps"] == []
    assert provenance.figures["measured_on_snapshots"] == 1
    assert provenance.figures["measured_error_km2"] == pytest.approx(0, abs=0.001)
    assert "2000 m" in provenance.method
    assert "redistributed" in provenance.terms


def test_the_measured_error_is_the_difference_to_a_plain_overlay(folder: Path) -> None:
    snapshots = list(builder.Intake("deepstate", quiet).snapshots([folder]))
    coverage = build("deepstate", snapshots)
    right = builder.error_km2(coverage, snapshots[0])
    assert right is not None
    assert right.shape == (4, 3)
    assert np.abs(right).max() < 0.001
    # A face counted wrongly, the eastern half of the square, shows with its area.
    wrong = build(
        "deepstate",
        [Snapshot(s.info, snapshots[1].layers) for s in snapshots],
    )
    error = builder.error_km2(wrong, snapshots[0])
    assert error is not None
    assert error[0, 0] == pytest.approx(-SQUARE_KM2 / 2, abs=0.001)


def test_a_build_that_fails_leaves_the_old_file_and_no_other(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "r.parquet"
    out.parent.mkdir()
    builder.build_file("deepstate", [folder], out, None, quiet)
    before = out.read_bytes()
    (folder / "deepstatemap_data_20240710.geojson").write_bytes(b"{")
    with pytest.raises(InputError, match="deepstatemap_data_20240710"):
        builder.build_file("deepstate", [folder], out, None, quiet, strict=True)
    assert list(out.parent.iterdir()) == [out]
    assert out.read_bytes() == before


def test_a_build_that_fails_while_it_writes_leaves_the_old_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "r.parquet"
    out.parent.mkdir()
    out.write_bytes(b"old")

    def fails(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", fails)
    with pytest.raises(OSError, match="No space left"):
        builder.build_file("deepstate", [folder], out, None, quiet)
    assert list(out.parent.iterdir()) == [out]
    assert out.read_bytes() == b"old"


@pytest.mark.parametrize("cell_m", [99, 5001])
def test_a_build_refuses_before_it_reads(cell_m: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="allowed are 100 to 5000 m"):
        builder.build_file("deepstate", [tmp_path / "no"], tmp_path / "r.parquet", cell_m, quiet)
    with pytest.raises(InputError, match="there is no folder"):
        builder.build_file(
            "deepstate", [tmp_path / "no"], tmp_path / "no" / "r.parquet", None, quiet
        )


def test_the_embedded_record_is_not_written_over_by_chance(folder: Path) -> None:
    """A build goes where it is told, never into geodata/."""
    embedded = geoparquet.geodata("deepstate.parquet")
    before = embedded.stat().st_mtime_ns
    builder.build_file("deepstate", [folder], folder.parent / "r.parquet", None, quiet)
    assert embedded.stat().st_mtime_ns == before


def test_the_output_is_none_of_the_inputs(tmp_path: Path) -> None:
    source = tmp_path / "deepstatemap_data_20240709.geojson"
    source.write_bytes(b"{}")
    for paths in ([source], [tmp_path]):
        with pytest.raises(InputError, match="is one of the inputs"):
            builder.build_file("deepstate", paths, source, None, lambda _: None)
    assert source.read_bytes() == b"{}"
