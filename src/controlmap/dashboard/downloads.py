"""The control beside a figure that lets a reader take it away as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from controlmap.analysis import answer as answers
from controlmap.analysis.answer import Answer
from controlmap.draw import pictures
from controlmap.draw.pictures import Size, Theme
from controlmap.words import text

_TABLES: Mapping[str, tuple[str, str]] = {
    "zip": ("CSV", "application/zip"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": ("JSON", "application/json"),
}
_GROUND: Mapping[str, tuple[str, str]] = {
    "geojson": ("GeoJSON", "application/geo+json"),
    "gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    "parquet": ("GeoParquet", "application/vnd.apache.parquet"),
}
PICTURES: Mapping[str, tuple[str, str]] = {
    "png": ("PNG", "image/png"),
    "svg": ("SVG", "image/svg+xml"),
}
FORMS = {**_TABLES, **PICTURES, **_GROUND}
"""The label and the media type of each form."""


def offer(
    place: DeltaGenerator,
    name: str,
    ask: Callable[[], Answer],
    *,
    cell_m: int | None = None,
    has_ground: bool = False,
    picture: Callable[[Size, Theme], str] | None = None,
) -> None:
    """Offer the answer behind a figure as files; each is written when a reader takes it.

    Parameters
    ----------
    name
        Of the files, without a suffix; no two controls of a page have the same.
    ask
        Gives the answer.
    cell_m
        The cells that the record's ground is generalised to; None at full detail.
    has_ground
        Whether the answer is of ground.
    picture
        Draws the picture of the figure, as SVG.
    """
    with place.popover(str(text.DOWNLOAD), width="content"):
        _row(name, _TABLES, lambda form: answers.encoded(ask(), form))
        if picture is not None:
            _row(
                name, PICTURES, lambda form: pictures.encoded(picture(Size.WEB, Theme.LIGHT), form)
            )
        if has_ground:
            _row(name, _GROUND, lambda form: answers.encoded(ask(), form))
            st.caption(text.ground_detail(cell_m))


def _row(name: str, forms: Mapping[str, tuple[str, str]], encoded: Callable[[str], bytes]) -> None:
    row = st.container(horizontal=True)
    for form, (label, kind) in forms.items():
        row.download_button(
            label,
            partial(encoded, form),
            file_name=f"{name}.{form}",
            mime=kind,
            key=f"download {name} {form}",
            on_click="ignore",
        )
