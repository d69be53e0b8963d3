"""The tables of the pages: which columns of an answer they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from controlmap.analysis import pace, proposals
from controlmap.analysis.agreement import AgreementRow, Pair, Patch, Spread
from controlmap.analysis.answer import Answer
from controlmap.analysis.pace import Pace, Score
from controlmap.analysis.place_history import Period
from controlmap.analysis.proposals import Outcome, Proposal, Transfer
from controlmap.analysis.render import Row, Rows
from controlmap.analysis.turning_points import TurningPoint
from controlmap.core.model import Status
from controlmap.dashboard.rendering import LIST, TOTAL, Table
from controlmap.geo.places import Place
from controlmap.sources import find_source
from controlmap.words import columns as registry
from controlmap.words import (
    numbers,
    text,
    text_check,
    text_history,
    text_pace,
    text_place,
    text_proposals,
    text_sources,
)
from controlmap.words.catalog import Text
from controlmap.words.columns import Column


def of_rows(
    rows: Rows,
    question: str,
    names: Sequence[str],
    caption: Text,
    *,
    titles: Mapping[str, Text] | None = None,
    missing: Mapping[str, str] | None = None,
    exact: bool = False,
    kind: str = LIST,
    tall: bool = False,
) -> Table:
    """Return columns of an answer's rows as a table, by the registry of columns.

    `titles` and what stands for a `missing` value are, by name, where the page has others than the
    registry. Areas that are `exact` are not rounded to what sources are good for.
    """
    columns = {name: registry.of(name, question) for name in names}
    return Table(
        caption,
        [(titles or {}).get(name, column.title) for name, column in columns.items()],
        [
            [
                (missing or {}).get(name)
                if row[name] is None
                else _cell(column, row[name], exact=exact)
                for name, column in columns.items()
            ]
            for row in map(_named, rows)
        ],
        kind,
        tall,
    )


def _named(row: Row) -> Row:
    """Return a row with the oblast's name in the reader's language."""
    return {**row, "name": text.named(row["iso"])} if "iso" in row else row


def _cell(column: Column, value: Any, *, exact: bool) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return numbers.short_day(value)
    if column.unit == registry.SHARE:
        return text.share(value)
    if column.signed:
        return numbers.minus(numbers.signed(value, 0 if column.step else column.digits))
    if column.step and not exact:
        return numbers.area(value, column.step)
    return numbers.number(value, column.digits)


def changes(answer: Answer) -> Table:
    """Return gained, lost and net, a row an oblast, the last of all four."""
    names = ("name", "gained_km2", "lost_km2", "net_km2", "last_redrawn")
    rows = answer.further["oblasts"]
    return of_rows(rows, answer.question, names, text.CHANGES_CAPTION, kind=TOTAL)


def patches_changed(answer: Answer) -> Table:
    """Return every patch that changed hands, the largest first."""
    names = ("place", "name", "change", "area_km2", "since", "shown_by")
    rows = [
        {
            **row,
            "change": str(text.CHANGE_KINDS[row["change"]]),
            "shown_by": ", ".join(find_source(s).title for s in row["shown_by"].split()),
        }
        for row in answer.rows
    ]
    return of_rows(rows, answer.question, names, text.PATCHES_CAPTION, tall=True)


def agreement(rows: Sequence[AgreementRow], spread: Sequence[Spread]) -> Table:
    """Return held ground by how many sources say so, and the band of the share; the last of all."""
    names = ("name", "by_all", "by_some", "by_one", "by_none", "share")
    cells = [
        {**vars(row), "share": text_sources.band(band.shares)}
        for row, band in zip(rows, spread, strict=True)
    ]
    titles = dict(zip(names, text_sources.COLUMNS, strict=True))
    return of_rows(cells, "agree", names, text_sources.CAPTION, titles=titles, kind=TOTAL)


def pairs(rows: Sequence[Pair], titles: Mapping[str, str]) -> Table:
    """Return how alike the sources are, two by two."""
    names = ("one", "jaccard", "apart_km2")
    cells = [{**vars(p), "one": f"{titles[p.one]}, {titles[p.other]}"} for p in rows]
    heads = dict(zip(names, text_sources.PAIR_COLUMNS, strict=True))
    return of_rows(cells, "agree", names, text_sources.PAIR_CAPTION, titles=heads)


def patches(rows: Sequence[tuple[str, Patch]], titles: Mapping[str, str]) -> Table:
    """Return the largest pieces of ground on which sources disagree, by the nearest place."""
    cells = [
        (near, ", ".join(titles[s] for s in patch.holders), numbers.area(patch.area_km2))
        for near, patch in rows
    ]
    return Table(text_sources.PATCH_CAPTION, text_sources.PATCH_COLUMNS, cells)


def opinions(counts: Mapping[str, Sequence[int]], titles: Mapping[str, str]) -> Table:
    """Return how many places each opinion gives to whom, side by side."""
    cells = [
        (titles[reader], *(numbers.number(n) for n in each)) for reader, each in counts.items()
    ]
    return Table(text_sources.OPINIONS_CAPTION, text_sources.OPINIONS_COLUMNS, cells)


def by_status(rows: Rows, statuses: Sequence[Status]) -> Table:
    """Return the areas of some statuses, a row an oblast, the last of all four."""
    names = ("name", *(status.value for status in statuses))
    titles = {status.value: text.STATUS[status] for status in statuses}
    caption = text_sources.OWN_CAPTION
    return of_rows(rows, "areas", names, caption, titles=titles, exact=True, kind=TOTAL)


def months(caption: str, rows: Rows) -> Table:
    """Return a month a row: what was held at its end, its share, and what changed within it."""
    names = ("name", "russian_held", "held_share", "gained_km2", "lost_km2", "net_km2")
    titles = dict(zip(names, text_history.MONTH_COLUMNS, strict=True))
    unknown = dict.fromkeys(("gained_km2", "lost_km2", "net_km2"), str(text.NOT_KNOWN))
    return of_rows(
        rows,
        "flows",
        names,
        caption,
        titles=titles,
        missing=unknown,
        tall=True,
    )


def periods(rows: Sequence[Period], last: date) -> Table:
    """Return what a place was from when to when, the latest first."""
    cells = [
        (
            text_place.STATUSES[s.status],
            text.day(s.since),
            text_place.until(s.until, last),
            text.days(((s.until or last) - s.since).days),
        )
        for s in reversed(rows)
    ]
    return Table(text_place.PERIODS_CAPTION, text_place.COLUMNS, cells, tall=True)


def events(points: Sequence[TurningPoint]) -> Table:
    """Return turning points, numbered as in the charts."""
    cells = [
        (str(number), text.day(p.date), p.title, p.source)
        for number, p in enumerate(points, start=1)
    ]
    return Table(text_history.EVENTS_CAPTION, text_history.EVENT_COLUMNS, cells, f"{LIST} cm-prose")


def windows(paces: Mapping[int, Pace | None]) -> Table:
    """Return pace, interval, simple difference and time to take the rest, a row a window."""
    rows = [_window(days, measured) for days, measured in paces.items()]
    return Table(text_pace.WINDOWS_CAPTION, text_pace.WINDOWS_COLUMNS, rows)


def _window(days: int, measured: Pace | None) -> tuple[Text, ...]:
    if measured is None:
        return (text.days(days), text.NOT_KNOWN, *["–"] * 7)
    snapshots = numbers.number(measured.snapshots)
    if not measured.is_known:
        unknown = text_pace.not_redrawn(measured.last_redrawn)
        return (text.days(days), unknown, *["–"] * 6, snapshots)
    ends: tuple[Text, ...] = ("–", "–")
    if measured.low is not None:
        ends = text_pace.count(measured.days_low), text_pace.count(measured.days_high)
    rates = (
        "–" if rate is None else text_pace.rate(rate) for rate in (measured.low, measured.high)
    )
    return (
        text.days(days),
        text_pace.rate(measured.km2_per_day),
        *rates,
        text_pace.rate(measured.plain_km2_per_day),
        text_pace.count(measured.days),
        *ends,
        snapshots,
    )


def backtest(scores: Sequence[Score]) -> Table:
    """Return how often projections were right, a row a window, a column a horizon."""
    rows = []
    for window in pace.WINDOWS:
        by_horizon = {s.horizon_days: s for s in scores if s.window_days == window}
        last = by_horizon[pace.HORIZONS[-1]]
        rows.append(
            (
                text.days(window),
                *(text_pace.share(by_horizon[h].right) for h in pace.HORIZONS),
                text_pace.share(last.plain_right),
                *(
                    text_pace.held(by_horizon[h].within_interval, by_horizon[h].trials)
                    for h in pace.HORIZONS
                ),
                numbers.number(last.tested),
            )
        )
    columns = text_pace.backtest_columns(pace.HORIZONS)
    caption = text_pace.BACKTEST_CAPTION(tolerance=pace.RIGHT_WITHIN)
    return Table(caption, columns, rows)


def revisions(answer: Answer) -> Table:
    """Return what a source changed afterwards, a row a corrected map and oblast."""
    names = ("observed", "name", "gained_km2", "lost_km2", "place", "noticed")
    return of_rows(answer.rows, answer.question, names, answer.notes[0], tall=True)


def intervals(answer: Answer) -> Table:
    """Return how often intervals held, a row an oblast, a column a horizon, and its last redrawing.

    The answer is that of `check`.
    """
    by_iso: dict[str, list[Row]] = {}
    for row in answer.rows:
        by_iso.setdefault(row["iso"], []).append(row)
    cells = [
        (
            text.named(iso),
            *(text_pace.held(row["within_interval"], row["trials"]) for row in rows),
            numbers.short_day(last) if (last := rows[0]["last_redrawn"]) else text.NOT_KNOWN,
        )
        for iso, rows in by_iso.items()
    ]
    ahead = map(text_check.ahead, pace.HORIZONS)
    columns: tuple[Text, ...] = (text_check.OBLAST, *ahead, text_check.REDRAWN)
    caption = text_check.HORIZONS_CAPTION(window=pace.DEFAULT_WINDOW, nominal=pace.COVERAGE)
    return Table(caption, columns, cells, TOTAL)


def published(rows: Rows) -> Table:
    """Return what others published beside what is measured, a row a figure."""
    cells = [
        (
            text_check.what(row["quantity"], row["iso"]),
            text_check.when(row["start"], row["end"]),
            *(
                "–" if row[name] is None else numbers.number(row[name], 1)
                for name in ("figure", "measured", "four_oblasts")
            ),
            text_check.by(row["said_by"], row["published_in"]),
        )
        for row in rows
    ]
    return Table(text_check.PUBLISHED_CAPTION, text_check.PUBLISHED_COLUMNS, cells, tall=True)


def side_by_side(outcomes: Sequence[Outcome], chosen: str, title: str) -> Table:
    """Return what would pass by each proposal, a row each; the one chosen is marked."""
    rows = [
        (
            outcome.proposal.title,
            *_passing(outcome.every)[:2],
            *_people(outcome.to_russia),
            *_passing(outcome.every)[2:],
            *_people(outcome.to_ukraine),
            _fortress(outcome),
            text_proposals.recognised(outcome.every.recognised_km2),
        )
        for outcome in outcomes
    ]
    ids = [outcome.proposal.id for outcome in outcomes]
    number = ids.index(chosen) if chosen in ids else None
    return Table(title, text_proposals.SIDE_COLUMNS, rows, chosen=number)


def _rule(proposal: Proposal, iso: str) -> str:
    selection = proposal.rules[iso]
    return text_proposals.rule(selection.rule.value, selection.day)


def _fortress(outcome: Outcome) -> str:
    """Return how many of the fortress cities would change hands."""
    passing = sum(held != would for held, would in outcome.fortress.values())
    return f"{passing} / {len(outcome.fortress)}"


def _people(places: Sequence[Place]) -> tuple[str, str]:
    return numbers.number(len(places)), numbers.number(proposals.people(places))


def _passing(row: Transfer) -> tuple[str, str, str, str]:
    return (
        numbers.area(row.to_russia_km2),
        _share(row.to_russia_km2, row.total_km2),
        numbers.area(row.to_ukraine_km2),
        _share(row.to_ukraine_km2, row.total_km2),
    )


def _share(value: float, of: float) -> str:
    """Return a share, and nothing beside an area that is shown as 0."""
    return text.share(value / of) if value >= numbers.LEAST_KM2 else ""


def by_oblast(outcome: Outcome) -> Table:
    """Return what would pass in each oblast and in all, by which rule, and whose it would be."""
    proposal = outcome.proposal
    rows = [
        (
            text.named(row.iso),
            _rule(proposal, row.iso) if row.iso in proposal.rules else "",
            *_passing(row),
            numbers.area(row.would_hold_km2),
            text_proposals.STATED[proposal.recognised[row.iso].value]
            if row.iso in proposal.rules
            else "",
        )
        for row in outcome.rows
    ]
    return Table(text_proposals.BY_OBLAST, text_proposals.COLUMNS, rows, f"{TOTAL} cm-rules")
