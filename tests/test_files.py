"""Answers taken away as files: read back by other libraries, they hold the answer's own figures."""

from __future__ import annotations

import io
import json
import resource
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_spatial
import geopandas
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

import controlmap as cm
from command_line import Run
from controlmap.analysis import answer as answers
from controlmap.analysis import files
from controlmap.analysis.answer import Answer
from often import often

DAY = "2025-06-01"


@pytest.fixture(scope="module")
def record() -> cm.Record:
    return cm.open("deepstate")


ASK: dict[str, Any] = {
    "areas": lambda r: r.areas(DAY),
    "areas by face": lambda r: r.areas(DAY, by="face"),
    "compare": lambda r: r.compare(DAY),
    "history": lambda r: r.history("2025-01-01", DAY, every="month"),
    "flows": lambda r: r.flows("2025-01-01", DAY),
    "changes": lambda r: r.changes("2025-01-01", DAY),
    "patches": lambda r: r.changes("2025-01-01", DAY, by="patch"),
    "agree": lambda r: r.agree("2023-07-01"),
    "place": lambda r: r.place("Pokrovsk"),
    "pace": lambda r: r.pace("UA-14", DAY),
    "backtest": lambda r: r.backtest("UA-65", window=30),
    "claims": lambda r: r.claims(),
    "proposals": lambda r: r.proposals(DAY),
}


@pytest.fixture(scope="module", params=often(ASK, lambda name: name != "areas by face"))
def answer(request: pytest.FixtureRequest, record: cm.Record) -> Answer:
    asked: Answer = ASK[request.param](record)
    return asked


def sums(rows: Any) -> dict[str, float]:
    """The sum of each column of figures, by name."""
    frame = pd.DataFrame(list(rows))
    return dict(frame.select_dtypes("number").sum().items())  # type: ignore[arg-type]


def rests_on(provenance: dict[str, Any], answer: Answer) -> None:
    """Assert that a file says what the answer rests on, what was chosen and how it was measured."""
    assert provenance["version"] == f"controlmap {answer.version}"
    assert provenance["choices"] == dict(answer.choices)
    assert provenance["method"] == str(answer.method)
    for said, evidence in zip(provenance["sources"], answer.evidence, strict=True):
        assert said["terms"] == evidence.terms
        assert said["record"] == evidence.record
        assert said["observed"].startswith(str(evidence.day))
        assert (said["retrieved"] is None) == (evidence.retrieved is None)
    assert provenance["columns"].keys() == answer.columns.keys()


def test_csv_is_a_plain_table_with_its_metadata_beside_it(answer: Answer, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    answer.save(path)
    read = pd.read_csv(path)
    assert len(read) == len(answer)
    for name, total in sums(answer.rows).items():
        assert pd.to_numeric(read[name]).sum() == pytest.approx(total, abs=1e-4)
    rests_on(json.loads((tmp_path / "table.metadata.json").read_text("utf-8")), answer)
    with zipfile.ZipFile(io.BytesIO(answers.encoded(answer, "zip"))) as packed:
        names = [f"{answer.question}.csv", f"{answer.question}.metadata.json"]
        assert packed.namelist() == names
        assert packed.read(names[0]) == path.read_bytes()


def test_a_workbook_has_the_table_and_a_sheet_of_where_it_is_from(
    answer: Answer, tmp_path: Path
) -> None:
    path = tmp_path / "table.xlsx"
    answer.save(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == answer.question
    assert book.sheetnames[-1] == "About"
    read = pd.read_excel(path, sheet_name=0)
    assert len(read) == len(answer)
    for name, total in sums(answer.rows).items():
        assert pd.to_numeric(read[name]).sum() == pytest.approx(total, abs=1e-4)
    about = dict(book["About"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert about["method"] == str(answer.method)
    assert about["sources.1.record"] == answer.evidence[0].record
    assert about["sources.1.terms"] == answer.evidence[0].terms
    assert {type(cell.value) for row in book[answer.question] for cell in row} <= {
        str, int, float, bool, datetime, type(None)
    }  # fmt: skip


def test_json_has_the_document_and_its_provenance(answer: Answer, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    answer.save(path)
    read = json.loads(path.read_bytes())
    rests_on(read.pop("provenance"), answer)
    assert read == json.loads(answer.to_json())


def test_parquet_has_the_ground_or_else_the_table(answer: Answer, tmp_path: Path) -> None:
    path = tmp_path / "answer.parquet"
    answer.save(path)
    said = json.loads(pq.read_schema(path).metadata[b"controlmap"])
    rests_on(said, answer)
    if answer.locate is None:
        table = pd.read_parquet(path)
        assert (list(table), list(table.index)) == (list(answer.frame), list(answer.frame.index))
        for name, total in sums(answer.rows).items():
            assert table[name].sum() == pytest.approx(total, abs=1e-9)
        return
    read = geopandas.read_parquet(path)
    assert read.crs == "OGC:CRS84"
    same(read, answer)
    assert said["ground"]


def same(read: geopandas.GeoDataFrame, answer: Answer) -> None:
    """Assert that ground which was read back is the answer's."""
    ground = answer.to_gdf()
    assert len(read) == len(ground)
    assert read.is_valid.all()
    assert not read.geometry.isna().any()
    assert read["area_km2"].sum() == pytest.approx(ground["area_km2"].sum(), abs=1e-6)
    difference = shapely.area(read.geometry.array) - shapely.area(ground.geometry.array)
    assert abs(difference).max() < 1e-6


GROUND = ["areas", "areas by face", "changes", "patches", "agree"]


@pytest.fixture(params=often(GROUND, lambda name: not name.startswith("areas")))
def ground(request: pytest.FixtureRequest, record: cm.Record) -> Answer:
    asked: Answer = ASK[request.param](record)
    return asked


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="GDAL's programs are not here")
@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_the_programs_of_gdal_read_the_ground(ground: Answer, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"ground.{suffix}"
    ground.save(path)
    said = subprocess.run(
        ["ogrinfo", "-so", "-al", str(path)], capture_output=True, text=True, check=True
    ).stdout
    assert f"Feature Count: {len(ground.to_gdf())}\n" in said
    assert suffix == "geojson" or "Geometry: Multi Polygon\n" in said  # GeoJSON has either kind
    assert 'ID["EPSG",4326]' in said


def test_geopackage_and_geojson_have_the_ground(ground: Answer, tmp_path: Path) -> None:
    for suffix in ("gpkg", "geojson"):
        path = tmp_path / f"ground.{suffix}"
        ground.save(path)
        read = geopandas.read_file(path)
        assert read.crs == "EPSG:4326"
        same(read, ground)
    info = pyogrio.read_info(tmp_path / "ground.gpkg")
    assert (info["layer_name"], info["geometry_type"]) == (ground.question, "MultiPolygon")
    rests_on(json.loads(info["layer_metadata"]["controlmap"]), ground)
    rests_on(json.loads((tmp_path / "ground.geojson").read_bytes())["provenance"], ground)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    folder = Path(duckdb_extension_spatial.__file__).parent
    (extension,) = folder.rglob("spatial.duckdb_extension")
    with duckdb.connect() as connection:
        connection.execute(f"LOAD '{extension}'")
        yield connection


def test_duckdb_reads_the_ground_with_its_geometry(
    ground: Answer, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    paths = {name: tmp_path / f"ground.{name}" for name in ("parquet", "gpkg")}
    for path in paths.values():
        ground.save(path)
    frame = ground.to_gdf()
    for table in (
        f"SELECT geometry, area_km2 FROM read_parquet('{paths['parquet']}')",
        f"SELECT geom AS geometry, area_km2 FROM ST_Read('{paths['gpkg']}')",
    ):
        (row,) = database.execute(
            "SELECT count(*), sum(area_km2), sum(ST_Area(geometry)), "
            f"bool_and(ST_IsValid(geometry)) FROM ({table})"
        ).fetchall()
        assert row[0] == len(frame)
        assert row[1] == pytest.approx(frame["area_km2"].sum(), abs=1e-6)
        assert row[2] == pytest.approx(sum(g.area for g in frame.geometry), abs=1e-6)
        assert row[3]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_cell_of_a_workbook_is_a_formula(record: cm.Record, text: str) -> None:
    answer = record.areas(DAY)
    hostile = replace(answer, rows=[{**row, "name": text} for row in answer.rows])
    book = openpyxl.load_workbook(io.BytesIO(answers.encoded(hostile, "xlsx")))
    cells = [row[1] for row in book["areas"].iter_rows(min_row=2)]
    assert [(c.value, c.data_type, c.quotePrefix) for c in cells] == [(text, "s", True)] * 5


def test_the_terms_of_ground_are_said_with_it(record: cm.Record) -> None:
    (said,) = [n for n in record.areas(DAY).provenance["notes"] if "The ground is" in n]
    assert "generalised to cells of 250 m" in said
    own = replace(
        record.areas(DAY), evidence=(replace(record.areas(DAY).evidence[0], cell_m=None),)
    )
    (said,) = [n for n in own.provenance["notes"] if "The ground is" in n]
    assert "full detail" in said
    assert "may not be redistributed" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.gpkg", "gpkg: holds ground, and the answer of history has none; allowed: csv, zip"),
        ("a.shp", "'shp': is no format; allowed: csv, zip, json, xlsx, parquet, table"),
        ("a", "no format: name a file with a suffix, or the format; allowed: csv, zip, json"),
        ("none/a.csv", "none/a.csv: there is no folder none"),
        ("folder.csv", "folder.csv: is a folder; name a file"),
        ("there.csv", "there.csv: exists; to write over it, use --force"),
        ("new.csv", "new.metadata.json: exists; to write over it, use --force"),
    ],
)
def test_what_cannot_be_written_changes_nothing(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    for there in ("there.csv", "new.metadata.json"):
        Path(there).write_text("mine")
    before = sorted(tmp_path.iterdir())
    refused = Run(capsys, "history", "--every", "month", "-o", name)
    assert (refused.code, refused.out, len(refused.errors)) == (2, "", 1)
    assert said in refused.errors[0]
    assert sorted(tmp_path.iterdir()) == before
    assert Path("there.csv").read_text() == Path("new.metadata.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "xlsx"], "--format xlsx: is no text; name a file for it by -o FILE"),
        (["--force"], "--force: goes with -o FILE"),
        (["--format", "geojson"], "geojson: holds ground, and the answer of history has none"),
    ],
)
def test_what_cannot_be_printed_is_said(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    refused = Run(capsys, "history", "--every", "month", *arguments)
    assert (refused.code, refused.out, len(refused.errors)) == (2, "", 1)
    assert said in refused.errors[0]


def test_a_file_is_written_over_where_that_is_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    assert Run(capsys, "areas", "--date", DAY, "-o", str(path), "--force").code == 0
    assert path.read_text("utf-8") == Run(capsys, "areas", "--date", DAY, "--format", "csv").out
    other = tmp_path / "b.dat"
    assert Run(capsys, "areas", "--date", DAY, "--format", "csv", "-o", str(other)).code == 0
    assert other.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", [f"{'a' * 260}.json", "/proc/self/a.json"])
def test_a_place_that_cannot_be_written_is_named_as_it_was_given(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / name
    run = Run(capsys, "areas", "-o", str(path))
    assert (run.code, len(run.errors)) == (1, 1)
    assert run.errors[0].startswith(f"controlmap: {path}: ")


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: writing fails half way."""
    whole, path = b"x" * 10_000, tmp_path / "a.csv"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            files.write({path: b"new", tmp_path / "b.csv": whole}, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.csv", b"old")]


def test_days_of_a_workbook_are_dates(record: cm.Record) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(answers.encoded(record.changes("2025-01-01", DAY, by="patch"), "xlsx"))
    )
    header, first, *_ = book["changes"].iter_rows()
    row = {name.value: cell for name, cell in zip(header, first, strict=True)}
    assert isinstance(row["since"].value, datetime)
    assert row["since"].number_format == "yyyy-mm-dd"
    assert row["since"].value.date() >= date(2025, 1, 1)
    assert "oblasts" in book.sheetnames
