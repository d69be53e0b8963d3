"""Headline, bars and comparison as HTML; every text in them is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from controlmap.figures import Change, Comparison, Contested, Flow
from controlmap.point import Spell
from controlmap.turning import TurningPoint
from controlmap.views import text, text_history, text_place


def headline(figure: str, of_what: str, facts: Sequence[tuple[str, str]]) -> str:
    """The one figure that a page is about, and those behind it by name."""
    listed = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts
    )
    said = f"<b>{escape(figure)}</b> {escape(of_what)}"
    return f'<div class="cm-headline"><p class="cm-share">{said}</p><dl>{listed}</dl></div>'


def bars(rows: Sequence[Comparison], contested: Contested) -> str:
    """Held, contested and the rest as parts of each claim, one bar a row, and the share counted."""
    known = rows[-1].contested is not None
    counted = known and contested is Contested.IN
    words = text.parts(rows[-1].contested)
    key = "".join(f'<li><i class="cm-{p}"></i>{escape(w)}</li>' for p, w in words.items())
    listed = "".join(_bar(row, counted) for row in rows)
    return (
        f'<figure class="cm-bars"><figcaption>{escape(text.bars_caption(counted))}</figcaption>'
        f"<ul>{key}</ul>{listed}</figure>"
    )


def _bar(row: Comparison, counted: bool) -> str:
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
    name, share = escape(row.name), escape(text.share(row.held_share))
    return (
        f'<div class="cm-row" title="{escape(told)}"><span>{name}</span>'
        f'<div class="cm-bar">{drawn}<b>{share}</b></div></div>'
    )


def comparison(rows: Sequence[Comparison]) -> str:
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
    return table(text.TABLE_CAPTION, text.COLUMNS, cells)


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
    return table(title, text_history.MONTH_COLUMNS, cells, tall=True)


def spells(rows: Sequence[Spell], last: date) -> str:
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
    return table(text_place.SPELLS_CAPTION, text_place.COLUMNS, cells, tall=True)


def events(points: Sequence[TurningPoint]) -> str:
    """Turning points, numbered as in the charts."""
    cells = [
        (str(number), text.day(p.date), p.title, p.source)
        for number, p in enumerate(points, start=1)
    ]
    return table(text_history.EVENTS_CAPTION, text_history.EVENT_COLUMNS, cells, prose=True)


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str | None, ...]],
    *,
    tall: bool = False,
    prose: bool = False,
) -> str:
    """A table whose first column names the row; None is shown as not reported.

    A `tall` one scrolls within itself; the cells of `prose` wrap.
    """
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0] or "")}</th>{"".join(map(_cell, row[1:]))}</tr>'
        for row in rows
    )
    caption = escape(title)
    scroll = "cm-scroll cm-tall" if tall else "cm-scroll"
    kind = "cm-table cm-prose" if prose else "cm-table"
    return (
        f'<div class="{scroll}" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="{kind}"><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: str | None) -> str:
    if value is None:
        return f'<td class="cm-unknown">{escape(text.NOT_REPORTED)}</td>'
    return f"<td>{escape(value)}</td>"
