"""A person's own file: which of its values are which status, guessed and shown, or as they say.

A `Legend` is that answer: a column and what its values mean, or one status for the whole file. It
comes from a TOML file, from a form, or from `guess`, which takes the words and the colours that it
knows and leaves what it does not know out, with a warning.

    column = "status"
    date = 2026-01-24
    [statuses]
    "Occupied" = "russian_held"
    "Grey zone" = "contested"
    "Roads" = "ignore"
"""

from __future__ import annotations

import colorsys
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import shapely

from controlmap.core import limits, toml_entries
from controlmap.core.model import Ground, InputError, Snapshot, SnapshotInfo, Status, reported
from controlmap.geo import geodesy
from controlmap.geo.geodesy import array_of
from controlmap.sources import deepstate_api, geojson
from controlmap.sources.file_dates import named_day
from controlmap.sources.geojson import Document

ID = "own"
_UNKNOWN = 3  # of the keys that a legend does not have, how many a message shows
IGNORE = "ignore"
GROUNDS: Mapping[str, Ground | None] = {
    Status.RUSSIAN_HELD.value: Ground.OCCUPIED,
    Status.HELD_BEFORE_2022.value: Ground.HELD_BEFORE_2022,
    Status.ASSESSED_ADVANCE.value: Ground.ASSESSED_ADVANCE,
    Status.CONTESTED.value: Ground.CONTESTED,
    Status.INFILTRATION.value: Ground.INFILTRATION,
    Status.CLAIMED_CONTROL.value: Ground.CLAIMED_CONTROL,
    Status.LIBERATED.value: Ground.LIBERATED,
    Status.UKRAINIAN_HELD.value: None,
    IGNORE: None,
}
"""What a value may mean, and the ground that it draws; None draws nothing."""
REPORTS = frozenset(Status(name) for name in GROUNDS if name not in (IGNORE, "ukrainian_held"))
_NEGATED = (
    r"(?<![^\W_])(not|non|never|no(?!\.|\s*\d)|не|ні|нет)(?![^\W_])|n['’]t\b"
    r"|(un|non|not)[-_ ]?(occup|russia|control|held)|не[-_ ]?(окк?уп|захоп)"
)
_MORE = r"\w{0,40}"  # of a word, or of several joined by underscores
_OTHERWISE = (
    rf"(former|previous|ex){_MORE}[-_ ](occup|russia)|(occupied|held|controlled) by (the )?(armed "
    rf"forces of )?ukrain|ukrain{_MORE}[-_ ]occup|(колишн|раніше|ранее|бывш){_MORE} (окк?уп|захоп)"
)
WORDS: tuple[tuple[re.Pattern[str], Status | None], ...] = (
    # The first that matches decides.
    (re.compile(_NEGATED), None),
    (re.compile(r"claimed|заявлен|заявляє"), Status.CLAIMED_CONTROL),
    (re.compile(r"infiltrat|інфільтр|инфильтр"), Status.INFILTRATION),
    (re.compile(r"advance|просуван"), Status.ASSESSED_ADVANCE),
    (re.compile(r"pre.?2022|before.?(24|feb|2022)|ордло|\bcrimea\b|\bкрим\b|\bкрым\b|до 2022"),
     Status.HELD_BEFORE_2022),
    (re.compile(r"contest|gr[ae]y|disputed|unknown|сір[аі]|сер(ая|ой)|питанням|невідом"),
     Status.CONTESTED),
    (re.compile(r"liberat|retaken|recaptur|\bde[-_ ]?occup|де[-_ ]?окк?уп|звільнен|освобожд|"
                r"відбит"),
     Status.LIBERATED),
    (re.compile(rf"ukrain{_MORE}.?(held|control)|\bua\b|\bafu\b|україн{_MORE} контрол"
                r"|під контролем зсу"),
     Status.UKRAINIAN_HELD),
    (re.compile(_OTHERWISE), None),
    (re.compile(rf"occupied|occupation|russian?{_MORE}.?(held|control)|\bru\b|окупован|оккупир"
                r"|захоплен"),
     Status.RUSSIAN_HELD),
)  # fmt: skip
"""Words in English, Ukrainian and Russian that tell a status; None, that none is to be guessed: a
word beside "not" is the opposite of what it says alone, and which opposite is not told."""
_STATUSES = {ground: Status(name) for name, ground in GROUNDS.items() if ground is not None}
_PREFERRED = ("status", "type", "control", "layer", "folder", "style", "name", "fill")
_GREY_SATURATION, _RED_HUES, _GREEN_TO_BLUE = 0.2, (0.94, 0.06), (0.25, 0.7)


@dataclass(frozen=True)
class Legend:
    """What the values of a file mean.

    Attributes
    ----------
    column
        The property whose values tell; None where `whole` says what all of the file is.
    statuses
        Names of `GROUNDS` by value; a value that is not there is left out, with a warning.
    whole
        The name of what all of it is; None where `column` tells.
    observed
        The day of the state, where the legend tells it.
    """

    column: str | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    whole: str | None = None
    observed: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what is no legend, in a line that says what is allowed."""
        if (self.column is None) == (self.whole is None):
            raise InputError("legend: has to tell either `column` with `statuses`, or `whole`")
        for name in (*self.statuses.values(), *([self.whole] if self.whole else [])):
            if name not in GROUNDS:
                told = geojson.shown(name)
                raise InputError(f"legend: {told!r} is no status; allowed: {', '.join(GROUNDS)}")

    def name_of(self, properties: Mapping[str, Any]) -> str | None:
        """What a feature with these properties is; None where its value is not in the legend."""
        if self.column is None:
            return self.whole
        return self.statuses.get(value_of(properties.get(self.column)))


def from_toml(text: str, name: str) -> Legend:
    """A legend as a person wrote it in TOML.

    Raises
    ------
    InputError
        Where it is not TOML, too large, or not a legend; it says what is allowed.
    """
    toml_entries.check_size(name, len(text.encode()))
    try:
        told = toml_entries.parse(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: is not TOML ({error})") from error
    if unknown := set(told) - {"column", "statuses", "whole", "date"}:
        listed = ", ".join(geojson.shown(key) for key in sorted(unknown)[:_UNKNOWN])
        raise InputError(f"{name}: {listed}: not known; allowed: column, statuses, whole, date")
    statuses, on = told.get("statuses", {}), told.get("date")
    texts = [told.get("column", ""), told.get("whole", "")]
    if not isinstance(statuses, dict) or not all(
        isinstance(v, str) for v in [*texts, *statuses.values()]
    ):
        raise InputError(f"{name}: column and whole are texts, statuses is a table of texts")
    if on is not None and type(on) is not date:
        raise InputError(f"{name}: date is a day, written YYYY-MM-DD without quotes")
    observed = None if on is None else datetime(on.year, on.month, on.day, tzinfo=UTC)
    plain = {value_of(key): status for key, status in statuses.items()}
    try:
        return Legend(told.get("column"), plain, told.get("whole"), observed)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def value_of(value: object) -> str:
    """A property as legends compare it: text without case and outer spaces."""
    return " ".join(str("" if value is None else value).split()).casefold()


def columns(document: Document) -> dict[str, Counter[str]]:
    """The columns that could tell a status, and how many areas have each of their values."""
    found: dict[str, Counter[str]] = {}
    for feature in document.areas:
        for column, value in feature.properties.items():
            told = value_of(value) if isinstance(value, (str, int, float, bool)) else ""
            if 0 < len(told) <= limits.VALUE_CHARS:
                found.setdefault(column, Counter())[told] += 1
    return {c: values for c, values in found.items() if len(values) <= limits.LABELS}


def guess(columns: Mapping[str, Counter[str]]) -> Legend | None:
    """Of `columns`, that which tells the most areas' status by known words or colours, or None."""
    best: tuple[int, int, str] | None = None
    for column, values in columns.items():
        told = sum(count for value, count in values.items() if status_of(value) is not None)
        rank = _PREFERRED.index(column.casefold()) if column.casefold() in _PREFERRED else 99
        if told and (best is None or (-told, rank, column) < best):
            best = (-told, rank, column)
    if best is None:
        return None
    statuses = {v: s.value for v in columns[best[2]] if (s := status_of(v)) is not None}
    return Legend(best[2], statuses)


def status_of(value: str) -> Status | None:
    """The status that a value tells by its words or its colour; None where it tells none."""
    if len(value) > limits.VALUE_CHARS:
        return None
    for words, status in WORDS:
        if words.search(value):
            return status
    return _status_of_colour(value)


def _status_of_colour(value: str) -> Status | None:
    """By the colours of DeepState, and by hue: red is held, grey contested, green to blue not."""
    if value in deepstate_api.COLOURS:
        return _STATUSES[deepstate_api.COLOURS[value]]
    match = re.fullmatch(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", value)
    if match is None:
        return None
    hue, saturation, _ = colorsys.rgb_to_hsv(*(int(part, 16) / 255 for part in match.groups()))
    if saturation < _GREY_SATURATION:
        return Status.CONTESTED
    if hue >= _RED_HUES[0] or hue <= _RED_HUES[1]:
        return Status.RUSSIAN_HELD
    return Status.UKRAINIAN_HELD if _GREEN_TO_BLUE[0] <= hue <= _GREEN_TO_BLUE[1] else None


def told(legend: Legend) -> str:
    """A legend in one line."""
    if legend.column is None:
        return f"all of it is {legend.whole}"
    means = ", ".join(
        f"{geojson.shown(value)!r} is {status}" for value, status in legend.statuses.items()
    )
    return f"by {geojson.shown(legend.column)!r}: {means or 'no value is known'}"


def read(document: Document, observed: datetime | None, legend: Legend | None) -> Snapshot:
    """A file as a Snapshot, by a legend or, without one, by the guess, which a warning tells.

    Raises
    ------
    InputError
        Where nothing tells a status or the day, or nothing in it is Russian-held.
    """
    name = document.name
    warnings = []
    if legend is None:
        legend = guess(columns(document))
        if legend is None:
            raise InputError(
                f"{name}: no reader knows it, and nothing in it tells a status; say what it is "
                "with --legend FILE (docs/sources.md)"
            )
        warnings.append(f"{name}: read by a guess, {told(legend)}")
    observed = observed or legend.observed or named_day(name)
    if observed is None:
        raise InputError(
            f"{name}: tells no date; name it with YYYY-MM-DD, or give `areas` a --date"
        )
    drawn: dict[Ground, list[shapely.Polygon]] = {}
    unknown: Counter[str] = Counter()
    moved = 0.0
    far: list[tuple[float, float, float, float]] = []
    for feature in document.areas:
        status = legend.name_of(feature.properties)
        ground = GROUNDS[status] if status else None
        if status is not None and ground is None:
            continue
        parts, repaired = geojson.polygons(feature, name, far=far)
        if ground is None:
            value = value_of(feature.properties.get(legend.column or ""))
            unknown[value] += geodesy.areas_km2(array_of(parts)).sum()
            continue
        drawn.setdefault(ground, []).extend(parts)
        moved += repaired
    warnings += [
        f"{name}: {legend.column} {geojson.shown(value)!r} is not in the legend; left out "
        f"({km2:.1f} km2)"
        for value, km2 in unknown.items()
    ]
    layers = {ground: array_of(parts) for ground, parts in drawn.items()}
    if not any(ground in layers for ground in Status.RUSSIAN_HELD.grounds):
        raise InputError(f"{name}: nothing in it is Russian-held by its legend ({told(legend)})")
    geojson.expect_nearby(name, list(layers.values()), far)
    return Snapshot(
        SnapshotInfo(
            reader=ID,
            name=name,
            observed=observed,
            retrieved=None,
            sha256=document.sha256,
            reports=_reports(legend),
            warnings=tuple(warnings),
            repaired_km2=moved,
        ),
        layers,
    )


def _reports(legend: Legend) -> frozenset[Status]:
    """What the legend has a value for; held it tells in any case, for some of it has to be."""
    named = (GROUNDS[s] for s in (*legend.statuses.values(), legend.whole) if s)
    return reported(ground for ground in named if ground is not None) | {Status.RUSSIAN_HELD}
