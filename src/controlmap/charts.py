"""Tables as charts; Altair is used here only. Colours are the map's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from controlmap.figures import Comparison, Contested
from controlmap.maps import style_for

_COLOURS = [
    str(style_for("held")[0]["color"]),
    str(style_for("contested")[0]["fillColor"]),
    "#9aa5af80",
]
"""Held, contested, the rest: legible in the light and the dark theme."""


def claim_bars(
    rows: Sequence[Comparison], contested: Contested, words: Mapping[str, str]
) -> alt.LayerChart | alt.FacetChart:
    """Held, contested and the rest as parts of each oblast's claim, one bar a row.

    `words` names the parts: held, contested, rest, share, km2. Contested ground is a part of its
    own where it is reported and not counted as held.
    """
    parts = [
        {
            "oblast": row.name,
            "part": words[part],
            "share": km2 / row.claimed,
            "km2": km2,
            "order": order,
        }
        for row in rows
        for order, (part, km2) in enumerate(_parts(row, contested))
    ]
    names = [words[p] for p in ("held", "contested", "rest")]
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], title=None, grid=False)
    bars = (
        alt.Chart(alt.InlineData(parts))
        .mark_bar(height=22)
        .encode(
            y=alt.Y("oblast:N", sort=[r.name for r in rows], title=None, axis=_NAMES),
            x=alt.X("share:Q", stack="zero", axis=axis, scale=alt.Scale(domain=[0, 1])),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=names, range=_COLOURS),
                legend=alt.Legend(orient="top", title=None, symbolType="square", columns=2),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("oblast:N", title=words["oblast"]),
                alt.Tooltip("part:N", title=words["part"]),
                alt.Tooltip("km2:Q", format=",.0f", title=words["km2"]),
                alt.Tooltip("share:Q", format=".1%", title=words["share"]),
            ],
        )
    )
    shares = [{"oblast": r.name, "share": r.held_share} for r in rows]
    labels = (
        alt.Chart(alt.InlineData(shares))
        .mark_text(align="left", dx=6, fontWeight="bold", fontSize=13, color="#ffffff")
        .encode(
            y=alt.Y("oblast:N", sort=[r.name for r in rows]),
            x=alt.value(0),
            text=alt.Text("share:Q", format=".1%"),
        )
    )
    return alt.layer(bars, labels)


_NAMES = alt.Axis(labelFontSize=13, labelLimit=150, ticks=False, domain=False, labelPadding=8)


def _parts(row: Comparison, contested: Contested) -> list[tuple[str, float]]:
    apart = row.contested or 0.0 if contested is Contested.OUT else 0.0
    return [("held", row.held), ("contested", apart), ("rest", row.gap - apart)]
