"""Sources against each other on a day: what all of them hold, some, one alone, or none.

Every record is read at its own last snapshot up to the day, with its age; one older than the carry
limit is not compared. Areas by agreement are exact of the snapshots that embedded records have
(`record.joint`), and of records at full detail; those of others are counted on the grid of
`sampling`, whose points of an oblast have equal shares of its polygon's area (geodesic, WGS84,
km2), so that they fill it. Figures of a source alone, and the spread over sources, are the records'
own exact ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from controlmap.analysis import assessed_advance
from controlmap.analysis.assessed_advance import Advance
from controlmap.analysis.figures import ALL, ALL_NAME
from controlmap.core.model import CARRY_LIMIT, InputError, Status
from controlmap.geo import geodesy, water
from controlmap.geo.geodesy import array_of
from controlmap.geo.oblasts import Basis, Oblast
from controlmap.record import archive, generalise, joint, sampling
from controlmap.record.coverage import Coverage, DaySnapshot
from controlmap.record.grid import OUTSIDE

MOST = 8
"""How many sources are compared at once."""
_SAME_KM2 = 0.05
"""By so much an oblast's area differs at most in two records of the same lines."""
_RAKED = 40  # times: sums are then met to a hectare
_SCREEN_STEP = 2  # of so many points in a row the screen shows one: four times as fast


@dataclass(frozen=True)
class Opinion:
    """A source's record at its own last snapshot up to a day."""

    source: str
    coverage: Coverage
    snapshot: DaySnapshot

    @property
    def age_days(self) -> int:
        """Days from the snapshot to the day that is asked for."""
        return (self.snapshot.day - self.snapshot.info.observed.date()).days

    @property
    def is_current(self) -> bool:
        """Whether it may be compared: no older than the carry limit, and telling what is held."""
        return self.age_days <= CARRY_LIMIT.days and self.snapshot.reports(Status.RUSSIAN_HELD)

    def held_km2(self, basis: Basis = Basis.POLYGON) -> NDArray[np.float64]:
        """Return the record's own Russian-held areas; shape (oblasts,)."""
        return self.coverage.status_km2(Status.RUSSIAN_HELD, self.snapshot.index, basis)


@dataclass(frozen=True)
class Agreement:
    """How sources agree on a day.

    Attributes
    ----------
    sources
        The ids of those compared, in the order of their bits in `code`. Their records are not kept:
        one that was replaced meanwhile would stay.
    km2
        Areas by who holds; shape (oblasts, 2 ** sources). Bit i of the second index is source i.
    code
        By bits, who holds each of `sampling.points`; shape (points,).
    basis
        On land alone where it is that.
    is_exact
        Whether areas are those of the sources' lines, and not counted on the points.
    """

    sources: tuple[str, ...]
    oblasts: tuple[Oblast, ...]
    km2: NDArray[np.float64]
    code: NDArray[np.uint8]
    basis: Basis = Basis.POLYGON
    is_exact: bool = False

    @cached_property
    def outlines(self) -> list[BaseGeometry | None]:
        """The ground of each code in lon, lat, None where there is none; disjoint."""
        grid, codes = sampling.grid(), sampling.raster(self.code.astype(np.int64))
        rimmed = np.pad(codes[::_SCREEN_STEP, ::_SCREEN_STEP], 1, constant_values=OUTSIDE)
        # Each point that is shown is the centre of a larger cell.
        inset = sampling.CELL_M * (1 - _SCREEN_STEP) / 2
        corner = grid.west + inset, grid.south + inset
        cell_m = sampling.CELL_M * _SCREEN_STEP
        return list(generalise.polygons_of_cells(rimmed, corner, cell_m, self.km2.shape[1]))

    def holders(self, code: int) -> tuple[str, ...]:
        """Return the sources that hold where the code is this."""
        return tuple(s for i, s in enumerate(self.sources) if code >> i & 1)


@dataclass(frozen=True)
class AgreementRow:
    """An oblast, or all four, in km2: the four areas fill `total`, the polygon's or its land's.

    `by_some` is held by two or more but not by all; `only` splits `by_one` by source.
    """

    iso: str
    name: str
    total: float
    by_all: float
    by_some: float
    by_one: float
    by_none: float
    only: Mapping[str, float]


@dataclass(frozen=True)
class Pair:
    """Two sources: the Jaccard index of what they hold (shared over either), in all oblasts."""

    one: str
    other: str
    jaccard: float
    apart_km2: float


@dataclass(frozen=True)
class Spread:
    """The Russian-held share of an oblast, or of all four, by source; the band is low to high."""

    iso: str
    name: str
    shares: Mapping[str, float]

    @property
    def low(self) -> float:
        """The least of the shares, 0 to 1."""
        return min(self.shares.values())

    @property
    def high(self) -> float:
        """The largest of the shares, 0 to 1."""
        return max(self.shares.values())


@dataclass(frozen=True)
class Patch:
    """A piece of ground that some sources hold and others do not; the first outline is the largest.

    `lon`, `lat` is a point in it.
    """

    outline: BaseGeometry
    area_km2: float
    holders: tuple[str, ...]
    lon: float
    lat: float


def opinions(coverages: Mapping[str, Coverage], day: date) -> list[Opinion]:
    """Each record's last snapshot up to a day; records that begin later have none."""
    latest = ((source, coverage, coverage.last(day)) for source, coverage in coverages.items())
    return [
        Opinion(s, coverage, snapshot) for s, coverage, snapshot in latest if snapshot is not None
    ]


def opinion(coverage: Coverage, day: date) -> Opinion:
    """Return a record's last snapshot up to a day, where that is current.

    Raises
    ------
    InputError
        Where it is not; it tells the record's span, or the gap.
    """
    snapshot = coverage.last(day)
    latest = snapshot and Opinion(coverage.source, coverage, snapshot)
    if latest and latest.is_current:
        return latest
    coverage.at(day)  # says why: outside of the span, or in a gap
    raise InputError("{day}: {source} does not tell what is held", day, coverage.source)


def agree(
    compared: Sequence[Opinion],
    basis: Basis = Basis.POLYGON,
    advance: Advance = Advance.APART,
) -> Agreement:
    """How the sources agree, each at its own snapshot; on land alone where that is the basis.

    By the sources' lines where `record.joint` has them or all records are at full detail, else by
    points; either is brought to what each record has as held and not held, which is exact
    (`_raked`). `advance` is what assessed advance counts as in
    the records that are given.

    Raises
    ------
    InputError
        For fewer than two sources or more than `MOST`, or one that is too old to be compared.
    """
    if not 2 <= len(compared) <= MOST:
        named = ", ".join(o.source for o in compared) or "none"
        raise InputError(
            "sources {named}: two to {most} are compared that know the day; name others, or "
            "another day",
            named,
            MOST,
        )
    for opinion in compared:
        if not opinion.is_current:
            raise InputError(
                "{source}: its last snapshot that tells what is held is of {date}, more "
                "than {days} days before {day}",
                opinion.source,
                opinion.snapshot.info.observed.date(),
                CARRY_LIMIT.days,
                opinion.snapshot.day,
            )
    oblasts = compared[0].coverage.oblasts
    code = np.zeros(len(sampling.points().place), dtype=np.uint8)
    for bit, opinion in enumerate(compared):
        code |= _held(opinion).astype(np.uint8) << bit
    totals = np.array([o.measured_km2(basis) for o in oblasts])
    held = np.array([opinion.held_km2(basis) for opinion in compared])
    exact = _exact(compared, held, totals, basis, advance)
    if exact is None and all(o.coverage.cell_m is None for o in compared):
        exact = _overlaid(compared, basis)
    km2 = _counted(code, len(compared), totals, basis) if exact is None else exact
    ids = tuple(o.source for o in compared)
    return Agreement(ids, oblasts, _raked(km2, held, totals), code, basis, exact is not None)


def _exact(
    compared: Sequence[Opinion],
    held: NDArray[np.float64],
    totals: NDArray[np.float64],
    basis: Basis,
    advance: Advance,
) -> NDArray[np.float64] | None:
    """Return areas by code as `record.joint` has them, shape (oblasts, codes); None without it.

    Method: what exactly these sources hold is what they hold at once, less what others hold too.
    """
    known, codes = joint.load(), np.arange(2 ** len(compared))
    embedded = [_embedded(opinion, known.records, advance) for opinion in compared]
    km2 = np.empty((len(totals), len(codes)))
    for code in codes:
        of = [i for i in range(len(compared)) if code >> i & 1]
        at_once = held[of[0]] if len(of) == 1 else totals
        if len(of) > 1:
            snapshots = dict(embedded[i] for i in of)
            exact = known.held_km2(snapshots, basis, advance_held=advance == Advance.HELD)
            if exact is None:
                return None
            at_once = exact
        km2[:, code] = at_once
    for bit in range(len(compared)):
        without = codes[codes >> bit & 1 == 0]
        km2[:, without] -= km2[:, without | 1 << bit]
    return np.maximum(km2, 0.0)  # below nothing by rounding alone


def _embedded(opinion: Opinion, records: Container[str], advance: Advance) -> tuple[str, int]:
    """Return the hash and the snapshot of the embedded record that an opinion is the same as.

    A person's own record has the embedded one's snapshots, and more; where what is held is the same
    too, so are the lines. Its own hash and snapshot where that is not so.
    """
    own = opinion.coverage.sha256, opinion.snapshot.index
    record = None if own[0] in records else archive.open_embedded(opinion.source)
    if record is None:
        return own
    known = record.coverage
    for index, info in enumerate(known.snapshots):
        if info.key == opinion.snapshot.info.key:
            held = assessed_advance.counted(known, advance).status_km2(Status.RUSSIAN_HELD, index)
            same = np.abs(held - opinion.held_km2()).max() <= _SAME_KM2
            return (known.sha256, index) if same else own
    return own


def _overlaid(compared: Sequence[Opinion], basis: Basis) -> NDArray[np.float64]:
    """Return areas by code by an overlay of records at full detail, shape (oblasts, codes)."""
    pieces = [array_of(o.polygon for o in compared[0].coverage.oblasts)]
    for opinion in compared:  # each bit doubles the codes
        grounds = Status.RUSSIAN_HELD.grounds
        held = array_of(opinion.coverage.outline(opinion.snapshot.index, grounds))
        pieces = [
            *(shapely.difference(piece, held) for piece in pieces),
            *(shapely.intersection(piece, held) for piece in pieces),
        ]
    km2 = np.stack([geodesy.areas_km2(piece) for piece in pieces], axis=1)
    if basis == Basis.LAND:
        km2 -= np.stack([water.areas_km2(piece) for piece in pieces], axis=1)
    return np.asarray(km2)


def _counted(
    code: NDArray[np.uint8], sources: int, totals: NDArray[np.float64], basis: Basis
) -> NDArray[np.float64]:
    """Return areas by code as points have them, shape (oblasts, codes)."""
    size = 2**sources
    where = sampling.points().oblast * size + code
    if basis == Basis.LAND:
        where = where[sampling.on_land()]
    counts = np.bincount(where, minlength=len(totals) * size).reshape(len(totals), size)
    return np.asarray(counts * (totals / counts.sum(axis=1))[:, None])


def _raked(
    km2: NDArray[np.float64], held: NDArray[np.float64], totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return areas by code, of shape (oblasts, codes), whose sums are each source's exact ones.

    `held` has shape (sources, oblasts), `totals` (oblasts,). Method: iterative proportional
    fitting; it keeps what is nowhere at nothing.
    """
    codes = np.arange(km2.shape[1])
    for _ in range(_RAKED):
        for bit, each in enumerate(held):
            for holds, wanted in ((True, each), (False, totals - each)):
                of = (codes >> bit & 1).astype(bool) == holds
                now = km2[:, of].sum(axis=1)
                factor = np.divide(wanted, now, out=np.ones_like(now), where=now > 0)
                km2[:, of] *= factor[:, None]
    return km2


def _held(opinion: Opinion) -> NDArray[np.bool_]:
    """Which of `sampling.points` are held."""
    return opinion.coverage.held(opinion.snapshot.index)[opinion.coverage.faces.at_points]


def by_oblast(agreement: Agreement) -> list[AgreementRow]:
    """Areas by agreement in each oblast, and last in all four."""
    rows = [
        (o.iso, o.name, o.measured_km2(agreement.basis), km2)
        for o, km2 in zip(agreement.oblasts, agreement.km2, strict=True)
    ]
    whole = sum(o.measured_km2(agreement.basis) for o in agreement.oblasts)
    rows.append((ALL, ALL_NAME, whole, agreement.km2.sum(axis=0)))
    return [_row(agreement, *row) for row in rows]


def _row(
    agreement: Agreement, iso: str, name: str, total: float, km2: NDArray[np.float64]
) -> AgreementRow:
    how_many = np.array([len(agreement.holders(code)) for code in range(len(km2))])
    count = len(agreement.sources)
    only = {source: float(km2[1 << bit]) for bit, source in enumerate(agreement.sources)}
    return AgreementRow(
        iso=iso,
        name=name,
        total=total,
        by_all=float(km2[how_many == count].sum()),
        by_some=float(km2[(how_many > 1) & (how_many < count)].sum()),
        by_one=float(km2[how_many == 1].sum()),
        by_none=float(km2[0]),
        only=only,
    )


def pairs(agreement: Agreement) -> list[Pair]:
    """Return the Jaccard index of each pair, and the km2 that one of the two alone holds."""
    km2 = agreement.km2.sum(axis=0)
    codes = np.arange(len(km2))
    out = []
    for one, other in itertools.combinations(range(len(agreement.sources)), 2):
        first, second = (codes >> one & 1).astype(bool), (codes >> other & 1).astype(bool)
        either, both = km2[first | second].sum(), km2[first & second].sum()
        out.append(
            Pair(
                agreement.sources[one],
                agreement.sources[other],
                float(both / either) if either else 1.0,
                float(either - both),
            )
        )
    return out


def spread(compared: Sequence[Opinion], basis: Basis = Basis.POLYGON) -> list[Spread]:
    """Return the held share by source by oblast, and last in all four, without those too old."""
    current = [o for o in compared if o.is_current]
    if not current:
        return []
    oblasts = current[0].coverage.oblasts
    totals = np.array([o.total_km2(basis) for o in oblasts])
    held = {o.source: o.held_km2(basis) for o in current}
    rows = [
        Spread(o.iso, o.name, {s: float(km2[i] / totals[i]) for s, km2 in held.items()})
        for i, o in enumerate(oblasts)
    ]
    whole = {s: float(km2.sum() / totals.sum()) for s, km2 in held.items()}
    return [*rows, Spread(ALL, ALL_NAME, whole)]


def spread_over_time(
    coverages: Mapping[str, Coverage], days: Iterable[date], basis: Basis = Basis.POLYGON
) -> Iterator[tuple[date, list[Spread]]]:
    """`spread` on each of the days: the band of a chart over time; days that none knows have []."""
    for day in days:
        yield day, spread(opinions(coverages, day), basis)


def outlines(agreement: Agreement) -> dict[str, BaseGeometry]:
    """Return what to draw by class, in lon, lat: `all`, `some`, `one`, as far as there is ground.

    Outlines follow the points of the grid, every second one of them, smoothed as one coverage.
    """
    by_class: dict[str, list[BaseGeometry]] = {"all": [], "some": [], "one": []}
    for code, outline in enumerate(agreement.outlines):
        if outline is not None and code:
            by_class[class_of(len(agreement.holders(code)), len(agreement.sources))].append(outline)
    return {
        name: shapely.coverage_union_all(shapely.get_parts(shapes))
        for name, shapes in by_class.items()
        if shapes
    }


def class_of(holders: int, sources: int) -> str:
    """Return what ground is that so many of so many sources hold: all, some, or one."""
    return "all" if holders == sources else "some" if holders > 1 else "one"


def patches(agreement: Agreement, most: int) -> list[Patch]:
    """Return the largest pieces of ground on which the sources disagree, `most` of them."""
    out = []
    for code, outline in enumerate(agreement.outlines):
        holders = agreement.holders(code)
        if outline is None or len(holders) in (0, len(agreement.sources)):
            continue
        parts = shapely.get_parts(outline)
        km2 = shapely.area(geodesy.to_equal_area(parts)) / 1e6
        for number in np.argsort(-km2)[:most]:
            inner = shapely.point_on_surface(parts[number])
            out.append(Patch(parts[number], float(km2[number]), holders, inner.x, inner.y))
    return sorted(out, key=lambda p: -p.area_km2)[:most]
