"""Areas by status on a day, and what is claimed against what is held; km2, geodesic on WGS84."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from controlmap.analysis import assessed_advance, budget, figures, patches
from controlmap.analysis.answer import Answer, Evidence
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL, ALL_NAME, Contested
from controlmap.analysis.patches import By, Kind, Pieces
from controlmap.analysis.render import Rows
from controlmap.core.choices import chosen
from controlmap.core.model import REPORTABLE, RecordError, Status
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage, DaySnapshot, with_sum
from controlmap.words import notes
from controlmap.words.catalog import Message
from controlmap.words.numbers import instant

if TYPE_CHECKING:
    from controlmap.analysis.answer import Features

KM2_DIGITS = 6
FILLING = (
    Status.RUSSIAN_HELD,
    Status.CONTESTED,
    Status.ASSESSED_ADVANCE,
    Status.UKRAINIAN_HELD,
)
"""The statuses that fill an oblast; the others are parts of them."""


def areas(
    coverage: Coverage,
    day: date | None = None,
    *,
    basis: str = Basis.POLYGON,
    contested: str = Contested.OUT,
    by: str = By.PATCH,
    advance: str = Advance.APART,
    others: Mapping[str, Coverage | RecordError] = MappingProxyType({}),
) -> Answer:
    """Answer how large each status is in each oblast on a day, and in all four.

    Russian-held, contested, assessed advance and Ukrainian-held ground fill `total`, the polygon's
    area, or that of its land; what is not reported of the second and third, `ukrainian_held`
    includes.

    Parameters
    ----------
    day
        The latest by default.
    basis
        What `held_share` is taken over: "polygon", "official", or "land", which leaves lakes and
        reservoirs out of every area.
    contested
        Whether contested ground counts in `held_share`: "out" or "in".
    by
        What the ground is dissolved to: "oblast", "patch" or "face".
    advance
        What assessed advance counts as: "apart", "held" or "contested".
    others
        The records of sources, by id, for how far they are apart; a damaged one is left out, and
        said to be.

    Raises
    ------
    InputError
        Where the record does not know the day, or a choice is none.
    """
    basis, contested = chosen(Basis, basis), chosen(Contested, contested)
    coverage = assessed_advance.counted(coverage, advance)
    snapshot = coverage.at(day or coverage.span[1])
    rows = by_oblast(coverage, snapshot, basis, contested)
    said = []
    if snapshot.reports(Status.RUSSIAN_HELD) and not snapshot.reports(Status.CONTESTED):
        said.append(notes.CONTESTED_WITHIN)
    elif contested == Contested.IN:
        said.append(notes.CONTESTED_IN_SHARE)
    choices = {"basis": basis.value, "contested": contested.value, "advance": str(advance)}
    return _on_a_day(
        "areas", notes.AREAS, coverage, snapshot, rows, others, choices, said, chosen(By, by)
    )


def ground(coverage: Coverage, snapshot: DaySnapshot, by: By = By.PATCH) -> Pieces:
    """Return the ground on a day, by `status`: those that fill an oblast, as far as reported."""
    kinds = [
        Kind(
            status.value,
            np.isin(coverage.ground(snapshot.index), status.grounds),
            patches.since(coverage, snapshot.index, status.grounds),
        )
        for status in FILLING
        if status == Status.UKRAINIAN_HELD or snapshot.reports(status)
    ]
    return patches.dissolve(coverage, kinds, by, "status")


def _features(answer: Answer, coverage: Coverage, snapshot: DaySnapshot, by: By) -> Features:
    """Return the ground on a day, and the area of what has no outline."""
    pieces = ground(coverage, snapshot, by)
    members = {
        **answer.shared,
        "credit": answer.evidence[0].credit,
        "cell_m": coverage.cell_m,
        "by": str(by),
        "not_drawn_km2": pieces.thin_km2,
    }
    return pieces.to_gdf(answer.question, "status"), members


def by_oblast(
    coverage: Coverage,
    snapshot: DaySnapshot,
    basis: Basis = Basis.POLYGON,
    contested: Contested = Contested.OUT,
) -> list[dict[str, Any]]:
    """Return a row an oblast and last one of all four, with the area of each status."""
    km2 = {s: coverage.status_km2(s, snapshot.index, basis) for s in snapshot.info.reports}
    columns = {s: [*map(float, a), float(a.sum())] for s, a in km2.items()}
    totals = (
        [*(o.measured_km2(basis) for o in coverage.oblasts)],
        [*(o.total_km2(basis) for o in coverage.oblasts)],
    )
    names = [*((o.iso, o.name) for o in coverage.oblasts), (ALL, ALL_NAME)]
    measured, over = ([*each, sum(each)] for each in totals)
    return [
        _row(iso, name, measured[i], over[i], {s: c[i] for s, c in columns.items()}, contested)
        for i, (iso, name) in enumerate(names)
    ]


def _row(
    iso: str,
    name: str,
    total: float,
    over: float,
    km2: Mapping[Status, float],
    contested: Contested,
) -> dict[str, Any]:
    known = {status.value: km2.get(status) for status in REPORTABLE}
    held = known["russian_held"]
    beside = (known["contested"] or 0.0) + (known["assessed_advance"] or 0.0)
    counted = (known["contested"] or 0.0) if contested == Contested.IN else 0.0
    return {
        "iso": iso,
        "name": name,
        "total": total,
        "russian_held": held,
        "held_before_2022": known["held_before_2022"],
        "contested": known["contested"],
        "liberated": known["liberated"],
        "ukrainian_held": None if held is None else max(total - held - beside, 0.0),
        "held_share": None if held is None else (held + counted) / over,
        "assessed_advance": known["assessed_advance"],
        "infiltration": known["infiltration"],
        "claimed_control": known["claimed_control"],
        "basis_km2": over,
    }


def compare(
    coverage: Coverage,
    day: date | None = None,
    *,
    basis: str = Basis.POLYGON,
    contested: str = Contested.OUT,
    advance: str = Advance.APART,
    others: Mapping[str, Coverage | RecordError] = MappingProxyType({}),
) -> Answer:
    """Answer how much of what Russia claims its forces hold, in each oblast and in all four.

    `claimed` is the whole oblast over the basis; `held` counts contested ground in where that is
    chosen and reported; `gap` is what is measured and not held, `gap_land` and `gap_water` its
    land and its lakes and reservoirs; on the basis "land" it is the land alone. `not_measured` is
    what is left of `claimed`: official areas less the polygons'. Changes are of `held`, over 30
    and 365 days, None where a day is unknown or only one of the two reports contested ground.

    Parameters and errors are those of `areas`.
    """
    basis, contested = chosen(Basis, basis), chosen(Contested, contested)
    coverage = assessed_advance.counted(coverage, advance)
    snapshot = coverage.at(day or coverage.span[1])
    reported = snapshot.reports(Status.CONTESTED)
    said = []
    if contested == Contested.IN:
        said.append(notes.CONTESTED_COUNTED if reported else notes.CONTESTED_NOT_COUNTED)
    if basis != Basis.POLYGON:
        said.extend(_why_shares_differ(coverage, snapshot, contested))
    rows = claimed_and_held(coverage, snapshot, basis, contested)
    choices = {"basis": basis.value, "contested": contested.value, "advance": str(advance)}
    counted = contested if reported else Contested.OUT
    return _on_a_day(
        "compare",
        notes.COMPARE,
        coverage,
        snapshot,
        rows,
        others,
        choices,
        said,
        contested_counted=counted.value,
    )


def _why_shares_differ(
    coverage: Coverage, snapshot: DaySnapshot, contested: Contested
) -> Iterator[Message]:
    """Yield the shares by basis, and what is between them, of each oblast with lakes in it."""
    by_basis = {basis: _held(coverage, snapshot, contested, basis)[1] for basis in Basis}
    for i, oblast in enumerate(coverage.oblasts):
        if oblast.water_km2:
            held = {basis: km2[i] for basis, km2 in by_basis.items()}
            yield notes.SHARES(
                name=oblast.name,
                water=oblast.water_km2,
                held_water=held[Basis.POLYGON] - held[Basis.LAND],
                excess=oblast.official_km2 - oblast.polygon_km2,
                **{basis.value: km2 / oblast.total_km2(basis) for basis, km2 in held.items()},
            )


def claimed_and_held(
    coverage: Coverage,
    snapshot: DaySnapshot,
    basis: Basis = Basis.POLYGON,
    contested: Contested = Contested.OUT,
) -> list[dict[str, Any]]:
    """Return a row an oblast and last one of all four, with what is claimed and what is held."""
    before = (coverage.known(snapshot.day - timedelta(days=days)) for days in (30, 365))
    held, month, year = (_held(coverage, s, contested, basis) for s in (snapshot, *before))
    not_held = _not_held(coverage, snapshot, contested)
    reported = snapshot.reports(Status.CONTESTED)
    rows = []
    for i, row in enumerate(by_oblast(coverage, snapshot, basis)):
        now, claimed, (land, lakes) = held[1][i], row["basis_km2"], not_held[i]
        changes = {
            name: None
            if then[0] is None or (contested == Contested.IN and then[0] != reported)
            else round(now - then[1][i], KM2_DIGITS) + 0.0
            for name, then in (("change_30d", month), ("change_365d", year))
        }
        rows.append(
            {
                "iso": row["iso"],
                "name": row["name"],
                "claimed": claimed,
                "held": now,
                "held_share": now / claimed,
                "gap": row["total"] - now,
                "gap_land": land,
                "gap_water": lakes,
                "not_measured": claimed - row["total"],
                "contested": row["contested"],
                **changes,
            }
        )
    return rows


def _held(
    coverage: Coverage, snapshot: DaySnapshot | None, contested: Contested, basis: Basis
) -> tuple[bool | None, list[float]]:
    """Whether a day reports contested ground (None: unknown), and what counts as held on it."""
    if snapshot is None:
        return None, []
    km2 = figures.counted_km2(coverage, contested, [snapshot.index], basis)[0]
    return snapshot.reports(Status.CONTESTED), [*map(float, km2), float(km2.sum())]


def _not_held(
    coverage: Coverage, snapshot: DaySnapshot, contested: Contested
) -> list[tuple[float, float]]:
    """Return the land and the water that is not held, in each oblast and last in all four."""
    totals, held = (
        np.array(each)
        for each in zip(
            *(
                (
                    [o.measured_km2(basis) for o in coverage.oblasts],
                    figures.counted_km2(coverage, contested, [snapshot.index], basis)[0],
                )
                for basis in (Basis.LAND, Basis.POLYGON)
            ),
            strict=True,
        )
    )
    land, all_of_it = with_sum(totals - held)
    return list(zip(land.tolist(), (all_of_it - land).tolist(), strict=True))


def _on_a_day(
    question: str,
    title: Message,
    coverage: Coverage,
    snapshot: DaySnapshot,
    figures_of: Rows,
    others: Mapping[str, Coverage | RecordError],
    choices: Mapping[str, str],
    said: Sequence[Message],
    by: By = By.PATCH,
    **counted: str,
) -> Answer:
    evidence = Evidence.of(coverage, snapshot)
    basis, advance = choices["basis"], choices["advance"]
    budgets = budget.by_oblast(coverage, snapshot, budget.counted(others, advance), Basis(basis))
    rows = [{**row, **beside} for row, beside in zip(figures_of, budgets, strict=True)]
    without = assessed_advance.never_reported(coverage.source, advance)
    # What is taken of the whole has no other total, and leaves nothing unmeasured.
    without |= {"not_measured", "basis_km2"} if basis != Basis.OFFICIAL else set()
    who = {"source": evidence.source, "reader": evidence.reader}
    how = {"advance": advance, "contested_reported": snapshot.reports(Status.CONTESTED), **counted}
    totals = {o.iso: o.total_km2(Basis(basis)) for o in coverage.oblasts}
    totals[ALL] = sum(totals.values())
    answer = Answer(
        question,
        title,
        rows,
        document={
            **who,
            "as_of": evidence.observed,
            "as_of_within": evidence.within,
            "retrieved": evidence.retrieved,
            "unit": "km2",
            "basis": basis,
            "basis_km2": totals,
            **how,
            "oblasts": rows[:-1],
            "all": rows[-1],
        },
        evidence=(evidence,),
        choices=choices,
        method=notes.AREA_METHOD,
        notes=tuple(_notes(evidence, snapshot.day, choices, said, rows)),
        warnings=budget.damaged(others, coverage.source),
        shared={
            "day": snapshot.day,
            **who,
            "observed": evidence.observed,
            "retrieved": evidence.retrieved,
            "basis": basis,
            **how,
        },
        without=without,
        beside=budget.COLUMNS,
    )
    return replace(answer, locate=partial(_features, answer, coverage, snapshot, by))


def _notes(
    evidence: Evidence,
    day: date,
    choices: Mapping[str, str],
    said: Sequence[Message],
    rows: Rows,
) -> Iterator[Message]:
    yield from budget.notes_of(rows, day)
    as_of = notes.AS_OF_CARRIED if evidence.carried else notes.AS_OF
    yield as_of(
        source=evidence.source,
        observed=notes.as_of_iso(evidence),
        retrieved=instant(evidence.retrieved) if evidence.retrieved else notes.NOT_RECORDED,
        day=str(day),
        basis=choices["basis"],
    )
    yield from notes.BASIS[choices["basis"]]
    yield from said
    yield from assessed_advance.note(evidence.source, choices["advance"])
