"""Which sources and records there are, as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from controlmap import sources as registry
from controlmap.analysis import budget
from controlmap.analysis.answer import Answer
from controlmap.analysis.render import Block, Facts
from controlmap.core import user_folder
from controlmap.core.model import RecordError
from controlmap.record import archive
from controlmap.record.archive import Record
from controlmap.sources import Source
from controlmap.words import notes

_NAME_WIDTH = 11


def sources(addresses: Mapping[str, Sequence[str]]) -> Answer:
    """Answer which sources there are, and of each: span, snapshots, gaps, statuses, terms.

    Parameters
    ----------
    addresses
        Where each source's files are fetched from, by its id.
    """
    known, place = archive.opened(), user_folder.find()
    folder = str(place) if place else None
    rows = [
        _row(source, archive.open_beside(source.id), addresses[source.id])
        for source in registry.SOURCES.values()
    ]
    return Answer(
        "sources",
        notes.SOURCES,
        [{name: _flat(value) for name, value in row.items()} for row in rows],
        document={"sources": rows, "data": folder},
        evidence=(),
        choices={},
        method=notes.SOURCES_METHOD,
        warnings=budget.damaged(known),
        body=partial(_body, rows, folder),
    )


def _row(
    source: Source, stored: Record | RecordError | None, addresses: Sequence[str]
) -> dict[str, Any]:
    """Return what a source is; without a record there is no span, and no snapshot."""
    record = stored if isinstance(stored, Record) else None
    coverage = record and record.coverage
    used = {info.reader for info in coverage.snapshots} if coverage else None
    hidden = archive.hidden_by(record) if record else None
    kind = "none" if record is None else str(record.path)
    return {
        "id": source.id,
        "title": source.title,
        "from": coverage and coverage.span[0],
        "to": coverage and coverage.span[1],
        "snapshots": len(coverage.snapshots) if coverage else 0,
        "gaps": [f"{a}/{b}" for a, b in coverage.gaps] if coverage else [],
        "statuses": {
            reader.id: sorted(reader.reports)
            for reader in source.readers
            if used is None or reader.id in used
        },
        "terms": source.terms,
        "url": source.url,
        "fetched_from": list(addresses),
        "record": "embedded" if record and record.is_embedded else kind,
        "instead_of": "{}/{}".format(*hidden.coverage.span) if hidden else None,
        "notes": source.notes,
    }


def _flat(value: Any) -> Any:
    """Return a list, or a mapping of lists, as one text; anything else as it is."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat(listed)}" for key, listed in value.items())
    return " ".join(value) if isinstance(value, list) else value


def _body(rows: Sequence[Mapping[str, Any]], folder: str | None) -> Iterator[Block]:
    for row in rows:
        yield f"{row['id']}: {row['title']}, {row['url']}"
        span = notes.SPAN(first=str(row["from"]), last=str(row["to"])) if row["snapshots"] else None
        gaps = ", ".join(row["gaps"]) or notes.NO_GAPS
        hidden = row["instead_of"] and notes.INSTEAD_OF(span=row["instead_of"])
        yield Facts(
            (
                (notes.FACT_SPAN, span),
                (notes.FACT_SNAPSHOTS, str(row["snapshots"] or "")),
                (notes.FACT_GAPS, gaps if row["snapshots"] else None),
                *((notes.FACT_REPORTS, f"{k}: {', '.join(v)}") for k, v in row["statuses"].items()),
                (notes.FACT_NOTES, row["notes"]),
                (notes.FACT_TERMS, row["terms"]),
                *((notes.FACT_UPDATE, notes.UPDATE_FROM(url=url)) for url in row["fetched_from"]),
                (notes.FACT_RECORD, row["record"]),
                ("", hidden),
            ),
            indent=2,
            width=_NAME_WIDTH,
        )
    setting = user_folder.SETTING
    if folder:
        yield notes.KEPT_IN(folder=folder, setting=setting)
    else:
        yield notes.KEPT_NOWHERE(setting=setting)
