"""The answer to a question: rows, what they rest on, what was chosen, and what a reader needs.

A question is answered once; every outlet renders the same answer (`render`). Rows hold plain
values (None is not known, an area is in km2, a day is a date), so that pandas is imported only
where a frame is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import shapely

from controlmap import sources
from controlmap.analysis import files, render
from controlmap.analysis.render import Block, Row, Rows, Table
from controlmap.core.model import InputError
from controlmap.core.version import __version__
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.words import columns, notes
from controlmap.words.catalog import Message
from controlmap.words.columns import Column
from controlmap.words.numbers import instant
from controlmap.words.text import OBLASTS

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

_FIRST = 6
"""So many rows are in the short form of an answer."""

Features: TypeAlias = "tuple[geopandas.GeoDataFrame, dict[str, Any]]"
"""A frame with geometries, and the further members of its FeatureCollection."""


@dataclass(frozen=True)
class Evidence:
    """What an answer rests on: a source's snapshot.

    Attributes
    ----------
    source, title, credit, terms, url
        The source's id, its name, whom to credit, under what terms, and where it is.
    reader, observed, retrieved, sha256
        The kind of file, the two instants (UTC; a day where the source tells no more of the first),
        and the hash of the bytes it was read from.
    carried
        Whether the day that was asked about has no snapshot, so that this earlier one stands.
    cell_m
        The cells in metres that the record's map is generalised to; None at full detail.
    within
        The days that it may be of, where the source does not say which: `observed` is the best.
    record
        The SHA-256 of the file of the record that it comes from; "" for a file by itself.
    """

    source: str
    title: str
    credit: str
    terms: str
    url: str
    reader: str
    observed: date
    retrieved: datetime | None
    sha256: str
    carried: bool
    cell_m: int | None
    within: tuple[date, date] | None
    record: str

    @property
    def day(self) -> date:
        """The day (UTC) that it is of, or the best one."""
        return self.observed.date() if isinstance(self.observed, datetime) else self.observed

    @classmethod
    def of(cls, coverage: Coverage, snapshot: DaySnapshot) -> Evidence:
        """Return what a record's snapshot is."""
        source, info = sources.find_source(coverage.source), snapshot.info
        return cls(
            source.id,
            source.title,
            source.credit,
            str(source.terms),
            source.url,
            info.reader,
            sources.observed(info),
            info.retrieved,
            info.sha256,
            snapshot.carried,
            coverage.cell_m,
            info.within,
            coverage.sha256,
        )


@dataclass(frozen=True, repr=False, eq=False)
class Answer:
    """The answer to one question.

    Attributes
    ----------
    question, title
        The question's name ("areas"), and what people call it.
    rows
        One an observation; every column is in `words.columns`.
    document
        The answer as JSON has it: who and when, then the rows.
    evidence
        What it rests on, in the order of use.
    choices
        What was chosen, by name: basis, contested, advance ...
    method, notes
        How it was measured, and what a reader needs beside the figures.
    warnings
        What was left out or is in doubt; the command says it beside what it prints.
    shared
        What every row shares, as CSV has it in each.
    names
        The columns, where there may be no row; those of the rows by default.
    without
        The columns that a printed table leaves out: what the source never reports.
    beside
        The columns that stand in a second table, below the names: what the figures are good for.
    further
        More rows, by name.
    index
        The column that is the index of `frame`; "" for none.
    body
        What gives the blocks that people read above the notes, worded when they are shown; None
        for the one table of the rows.
    locate
        What gives the features of a map; None where the answer is of no place.
    version
        The version of controlmap.
    """

    question: str
    title: Message
    rows: Rows
    document: Mapping[str, Any]
    evidence: tuple[Evidence, ...]
    choices: Mapping[str, str]
    method: Message
    notes: tuple[Message, ...] = ()
    warnings: tuple[Message | str, ...] = ()
    shared: Row = field(default_factory=dict)
    names: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    beside: tuple[str, ...] = ()
    further: Mapping[str, Rows] = field(default_factory=dict)
    index: str = ""
    body: Callable[[], Iterable[Block]] | None = None
    locate: Callable[[], Features] | None = None
    version: str = __version__

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as a tidy frame: days and instants as timestamps, NaN where not known."""
        frame = render.framed(self.rows, self.columns, self.question)
        return frame.set_index(self.index) if self.index else frame

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Further frames, by name."""
        return {
            name: render.framed(rows, rows[0] if rows else (), self.question)
            for name, rows in self.further.items()
        }

    @property
    def columns(self) -> dict[str, Column]:
        """The columns of the rows, as the registry has them."""
        return {name: columns.of(name, self.question) for name in self.names or self.rows[0]}

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What is printed above the notes."""
        if self.body:
            return tuple(self.body())
        figures = Table(self.rows, self.without | set(self.beside))
        if not self.beside:
            return (figures,)
        shown = frozenset(("iso", "name", *self.beside))
        return figures, "", Table(self.rows, frozenset(self.rows[0]) - shown)

    def row(self, iso: str) -> Row:
        """Return the row of an oblast, or of all four by "all"."""
        return next(row for row in self.rows if row["iso"] == iso)

    def to_gdf(self) -> geopandas.GeoDataFrame:
        """Return what the answer shows on a map, as a GeoDataFrame (OGC:CRS84).

        Raises
        ------
        ValueError
            Where it is of no place.
        """
        if self.locate is None:
            raise ValueError(f"{self.question}: has no geometries")
        return self.locate()[0]

    def to_csv(self) -> str:
        """Return the rows with what they share, as CSV."""
        return as_csv(self) + "\n"

    def to_json(self) -> str:
        """Return the document of the answer, as the command prints it."""
        return as_json(self)

    def save(self, path: str | Path, form: str = "", *, force: bool = False) -> None:
        """Write the answer to a file, with what it rests on.

        Parameters
        ----------
        path
            Its suffix gives the format: .csv (with a `.metadata.json` beside it), .zip (both of
            them), .json, .xlsx, and where the answer is of ground .geojson and .gpkg; .parquet has
            the ground where there is one, else the rows.
        form
            The format, where the suffix does not say: "csv", "xlsx" ...
        force
            Whether a file that is there already is written over.

        Raises
        ------
        InputError
            Where the format is not known or cannot hold the answer (it says which can), the folder
            is missing, or the file is there already.
        """
        save(self, Path(path), form, force=force)

    @property
    def provenance(self) -> dict[str, Any]:
        """What the answer rests on, what was chosen, and how it was measured; as JSON has it."""
        return provenance(self)

    def cite(self) -> str:
        """Return who assessed what the answer rests on, of when, and how it was measured."""
        return citation(self)

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Return what it is in a line, and the first rows."""
        return short(self)

    def _repr_html_(self) -> str:
        return html(self)


def as_json(answer: Answer, **more: Any) -> str:
    """Return the document of an answer, which records it comes from, and what else is given."""
    records = {e.source: e.record[: notes.HASH_DIGITS] for e in answer.evidence if e.record}
    document = {**answer.document, **({"records": records} if records else {}), **more}
    return json.dumps(render.plain(document), ensure_ascii=False, indent=2)


def as_csv(answer: Answer) -> str:
    """Return the rows of an answer with what they share, as CSV with a header."""
    rows = [{**row, **answer.shared} for row in answer.rows]
    return render.csv_of(rows, {**answer.columns, **answer.shared})


def as_geojson(answer: Answer, **more: Any) -> str:
    """Return the features of an answer as a FeatureCollection, which says what it is of."""
    assert answer.locate is not None
    frame, members = answer.locate()
    days = frame.select_dtypes("datetime")
    frame = frame.assign(**{name: days[name].dt.strftime("%Y-%m-%d") for name in days})
    # RFC 7946 has six decimals be enough: a tenth of a metre.
    frame = frame.set_geometry(shapely.transform(frame.geometry.array, lambda xy: xy.round(6)))
    shown = frame.to_geo_dict(na="keep", drop_id=True)
    return json.dumps({**shown, **render.plain({**members, **more})}, ensure_ascii=False)


def as_text(answer: Answer) -> str:
    """Return what a terminal shows of an answer: its blocks, and the notes below."""
    blocks = "\n".join(render.text(block, answer.question) for block in answer.blocks)
    return "\n".join([blocks, *(["", *map(render.line, answer.notes)] if answer.notes else [])])


FORMATS = {"table": as_text, "csv": as_csv, "json": as_json, "geojson": as_geojson}
"""The renderer of each format that a command prints."""


def _as_workbook(answer: Answer) -> bytes:
    rows = [{**row, **answer.shared} for row in answer.rows]
    tables = {
        answer.question: ([*{**answer.columns, **answer.shared}], rows),
        **{name: ([*more[0]], more) for name, more in answer.further.items() if more},
    }
    return files.workbook(tables, answer.provenance)


def _as_geopackage(answer: Answer) -> bytes:
    assert answer.locate is not None
    frame, members = answer.locate()
    return files.geopackage(frame, answer.question, {**answer.provenance, **_ground(members)})


def _as_parquet(answer: Answer) -> bytes:
    if answer.locate is None:
        return files.parquet(answer.frame, answer.provenance)
    frame, members = answer.locate()
    return files.parquet(frame, {**answer.provenance, **_ground(members)})


def _ground(members: Mapping[str, Any]) -> dict[str, Any]:
    return {"ground": render.plain(members)}


def _as_archive(answer: Answer) -> bytes:
    members = {
        f"{answer.question}.csv": answer.to_csv().encode(),
        f"{answer.question}.metadata.json": files.metadata(answer.provenance),
    }
    return files.archive(members)


FILES: dict[str, Callable[[Answer], bytes]] = {
    "csv": lambda answer: answer.to_csv().encode(),
    "zip": _as_archive,
    "json": lambda answer: as_json(answer, provenance=answer.provenance).encode(),
    "xlsx": _as_workbook,
    "parquet": _as_parquet,
    "geojson": lambda answer: as_geojson(answer, provenance=answer.provenance).encode(),
    "gpkg": _as_geopackage,
    "table": lambda answer: (as_text(answer) + "\n").encode(),
}
"""What writes an answer to a file, by format; all but the last are suffixes of such files."""
_OF_GROUND = ("geojson", "gpkg")


def formats(answer: Answer) -> list[str]:
    """Return the formats of files that can hold an answer."""
    return [form for form in FILES if answer.locate or form not in _OF_GROUND]


def encoded(answer: Answer, form: str) -> bytes:
    """Return an answer as a file of a format.

    Raises
    ------
    InputError
        Where the format is not known, or cannot hold the answer; it says which can.
    """
    allowed = formats(answer)
    if form in FILES and form not in allowed:
        raise InputError(
            "{form}: holds ground, and the answer of {question} has none; allowed: {allowed}",
            form,
            answer.question,
            ", ".join(allowed),
        )
    if not form:
        raise InputError(
            "no format: name a file with a suffix, or the format; allowed: {allowed}",
            ", ".join(allowed),
        )
    if form not in FILES:
        raise InputError("{form!r}: is no format; allowed: {allowed}", form, ", ".join(allowed))
    return FILES[form](answer)


def save(answer: Answer, path: Path, form: str = "", *, force: bool = False) -> None:
    """Write an answer to a file, as `Answer.save`."""
    form = form or path.suffix.removeprefix(".").lower()
    contents = {path: encoded(answer, form)}
    if form == "csv":
        contents[path.with_suffix(".metadata.json")] = files.metadata(answer.provenance)
    files.write(contents, force=force)


def provenance(answer: Answer) -> dict[str, Any]:
    """Return what an answer rests on, what was chosen, and how it was measured, as JSON has it."""
    ground = []
    if answer.locate:
        detail = {e.cell_m: e for e in answer.evidence}
        ground = [
            notes.GROUND_GENERALISED(cell_m=cell_m)
            if cell_m
            else notes.GROUND_AT_FULL_DETAIL(terms=e.terms)
            for cell_m, e in detail.items()
        ]
    said: dict[str, Any] = render.plain(
        {
            "title": answer.title,
            "question": answer.question,
            "choices": dict(answer.choices),
            "method": answer.method,
            "version": f"controlmap {answer.version}",
            "sources": [asdict(e) for e in answer.evidence],
            "notes": [*answer.warnings, *answer.notes, *ground],
            "citation": answer.cite(),
            "columns": files.described(answer.columns),
        }
    )
    return said


def citation(answer: Answer) -> str:
    """Return who assessed what an answer rests on, of when, and how it was measured."""
    assessed = "; ".join(
        str(
            notes.assessed(
                e.title,
                notes.as_of_iso(e),
                instant(e.retrieved) if e.retrieved else notes.NOT_RECORDED,
                e.record,
            )
        )
        for e in answer.evidence
    )
    cited = notes.CITATION(
        title=answer.title, assessed=assessed, version=answer.version, method=answer.method
    )
    redrawn = {row["iso"]: row.get("last_redrawn") for row in answer.rows if "iso" in row}
    since = [(str(OBLASTS[iso]), str(day)) for iso, day in redrawn.items() if day and iso != "all"]
    return " ".join(map(str, (cited, *([notes.last_redrawn(since)] if since else []))))


def short(answer: Answer) -> str:
    """Return an answer on a few lines: what it is, the first rows, where it is from."""
    lines = [f"<{answer.question}: {answer.title}>"]
    blocks = answer.blocks
    first = next((block for block in blocks if isinstance(block, Table)), None)
    for block in blocks:
        if isinstance(block, Table):
            if block is not first:
                continue
            lines.append(render.text(Table(block.rows[:_FIRST], block.without), answer.question))
            if (more := len(block.rows) - _FIRST) > 0:
                lines.append(str(notes.MORE_ROWS(count=more)))
        elif block:
            lines.append(render.text(block))
    return "\n".join([*lines, *map(render.line, sourced(answer))])


def sourced(answer: Answer) -> Iterator[Message]:
    """Return who says so, and as of when, a message a snapshot."""
    for e in answer.evidence:
        yield notes.SAID_BY(title=e.title, observed=notes.as_of_iso(e))


def html(answer: Answer) -> str:
    """Return an answer as a notebook shows it: its blocks, where they are from, the notes."""
    return (
        render.templates()
        .get_template("answer.html")
        .render(
            answer=answer,
            blocks=[render.shown(block, answer.question) for block in answer.blocks],
            sourced=sourced(answer),
            more=notes.MORE_ROWS,
        )
    )
