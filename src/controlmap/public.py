"""The public interface: a record that is opened once and asked, day by day, in a notebook.

A question returns an `Answer`, not a bare frame: it shows itself with its source, dates and notes,
renders as CSV, JSON and a citation, and `.frame` is the tidy DataFrame to compute with. A frame
would lose where it is from at the first operation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from controlmap import sources
from controlmap.analysis import (
    agree,
    areas,
    assessed_advance,
    changes,
    check,
    claims,
    history,
    ledger,
    place,
    projections,
    proposals,
    render,
    revisions,
    transfers,
)
from controlmap.analysis.answer import Answer, html
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import Contested, Every
from controlmap.analysis.pace import DEFAULT_WINDOW
from controlmap.analysis.patches import By
from controlmap.core import isolated
from controlmap.core.choices import Day, chosen, day_of
from controlmap.core.model import InputError, RecordError, Snapshot, Status
from controlmap.geo.oblasts import Basis
from controlmap.record import archive
from controlmap.record.archive import Record as StoredRecord
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.sources.legends import Legend
from controlmap.words import notes
from controlmap.words.catalog import Message

if TYPE_CHECKING:
    import geopandas

    from controlmap.draw import maps


def read(
    data: bytes,
    name: str,
    reader: str | None = None,
    observed: datetime | None = None,
    legend: Legend | None = None,
    *,
    limited: bool = True,
) -> Snapshot:
    """Return a file of any known source, or a person's own, as a Snapshot.

    Parameters
    ----------
    data, name
        The bytes, gzipped or not, and the file's name.
    reader
        The id of the reader to use; without it, the one that recognises the file.
    observed
        The instant (UTC) to read, for files that do not say theirs, or are of many days.
    legend
        What the values of a person's own file mean; with it, no other reader is tried.
    limited
        Whether another process reads it, within limits of memory and time: a stranger's file may
        take gigabytes, or end the process.

    Raises
    ------
    InputError
        Where it cannot be read, or takes more than the limits.
    """
    if not limited:
        return sources.read(data, name, reader, observed, legend)
    return isolated.call(name, sources.read, data, name, reader, observed, legend)


def open(source: str = sources.DEFAULT) -> Record:
    """Open the record of a source: your own where there is one, else the embedded one.

    Parameters
    ----------
    source
        Its id: "deepstate", "isw", "nzz", "viina".

    Raises
    ------
    InputError
        Where the source is not known or has no record; it says how to build one.
    RecordError
        Where its file is damaged.

    Examples
    --------
    >>> import controlmap as cm
    >>> round(cm.open("deepstate").areas("2026-01-24").row("UA-14")["russian_held"])
    20787
    """
    stored = archive.open_source(source)
    return Record(stored.coverage, stored.provenance, stored.path, stored.key)


@dataclass(frozen=True, repr=False, eq=False)
class Record(StoredRecord):
    """A source's record, and the questions that it answers.

    Days are text ("2026-01-24"), dates, or Timestamps (naive or in UTC); a day means the last
    snapshot at or before its end in UTC. Choices are text or the enums; an unknown one raises an
    `InputError` that names what is allowed, as does a day that the record does not know.
    """

    @cached_property
    def _by_advance(self) -> dict[Advance, Coverage]:
        return {}

    def _counted(self, advance: str) -> Coverage:
        """Return the coverage with its assessed advance counted so, computed once a choice."""
        choice = chosen(Advance, advance)
        if choice not in self._by_advance:
            self._by_advance[choice] = assessed_advance.counted(self.coverage, choice)
        return self._by_advance[choice]

    def areas(
        self,
        day: Day | None = None,
        *,
        basis: str = Basis.POLYGON,
        contested: str = Contested.OUT,
        by: str = By.PATCH,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer how large each status is in each oblast on a day, in km2, and in all four.

        Parameters
        ----------
        day
            The latest by default.
        basis
            What `held_share` is taken over: "polygon", "official", or "land", which leaves lakes
            and reservoirs out of every area.
        contested
            Whether contested ground counts in `held_share`: "out" or "in".
        by
            A row of `to_gdf`: "patch", "oblast" or "face".
        advance
            What assessed advance counts as: "apart", "held" or "contested".
        """
        return areas.areas(
            self._counted(advance),
            _day(day),
            basis=basis,
            contested=contested,
            by=by,
            advance=advance,
            others=archive.opened(),
        )

    def compare(
        self,
        day: Day | None = None,
        *,
        basis: str = Basis.POLYGON,
        contested: str = Contested.OUT,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer how much of what Russia claims is held, in km2, with its change over time.

        The parameters are those of `areas`; `contested` counts in `held`.
        """
        return areas.compare(
            self._counted(advance),
            _day(day),
            basis=basis,
            contested=contested,
            advance=advance,
            others=archive.opened(),
        )

    def history(
        self,
        start: Day | None = None,
        end: Day | None = None,
        *,
        every: str = Every.DAY,
        basis: str = Basis.POLYGON,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer how large each status was over time, in km2; `frame` has a DatetimeIndex.

        Parameters
        ----------
        start, end
            The span of the record by default.
        every
            "day", "week" (each Sunday) or "month" (its last day).
        basis, advance
            As for `areas`.
        """
        return history.history(
            self._counted(advance),
            _day(start),
            _day(end),
            every=every,
            basis=basis,
            advance=advance,
            others=archive.opened(),
        )

    def flows(
        self,
        start: Day | None = None,
        end: Day | None = None,
        *,
        every: str = Every.MONTH,
        basis: str = Basis.POLYGON,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer what was gained and lost in each period, in km2; as `history`."""
        how = {"every": every, "basis": basis, "advance": advance}
        return history.flows(self._counted(advance), _day(start), _day(end), **how)

    def changes(
        self,
        start: Day,
        end: Day | None = None,
        *,
        by: str | None = None,
        sources: Sequence[str] | None = None,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer what was gained and lost between two days, in km2; `to_gdf` has the ground.

        Parameters
        ----------
        start, end
            The two days; `end` is the latest by default.
        by
            "oblast", "patch" or "face": what a row is, and a row of `to_gdf`; by default a row is
            an oblast there, and here a patch.
        sources
            The ids of those to look for the patches in; every one with a record by default.
        advance
            As for `areas`.
        """
        return changes.changes(
            self._counted(advance),
            day_of(start),
            _day(end),
            by=by,
            others=_records(sources),
            advance=advance,
        )

    def agree(
        self,
        day: Day | None = None,
        *,
        sources: Sequence[str] | None = None,
        basis: str = Basis.POLYGON,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer what all sources hold on a day, some, one alone, or none, in km2.

        Parameters
        ----------
        day
            The latest by default.
        sources
            The ids of those to compare with this one; every one with a record by default.
        basis, advance
            As for `areas`.
        """
        return agree.agree(
            {
                self.coverage.source: self.coverage,
                **_records(sources),
                self.coverage.source: self.coverage,
            },
            _day(day),
            basis=basis,
            advance=advance,
            every_source=sources is not None,
        )

    def place(self, where: str, *, advance: str = Advance.APART) -> Answer:
        """Answer who held a place from when to when, and how far held ground was, in km.

        Parameters
        ----------
        where
            A name, "NAME, OBLAST", or "LON,LAT" in degrees.
        advance
            As for `areas`.
        """
        return place.place(self._counted(advance), where, advance=advance)

    def pace(
        self,
        oblast: str,
        day: Day | None = None,
        *,
        window: int = DEFAULT_WINDOW,
        contested: str = Contested.OUT,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer how fast an oblast's Russian-held ground grew, in km2 a day.

        Parameters
        ----------
        oblast
            By ISO 3166-2 ("UA-14") or name; "all" for the four together.
        day
            The latest by default.
        window
            The days before it: 7, 30, 90, 180 or 365.
        contested
            Whether contested ground counts as held: "out" or "in".
        advance
            As for `areas`.
        """
        return projections.pace(
            self._counted(advance),
            oblast,
            _day(day),
            window=window,
            contested=contested,
            advance=advance,
        )

    def backtest(
        self,
        oblast: str,
        *,
        window: int | None = None,
        contested: str = Contested.OUT,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer how often projections made on every day of the record were right; as `pace`."""
        coverage = self._counted(advance)
        return projections.backtest(
            coverage, oblast, window=window, contested=contested, advance=advance
        )

    def check(self, *files: str | Path) -> Answer:
        """Answer how far the record can be relied on: against files, publications, what followed.

        Parameters
        ----------
        files
            Files, folders and archives that the record was built of; without them the errors
            against these, and what is published of all Ukraine, are not known.
        """
        measured = check.measure(self.coverage, map(Path, files), lambda _: None)
        if files and not measured:
            raise InputError("none of the files is one that the record was built of")
        return check.check(self.coverage, self.provenance, measured)

    def revisions(self) -> Answer:
        """Answer what the source changed afterwards: where, by how many km2, when noticed."""
        return revisions.revisions(self.coverage, self.provenance)

    def claims(
        self,
        day: Day | None = None,
        *,
        file: str | Path | None = None,
        advance: str = Advance.CONTESTED,
    ) -> Answer:
        """Answer what this record says of claims: measured, a verdict, and hindsight.

        Parameters
        ----------
        day
            The day that each claim speaks of by default.
        file
            Claims of your own (TOML), after the embedded ones.
        advance
            As for `areas`.
        """
        entries = _entries(claims, file)
        coverages = {self.coverage.source: self._counted(advance)}
        return ledger.claims(entries, coverages, _day(day), advance=advance)

    def proposals(
        self,
        day: Day | None = None,
        *,
        file: str | Path | None = None,
        advance: str = Advance.APART,
    ) -> Answer:
        """Answer what would pass by each proposal, in km2, settlements and people.

        Parameters
        ----------
        day
            The latest by default.
        file
            Proposals of your own (TOML), after the embedded ones.
        advance
            As for `areas`.
        """
        entries = _entries(proposals, file)
        return transfers.proposals(
            entries,
            self._counted(advance),
            _day(day),
            advance=advance,
            may_be_left_out={proposal.id for proposal in entries},
        )

    def at(self, day: Day | None = None, *, advance: str = Advance.APART) -> RecordDay:
        """Return the record on a day: the snapshot that stands for it."""
        coverage = self._counted(advance)
        return RecordDay(coverage, coverage.at(_day(day) or coverage.span[1]))

    def explore(self, day: Day | None = None, *, basis: str = Basis.POLYGON) -> maps.Map:
        """Return the dashboard's map of a day: a folium.Map that shows itself and works offline.

        Parameters
        ----------
        day
            The latest by default.
        basis
            What the shares in its tooltips are taken over: "polygon", "official" or "land".
        """
        from controlmap.draw import map_layers

        on = _day(day) or self.coverage.span[1]
        return map_layers.day_map(self, on, chosen(Basis, basis))

    def __repr__(self) -> str:
        """Return what the record is, in a line."""
        return f"<Record: {self._summary}>"

    def _repr_html_(self) -> str:
        latest = areas.areas(self.coverage)
        table = render.Table(latest.rows, latest.without)
        terms = render.Facts(((notes.FACT_TERMS, self.provenance.terms),))
        body = partial(iter, (self._summary, table, terms))
        return html(replace(latest, title=notes.RECORD_TITLE, body=body))

    @property
    def _summary(self) -> Message:
        coverage = self.coverage
        first, last = coverage.span
        cells = coverage.cell_m
        return notes.RECORD(
            title=sources.find_source(coverage.source).title,
            first=str(first),
            last=str(last),
            snapshots=len(coverage.snapshots),
            gaps=len(coverage.gaps),
            detail=notes.GENERALISED(cell_m=cells) if cells else notes.FULL_DETAIL,
        )


@dataclass(frozen=True, repr=False, eq=False)
class RecordDay:
    """A record on a day: the snapshot that stands for it, and its ground."""

    coverage: Coverage
    snapshot: DaySnapshot

    def to_gdf(self, statuses: Sequence[str] | None = None) -> geopandas.GeoDataFrame:
        """Return the ground as a GeoDataFrame (OGC:CRS84), a row a status and oblast.

        Columns are `iso`, `name`, `status` and `area_km2` (geodesic on WGS84, exact even where the
        geometry is generalised).

        Parameters
        ----------
        statuses
            By default those that fill an oblast without overlap, as far as the source reports
            them: russian_held, contested, assessed_advance, ukrainian_held. The others are parts
            of these: never sum them with them.
        """
        from controlmap.analysis import features

        wanted = None if statuses is None else [chosen(Status, status) for status in statuses]
        return features.statuses(self.coverage, self.snapshot, wanted)

    def __repr__(self) -> str:
        """Return which snapshot stands for the day, in a line."""
        return f"<{self._summary}>"

    def _repr_html_(self) -> str:
        return html(areas.areas(self.coverage, self.snapshot.day))

    @property
    def _summary(self) -> Message:
        observed = notes.as_of_iso(self.snapshot.info)
        title = sources.find_source(self.coverage.source).title
        return notes.DAY(title=title, day=str(self.snapshot.day), observed=observed)


def _records(sources: Sequence[str] | None) -> Mapping[str, Coverage | RecordError]:
    return archive.opened() if sources is None else archive.coverages(sources)


def _day(day: Day | None) -> date | None:
    return None if day is None else day_of(day)


def _entries(room: ModuleType, file: str | Path | None) -> list[Any]:
    """Return the embedded entries and those of a file; raise what is wrong with the first."""
    entries, broken = room.load([room.embedded(), *([Path(file)] if file else [])])
    if broken:
        raise broken[0]
    return list(entries)
