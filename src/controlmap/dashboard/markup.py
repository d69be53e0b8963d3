"""Headline, bars and comparison as HTML; every text in them is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from controlmap.analysis.agreement import AgreementRow, Pair, Patch, Spread
from controlmap.analysis.figures import Areas, Change, Comparison, Contested, Flow
from controlmap.analysis.place_history import Period
from controlmap.analysis.turning_points import TurningPoint
from controlmap.core.model import Status
from controlmap.draw import palette
from controlmap.words import text, text_history, text_place, text_sources


def headline(figure: str, of_what: str, facts: Sequence[tuple[str, ...]]) -> str:
    """The one figure that a page is about, and those behind it: name, value, and its band."""
    listed = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}"
        + "".join(f"<small>{escape(told)}</small>" for told in band if told)
        + "</dd></div>"
        for name, value, *band in facts
    )
    said = f"<b>{escape(figure)}</b> {escape(of_what)}"
    return f'<div class="cm-headline"><p class="cm-share">{said}</p><dl>{listed}</dl></div>'


def bars(rows: Sequence[Comparison], contested: Contested, spread: Sequence[Spread] = ()) -> str:
    """Held, contested and the rest as parts of each claim, one bar a row, and the share counted.

    The `spread` over sources is a bracket over the bar and stands beside the share; it is of held
    ground alone, and left out where contested ground is counted. Colours are those of the map.
    """
    counted = _counted(rows, contested)
    words = text.parts(rows[-1].contested)
    bands = {} if counted else {band.iso: list(band.shares.values()) for band in spread}
    if any(len(shares) > 1 for shares in bands.values()):
        words = {**words, "band": text.SPREAD}
    key = "".join(f'<li><i class="cm-{p}"></i>{escape(w)}</li>' for p, w in words.items())
    listed = "".join(_bar(row, counted, bands.get(row.iso, [])) for row in rows)
    return (
        f'<figure class="cm-bars" style="{_colours()}">'
        f"<figcaption>{escape(text.bars_caption(counted))}</figcaption>"
        f"<ul>{key}</ul>{listed}</figure>"
    )


def _counted(rows: Sequence[Comparison], contested: Contested) -> bool:
    """Whether held figures have contested ground in them."""
    return contested is Contested.IN and rows[-1].contested is not None


def _colours() -> str:
    """What the bars are painted with, in the light theme and the dark one, as on the map."""
    told = {part: palette.on_land(part) for part in text.PARTS}
    for name, part, key in (("edge", "held", "color"), ("hatch", "contested", "hatchColor")):
        light, dark = palette.style_for(part)
        told[name] = str(light[key]), str(dark[key])
    return ";".join(f"--{name}:light-dark({','.join(pair)})" for name, pair in told.items())


def _bar(row: Comparison, counted: bool, band: Sequence[float]) -> str:
    """One bar; `counted` says that the row's held figure has contested ground in it."""
    contested = row.contested or 0.0
    held = row.held - (contested if counted else 0.0)
    parts = {"held": held, "contested": contested, "rest": row.claimed - held - contested}
    drawn = "".join(
        f'<div class="cm-{part}" style="flex:{km2 / row.claimed:.5f}"></div>'
        for part, km2 in parts.items()
        if km2 > 0
    )
    told = "; ".join(f"{text.PARTS[part]} {text.km2(km2)}" for part, km2 in parts.items() if km2)
    if len(band) > 1:
        left, width = 100 * min(band), 100 * (max(band) - min(band))
        drawn += f'<i class="cm-band" style="--from:{left:.2f}%;--over:{width:.2f}%"></i>'
    share, beside = text.share(row.held_share), text_sources.by_source(band, text.share)
    return (
        f'<div class="cm-row" title="{escape(told)}"><span>{escape(row.name)}</span>'
        f'<div class="cm-bar">{drawn}</div>'
        f"<p><b>{escape(share)}</b> <small>{escape(beside)}</small></p></div>"
    )


def legend(lines: Mapping[str, str | tuple[str, str]]) -> str:
    """The key of a chart: each name with its colour, or with colour and dash."""
    styles = [(told, "solid") if isinstance(told, str) else told for told in lines.values()]
    listed = "".join(
        f'<li><i style="border-top-style:{dash};border-color:{colour}"></i>{escape(name)}</li>'
        for name, (colour, dash) in zip(lines, styles, strict=True)
    )
    return f'<ul class="cm-legend">{listed}</ul>'


def comparison(rows: Sequence[Comparison], contested: Contested) -> str:
    """Claimed versus held, a row an oblast, the last of all four."""
    cells = [
        (
            row.name,
            f"{row.claimed:,.0f}",
            f"{row.held:,.0f}",
            text.share(row.held_share),
            f"{row.gap:,.0f}",
            None if row.contested is None else f"{row.contested:,.0f}",
            text.change(row.change_30d),
            text.change(row.change_365d),
        )
        for row in rows
    ]
    both = _counted(rows, contested)
    return table(text.table_caption(both), text.columns(both), cells)


def changes(rows: Sequence[Change]) -> str:
    """Gained, lost and net, a row an oblast, the last of all four."""
    cells = [
        (
            row.name,
            f"{row.gained_km2:,.1f}",
            f"{row.lost_km2:,.1f}",
            text.change_precise(row.net_km2),
        )
        for row in rows
    ]
    return table(text.CHANGES_CAPTION, text.CHANGES_COLUMNS, cells)


def agreement(rows: Sequence[AgreementRow], spread: Sequence[Spread]) -> str:
    """Held ground by how many sources say so, and the band of the share; the last row of all."""
    cells = [
        (
            row.name,
            *(f"{km2:,.0f}" for km2 in (row.by_all, row.by_some, row.by_one, row.by_none)),
            text_sources.band(band.shares),
        )
        for row, band in zip(rows, spread, strict=True)
    ]
    return table(text_sources.CAPTION, text_sources.COLUMNS, cells)


def pairs(found: Sequence[Pair], titles: Mapping[str, str]) -> str:
    """How alike the sources are, two by two."""
    cells = [
        (f"{titles[p.one]}, {titles[p.other]}", f"{p.jaccard:.3f}", f"{p.apart_km2:,.0f}")
        for p in found
    ]
    return table(text_sources.PAIR_CAPTION, text_sources.PAIR_COLUMNS, cells, total=False)


def patches(found: Sequence[tuple[str, Patch]], titles: Mapping[str, str]) -> str:
    """The largest pieces of ground on which sources disagree, by the place that they are near."""
    cells = [
        (near, ", ".join(titles[s] for s in patch.holders), f"{patch.area_km2:,.0f}")
        for near, patch in found
    ]
    return table(text_sources.PATCH_CAPTION, text_sources.PATCH_COLUMNS, cells, total=False)


def opinions(counts: Mapping[str, Sequence[int]], titles: Mapping[str, str]) -> str:
    """How many places each opinion gives to whom, side by side."""
    cells = [(titles[reader], *(f"{n:,}" for n in told)) for reader, told in counts.items()]
    return table(text_sources.OPINIONS_CAPTION, text_sources.OPINIONS_COLUMNS, cells, total=False)


def by_status(rows: Sequence[Areas], statuses: Sequence[Status]) -> str:
    """Areas of the statuses that a layer tells, a row an oblast, the last of all four."""
    cells = [(row.name, *(f"{row.km2(s) or 0:,.1f}" for s in statuses)) for row in rows]
    columns = (text.OBLAST, *(text.STATUS[s] for s in statuses))
    return table(text_sources.OWN_CAPTION, columns, cells)


def months(title: str, rows: Sequence[tuple[Flow, float | None, float]]) -> str:
    """A month a row: its flow, what was held at its end, and the area that is a share of."""
    cells = [
        (
            text_history.month(flow.end),
            None if held is None else f"{held:,.0f}",
            None if held is None else text.share(held / whole),
            None if flow.gained_km2 is None else f"{flow.gained_km2:,.1f}",
            None if flow.lost_km2 is None else f"{flow.lost_km2:,.1f}",
            None if flow.net_km2 is None else text.change_precise(flow.net_km2),
        )
        for flow, held, whole in rows
    ]
    title = f"{title}; {text_history.months(len(rows))}"
    return table(title, text_history.MONTH_COLUMNS, cells, total=False, tall=True)


def periods(rows: Sequence[Period], last: date) -> str:
    """What a place was from when to when, the latest first."""
    cells = [
        (
            text_place.STATUSES[s.status],
            text.day(s.since),
            text_place.until(s.until, last),
            text.days(((s.until or last) - s.since).days),
        )
        for s in reversed(rows)
    ]
    return table(text_place.SPELLS_CAPTION, text_place.COLUMNS, cells, total=False, tall=True)


def events(points: Sequence[TurningPoint]) -> str:
    """Turning points, numbered as in the charts."""
    cells = [
        (str(number), text.day(p.date), p.title, p.source)
        for number, p in enumerate(points, start=1)
    ]
    return table(
        text_history.EVENTS_CAPTION, text_history.EVENT_COLUMNS, cells, total=False, prose=True
    )


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str | None, ...]],
    *,
    total: bool = True,
    tall: bool = False,
    prose: bool = False,
    chosen: int | None = None,
) -> str:
    """A table whose first column names the row, its last row a `total`; None is not reported.

    A `tall` one scrolls within itself; the cells of `prose` wrap; the `chosen` row is marked.
    """
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
    body = "".join(_row(row, chosen=number == chosen) for number, row in enumerate(rows))
    caption = escape(title)
    scroll = "cm-scroll cm-tall" if tall else "cm-scroll"
    kind = " ".join(["cm-table", *["cm-prose"] * prose, *["cm-list"] * (not total)])
    return (
        f'<div class="{scroll}" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="{kind}"><caption><span>{caption}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: tuple[str | None, ...], *, chosen: bool) -> str:
    marked = ' aria-current="true"' if chosen else ""
    cells = "".join(map(_cell, row[1:]))
    return f'<tr{marked}><th scope="row">{escape(row[0] or "")}</th>{cells}</tr>'


def _cell(value: str | None) -> str:
    if value is None:
        return f'<td class="cm-unknown">{escape(text.NOT_REPORTED)}</td>'
    return f"<td>{escape(value)}</td>"
