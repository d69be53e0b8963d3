"""Rows and blocks as people and programs read them: frames, CSV, text, cells of HTML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from controlmap.words import columns
from controlmap.words.catalog import Message
from controlmap.words.columns import Column
from controlmap.words.numbers import instant, number, percent, printable, signed
from controlmap.words.text import OBLASTS

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Environment

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Sequence[Row]

FORMULA = ("=", "+", "-", "@")
_DIGITS = 6
"""What figures are good for: a square metre, a millionth of a share."""
_SHOWN = 60
"""So many rows are in a notebook's view of an answer."""


@dataclass(frozen=True)
class Facts:
    """Lines of a name and what it is; those that say nothing are left out.

    As text they are indented by so many spaces, and names take at least `width`.
    """

    lines: tuple[tuple[Message | str, Message | str | None], ...]
    indent: int = 0
    width: int = 0


@dataclass(frozen=True)
class Table:
    """Rows of the same columns, without the columns that are left out."""

    rows: Rows
    without: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        """The columns that are shown, in order."""
        return [name for name in (self.rows[0] if self.rows else ()) if name not in self.without]


Block: TypeAlias = "Table | Facts | Message | str"
"""A part of what a person reads: a table, named lines, or a sentence."""


def plain(value: Any) -> Any:
    """Return a value as JSON has it: figures to six decimals, days and instants as ISO text."""
    if isinstance(value, float):
        return round(value, _DIGITS) + 0.0  # no -0.0
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return instant(value)
    return str(value) if isinstance(value, date | Message) else value


def csv_of(rows: Rows, names: Iterable[str]) -> str:
    """Return rows of these columns as CSV; nothing stands for what is not known."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_field(value) for value in row.values()] for row in rows)
    return out.getvalue().removesuffix("\n")


def _field(value: Any) -> Any:
    """Return a field of CSV; text that a spreadsheet would compute has an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    value = plain(value)
    if isinstance(value, str):
        shown = printable(value)
        return f"'{shown}" if shown.startswith(FORMULA) else shown
    return value


def cell(column: Column, value: Any) -> str:
    """Return a value as people read it, by its column's unit, digits and sign."""
    if value is None:
        return str(column.missing)
    if isinstance(value, bool):
        return str(columns.YES if value else columns.NO)
    if value == OBLASTS["all"].text:
        return str(OBLASTS["all"])
    if isinstance(value, float):
        if column.unit == columns.SHARE:
            return percent(value)
        if column.signed:
            return signed(value, column.digits)
        return number(value, column.digits)
    return number(value) if isinstance(value, int) else printable(str(plain(value)))


def cells(table: Table, question: str = "") -> Iterator[list[tuple[Column, str]]]:
    """Yield the cells of each row of a table, with their columns."""
    shown = [(name, columns.of(name, question)) for name in table.names]
    for row in table.rows:
        yield [(column, cell(column, row[name])) for name, column in shown]


def text(block: Block, question: str = "") -> str:
    """Return a block as lines of text that no terminal acts on."""
    if isinstance(block, Table):
        lines = [[text for _, text in row] for row in cells(block, question)]
        return "\n".join(_aligned([block.names, *lines]))
    if isinstance(block, Facts):
        return "\n".join(_named(block))
    return line(block)


def line(text: Message | str) -> str:
    """Return a sentence that no terminal acts on."""
    return printable(str(text))


def _named(facts: Facts) -> Iterator[str]:
    lines = [(str(name), str(text)) for name, text in facts.lines if text]
    width = max([facts.width, *(len(name) + 2 for name, _ in lines)])
    for name, text in lines:
        yield f"{' ' * facts.indent}{name:<{width}}{line(text)}"


def _aligned(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (
            text.rjust(width) if _is_figure(text) else text.ljust(width)
            for text, width in zip(line, widths, strict=True)
        )
        yield "  ".join(padded).rstrip()


def _is_figure(text: str) -> bool:
    """Whether a cell is aligned to the right: a figure, and no date."""
    return text[:1] in "+-<>0123456789" and text[-3:-2] != "-"


def shown(block: Block, question: str) -> dict[str, Any]:
    """Return a block for the template: what kind it is, and its cells."""
    if isinstance(block, Table):
        heads = [columns.of(name, question) for name in block.names]
        first = Table(block.rows[:_SHOWN], block.without)
        left = max(len(block.rows) - _SHOWN, 0)
        return {"heads": heads, "rows": list(cells(first, question)), "left": left}
    if isinstance(block, Facts):
        return {"facts": [(name, said) for name, said in block.lines if said]}
    return {"text": block}


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the templates of answers, which escape by themselves."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("controlmap.analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def framed(rows: Rows, names: Iterable[str], question: str = "") -> pd.DataFrame:
    """Return rows of these columns as a frame, with the types that the registry says."""
    import pandas as pd

    return pd.DataFrame({n: _series(n, [r[n] for r in rows], question) for n in names})


def _series(name: str, values: list[Any], question: str) -> pd.Series[Any]:
    import pandas as pd

    unit = columns.of(name, question).unit
    if unit in (columns.DATE, columns.INSTANT):
        return pd.Series(pd.to_datetime(pd.Series(values), utc=unit == columns.INSTANT))
    if all(isinstance(value, bool | int) for value in values):
        return pd.Series(values)
    is_text = unit in (columns.TEXT, columns.FLAG)
    return pd.Series(values, dtype=object if is_text else float)
