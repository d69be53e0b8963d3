"""What charts over time show, as the rows that they take: from a record, for a span of days."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from controlmap import sources
from controlmap.analysis import agreement, history, turning_points
from controlmap.analysis.figures import ALL, Every
from controlmap.analysis.render import Row, Rows
from controlmap.draw.charts import Line, Marks
from controlmap.geo.oblasts import Basis
from controlmap.record.coverage import Coverage
from controlmap.words import text_history, text_pictures


def readers(coverage: Coverage, start: date, end: date) -> list[tuple[date, str]]:
    """Return the days from which another kind of the source's files is used, with its title."""
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return [
        (b.day, str(sources.find_reader(b.info.reader).title))
        for a, b in itertools.pairwise(map(coverage.known, days))
        if a and b and a.info.reader != b.info.reader
    ]


def marks(coverage: Coverage, start: date, end: date, readers: Sequence[tuple[date, str]]) -> Marks:
    """Return what is marked along the time axis of a span."""
    inside = [p for p in turning_points.load() if start <= p.date <= end]
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    known = [coverage.known(day) for day in days]
    return Marks(
        events=[(p.date, str(n), p.title) for n, p in enumerate(inside, start=1)],
        readers=[(day, text_history.reader_change(title)) for day, title in readers],
        carried=[m.day for m in known if m and m.carried],
        gaps=[(a, b) for a, b in coverage.gaps if a <= end and b >= start],
    )


def held(
    coverage: Coverage,
    start: date,
    end: date,
    lines: Sequence[Line],
    spread: Mapping[tuple[date, str], tuple[float, float]],
    basis: Basis = Basis.POLYGON,
    *,
    share: bool,
) -> list[dict[str, object]]:
    """Return what was held on each day, a row a line, as `charts.held_over_time` takes it."""
    whole = {o.iso: o.total_km2(basis) for o in coverage.oblasts}
    whole[ALL] = sum(whole.values())
    names = {line.iso: line.name for line in lines}
    out = []
    known = history.days_known(coverage, start, end, Every.DAY)
    for row in history.by_day(coverage, known, basis):
        iso = row["iso"]
        if iso not in names:
            continue
        per, per_share = (whole[iso], 1.0) if share else (1.0, whole[iso])
        held, contested = row["russian_held"], row["contested"]
        upper = None if held is None or contested is None else (held + contested) / per
        least, most = spread.get((row["date"], iso), (None, None))
        out.append(
            {
                "date": row["date"],
                "name": names[iso],
                "value": None if held is None else held / per,
                "least": None if least is None else least * per_share,
                "most": None if most is None else most * per_share,
                "upper": upper if len(lines) == 1 else None,
            }
        )
    return out


def spread(
    coverages: Mapping[str, Coverage], start: date, end: date, basis: Basis = Basis.POLYGON
) -> dict[tuple[date, str], tuple[float, float]]:
    """Return the least and the most of the shares held, where there are several sources."""
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return {
        (day, row.iso): (row.low, row.high)
        for day, rows in agreement.spread_over_time(coverages, days, basis)
        for row in rows
        if len(row.shares) > 1
    }


def bounds(
    coverages: Mapping[str, Coverage],
    start: date,
    end: date,
    iso: str,
    basis: Basis = Basis.POLYGON,
) -> str:
    """Return which sources bound the band on the last day that has one; "" where none has."""
    for number in range((end - start).days + 1):
        day = end - timedelta(days=number)
        rows = agreement.spread(agreement.opinions(coverages, day), basis)
        shares = next((row.shares for row in rows if row.iso == iso), {})
        if len(shares) > 1:
            low, high = (of(shares, key=shares.__getitem__) for of in (min, max))
            titles = (sources.find_source(source).title for source in (low, high))
            return text_pictures.bands(day, *titles)
    return ""


def bars(flows: Rows) -> list[Row]:
    """Return what was gained and lost by period, as `charts.flows` takes it."""
    names = {"start": "start", "end": "end"}
    names |= {f"{kind}_km2": kind for kind in ("gained", "lost", "net")}
    return [{names[name]: flow[name] for name in names} for flow in flows]
