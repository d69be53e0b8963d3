"""Proposals that move land: a rule an oblast, measured against who holds what on a day.

A rule draws where Russia would hold; that and today's line cut the land that would pass, face by
face, one way or the other. Who would hold and who would be recognised as sovereign are two things:
a proposal states both. Areas are in km2, geodesic on WGS84.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controlmap.analysis import figures, place_history
from controlmap.analysis.figures import ALL, ALL_NAME
from controlmap.core import geoparquet, toml_entries
from controlmap.core.model import Ground, InputError, Status
from controlmap.core.toml_entries import Entry
from controlmap.geo import places
from controlmap.geo.oblasts import ISO_CODES
from controlmap.geo.places import Place
from controlmap.record.coverage import Coverage, DaySnapshot

KIND = "proposal"
FORTRESS_CITIES = ("Sloviansk", "Kramatorsk", "Druzhkivka", "Kostiantynivka")
"""The large cities of the "fortress belt" of Donetsk oblast.

As the Institute for the Study of War lists them (Russian Offensive Campaign Assessment, 8 August
2025). The account of 24 January 2026 speaks of several and names none.
"""
Faces = NDArray[np.bool_]


class Rule(StrEnum):
    """Where Russia would hold an oblast."""

    CLAIM = "claim"
    """All of it, as claimed in 2022."""
    LINE = "line"
    """What it holds: the line of contact on the as-of date, or on another, `line@2025-01-01`."""
    PRE_2022 = "pre_2022"
    """What was held before 24 February 2022."""
    NONE = "none"
    """Nothing is ceded: Ukraine's recognised border stands, what is held stays occupied."""


class Recognised(StrEnum):
    """Who would be recognised as sovereign of what Russia would hold."""

    HELD = "held"
    """Russia."""
    NONE = "none"
    """Ukraine, within its recognised border."""
    UNSTATED = "unstated"
    """The proposal does not say, or accounts of it differ."""


RULES_ALLOWED = "claim, line, line@YYYY-MM-DD, pre_2022, none"


@dataclass(frozen=True)
class Selection:
    """A rule with the day of its line, where it is another than the as-of date."""

    rule: Rule
    day: date | None = None

    def __str__(self) -> str:
        """As a file has it: `line@2025-01-01`."""
        return f"{self.rule}@{self.day}" if self.day else self.rule.value

    @classmethod
    def parse(cls, text: object) -> Selection:
        """Return a rule as a file has it; `InputError` says what is allowed."""
        try:
            name, _, day = text.partition("@")  # type: ignore[attr-defined]
            selection = cls(Rule(name), date.fromisoformat(day) if day else None)
            if str(selection) == text and (selection.day is None or selection.rule is Rule.LINE):
                return selection
        except (AttributeError, ValueError):
            pass
        raise InputError("found {value!r}; allowed: {allowed}", str(text)[:40], RULES_ALLOWED)


@dataclass(frozen=True)
class Proposal:
    """A proposal: what it is, and for each oblast a rule and who would be recognised.

    `entry` is what it was read from, None where it was composed.
    """

    id: str
    title: str
    about: str
    rules: Mapping[str, Selection]
    recognised: Mapping[str, Recognised]
    entry: Entry | None = None


@dataclass(frozen=True)
class Transfer:
    """What would pass in an oblast, or in all; km2 on WGS84.

    `to_russia_km2` is not Russian-held and would be, `contested_km2` the part of it that is
    contested, None where that is not reported; `to_ukraine_km2` is held and would not be.
    `recognised_km2` would be recognised as Russian, None where the proposal does not state it.
    """

    iso: str
    name: str
    total_km2: float
    held_km2: float
    to_russia_km2: float
    contested_km2: float | None
    to_ukraine_km2: float
    recognised_km2: float | None

    @property
    def would_hold_km2(self) -> float:
        """What Russia would hold."""
        return self.held_km2 + self.to_russia_km2 - self.to_ukraine_km2


@dataclass(frozen=True)
class Outcome:
    """A proposal measured on a day.

    `rows` has each oblast and last all; `to_russia` and `to_ukraine` are the settlements (GeoNames,
    500 inhabitants or more) in the land that would pass; `fortress` maps each of `FORTRESS_CITIES`
    to whether Russia holds it, and whether it would. `pre_2022_of` is the day whose snapshot told
    what was held before 2022, None where no rule asks for it.
    """

    proposal: Proposal
    snapshot: DaySnapshot
    rows: tuple[Transfer, ...]
    to_russia: tuple[Place, ...]
    to_ukraine: tuple[Place, ...]
    fortress: Mapping[str, tuple[bool, bool]]
    pre_2022_of: date | None

    @property
    def every(self) -> Transfer:
        """The row of all oblasts."""
        return self.rows[-1]


def people(settlements: Sequence[Place]) -> int:
    """Return the population of settlements by GeoNames, without those that have no figure.

    Its figures are of mixed dates, for most places before the war (`places.Place`).
    """
    return sum(place.population or 0 for place in settlements)


def embedded() -> Path:
    """Return the proposals that come with controlmap."""
    return geoparquet.geodata("proposals.toml")


def load(paths: Sequence[Path]) -> tuple[list[Proposal], list[InputError]]:
    """Return the proposals of several files in order, and the errors of broken entries.

    Raises
    ------
    InputError
        Where a file cannot be read.
    """
    return toml_entries.load(paths, KIND, _proposal)


def _proposal(entry: Entry) -> Proposal:
    entry.check_keys(("id", "title", "about", "rules", "recognised"))
    rules = _by_oblast(entry, "rules")
    for iso in ISO_CODES:
        if iso not in rules:
            raise entry.error("rules", "no rule for {iso}; allowed: {allowed}", iso, RULES_ALLOWED)
    selections = {}
    for iso in ISO_CODES:
        try:
            selections[iso] = Selection.parse(rules[iso])
        except InputError as error:
            raise entry.error(f"rules.{iso}", str(error)) from error
    recognised = _by_oblast(entry, "recognised")
    allowed = [r.value for r in Recognised]
    for iso, value in recognised.items():
        entry.one_of(f"recognised.{iso}", value, allowed)
    return Proposal(
        id=entry.text("id"),
        title=entry.text("title", entry.text("id")),
        about=entry.text("about", ""),
        rules=selections,
        recognised={iso: Recognised(recognised.get(iso, Recognised.UNSTATED)) for iso in ISO_CODES},
        entry=entry,
    )


def _by_oblast(entry: Entry, key: str) -> Mapping[str, Any]:
    table = entry.table(key)
    for iso in table:
        if iso not in ISO_CODES:
            allowed = ", ".join(ISO_CODES)
            raise entry.error(
                f"{key}.{iso}", "found oblast {iso!r}; allowed: {allowed}", iso, allowed
            )
    return table


def toml(proposal: Proposal) -> str:
    """Return a proposal as an entry of a file, which `load` reads."""
    lines = [f"[[{KIND}]]", f"id = {_quoted(proposal.id)}", f"title = {_quoted(proposal.title)}"]
    if proposal.about:
        lines.append(f"about = {_quoted(proposal.about)}")
    lines += ["", f"[{KIND}.rules]"]
    lines += [f'{iso} = "{selection}"' for iso, selection in proposal.rules.items()]
    lines += ["", f"[{KIND}.recognised]"]
    lines += [f'{iso} = "{value}"' for iso, value in proposal.recognised.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def would_hold(coverage: Coverage, snapshot: DaySnapshot, proposal: Proposal) -> Faces:
    """Which faces Russia would hold by a proposal's rules; shape (faces,).

    Raises
    ------
    InputError
        Where a rule needs what the record does not tell: a day in a gap or outside its span, or
        what was held before 2022.
    """
    out = np.zeros(len(coverage.face_km2), dtype=bool)
    for number, oblast in enumerate(coverage.oblasts):
        inside = coverage.face_oblast == number
        try:
            out |= inside & _selected(coverage, snapshot, proposal.rules[oblast.iso])
        except InputError as error:
            problem = f"proposal {proposal.id!r} cannot be measured by {coverage.source}"
            raise InputError(
                "{problem}: rules.{iso}: {error}", problem, oblast.iso, error
            ) from error
    return out


def _selected(coverage: Coverage, snapshot: DaySnapshot, selection: Selection) -> Faces:
    if selection.rule is Rule.CLAIM:
        return np.ones(len(coverage.face_km2), dtype=bool)
    if selection.rule is Rule.PRE_2022:
        before = _pre_2022(coverage, snapshot)
        return np.asarray(coverage.ground(before.index) == Ground.HELD_BEFORE_2022)
    return coverage.held(coverage.at(selection.day).index if selection.day else snapshot.index)


def _pre_2022(coverage: Coverage, snapshot: DaySnapshot) -> DaySnapshot:
    """Return the last snapshot up to a day that reports what was held before 2022."""
    last = figures.last_reported(coverage, snapshot, Status.HELD_BEFORE_2022)
    if last is None:
        raise InputError(
            "pre_2022: {source} does not report what was held before 2022 up to {day}; "
            "allowed: claim, line, line@YYYY-MM-DD, none",
            coverage.source,
            snapshot.day,
        )
    return last


def passing(coverage: Coverage, snapshot: DaySnapshot, proposal: Proposal) -> tuple[Faces, Faces]:
    """Which faces would pass to Russia, and which to Ukraine."""
    now, then = coverage.held(snapshot.index), would_hold(coverage, snapshot, proposal)
    return then & ~now, now & ~then


def measure(coverage: Coverage, snapshot: DaySnapshot, proposal: Proposal) -> Outcome:
    """Return a proposal measured on a day; raises as `would_hold` does."""
    to_russia, to_ukraine = passing(coverage, snapshot, proposal)
    ground = coverage.ground(snapshot.index)
    contested = to_russia & np.isin(ground, Status.CONTESTED.grounds)
    km2 = [
        np.bincount(coverage.face_oblast, coverage.face_km2 * faces, len(coverage.oblasts))
        for faces in (coverage.held(snapshot.index), to_russia, contested, to_ukraine)
    ]
    tells = snapshot.reports(Status.CONTESTED)
    rows = []
    for number, oblast in enumerate(coverage.oblasts):
        held, gained, disputed, lost = (float(column[number]) for column in km2)
        row = Transfer(
            iso=oblast.iso,
            name=oblast.name,
            total_km2=oblast.polygon_km2,
            held_km2=held,
            to_russia_km2=gained,
            contested_km2=disputed if tells else None,
            to_ukraine_km2=lost,
            recognised_km2=_recognised(proposal.recognised[oblast.iso], held + gained - lost),
        )
        rows.append(row)
    face = place_history.settlement_faces(coverage)
    rules = {selection.rule for selection in proposal.rules.values()}
    return Outcome(
        proposal,
        snapshot,
        (*rows, _sum(rows)),
        tuple(place for place, f in face.items() if to_russia[f]),
        tuple(place for place, f in face.items() if to_ukraine[f]),
        _fortress(coverage, snapshot, proposal, face),
        _pre_2022(coverage, snapshot).day if Rule.PRE_2022 in rules else None,
    )


def _recognised(recognised: Recognised, would_hold_km2: float) -> float | None:
    if recognised is Recognised.UNSTATED:
        return None
    return would_hold_km2 if recognised is Recognised.HELD else 0.0


def _sum(rows: Sequence[Transfer]) -> Transfer:
    def total(name: str) -> float | None:
        values = [getattr(row, name) for row in rows]
        return None if None in values else sum(values)

    names = ("total_km2", "held_km2", "to_russia_km2", "to_ukraine_km2")
    return Transfer(
        iso=ALL,
        name=ALL_NAME,
        contested_km2=total("contested_km2"),
        recognised_km2=total("recognised_km2"),
        **{name: sum(getattr(row, name) for row in rows) for name in names},
    )


def _fortress(
    coverage: Coverage, snapshot: DaySnapshot, proposal: Proposal, face: Mapping[Place, int]
) -> dict[str, tuple[bool, bool]]:
    now, then = coverage.held(snapshot.index), would_hold(coverage, snapshot, proposal)
    cities = {name: places.find(name)[0] for name in FORTRESS_CITIES}
    return {
        name: (bool(now[face[place]]), bool(then[face[place]]))
        for name, place in cities.items()
        if place in face
    }
