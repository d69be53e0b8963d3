"""Which values of a person's own file are which status, guessed and shown, or as they say.

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
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from controlmap.core import limits, toml_entries
from controlmap.core.model import Ground, InputError, Status
from controlmap.sources import deepstate_api, phrases
from controlmap.sources.document import Document, shown
from controlmap.words.catalog import as_given

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
_STATUSES = {ground: Status(name) for name, ground in GROUNDS.items() if ground is not None}
_PREFERRED = ("status", "type", "control", "layer", "folder", "style", "name", "fill")
_TITLES = ("layer", "folder", "style", "name", "title", "description")
_NAMED_FOR_IT = re.compile(
    r"status|control|holder|held|occup|side|categor|class|legend|zone|type|state$|стат|контрол|тип|зона"
)
_GREY_SATURATION, _RED_HUES, _GREEN_TO_BLUE = 0.2, (0.94, 0.06), (0.25, 0.7)


@dataclass(frozen=True)
class Legend:
    """What the values of a file mean.

    Attributes
    ----------
    column
        The property whose values count; None where `whole` says what all of the file is.
    statuses
        Names of `GROUNDS` by value; a value that is not there is left out, with a warning.
    whole
        The name of what all of it is; None where `column` counts.
    observed
        The day that the file is of, where the legend has it.
    encoding
        Of the file's texts, where the legend has it.
    """

    column: str | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)
    whole: str | None = None
    observed: datetime | None = None
    encoding: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no legend, in a line that says what is allowed."""
        if (self.column is None) == (self.whole is None):
            raise InputError("legend: needs either `column` with `statuses`, or `whole`")
        for name in (*self.statuses.values(), *([self.whole] if self.whole else [])):
            if name not in GROUNDS:
                raise InputError(
                    "legend: {name!r} is no status; allowed: {listed}",
                    shown(name),
                    ", ".join(GROUNDS),
                )

    def name_of(self, properties: Mapping[str, Any]) -> str | None:
        """Return what a feature with these properties is; None for a value not in the legend."""
        if self.column is None:
            return self.whole
        return self.statuses.get(value_of(properties.get(self.column)))


def from_toml(text: str, name: str) -> Legend:
    """Return a legend as a person wrote it in TOML.

    Raises
    ------
    InputError
        Where it is not TOML, too large, or not a legend; it says what is allowed.
    """
    limits.at_most_bytes(len(text.encode()), limits.TOML_MB * 2**20, name)
    try:
        written = toml_entries.parse(text)
    except (ValueError, RecursionError) as error:
        raise InputError("{name}: is not TOML ({error})", name, error) from error
    if unknown := set(written) - {"column", "statuses", "whole", "date", "encoding"}:
        listed = ", ".join(shown(key) for key in sorted(unknown)[:_UNKNOWN])
        raise InputError(
            "{name}: {listed}: not known; allowed: column, statuses, whole, date, encoding",
            name,
            listed,
        )
    statuses, on = written.get("statuses", {}), written.get("date")
    texts = [written.get(key, "") for key in ("column", "whole", "encoding")]
    if not isinstance(statuses, dict) or not all(
        isinstance(v, str) for v in [*texts, *statuses.values()]
    ):
        raise InputError("{name}: column, whole and encoding are texts, statuses all texts", name)
    if on is not None and type(on) is not date:
        raise InputError("{name}: date is a day, written YYYY-MM-DD without quotes", name)
    observed = None if on is None else datetime(on.year, on.month, on.day, tzinfo=UTC)
    if (encoding := written.get("encoding")) and not _is_encoding(encoding):
        raise InputError(
            "{name}: encoding {encoding!r}: not known; allowed: UTF-8, windows-1251 or "
            "another that Python knows",
            name,
            shown(encoding),
        )
    plain = {value_of(key): status for key, status in statuses.items()}
    try:
        return Legend(
            written.get("column"), plain, written.get("whole"), observed, written.get("encoding")
        )
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _is_encoding(name: str) -> bool:
    try:
        b"  ".decode(name)
    except (LookupError, ValueError):
        return False
    return True


def value_of(value: object) -> str:
    """Return a property as legends compare it: text without case and outer spaces."""
    return " ".join(str("" if value is None else value).split()).casefold()


def columns(document: Document) -> dict[str, Counter[str]]:
    """Return the columns that could hold a status, and how many areas have each value."""
    counted: dict[str, Counter[str]] = {}
    for feature in document.areas:
        for column, value in feature.properties.items():
            text = value_of(value) if isinstance(value, (str, int, float, bool)) else ""
            if 0 < len(text) <= limits.VALUE_CHARS:
                counted.setdefault(column, Counter())[text] += 1
    return {c: values for c, values in counted.items() if len(values) <= limits.LABELS}


def guess(columns: Mapping[str, Counter[str]]) -> Legend | None:
    """Return the column that says best what the areas are, by known words or colours, or None.

    One that is named for a status comes before another, words before colours, and last what all
    areas have alike, as the title of a folder; of these, the one that says it of the most areas.
    """
    ranked = []
    areas = max((sum(values.values()) for values in columns.values()), default=0)
    for column, values in columns.items():
        known = {value: status for value in values if (status := status_of(value)) is not None}
        count = sum(values[value] for value in known)
        if not count:
            continue
        name = column.casefold()
        tier = 0 if _NAMED_FOR_IT.search(name) else 1
        if any(phrases.status_of(value) is None for value in known):
            tier = 2
        elif name in _TITLES and len(values) == 1 and areas > 1:
            tier = 3
        rank = _PREFERRED.index(name) if name in _PREFERRED else len(_PREFERRED)
        ranked.append((2 * count < areas, tier, -count, rank, column, known))
    if not ranked:
        return None
    *_, column, known = min(ranked, key=lambda r: r[:5])
    return Legend(column, {value: status.value for value, status in known.items()})


def own_column(document: Document, others: Container[str]) -> str | None:
    """Return a column that is named for a status and says one of half the areas; or None.

    `others` are those that a source's reader reads.
    """
    names = {column for feature in document.areas for column in feature.properties}
    named = {column for column in names if _NAMED_FOR_IT.search(column.casefold())}
    if not any(column not in others for column in named):
        return None
    for column, values in columns(document).items():
        if column in named and column not in others:
            known = sum(n for value, n in values.items() if phrases.status_of(value) is not None)
            if 2 * known >= len(document.areas):
                return column
    return None


def status_of(value: str) -> Status | None:
    """Return the status that a value has by its words or its colour; None where it has none."""
    if len(value) > limits.VALUE_CHARS:
        return None
    return phrases.status_of(value) or _status_of_colour(value)


def _status_of_colour(value: str) -> Status | None:
    """Return one by DeepState's colours, or by hue: red is held, grey contested, blue is not."""
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


def described(legend: Legend) -> str:
    """Return a legend in one line."""
    if legend.column is None:
        return as_given("all of it is {status}", legend.whole)
    means = ", ".join(
        as_given("{value!r} is {status}", shown(value), status)
        for value, status in legend.statuses.items()
    )
    column = shown(legend.column)
    return as_given("by {column!r}: {means}", column, means or as_given("no value is known"))
