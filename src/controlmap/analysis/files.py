"""Files that an answer is taken away in: workbooks, GeoPackage, Parquet, archives of several files.

What a file says of itself (its provenance) is where its format has a place for it: a second sheet,
the metadata of a layer or a table, a file beside it. No cell of a workbook is a formula.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from controlmap.analysis import render
from controlmap.analysis.render import Rows
from controlmap.core import geoparquet
from controlmap.core.model import InputError
from controlmap.words import notes
from controlmap.words.columns import Column
from controlmap.words.numbers import printable

if TYPE_CHECKING:
    import geopandas
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

KEY = "controlmap"
"""Under which the metadata of a GeoPackage and of Parquet have the provenance, as JSON."""
_SHEET = 31  # letters in the name of a sheet
_WIDEST = 60
_IN_DAYS, _IN_SECONDS = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


def workbook(
    tables: Mapping[str, tuple[Iterable[str], Rows]], provenance: Mapping[str, Any]
) -> bytes:
    """Return an XLSX workbook: a sheet a table, and one of where the figures are from.

    Days and instants (UTC) are dates, what is not known is empty.
    """
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, (names, rows) in tables.items():
        _fill(book.create_sheet(title[:_SHEET]), names, rows)
    about = [{"name": name, "value": value} for name, value in _lines(provenance)]
    _fill(book.create_sheet(str(notes.ABOUT)), ("name", "value"), about)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, names: Iterable[str], rows: Rows) -> None:
    from openpyxl.styles import Font

    header = list(names)
    widths = [len(name) for name in header]
    for number, values in enumerate([header, *([row[name] for name in header] for row in rows)]):
        for column, value in enumerate(map(_cell_value, values)):
            if value is None:
                continue
            cell = sheet.cell(number + 1, column + 1)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(render.FORMULA)
            elif isinstance(value, datetime):
                cell.number_format = _IN_SECONDS
            elif isinstance(value, date):
                cell.number_format = _IN_DAYS
            if number == 0:
                cell.font = Font(bold=True)
            widths[column] = max(widths[column], len(str(value)))
    for column, width in enumerate(widths):
        letter = sheet.cell(1, column + 1).column_letter
        sheet.column_dimensions[letter].width = min(width + 2, _WIDEST)
    sheet.freeze_panes = "A2"


def _cell_value(value: Any) -> Any:
    """Return what a cell holds: a workbook knows no zone, and its instants are in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    if value is None or isinstance(value, date):
        return value
    shown = render.plain(value)
    return printable(str(shown)) if isinstance(shown, str | list | dict) else shown


def _lines(value: Any, name: str = "") -> Iterable[tuple[str, Any]]:
    """Yield what a nested value says, a line each, by dotted names."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _lines(part, f"{name}.{key}".strip("."))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value, start=1):
            yield from _lines(part, f"{name}.{number}".strip("."))
    else:
        yield name, value


def geopackage(frame: geopandas.GeoDataFrame, layer: str, provenance: Mapping[str, Any]) -> bytes:
    """Return ground as a GeoPackage of one layer, in EPSG:4326."""
    import pyogrio

    out = io.BytesIO()
    pyogrio.write_dataframe(
        # The format has longitude first whatever the system says, and every reader knows this one.
        frame.set_crs("EPSG:4326", allow_override=True),
        out,
        driver="GPKG",
        layer=layer,
        geometry_type="Point" if set(frame.geom_type) == {"Point"} else "MultiPolygon",
        promote_to_multi=set(frame.geom_type) != {"Point"},
        layer_metadata={KEY: _text(provenance)},
        dataset_metadata={KEY: _text(provenance)},
    )
    return out.getvalue()


def parquet(frame: pd.DataFrame, provenance: Mapping[str, Any]) -> bytes:
    """Return a frame as Parquet, one with geometries as GeoParquet 1.1 (OGC:CRS84)."""
    import pyarrow.parquet as pq

    plain = io.BytesIO()
    if "geometry" in frame:
        frame.to_parquet(plain, index=False, schema_version="1.1.0")
    else:
        frame.to_parquet(plain)
    table = pq.read_table(plain)
    table = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), KEY.encode(): _text(provenance).encode()}
    )
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return files as one zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def metadata(provenance: Mapping[str, Any]) -> bytes:
    """Return a provenance as the file that stands beside a table."""
    return (json.dumps(provenance, ensure_ascii=False, indent=1) + "\n").encode()


def described(columns: Mapping[str, Column]) -> dict[str, dict[str, str]]:
    """Return what columns are: title, unit and meaning by name."""
    return {
        name: {"title": str(c.title), "unit": c.unit, "meaning": str(c.meaning)}
        for name, c in columns.items()
    }


def write(contents: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write files, each whole or not at all.

    Raises
    ------
    InputError
        Where there is no such folder, a file is there already and `force` is not set, or a path is
        a folder; nothing was written then.
    """
    check(contents, force=force)
    with ExitStack() as files:
        for path, content in contents.items():
            files.enter_context(geoparquet.replacing(path)).write(content)


def check(paths: Iterable[Path], *, force: bool = False) -> None:
    """Raise the errors of `write` where paths cannot be written to."""
    for path in paths:
        if not path.parent.is_dir():
            raise InputError("{path}: there is no folder {parent}", path, path.parent)
        if path.is_dir():
            raise InputError("{path}: is a folder; name a file", path)
        if path.exists() and not force:
            raise InputError("{path}: exists; to write over it, use --force", path)


def _text(provenance: Mapping[str, Any]) -> str:
    return json.dumps(provenance, ensure_ascii=False)
